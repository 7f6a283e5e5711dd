"""Cues in the passive, and questions whose asker is not told."""

import pytest

from tests.extract.statements.test_statements import found


@pytest.mark.parametrize(
    ("text", "cue", "content"),
    [
        ("Asked about the new fees, Hale left the room.", "Asked about", "the new fees"),
        ("Hale, when asked whether it rains, left the room.", "asked", "whether it rains"),
        ("Asked at a debate why it rains, Hale left the room.", "Asked", "why it rains"),
        ("Pressed for details, Hale left the room.", "Pressed for", "details"),
    ],
)
def test_a_question_is_told_without_its_asker(text: str, cue: str, content: str) -> None:
    assert found(text) == [("", cue, [content])]


def test_question_and_answer_are_two_statements() -> None:
    assert found("Hale, asked about the dam, said, “It rains.”") == [
        ("", "asked about", ["the dam"]),
        ("Hale", "said", ["“It rains.”"]),
    ]


def test_a_past_tense_after_an_aside_has_its_asker() -> None:
    assert found("Hale, editor of the Post, asked why it rains.") == [
        ("Hale, editor of the Post", "asked", ["why it rains"])
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The plan is seen as a farce, and it rains.", ("", "is seen", ["The plan", "as a farce"])),
        ("The tank is said to be old, and the crew left.", ("", "is said", ["The tank", "to be old"])),
        ("It was announced on Friday that it rains.", ("", "was announced", ["that it rains"])),
        (
            "The crew was warned by the port not to leave.",
            ("the port", "was warned by", ["The crew", "not to leave"]),
        ),
        ("The plan was condemned by the union.", ("the union", "was condemned by", ["The plan"])),
    ],
)
def test_a_passive_has_its_patient_as_content(text: str, expected: tuple[str, str, list[str]]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize("text", ["The book was written by Hale.", "The delay is explained by the rain."])
def test_what_is_only_made_or_caused_by_somebody_is_not_said(text: str) -> None:
    assert found(text) == []
