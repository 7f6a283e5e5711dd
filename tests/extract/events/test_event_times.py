"""Which time is that of an event, and on which side of the publication its day is."""

from datetime import UTC, date, datetime

import pytest

from worker.extract import extract
from worker.schema import Article, Decision, Meeting

TUESDAY = datetime(2024, 9, 17, 8, tzinfo=UTC)
INTRODUCTION = "Estonian Prime Minister Maarja Lepik and Norwegian President Jonas Berg lead their countries.\n\n"


def events(text: str) -> list[Decision | Meeting]:
    article = Article(
        id="a", url="https://news.example/a", text=INTRODUCTION + text, published_at=TUESDAY, language="en"
    )
    return [event for event in extract(article) if isinstance(event, Decision | Meeting)]


def the_decision(text: str) -> Decision:
    [decision] = [event for event in events(text) if isinstance(event, Decision)]
    return decision


def the_meeting(text: str) -> Meeting:
    [meeting] = [event for event in events(text) if isinstance(event, Meeting)]
    return meeting


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [
        ("On 6 September Lepik approved the tunnel.", "6 September", date(2024, 9, 6)),
        ("Lepik on Friday approved the tunnel.", "Friday", date(2024, 9, 13)),
        ("In 2019, when the cabinet approved the tunnel, it was short.", "2019", None),
        ("On Monday, Berg, who had seen the bill, vetoed it.", "Monday", date(2024, 9, 16)),
        ("Norway's 2011 decision to close the port was wrong.", "2011", None),
        ("Norway's decision last week to close the port was wrong.", "last week", None),
        ("At Monday's meeting, the council approved the tunnel.", "Monday", date(2024, 9, 16)),
        ("The council vowed on Friday to close the port.", "Friday", date(2024, 9, 13)),
        ("The court will rule on the tunnel on Friday.", "Friday", date(2024, 9, 20)),
        ("The council filed a lawsuit concerning the nets in July 2023.", "July 2023", None),
        ("Norway announced this week plans to ban nets.", "this week", None),
        ("Norway signed a memorandum of understanding on fishing on Friday.", "Friday", date(2024, 9, 13)),
        ("On Monday the port authority said Norway will ban nets.", "Monday", date(2024, 9, 16)),
        ("Berg told reporters on Friday that Norway will ban nets.", "Friday", date(2024, 9, 13)),
    ],
)
def test_the_time_of_a_decision(text: str, words: str, day: date | None) -> None:
    decision = the_decision(text)
    assert (decision.when and decision.when.text, decision.decided_on) == (words, day)


@pytest.mark.parametrize(
    "text",
    [
        # a term
        "Norway called early elections for 9 June.",
        "The tribunal adjourned the hearing to 6 June.",
        "Parliament approved a ban on nets from January.",
        "Norway extended the ban on nets until 31 May.",
        "Lepik approved the tunnel by 2030.",
        # of a participle or noun in the object
        "The tribunal annulled the permit issued on 8 March.",
        "The court rejected the appeal against last week's ruling.",
        "Parliament approved the 2025 budget.",
        "The council filed a lawsuit to stop the ban from taking effect on 1 July.",
        # of the verb that reports it
        "The port authority told reporters on Friday that Lepik had approved the tunnel.",
        "Berg criticised on Friday Lepik's decision to close the port.",
        # of the main clause around a relative clause
        "On Monday Berg, who had vetoed the bill, left.",
        # of an occasion to which the object refers
        "Parliament approved rules for the election on 4 October.",
        # of another clause
        "Norway banned nets shortly after the storm.",
        "The tunnel opened in 2008 and, when Lepik approved it, cost little.",
    ],
)
def test_a_time_of_something_else_is_not_the_time_of_a_decision(text: str) -> None:
    for decision in events(text):
        assert (decision.when, getattr(decision, "decided_on", None)) == (None, None)


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [
        ("Lepik met Berg on Monday.", "Monday", date(2024, 9, 16)),
        ("Lepik flew to Oslo on Monday and met Berg.", "Monday", date(2024, 9, 16)),
        ("Lepik visited Oslo on Monday to meet Berg.", "Monday", date(2024, 9, 16)),
        ("Lepik is scheduled on Friday to meet Berg.", "Friday", date(2024, 9, 20)),
        ("Last week's talks between Lepik and Berg were long.", "Last week", None),
        ("Lepik and Berg spoke at the 2019 summit in Riga.", "2019", None),
        ("The summer talks between Lepik and Berg were long.", "summer", None),
        ("On Friday the ferry sank, ahead of a meeting between Lepik and Berg.", None, None),
        ("Lepik agreed on Monday to meet Berg.", None, None),
        ("Lepik said on Monday that she would meet Berg.", None, None),
        ("Lepik met Berg before Friday's vote.", None, None),
        ("Lepik arrived on Sunday from Oslo, where she met Berg.", None, None),
    ],
)
def test_the_time_of_a_meeting(text: str, words: str | None, day: date | None) -> None:
    found = [event for event in events(text) if isinstance(event, Meeting) and event.status != "denied"]
    assert [(m.when and m.when.text, m.held_on) for m in found if len(m.participants) > 1] == [(words, day)]
