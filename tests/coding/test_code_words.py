"""Code words: verb forms, entries of several words, splitting of texts."""

from worker.coding.code_words import load_code_words, lower_words


def test_verbs_are_found_in_every_form_and_with_their_particles() -> None:
    words = load_code_words("en")
    assert words is not None
    for text in ("froze", "frozen", "freezes", "freezing"):
        assert "freeze" in words.find_classes([text]).verbs
    assert "resign" in words.find_classes(["he", "stepped", "down"]).verbs
    assert "resign" not in words.find_classes(["he", "stepped", "in"]).verbs


def test_the_longest_entry_at_a_position_counts() -> None:
    words = load_code_words("en")
    assert words is not None
    assert words.find_classes(["a", "state", "of", "emergency"]).nouns == {"emergency"}
    assert words.find_classes(["a", "state"]).nouns == {"statehood"}


def test_words_are_in_lower_case_and_limited() -> None:
    assert lower_words("We won\u2019t sell 3 re-built ferries, X said.", 5) == [
        "we",
        "won't",
        "sell",
        "re-built",
        "ferries",
    ]
    assert lower_words("a " * 10_000, 3) == ["a", "a", "a"]
    assert lower_words("", 3) == []


def test_a_language_without_a_file_has_no_code_words() -> None:
    assert load_code_words("xx") is None
