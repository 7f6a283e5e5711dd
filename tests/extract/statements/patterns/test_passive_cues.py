"""Passive cues, and questions whose asker is not named."""

import pytest

from tests.extract.statements.test_statements import attributions


@pytest.mark.parametrize(
    ("text", "cue", "content"),
    [
        ("Asked about the new fees, Hale left the room.", "Asked about", "the new fees"),
        ("Hale, when asked whether it rains, left the room.", "asked", "whether it rains"),
        ("Asked at a debate why it rains, Hale left the room.", "Asked", "why it rains"),
        ("Pressed for details, Hale left the room.", "Pressed for", "details"),
    ],
)
def test_a_question_without_a_named_asker_has_no_source(text: str, cue: str, content: str) -> None:
    assert attributions(text) == [("", cue, [content])]


def test_question_and_answer_are_two_statements() -> None:
    assert attributions("Hale, asked about the dam, said, “It rains.”") == [
        ("", "asked about", ["the dam"]),
        ("Hale", "said", ["“It rains.”"]),
    ]


def test_a_past_tense_after_an_aside_takes_the_subject_before_it_as_source() -> None:
    assert attributions("Hale, editor of the Post, asked why it rains.") == [
        ("Hale, editor of the Post", "asked", ["why it rains"])
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The plan was mocked as a farce, and it rains.", ("", "was mocked", ["The plan", "as a farce"])),
        ("The tank is said to be old, and the crew left.", ("", "is said", ["The tank", "to be old"])),
        ("It was announced on Friday that it rains.", ("", "was announced", ["that it rains"])),
        (
            "The crew was warned by the port not to leave.",
            ("the port", "was warned by", ["The crew", "not to leave"]),
        ),
        ("The plan was condemned by the union.", ("the union", "was condemned by", ["The plan"])),
    ],
)
def test_the_content_of_a_passive_includes_its_patient(text: str, expected: tuple[str, str, list[str]]) -> None:
    assert attributions(text) == [expected]


@pytest.mark.parametrize("text", ["The book was written by Hale.", "The delay is explained by the rain."])
def test_a_passive_of_making_or_causing_is_no_statement(text: str) -> None:
    assert attributions(text) == []
