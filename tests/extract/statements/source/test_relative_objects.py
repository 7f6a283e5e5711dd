"""Relative clauses whose antecedent is the object of the cue."""

import pytest

from tests.extract.statements.test_statements import attributions


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
def test_the_antecedent_is_content_and_the_subject_of_its_clause_the_source(
    text: str, expected: tuple[str, str, list[str]]
) -> None:
    assert attributions(text) == [expected]


def test_content_ends_before_an_apposition_that_another_source_describes() -> None:
    assert attributions("Hale warned that the port would shut, a threat the union dismissed as illegal.") == [
        ("Hale", "warned", ["that the port would shut"]),
        ("the union", "dismissed", ["a threat", "as illegal"]),
    ]


@pytest.mark.parametrize(
    "text", ["The crew that Hale praised yesterday left.", "The port that the crew left is as old."]
)
def test_a_relative_clause_without_a_predicate_about_its_antecedent_is_no_statement(text: str) -> None:
    assert [content for _, _, content in attributions(text) if len(content) > 1] == []
