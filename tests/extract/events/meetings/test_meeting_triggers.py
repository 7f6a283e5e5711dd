"""Meetings by their trigger: states, sessions, exchanges of words, series; what the definition excludes."""

from datetime import UTC, datetime

import pytest

from worker.extract import extract
from worker.schema import Article, Meeting

TUESDAY = datetime(2024, 9, 17, 8, tzinfo=UTC)
INTRODUCTION = (
    "Norwegian Foreign Minister Edda Brun and Albanian Economy Minister Luan Teki are new in office. "
    "The Norwegian prime minister, Mari Oja, is not.\n\n"
)
"""Introduces the persons; reports no meeting."""
BRUN, TEKI = "Edda Brun", "Luan Teki"


def meetings(text: str) -> list[Meeting]:
    article = Article(
        id="a", url="https://news.example/a", text=INTRODUCTION + text, published_at=TUESDAY, language="en"
    )
    return [event for event in extract(article) if isinstance(event, Meeting)]


def told(text: str) -> list[tuple[str | None, str, str, list[str], str | None, str | None]]:
    """Return cue, form, status, participants, place and time of each meeting."""
    return [
        (
            m.cue.text if m.cue else None,
            m.form,
            m.status,
            [actor.name for actor in m.participants],
            m.place.text if m.place else None,
            m.when.text if m.when else None,
        )
        for m in meetings(text)
    ]


def test_the_introduction_reports_no_meeting() -> None:
    assert told("") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Brun is due in Tirana on Friday.", ("due", "visit", "planned", [BRUN], "Tirana", "Friday")),
        ("Brun has been to Tirana.", ("been to", "visit", "held", [BRUN], "Tirana", None)),
        (
            "The Security Council will hold an urgent session on Yemen on Friday.",
            ("session", "talks", "planned", ["Security Council"], None, "Friday"),
        ),
        (
            "The two ministers swapped views over the phone.",
            ("swapped", "call", "held", [BRUN, TEKI], None, None),
        ),
        ("Brun has met Teki five times since June.", ("met", "talks", "held", [BRUN, TEKI], None, "June")),
        (
            'Teki on Monday held "a number of meetings with heads of delegations" in Oslo.',
            ("meetings", "talks", "held", [TEKI, "heads of delegations"], "Oslo", "Monday"),
        ),
        ("Brun is meeting Teki on Friday.", ("meeting", "talks", "planned", [BRUN, TEKI], None, "Friday")),
        ("Brun consulted Teki.", ("consulted", "talks", "held", [BRUN, TEKI], None, None)),
        (
            "Brun took a call from Teki on Monday.",
            ("call", "call", "held", [BRUN, TEKI], None, "Monday"),
        ),
    ],
)
def test_a_trigger_determines_all_fields(text: str, expected: tuple[object, ...]) -> None:
    assert told(text) == [expected]


def test_a_headline_and_the_paragraphs_below_it_tell_one_meeting() -> None:
    article = Article(
        id="a",
        url="https://news.example/a",
        text="Dani meets with Frost in Vilnius\n\nForeign Minister Arben Dani had a brief meeting with British Defence "
        "Secretary Ruth Frost on the margins of the NATO Summit.\n\nAccording to FM Dani, the talks went well.",
        published_at=TUESDAY,
        language="en",
    )
    [meeting] = [event for event in extract(article) if isinstance(event, Meeting)]
    assert [actor.name for actor in meeting.participants] == ["Arben Dani", "Ruth Frost"]
    assert meeting.place is not None
    assert meeting.place.text == "Vilnius"
    assert {span.text for span in meeting.mentions} == {"meets", "meeting", "talks"}


@pytest.mark.parametrize(
    "text",
    [
        "The prime minister's hospital treatment trip to Germany cost nothing.",
        "Brun's family holiday trip to Albania was short.",
        "Norway remains committed to the dialogue between Albania and Serbia and to talks with the EU.",
        "The mayors hold gatherings to collect residents' opinions but rarely act.",
        "Will Brun meet Teki?",
        "Brun sat down with the Harbour Post.",
        "Brun travelled to Oslo on Monday.",
        "Brun saw no reason for a summit.",
        "The union called for talks.",
        "Brun regularly meets Teki.",
    ],
)
def test_what_the_definition_excludes_is_no_meeting(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The rates agreed at the meeting of Brun and Teki rose.", "held"),
        ("The meeting of Brun and Teki failed to settle the dispute.", "held"),
        ("Brun and Teki opened talks in Oslo last June.", "held"),
        ("Brun is holding a meeting with Teki on Friday.", "planned"),
        ("Brun was to visit Albania in June, but the visit was called off.", "cancelled"),
    ],
)
def test_the_verb_beside_a_noun_determines_its_status(text: str, status: str) -> None:
    assert [meeting.status for meeting in meetings(text)] == [status]


@pytest.mark.parametrize(
    ("text", "participants"),
    [
        ("The weekly cabinet meeting ended in Oslo on Monday.", ["cabinet"]),
        ("The Norway-Albania summit began in Tirana on Monday.", ["Norway", "Albania"]),
        (
            "Brun met representatives of several fishing unions on Monday.",
            [BRUN, "representatives of several fishing unions"],
        ),
        ("Talks in Oslo between Brun and several creditor banks ended.", [BRUN, "several creditor banks"]),
        ("The visit of Albanian Economy Minister Luan Teki to Oslo ended.", [TEKI]),
    ],
)
def test_participants_beside_a_trigger(text: str, participants: list[str]) -> None:
    assert [[actor.name for actor in meeting.participants] for meeting in meetings(text)] == [participants]


def test_a_conversation_refers_to_the_call_before_it() -> None:
    [meeting] = meetings("Brun phoned Teki on Monday. After the conversation Brun left.")
    assert {span.text for span in meeting.mentions} == {"phoned", "conversation"}


def test_talks_of_unnamed_parties_are_one_meeting() -> None:
    assert (
        len(meetings("After the crucial talks in Geneva broke up, nobody spoke. The talks had lasted two days.")) <= 1
    )


def test_talks_that_measure_a_period_are_a_process() -> None:
    assert told("The Norwegian government has decided, after months of talks, to close the port.") == []
    assert [m[3] for m in told("After months of talks with Teki, Brun signed the treaty.")] == [[BRUN, TEKI]]


def test_meetings_with_other_partners_stay_apart() -> None:
    text = "Brun met Teki in Oslo. Oja visited the harbour. Brun met the Estonian prime minister, Kalle Saar, in Oslo."
    assert [m[3] for m in told(text)] == [[BRUN, TEKI], [BRUN, "Kalle Saar"]]


def test_the_clause_completes_a_counterpart() -> None:
    assert [m[3] for m in told("Brun used the talks with the European Commission to defend the fees.")] == [
        [BRUN, "European Commission"]
    ]


def test_the_visitor_of_a_visit_is_after_of() -> None:
    assert [m[3] for m in told("Cabinet hears report on visit of Norwegian Prime Minister Mari Oja to Tirana")] == [
        ["Mari Oja"]
    ]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Oja will sign the deal after Brun's envoy meets Teki in Tirana.", "planned"),
        ("Oja will speak when Brun arrives in Tirana.", "planned"),
        ("Brun will meet Teki in Oslo today.\n\nBrun and Teki have met in Oslo.", "held"),
        ("Brun will meet Teki in Oslo today.\n\nBrun and Teki meet in Oslo.", "planned"),
    ],
)
def test_tense_and_later_mentions_determine_the_status(text: str, status: str) -> None:
    assert [m[2] for m in told(text)] == [status]


def test_a_meeting_of_unnamed_parties_is_uncertain_and_has_the_speaker() -> None:
    (meeting,) = meetings("Kosovo's ministry said on X that the meeting was useful.")
    assert [actor.name for actor in meeting.participants] == ["Kosovo's ministry"]
    assert meeting.confidence < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "The Norwegian parliament reconvenes in October.",
        "Brun met Teki for a debate in Oslo on Monday.",
        "The Norwegian government will meet its targets this year.",
        "Oja spoke at the Labour Party's spring conference.",
    ],
)
def test_sittings_conventions_debates_and_targets_are_no_meetings(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Brun spoke by telephone to Teki.", ("spoke", "call", "held", [BRUN, TEKI], None, None)),
        ("Brun spoke on Monday to Teki.", ("spoke", "talks", "held", [BRUN, TEKI], None, "Monday")),
        ("Brun was invited to Tirana by Teki.", ("invited", "visit", "proposed", [TEKI, BRUN], "Tirana", None)),
        ("Brun, visiting Tirana, said taxes would rise.", ("visiting", "visit", "held", [BRUN], "Tirana", None)),
        ("Visiting Tirana, Brun said taxes would rise.", ("Visiting", "visit", "held", [BRUN], "Tirana", None)),
    ],
)
def test_addressees_agents_and_subjects_of_participles_take_part(text: str, expected: tuple[object, ...]) -> None:
    assert told(text) == [expected]
