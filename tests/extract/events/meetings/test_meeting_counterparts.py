"""Participants in the clause or relative clause of a meeting noun; third parties; private meetings; scores."""

from datetime import UTC, datetime

import pytest

from worker.extract import explain_scores, extract
from worker.schema import Article, Meeting

TUESDAY = datetime(2024, 9, 17, 8, tzinfo=UTC)
INTRODUCTION = (
    "Norwegian Foreign Minister Edda Brun and Albanian Economy Minister Luan Teki are new in office. "
    "Norwegian Prime Minister Mari Oja and Albanian President Arben Lisi are not.\n\n"
)
"""Introduces the persons; reports no meeting."""
BRUN, TEKI, OJA, LISI = "Edda Brun", "Luan Teki", "Mari Oja", "Arben Lisi"


def article(text: str) -> Article:
    return Article(id="a", url="https://news.example/a", text=INTRODUCTION + text, published_at=TUESDAY, language="en")


def meetings(text: str) -> list[Meeting]:
    return [event for event in extract(article(text)) if isinstance(event, Meeting)]


def names(text: str) -> list[list[str]]:
    return [[actor.name for actor in meeting.participants] for meeting in meetings(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # relative clauses: the noun is the object, or the occasion
        ("The talks that Brun held with Teki in Tirana ended on Friday.", [BRUN, TEKI]),
        ("Officials agreed to a meeting Teki wanted with Brun.", [TEKI, BRUN]),
        ("Oja wrote about a July 10 meeting in Tirana when Brun told Teki that the port would close.", [BRUN, TEKI]),
        ("He left after a summit in Bergen at which Lisi pleaded with Norway and Oman.", [LISI, "Norway", "Oman"]),
        # the main clause: the addressee of the subject, its partner in an agreement, groups beside it
        ("Brun told Teki at a meeting in Bergen that the port would close.", [BRUN, TEKI]),
        ("Albania reached agreement with its creditors after four weeks of talks.", ["Albania", "its creditors"]),
        ("Brun said the draft followed what she agreed with Teki at their summit in Bergen.", [BRUN, TEKI]),
        ("At a meeting of the Ferry Union, Oja said the port would stay open.", [OJA, "Ferry Union"]),
        ("Lisi was angry at Brun's early departure from a meeting in Bergen with Teki.", [BRUN, TEKI]),
        # agents of participles; pairs parted by a participle
        ("Teki spoke at a dinner hosted by Oja in Bergen.", [TEKI, OJA]),
        (
            "A deal was reached in talks between an Albanian delegation headed by Teki and 16 creditor countries.",
            ["Albanian delegation", "16 creditor countries"],
        ),
        # appositions of appositions
        ("Oja received a phone call from her partner, the Albanian president, Arben Lisi.", [OJA, LISI]),
        # possessor before a date
        ("Senators questioned a colonel on Brun's July 25 phone call with Teki.", [BRUN, TEKI]),
        # "by" after the destination of a visit
        ("The visit to Albania by Brun, planned for next week, was called off.", [BRUN]),
        # the infinitive after a departure has the subject of the departure
        ("Brun left for Tirana on Monday to complete negotiations with Albania.", [BRUN, "Albania"]),
    ],
)  # fmt: skip
def test_the_participants(text: str, expected: list[str]) -> None:
    assert names(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # things and continents are no parties
        ("Brun is on a tour of Africa to promote trade.", [BRUN]),
        ("Brun visited Iraqi Kurdistan in 2015.", [BRUN]),
        # the possessor's role names no further party
        ("NATO ambassador Edda Brun's news conference on Monday was short.", [BRUN]),
        ("Brun's talks with NATO vice president Ola Nygard were short.", [BRUN, "Ola Nygard"]),
        # the occasion of a further clause
        ("Brun was in Tirana for talks with Teki when Oja announced the deal.", [BRUN, TEKI]),
        # talks between third parties
        ("Brun told a news conference near the close of annual meetings between Albania and Iceland.", [BRUN]),
        # onlookers, and proposals of third parties
        ("Oja saw a conversation in Bergen between Brun and Teki.", [BRUN, TEKI]),
        ("Oja proposed talks between Iceland and Albania on Monday.", ["Iceland", "Albania"]),
        # an occasion that is no office
        ("Oja attended the 1986 Bergen summit of heads of state.", [OJA, "heads of state"]),
        # talks after a visit are another meeting
        ("Brun's visit to Tirana on 3 May was followed by talks with Lisi.", [BRUN]),
        # two roles of one name
        ("Ferry Union chairman and chief executive Ola Nygard spoke to Oja on Monday.", ["Ola Nygard", OJA]),
    ],
)  # fmt: skip
def test_no_further_participants(text: str, expected: list[str]) -> None:
    assert names(text)[0] == expected


def test_who_ends_the_talks_of_others_takes_no_part() -> None:
    [meeting] = meetings(
        "Iceland and Albania had been holding direct talks. They were near a deal when Oja scuttled the talks."
    )
    assert [actor.name for actor in meeting.participants] == ["Iceland", "Albania"]
    assert [mention.text for mention in meeting.mentions] == ["talks", "talks"]


def test_a_pronoun_that_cannot_denote_the_partner_is_the_speaker() -> None:
    text = "Lisi suggested that he barely knew her, but Brun has said she has spoken several times with Oja."
    assert names(text)[-1] == [BRUN, OJA]


def test_a_record_of_a_meeting_has_no_status_of_the_meeting() -> None:
    [meeting] = meetings("Brun met Teki on Monday. A photo of the meeting was denied by Lisi.")
    assert (meeting.status, [actor.name for actor in meeting.participants]) == ("held", [BRUN, TEKI])


def test_an_apposition_repeats_the_visit() -> None:
    [meeting] = meetings("Brun's recent trip to Tirana — a trip likely designed to avoid leaks — was short.")
    assert [mention.text for mention in meeting.mentions] == ["trip", "trip"]


def test_the_body_in_the_name_of_a_summit() -> None:
    [meeting] = meetings("Oja will speak at the OPEC summit conference in Bergen on Monday.")
    assert "OPEC" in [actor.name for actor in meeting.participants]


@pytest.mark.parametrize(
    "text",
    [
        "Norway had won all previous 15 meetings with its neighbours.",
        "Oslo Ferries chief executive officer Ola Nygard said at a media briefing on Tuesday that profits fell.",
        "The National Harbour Conference and the Bergen Harbour Conference were both cancelled.",
        "Bergen Ferries chief executive Ola Nygard said in a media briefing on Tuesday that profits fell.",
        "The krone gained after economic data meeting the forecasts of Norway.",
        "Brun announced the exchange of prisoners last week.",
        "The Fjord Brothers will perform in Bergen, the final date on the tour.",
    ],
)
def test_meetings_that_are_none(text: str) -> None:
    assert meetings(text) == []


@pytest.mark.parametrize(
    ("text", "place", "when"),
    [
        ("Brun flew to Tirana on Monday, where she met Lisi.", "Tirana", None),
        ("It came ahead of a visit Brun will make to Albania later this month.", "Albania", "later this month"),
        ("Oja said at a meeting with Lisi in Bergen that duties on fish fell.", "Bergen", None),
        ("Oja proposed a summit with Lisi to take place in Iceland in May.", "Iceland", "May"),
    ],
)
def test_place_and_time(text: str, place: str, when: str | None) -> None:
    meeting = meetings(text)[-1]
    assert meeting.place is not None
    assert meeting.place.text == place
    assert (meeting.when.text if meeting.when else None) == when


def test_the_reasons_of_a_meeting() -> None:
    text = "Brun met Teki in Tirana on Monday. The council voted to close the port."
    [meeting] = meetings(text)
    reasons = explain_scores(article(text))
    assert "lemma:meet" in reasons[meeting.id]
    assert sorted(reasons) == sorted(event.id for event in extract(article(text)))
