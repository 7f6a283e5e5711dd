"""Tags of mandative clauses, of lines in upper case and of words with invisible characters."""

import pytest

from tests.extract.grammar.annotation import annotated


def tag_of(text: str, word: str) -> str:
    found = annotated(text)
    return found.tags[found.words.index(word)]


@pytest.mark.parametrize(
    ("text", "word", "tag"),
    [
        ("Brem demanded that the navy release the crew.", "release", "VB"),
        ("It is vital that the prime minister resign.", "resign", "VB"),
        ("Brem demanded that the court decision was reviewed.", "decision", "NN"),
        ("Brem said that the release was late.", "release", "NN"),
    ],
)
def test_a_base_form_is_a_verb_in_a_mandative_clause_only(text: str, word: str, tag: str) -> None:
    assert tag_of(text, word) == tag


def test_a_line_in_upper_case_has_verbs() -> None:
    assert tag_of("MOEN SAYS U.S. LAWMAKERS URGE JAPAN TO SHUT PORT", "says") == "VBZ"


def test_soft_hyphens_do_not_split_a_word() -> None:
    assert annotated("The cap\u00adtain left the\u200b pier.").words == ["The", "captain", "left", "the", "pier", "."]
