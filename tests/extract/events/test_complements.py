"""Adjuncts between a verb or noun of choice and its complement belong to neither."""

import pytest

from worker.extract import extract
from worker.schema import Article, Decision


@pytest.mark.parametrize(
    ("text", "object_text", "when"),
    [
        ("The senate decided on Monday to shut the canal.", "shut the canal", "Monday"),
        ("The senate has decided, after weeks of protests, to shut the canal.", "shut the canal", None),
        ("The city council decided at a session on Wednesday to raise the toll.", "raise the toll", "Wednesday"),
        ("The cabinet threatened on Friday to revoke the permit.", "revoke the permit", "Friday"),
        ("Delegates decided in Vilnius to send more pilots to Malta.", "send more pilots to Malta", None),
        ("Norway agreed with Latvia on a fishing treaty.", "a fishing treaty", None),
        ("The council voted 7-2 in a stormy session to ban nets.", "ban nets", None),
        ("The council voted against the toll.", "the toll", None),
        ("States that voted to endorse the charter were Norway, Estonia and Latvia.", "endorse the charter", None),
        (
            "The cabinet's decision on Monday in Riga, after long talks, to close the port was praised.",
            "close the port",
            "Monday",
        ),
        (
            "The president's decision to dissolve the council, a few hours ago, was invalid.",
            "dissolve the council",
            None,
        ),
    ],
)
def test_the_object_is_the_complement_without_adjuncts(text: str, object_text: str, when: str | None) -> None:
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    [decision] = [event for event in extract(article) if isinstance(event, Decision)]
    assert decision.object is not None
    assert decision.object.text == object_text
    assert (decision.when and decision.when.text) == when


def test_a_demand_is_no_decision_of_those_on_whom_it_is_made() -> None:
    text = "The union demanded that the harbour minister resign."
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    assert not [event for event in extract(article) if isinstance(event, Decision)]
