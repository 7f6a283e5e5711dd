"""Joint speakers of a list, and the persons that "he" cannot be."""

import pytest

from tests.extract.statements.test_statements import statements_in


def speakers(text: str) -> list[str | None]:
    return [s.speaker.name if s.speaker else None for s in statements_in(text)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Norland, Arvania and Belm said the ban should stay.", "Norland, Arvania and Belm"),
        ("Rowers, pilots, and two guards said the ban should stay.", "Rowers, pilots, and two guards"),
        ("It rained, and Norland, Arvania and Belm said the ban should stay.", "Norland, Arvania and Belm"),
        ("On Monday, Arvania and Belm said the ban should stay.", "Arvania and Belm"),
        ("In Oslo, Arvania and Belm said the ban should stay.", "Arvania and Belm"),
    ],
)
def test_all_members_of_a_list_speak(text: str, speaker: str) -> None:
    assert speakers(text) == [speaker]


def test_subject_pronoun_is_nobody_named_in_its_clause() -> None:
    text = "Gordon Hale met Tony Tamm on Monday. Tamm spoke first. He insisted he still trusted Mr Tamm."
    assert speakers(text) == ["Gordon Hale"]


def test_subject_pronoun_may_be_somebody_named_after_a_comma() -> None:
    text = "Gordon Hale met Tony Tamm on Monday. Tamm spoke first. He said it was late, and Tamm left."
    assert speakers(text) == ["Tony Tamm"]


@pytest.mark.parametrize(
    ("text", "speaker", "via"),
    [
        ("The Evening Post quoted Mr Tamm telling pilots that he would resign.", "Tamm", ["Evening Post"]),
        ("The Evening Post quoted Mr Tamm as saying that he would resign.", "Tamm", ["Evening Post"]),
    ],
)
def test_quoted_party_speaks(text: str, speaker: str, via: list[str]) -> None:
    statement = statements_in(text)[0]
    assert (statement.speaker.name if statement.speaker else None, statement.via) == (speaker, via)
