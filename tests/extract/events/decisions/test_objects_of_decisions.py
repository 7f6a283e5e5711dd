"""Objects of decisions: object, complement or clause of a verb, complement of a noun."""

import pytest

from worker.extract import extract
from worker.schema import Article, Decision


def object_of(text: str, trigger: str) -> str | None:
    """Return the object of the decision with a trigger."""
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    found = [e for e in extract(article) if isinstance(e, Decision) and e.cue is not None and e.cue.text == trigger]
    assert len(found) == 1, f"{len(found)} decisions with the trigger {trigger!r}"
    return found[0].object.text if found[0].object else None


@pytest.mark.parametrize(
    ("text", "trigger", "about"),
    [
        # participles that modify the object
        ("Fishermen fear the quotas announced overnight by the ministry.", "announced", "the quotas"),
        ("The levy imposed in May by the Norwegian government hurts brewers.", "imposed", "The levy"),
        ("Estonian brewers pay the tariffs imposed on them by the Norwegian government.", "imposed", "the tariffs"),
        ("The Harbour Fund launched by the Norwegian government in 2011 aims to reduce fares.", "launched",
         "The Harbour Fund"),
        # relative clauses after a comma, and with the object of an infinitive
        ("Under the Harbour Act, which President Lepp signed into law in March, ferries pay nothing.", "signed",
         "the Harbour Act"),
        ("Brewers dislike the package the government plans to adopt.", "plans", "the package"),
        # a clause or object after a time, a clause before the verb
        ("The government announced last week it would scrap the toll.", "announced", "it would scrap the toll"),
        ("The ministry announced earlier this week a levy on nets.", "announced", "a levy on nets"),
        ("The president promised Sunday at a Riga rally to end the levy.", "promised", "end the levy"),
        ("The council has rejected that idea.", "rejected", "that idea"),
        # prepositional complements, not adjuncts
        ("Norway's government voted in favour of the quota.", "voted", "the quota"),
        ("Defence minister Jaan Lepp resigned over the ferry disaster.", "resigned", None),
        ("Defence minister Jaan Lepp resigned in protest.", "resigned", None),
        # coordinated subjects of passives, the antecedents of pronouns
        ("The closed borders and other limits will be lifted by the government.", "lifted",
         "The closed borders and other limits"),
        ("Parliament passed a textile bill in May, but it was vetoed by the president of Norway.", "vetoed",
         "a textile bill"),
        ("The wording of the ballot for the harbour vote has been unveiled by the government.", "unveiled",
         "The wording of the ballot for the harbour vote"),
        ("The Harbour Act is old. It was signed into law in 1935 by President Lepp.", "signed", "The Harbour Act"),
        # the head of an apposition; the act of a plan after an intervening time
        ("Mari Aas, a rich hotelier Norway tapped as its ambassador, spoke.", "tapped", "Mari Aas"),
        ("The government announced plans Sunday to raise fares.", "announced", "raise fares"),
        # nouns
        ("Norway's withdrawal from the treaty angered Estonia.", "withdrawal", "the treaty"),
        ("The ministers met after Norway's agreement with Estonia.", "agreement", "Norway's agreement with Estonia"),
        ("The government's decision over the harbour angered brewers.", "decision", "the harbour"),
        ("Brewers ignored a court order on Tuesday blocking the sale.", "order", "blocking the sale"),
    ],
)  # fmt: skip
def test_object(text: str, trigger: str, about: str | None) -> None:
    assert object_of(text, trigger) == about
