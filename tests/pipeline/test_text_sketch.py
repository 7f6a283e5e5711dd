"""Wire copies are found, and other articles on the same topic are not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.wire_copies import load_stories, make_pairs
from worker.pipeline.text_sketch import BANDS, sketch_text
from worker.schema import is_near

PAIRS = 200


def is_found(first: str, second: str) -> bool:
    """Return whether the index finds the first text for the second, and their fingerprints are near."""
    one, two = sketch_text(first), sketch_text(second)
    assert one
    assert two
    return not set(one.bands).isdisjoint(two.bands) and is_near(one.fingerprint, two.fingerprint)


def test_copies_are_found_with_precision_and_recall() -> None:
    for seed in range(3):
        pairs = make_pairs(PAIRS, seed)
        found = [is_found(pair.first, pair.second) for pair in pairs]
        right = sum(it and pair.is_copy for it, pair in zip(found, pairs, strict=True))
        assert right / sum(found) >= 0.99
        assert right / (PAIRS / 2) >= 0.90


def test_no_two_invented_articles_are_nearly_the_same() -> None:
    sketches = [sketch for story in load_stories() if (sketch := sketch_text(story.text))]
    near = [
        (a, b)
        for n, a in enumerate(sketches)
        for b in sketches[:n]
        if not set(a.bands).isdisjoint(b.bands) and is_near(a.fingerprint, b.fingerprint)
    ]
    assert near == []


def test_a_text_is_near_itself_whatever_its_case_and_punctuation() -> None:
    text = load_stories()[0].text
    assert sketch_text(text) == sketch_text(text.upper().replace(",", "; "))


def test_a_short_text_has_no_sketch() -> None:
    assert sketch_text("The minister met the press. " * 100) is None
    assert not is_near(0, 0)


@given(st.text(max_size=2_000))
def test_any_text_has_a_sketch_or_none(text: str) -> None:
    sketch = sketch_text(text)
    assert sketch == sketch_text(text)
    if sketch:
        assert len(sketch.bands) == BANDS
        assert all(0 <= band < 2**64 for band in (*sketch.bands, sketch.fingerprint))
