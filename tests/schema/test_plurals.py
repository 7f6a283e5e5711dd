"""The noun of a count agrees with its number."""

import pytest

from worker.schema.plurals import plural


@pytest.mark.parametrize(
    ("n", "nouns", "words"),
    [
        (0, None, "0 URLs"),
        (1, None, "1 URL"),
        (2, None, "2 URLs"),
        (1_200, None, "1,200 URLs"),
        (1, "URL list", "1 URL"),
        (2, "URL list", "2 URL list"),
    ],
)
def test_a_noun_agrees_with_its_count(n: int, nouns: str | None, words: str) -> None:
    assert plural(n, "URL", nouns) == words
