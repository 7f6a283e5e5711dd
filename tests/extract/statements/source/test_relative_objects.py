"""Relative clauses whose antecedent is what is judged."""

import pytest

from tests.extract.statements.test_statements import found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The council shut the park, a decision that the opposition has described as theft.",
            ("the opposition", "has described", ["a decision", "as theft"]),
        ),
        (
            "The port was shut in May, a step his own advisers have called unworkable.",
            ("his own advisers", "have called", ["a step", "unworkable"]),
        ),
        ("Low, whom Hale has accused of greed, owns a ferry.", ("Hale", "has accused", ["whom", "of greed"])),
        ("In the plan, which Hale called “a farce,” it rains.", ("Hale", "called", ["which", "“a farce,”"])),
    ],
)
def test_the_antecedent_is_judged_by_the_subject_of_its_clause(text: str, expected: tuple[str, str, list[str]]) -> None:
    assert found(text) == [expected]


def test_what_was_said_ends_before_the_apposition_that_another_judges() -> None:
    assert found("Hale warned that the port would shut, a threat the union dismissed as illegal.") == [
        ("Hale", "warned", ["that the port would shut"]),
        ("the union", "dismissed", ["a threat", "as illegal"]),
    ]


@pytest.mark.parametrize(
    "text", ["The crew that Hale praised yesterday left.", "The port that the crew left is as old."]
)
def test_a_relative_without_a_judgement_is_none(text: str) -> None:
    assert [content for _, _, content in found(text) if len(content) > 1] == []
