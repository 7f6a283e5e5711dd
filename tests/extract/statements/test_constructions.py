"""Constructions of news sentences, each with the exact fields of its statements."""

from typing import NamedTuple

import pytest

from tests.extract.statements.test_statements import statements_in

Fields = tuple[str | None, str | None, list[str], str]
"""Name of the speaker, cue, content and act."""


class Report(NamedTuple):
    """A text with the fields of its statements and the outlets of the first."""

    text: str
    expected: list[Fields]
    via: list[str]


def fields(text: str) -> list[Fields]:
    return [
        (s.speaker.name if s.speaker else None, s.cue.text if s.cue else None, [c.text for c in s.content], s.act)
        for s in statements_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norland: Council hears report on the voyage of the harbour master", []),
        (
            "Ruud said since the morning Oda Brem sailed for Riga, he had called her crew twice.",
            [("Ruud", "said", ["since the morning Oda Brem sailed for Riga, he had called her crew twice"], "say")],
        ),
        (
            "Ruud said he and Brem never wrote the word “home” to each other whenever Brem was leaving.",
            [
                (
                    "Ruud",
                    "said",
                    ["he and Brem never wrote the word “home” to each other whenever Brem was leaving"],
                    "say",
                )
            ],
        ),
        (
            "The flood was overrated, and now, she says, we are back on the river.",
            [("she", "says", ["The flood was overrated, and now", "we are back on the river"], "say")],
        ),
        (
            "Brem said, once the count was over, she would leave.",
            [("Brem", "said", ["once the count was over, she would leave"], "announce")],
        ),
        (
            "According to Brem, a levy backed by most captains is needed.",
            [("Brem", "According to", ["a levy backed by most captains is needed"], "say")],
        ),
        (
            "Ruud, and other friends of the levy, claim the ruling has been misread.",
            [("Ruud", "claim", ["the ruling has been misread"], "say")],
        ),
        (
            'Norway did not appear at the inquiry but, in a note to the panel, rejected its findings as "hasty".',
            [("Norway", "rejected", ['its findings as "hasty"'], "criticise")],
        ),
        ("The captain called on sailors to vote.", [("The captain", "called on", ["sailors to vote"], "demand")]),
        (
            'The head of "Clean the Fjord" Ivar Moen announced at a briefing that the club is leaving the league.',
            [("Ivar Moen", "announced", ["that the club is leaving the league"], "announce")],
        ),
        ("Brem found herself in the sights of the press.", []),
        (
            "Brem said the steady work across dredging, piers and harbour safety reflects a common plan.",
            [
                (
                    "Brem",
                    "said",
                    ["the steady work across dredging, piers and harbour safety reflects a common plan"],
                    "say",
                )
            ],
        ),
        ("Norway supported the port by sending a tug.", []),
        (
            "Finland along with its neighbours demanded that the navy release the skippers.",
            [("Finland", "demanded", ["that the navy release the skippers"], "demand")],
        ),
        (
            '"We have burnt the boats," recalls Astrid Holm.',
            [("Astrid Holm", "recalls", ['"We have burnt the boats,"'], "say")],
        ),
        (
            'Asked whether she would sell, Astrid Holm said: "Never."',
            [
                (None, "Asked", ["whether she would sell"], "ask"),
                ("Astrid Holm", "said", ['"Never."'], "say"),
            ],
        ),
    ],
)
def test_each_construction_gives_its_statements(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    "report",
    [
        Report(
            "Brem was quoted by NRK as saying the lock would open.",
            [("Brem", "was quoted by NRK as saying", ["the lock would open"], "say")],
            ["NRK"],
        ),
        Report(
            "The lock will open, NRK reported, citing Brem.",
            [("Brem", "citing", ["The lock will open"], "say")],
            ["NRK"],
        ),
        Report(
            "According to NRK, Ruud said the lock was dry.", [("Ruud", "said", ["the lock was dry"], "say")], ["NRK"]
        ),
        Report("Ruud told Reuters the lock was dry.", [("Ruud", "told", ["the lock was dry"], "say")], ["Reuters"]),
        Report(
            "Ruud told BBC Radio 4's Dawn programme the lock was dry.",
            [("Ruud", "told", ["the lock was dry"], "say")],
            ["BBC Radio 4's Dawn programme"],
        ),
        Report(
            "In a letter seen by the Fjord Courier, Ruud said the lock was dry.",
            [("Ruud", "said", ["the lock was dry"], "say")],
            ["Fjord Courier"],
        ),
    ],
)
def test_outlets_are_credited(report: Report) -> None:
    assert fields(report.text) == report.expected
    assert statements_in(report.text)[0].via == report.via


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The club chose a new coach on Friday.\n\nAnd from Captain Astrid Holm:\n\n“He brings us patience.”",
            [("Astrid Holm", "from", ["“He brings us patience.”"], "say")],
        ),
        (
            'This was stated on Telegram by the mayor of Vik, Ivar Moen: "The ferry is lost."',
            [("Ivar Moen", "was stated", ['"The ferry is lost."'], "say")],
        ),
        (
            "The ferry will sail again in May. This was announced by the harbour office on Monday.",
            [("harbour office", "was announced", ["The ferry will sail again in May"], "announce")],
        ),
        (
            "TROMSØ, Norway (NTB) — The ferry will sail again, the captain said.",
            [("the captain", "said", ["The ferry will sail again"], "announce")],
        ),
    ],
)
def test_introductions_without_a_verb_of_speech_before_the_content(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Parliament rejected the amendments on Monday.",
        "Dockers slammed the doors of the hall.",
        "Echoing her predecessor, Brem walked to the pier.",
        "Norway recognised the new government in May.",
        "Voters cast their ballots in Vik.",
        "Members booed the mayor.",
        "The club named a new coach.",
        "Brem invited the captain to Oslo.",
    ],
)
def test_deeds_and_facts_are_no_statements(text: str) -> None:
    assert fields(text) == []


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Brem demanded that the club stop the sale.", "that the club stop the sale"),
        ("Brem insisted that the militia withdraw.", "that the militia withdraw"),
        ("Brem urged that the prime minister resign.", "that the prime minister resign"),
    ],
)
def test_a_base_form_after_a_singular_subject_demands(text: str, content: str) -> None:
    assert fields(text) == [("Brem", text.split()[1], [content], "demand")]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Brem rejected the claim that the lock was dry.", "deny"),
        ("Brem rejected the idea of the lock.", "criticise"),
        ("Opposition leader Oda Brem said the government's plan was a danger to the port.", "criticise"),
        ("The ministry said it will open the lock in May.", "announce"),
    ],
)
def test_the_act_follows_from_cue_and_content(text: str, act: str) -> None:
    assert [s.act for s in statements_in(text)] == [act]


def test_a_headline_that_quotes_gets_the_speaker_of_the_first_lines() -> None:
    text = "Harbour 'must close by May'\n\nMayor Ivar Moen said the harbour would have to close by May."
    assert fields(text)[0][:3] == ("Ivar Moen", None, ["Harbour 'must close by May'"])
    assert fields("Mayor opens 'Blue Harbour'\n\nMayor Ivar Moen said the harbour was open.")[0][1] == "said"
