"""The parties of the subject of a verb, with their political roles."""

import pytest

from worker.extract import extract
from worker.extract.document import read_document
from worker.extract.events.event_context import EventContext
from worker.extract.events.trigger_parties import subject_parties
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Actor, Article, Decision

LEXICON = load_lexicon("en")
EVENT_LEXICON = load_event_lexicon("en")


def context_of(text: str) -> EventContext:
    assert LEXICON
    assert EVENT_LEXICON
    return EventContext(read_document(Article(id="a", url="https://news.example/a", text=text), LEXICON), EVENT_LEXICON)


def parties_of(text: str, verb: str) -> list[Actor]:
    ctx = context_of(text)
    group = ctx.chunks.verb_group(ctx.text.lower.index(verb))
    assert group
    return subject_parties(ctx, group)


@pytest.mark.parametrize(
    ("text", "verb", "names"),
    [
        # lists and joined parties
        ("Norway, Latvia and Estonia voted against it.", "voted", ["Norway", "Latvia", "Estonia"]),
        ("Both Norway and Latvia voted against it.", "voted", ["Norway", "Latvia"]),
        ("Norway along with Latvia voted against it.", "voted", ["Norway", "Latvia"]),
        ("Norway, as well as Latvia and Estonia, voted against it.", "voted", ["Norway", "Latvia", "Estonia"]),
        ("Ten countries, including Norway and Latvia, voted for it.", "voted", ["Ten countries", "Norway", "Latvia"]),
        ("The Nordic Bank and Baltic Relief Fund voted for it.", "voted", ["Nordic Bank", "Baltic Relief Fund"]),
        ("Countries that voted to adopt it were Norway, Latvia and Malta.", "voted", ["Norway", "Latvia", "Malta"]),
        ("Those who opposed it were Norway and Latvia.", "opposed", ["Norway", "Latvia"]),
        ("The ministers who opposed it were late.", "opposed", ["The ministers"]),
        # parts and members
        ("All of the ministers voted for it.", "voted", ["the ministers"]),
        ("All but two members voted for it.", "voted", ["All but two members"]),
        ("Members of the council voted for it.", "voted", ["Members of the council"]),
        ("A majority of the council voted for it.", "voted", ["A majority of the council"]),
        # pronouns in reports
        ("The Harbour Authority has confirmed it is reviewing the toll.", "reviewing", ["Harbour Authority"]),
        ("The council said that it will review the toll.", "review", ["council"]),
        ("In Riga, a minister said it will rain.", "will", []),
        # appositions and asides
        ("The Baltic Sailors Union, a union that has left, rejected it.", "left", ["Baltic Sailors Union"]),
        ("The UN envoy for fisheries, Jonas Berg, resigned.", "resigned", ["Jonas Berg"]),
        ("Jonas Berg, 41, who leads Norway, vetoed the bill.", "vetoed", ["Jonas Berg"]),
        ("Sen. Jonas Berg, R-Ohio, who led the panel, vetoed the bill.", "vetoed", ["Jonas Berg"]),
    ],
)
def test_the_parties_of_a_subject(text: str, verb: str, names: list[str]) -> None:
    assert [actor.name.removeprefix("The ") for actor in parties_of(text, verb)] == [
        n.removeprefix("The ") for n in names
    ]


@pytest.mark.parametrize(
    ("subject", "grade"),
    [
        ("The export agencies", 2),
        ("The ombudsman", 2),
        ("Peers", 2),
        ("Twelve city councillors", 2),
        ("Sen. Ida Lunde", 2),
        ("Gov. Ida Lunde", 2),
        ("District attorney Ida Lunde", 2),
        ("Members of the committee", 2),
        ("Council members", 2),
        ("The Danes", 2),
        ("The members", 1),
        ("The strikers", 1),
        ("Ida Lunde", 1),
        ("Family members", 0),
        ("The singer", 0),
        ("Voters", 0),
        ("The rules", 0),
    ],
)
def test_the_political_role_of_a_party(subject: str, grade: int) -> None:
    ctx = context_of(f"{subject} rejected the plan.")
    [actor] = parties_of(f"{subject} rejected the plan.", "rejected")
    assert ctx.roles.political_role(actor) == grade


def test_a_title_anywhere_in_the_article_makes_a_politician() -> None:
    text = "Lunde rejected the plan.\n\nReporters waited for President Lunde in Riga."
    [actor] = parties_of(text, "rejected")
    assert context_of(text).roles.political_role(actor) == 2


def test_a_time_possesses_no_meeting() -> None:
    ctx = context_of("July's harbour summit was short.")
    noun = ctx.chunks.noun_phrase(ctx.text.lower.index("summit"))
    assert noun
    assert ctx.parties.possessor(noun, noun.head) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Norway signed a fishing treaty with Latvia and Estonia.", ["Norway", "Latvia", "Estonia"]),
        ("Norway agreed with Latvia on a fishing treaty.", ["Norway", "Latvia"]),
        ("Norway reached an agreement with its creditors.", ["Norway", "its creditors"]),
        ("Norway agreed all nets with holes should be banned.", ["Norway"]),
    ],
)
def test_both_sides_of_an_agreement_decide(text: str, names: list[str]) -> None:
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    [decision] = [event for event in extract(article) if isinstance(event, Decision)]
    assert [actor.name for actor in decision.deciders] == names
