"""The memory budget of the streams and the entries to trim, from measured sizes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.monitor.stream_budget import DEFAULT_BYTES, entries_to_trim, stream_budget
from worker.settings import RedisSettings
from worker.streams import StreamSize

MB = 1_000_000
SIZES = st.builds(
    lambda entries, per_entry, trimmed: StreamSize(entries, entries * per_entry, entries + trimmed),
    st.integers(0, 100_000),
    st.integers(50, 50_000),
    st.integers(0, 1_000_000),
)


@pytest.mark.parametrize(
    ("settings", "max_memory", "expected"),
    [
        (RedisSettings(), 64 * MB, (32 * MB, 16 * MB)),
        (RedisSettings(), 0, (DEFAULT_BYTES, DEFAULT_BYTES // 2)),
        (RedisSettings(stream_bytes=10 * MB, stream_reserve=0.2), 64 * MB, (10 * MB, 2 * MB)),
    ],
)
def test_the_budget_is_the_setting_or_half_of_the_memory(
    settings: RedisSettings, max_memory: int, expected: tuple[int, int]
) -> None:
    assert stream_budget(settings, max_memory) == expected


def test_streams_within_the_budget_keep_everything() -> None:
    sizes = {"articles": StreamSize(100, 90 * MB, 100), "events": StreamSize(100, 10 * MB, 100)}
    assert entries_to_trim(sizes, 100 * MB, 100 * MB) == {}


def test_streams_that_grow_together_keep_the_same_period() -> None:
    sizes = {"articles": StreamSize(1000, 36 * MB, 5000), "events": StreamSize(10_000, 12 * MB, 50_000)}
    trim = entries_to_trim(sizes, 24 * MB, 24 * MB)
    assert trim == {"articles": 500, "events": 5000}


def test_empty_streams_above_the_budget_are_not_trimmed() -> None:
    assert entries_to_trim({"articles": StreamSize(0, 500, 5000)}, 1, 1) == {}


def test_only_the_stream_above_its_share_is_trimmed() -> None:
    """It could not be trimmed before, because a reader needed its entries."""
    sizes = {"articles": StreamSize(500, 18 * MB, 5000), "events": StreamSize(15_000, 18 * MB, 50_000)}
    assert entries_to_trim(sizes, 24 * MB, 24 * MB) == {"events": 10_000}
    assert entries_to_trim(sizes, 24 * MB, 36 * MB) == {}


@given(st.dictionaries(st.sampled_from("abcd"), SIZES, max_size=4), st.integers(1, 10**9), st.integers(0, 10**9))
def test_what_is_left_fits_the_limit(sizes: dict[str, StreamSize], budget: int, reserve: int) -> None:
    trim = entries_to_trim(sizes, budget, budget + reserve)
    left = {stream: size.entries - trim.get(stream, 0) for stream, size in sizes.items()}
    assert all(0 <= left[stream] <= size.entries for stream, size in sizes.items())
    assert sum(sizes[stream].bytes_per_entry * n for stream, n in left.items()) <= (budget + reserve) * 1.000001 + 1
