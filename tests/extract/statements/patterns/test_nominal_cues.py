"""Nouns and adjectives as cues, and their sources."""

import pytest

from tests.extract.statements.test_statements import attributions, statements_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hale renewed his attacks on the owner.", ("Hale", "renewed his attacks on", ["the owner"])),
        ("Her answer was that it rains.", ("Her", "answer was", ["that it rains"])),
        ("Hale's claim that the ferry was late surprised nobody.", ("Hale", "claim", ["that the ferry was late"])),
        ("Hale's claim that the river was clean has angered us.", ("Hale", "claim", ["that the river was clean"])),
        ("The verdict by Hale that it rains was old.", ("Hale", "The verdict", ["that it rains"])),
        ("Despite Hale's claim that it rains, crowds came.", ("Hale", "claim", ["that it rains"])),
        (
            "A warning from the ministry that jobs would go failed.",
            ("the ministry", "A warning", ["that jobs would go"]),
        ),
        ("The demand of the union to close it was old.", ("the union", "The demand", ["to close it"])),
        ("Hale made the claim that it rains.", ("Hale", "made the claim", ["that it rains"])),
        ("Hale's promise to stay was old.", ("Hale", "promise", ["to stay"])),
    ],
)
def test_a_cue_noun_takes_its_source_from_possessor_agent_or_light_verb(
    text: str, expected: tuple[str, str, list[str]]
) -> None:
    assert attributions(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Hale's message that arrived late was short.",
        "Hale's speech on Wednesday was short.",
        "The calls for new fees were ignored.",
        "Hale faced criticism of the fees.",
        "Hale's attacks on the owner drew applause.",
        "The call by Hale for new fees was ignored.",
        "His opposition to the fees was old.",
    ],
)
def test_a_cue_noun_without_content_or_source_is_no_statement(text: str) -> None:
    assert attributions(text) == []


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Hale's complaint that the owner lied was heard.", "criticise"),
        ("Hale's refusal to leave was noticed.", "decline"),
        ("Hale's pledge to stay was old.", "promise"),
        ("Hale's accusation that the owner lied was heard.", "accuse"),
    ],
)
def test_a_cue_noun_determines_the_act(text: str, act: str) -> None:
    assert [s.act for s in statements_in(text)] == [act]


def test_the_content_of_an_adjective_ends_before_another_main_clause() -> None:
    assert [content for _, _, content in attributions("Hale was adamant that it rains, and the port is shut.")] == [
        ["that it rains"]
    ]
