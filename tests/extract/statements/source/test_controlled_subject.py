"""The source of a verb whose subject is not directly before it."""

import pytest

from tests.extract.statements.test_statements import attributions


@pytest.mark.parametrize(
    ("text", "source", "cue"),
    [
        ("Hale left no doubt of helping the crew win, saying that it rains.", "Hale", "saying"),
        ("After thanking the crew, Hale left.", "Hale", "thanking"),
        ("In describing the plan as a shame, Hale laughed.", "Hale", "describing"),
        ("The port was shut, with the union calling it a shame.", "the union", "calling"),
        ("Declaring that it rains, Hale left the port.", "Hale", "Declaring"),
        ("Hale opened the port and praised the crew.", "Hale", "praised"),
        ("The rain led some officials to say that it was late.", "some officials", "to say"),
        ("The bank, which said that it rains, has left the port.", "which", "said"),
        ("A number of officials condemned the fees.", "A number of officials", "condemned"),
    ],
)
def test_a_cue_without_its_own_subject_takes_a_shared_or_controlling_source(text: str, source: str, cue: str) -> None:
    assert (source, cue) in [(who, word) for who, word, _ in attributions(text)]


def test_the_content_of_an_opening_participle_ends_before_the_main_clause() -> None:
    assert [content for _, _, content in attributions("Declaring that it rains, Hale left the port.")] == [
        ["that it rains"]
    ]


def test_it_is_a_source_of_blame_but_not_of_an_offer() -> None:
    assert [cue for _, cue, _ in attributions("It condemned the fees. It offers a walk through the port.")] == [
        "condemned"
    ]
