"""The nearest known word."""

import pytest

from worker.suggestion import did_you_mean


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("metings", ": did you mean meeting?"),
        ("STATEMENT", ": did you mean statement?"),
        ("zebra", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_suggested(word: str, suggestion: str) -> None:
    assert did_you_mean(word, ["statement", "meeting", "decision"]) == suggestion


def test_without_known_words_nothing_is_suggested() -> None:
    assert did_you_mean("a", []) == ""
