"""Deciders: owners, agents, antecedents, partners."""

import pytest

from worker.extract import extract
from worker.schema import Article, Decision


def deciders_of(text: str, trigger: str) -> list[str]:
    """Return the names of the deciders of the decision with a trigger."""
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    found = [e for e in extract(article) if isinstance(e, Decision) and e.cue is not None and e.cue.text == trigger]
    assert len(found) == 1, f"{len(found)} decisions with the trigger {trigger!r}"
    return [actor.name for actor in found[0].deciders]


@pytest.mark.parametrize(
    ("text", "trigger", "names"),
    [
        # the agent after other adjuncts, and of a participle after a noun
        ("Brewers fear the tariffs imposed so far by the Norwegian government.", "imposed", ["Norwegian government"]),
        ("Brewers pay the price agreed to by OPEC in May.", "agreed", ["OPEC"]),
        # the owner of a parallel noun, the object of a verb of blame
        ("Aas criticised President Jaan Lepp's remarks on the port and his refusal to resign.", "refusal",
         ["Jaan Lepp"]),
        ("President Mari Aas chastised Prime Minister Jaan Lepp for refusing to sign the treaty.", "refusing",
         ["Jaan Lepp"]),
        # the people of a politician, not the politician
        ("Liberal leader Jaan Lepp of Norway spoke. Mr Lepp's colleagues refused to support him.", "refused",
         ["Mr Lepp's colleagues"]),
        # members named after their number
        ("Two members of the Senate, Mari Aas and Jaan Lepp, voted against the bill.", "voted",
         ["Mari Aas", "Jaan Lepp"]),
        # the second country of a compound, the partner of a noun, no third party of an occasion
        ("Tallinn broke a 2013 Estonia-Latvia agreement to share the catch.", "agreement", ["Estonia", "Latvia"]),
        ("Ministers praised Norway's agreement with Estonia to share the catch.", "agreement", ["Norway", "Estonia"]),
        ("The president of Norway announced the trade deal at talks with Jaan Lepp.", "announced",
         ["The president of Norway"]),
        # no possessive ending
        ("Brewers attributed the rally in hops to the Supreme Court's ruling on the Tamm Steel case.", "ruling",
         ["Supreme Court"]),
        # the subject that agrees with the verb
        ("Many Arab states have accepted that the president has won and are preparing to reopen their embassies.",
         "preparing", ["Many Arab states"]),
        # the phrase before a relative or participle clause with an object
        ("The Norwegian envoy to forces fighting to defeat the rebels has resigned.", "resigned",
         ["The Norwegian envoy"]),
    ],
)  # fmt: skip
def test_deciders(text: str, trigger: str, names: list[str]) -> None:
    assert deciders_of(text, trigger) == names


def test_what_is_decided_on_is_no_decider() -> None:
    article = Article(
        id="a", url="https://news.example/a", text="Two prison officers were charged on Tuesday.", language="en"
    )
    assert not [e for e in extract(article) if isinstance(e, Decision)]
