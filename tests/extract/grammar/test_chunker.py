"""Chunks: the boundaries of noun phrases."""

import pytest

from worker.extract.grammar.chunker import chunk
from worker.extract.grammar.sentences import annotate
from worker.extract.lexicon.lexicon import load_lexicon


def noun_phrases(string: str) -> list[str]:
    words = load_lexicon("en")
    assert words is not None
    text = annotate(string, words)
    return [text.slice(phrase.first, phrase.last) for phrase in chunk(text, words).noun_phrases]


@pytest.mark.parametrize(
    "time",
    ["yesterday", "tonight", "Monday", "Tuesday night", "last week", "next Friday", "late Monday", "March 20"],
)
def test_a_time_expression_without_a_preposition_is_a_separate_phrase(time: str) -> None:
    assert noun_phrases(f"Hale met Foreign Minister Vuk Belm {time}.") == ["Hale", "Foreign Minister Vuk Belm", time]


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("They met on Good Friday in Oslo.", "Good Friday"),
        ("Hale told USA Today that it rains.", "USA Today"),
        ("Hale met Anna May in Oslo.", "Anna May"),
        ("They left the Monday ferry in Oslo.", "the Monday ferry"),
        ("They met on 20 March 2020 in Oslo.", "20 March 2020"),
    ],
)
def test_a_time_word_inside_a_name_or_date_is_not_split_off(sentence: str, phrase: str) -> None:
    assert phrase in noun_phrases(sentence)


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        ("On February 26 Hale left.", ["February 26", "Hale"]),
        ("After the meeting Hale left.", ["the meeting", "Hale"]),
        ("On Monday President Hale spoke.", ["Monday", "President Hale"]),
        ("In the evening skipper Hale spoke.", ["the evening", "skipper Hale"]),
        ("This month Belm Harbour spoke.", ["This month", "Belm Harbour"]),
    ],
)
def test_a_name_after_a_fronted_phrase_is_a_separate_phrase(sentence: str, phrases: list[str]) -> None:
    assert noun_phrases(sentence) == phrases
