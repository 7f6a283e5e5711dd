"""Cues in the passive, and questions whose asker is not told."""

import pytest

from tests.extract.test_statements import found


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
