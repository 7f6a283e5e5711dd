"""Replay in chunks: complete and in order, from either end, for any content of the streams."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.gateway.live.event import StreamEvent
from worker.gateway.live.replay import ReplayReader, ReplayWindow
from worker.schema import KINDS, Kind, event_stream
from worker.streams import connect, previous_id
from worker.subscribe.cursor import START_CURSOR, Cursor

Key = tuple[int, int, int]

ENTRIES = st.lists(st.sets(st.tuples(st.integers(1, 6), st.integers(0, 3)), max_size=12), min_size=3, max_size=3)
"""For each stream the ids of its entries."""


async def add_entries(history: ReplayReader, prefix: str, streams: list[set[tuple[int, int]]]) -> list[Key]:
    """Add entries to the streams; return their keys in order."""
    for kind, ids in zip(KINDS, streams, strict=True):
        for ms, sequence in sorted(ids):
            await history.client.xadd(event_stream(prefix, kind), {"data": "{}"}, id=f"{ms}-{sequence}")
    return sorted((*entry, at) for at, ids in enumerate(streams) for entry in ids)


async def read_upwards(window: ReplayWindow) -> list[StreamEvent]:
    found = []
    while not window.exhausted:
        found += await window.next_oldest()
    return found


async def read_downwards(window: ReplayWindow) -> list[StreamEvent]:
    found = []
    while not window.exhausted:
        found += await window.next_newest()
    return found


def keys(events: list[StreamEvent]) -> list[Key]:
    make_event = []
    for event in events:
        at = KINDS.index(event.kind)
        ms, sequence = event.cursor[at].split("-")
        make_event.append((int(ms), int(sequence), at))
    return make_event


HIGH: Cursor = ("9-0",) * 3


@given(ENTRIES, st.integers(1, 5), st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_window_is_read_completely_and_in_order_from_either_end_and_resumes_at_any_cursor(
    redis_url: str, streams: list[set[tuple[int, int]]], chunk: int, data: st.DataObject
) -> None:
    prefix = f"test-{uuid.uuid4().hex}"

    async def check() -> None:
        async with connect(redis_url) as client:
            history = ReplayReader(client, prefix)
            expected = await add_entries(history, prefix, streams)
            up = await read_upwards(history.window(KINDS, START_CURSOR, HIGH, chunk))
            assert keys(up) == expected
            down = await read_downwards(history.window(KINDS, START_CURSOR, HIGH, chunk))
            assert keys(down) == expected[::-1]
            if up:
                at = data.draw(st.integers(0, len(up) - 1))
                rest = await read_upwards(history.window(KINDS, up[at].cursor, HIGH, chunk))
                assert keys(rest) == expected[at + 1 :]
                lower = await read_downwards(history.window(KINDS, START_CURSOR, down[at].cursor_before, chunk))
                assert keys(lower) == expected[::-1][at + 1 :]
            await client.unlink(*(event_stream(prefix, kind) for kind in KINDS))

    asyncio.run(check())


@pytest.mark.parametrize("kinds", [("meeting",), ("statement", "decision")])
async def test_only_the_requested_kinds_are_read(redis_url: str, key_prefix: str, kinds: tuple[Kind, ...]) -> None:
    async with connect(redis_url) as client:
        history = ReplayReader(client, key_prefix)
        await add_entries(history, key_prefix, [{(1, 0), (2, 0)}] * 3)
        assert {event.kind for event in await read_upwards(history.window(kinds, START_CURSOR, HIGH))} == set(kinds)


async def test_an_exhausted_window_ends_at_its_upper_cursor_and_can_be_extended(
    redis_url: str, key_prefix: str
) -> None:
    async with connect(redis_url) as client:
        history = ReplayReader(client, key_prefix)
        await add_entries(history, key_prefix, [{(1, 0)}, set(), {(3, 0)}])
        window = history.window(KINDS, START_CURSOR, ("2-0",) * 3)
        assert keys(await read_upwards(window)) == [(1, 0, 0)]
        assert window.low == ("2-0",) * 3
        window.extend(("3-0",) * 3)
        assert keys(await read_upwards(window)) == [(3, 0, 2)]


@pytest.mark.usefixtures("redis_7")
async def test_only_trimmed_entries_are_a_gap_not_missing_ids(redis_url: str, key_prefix: str) -> None:
    async with connect(redis_url) as client:
        history = ReplayReader(client, key_prefix)
        await add_entries(history, key_prefix, [{(5, 0), (6, 0)}, {(5, 0), (6, 0)}, set()])
        await client.xtrim(event_stream(key_prefix, "meeting"), maxlen=1, approximate=False)
        assert await history.find_gaps(KINDS, ("1-0",) * 3) == ["meeting"]
        assert await history.find_gaps(KINDS, (previous_id("6-0"),) * 3) == []
        assert await history.find_gaps(KINDS, START_CURSOR) == []


async def test_trimming_during_a_replay_is_detected(redis_url: str, key_prefix: str) -> None:
    async with connect(redis_url) as client:
        history = ReplayReader(client, key_prefix)
        await add_entries(
            history, key_prefix, [{(ms, 0) for ms in range(1, 9)}, {(ms, 1) for ms in range(1, 9)}, set()]
        )
        window = history.window(KINDS, START_CURSOR, HIGH, 2)
        assert keys(await window.next_oldest())[-1] == (2, 0, 0)
        await window.next_oldest()
        assert window.lost == set()
        await client.xtrim(event_stream(key_prefix, "statement"), maxlen=2, approximate=False)
        found = []
        while not window.exhausted:
            found += await window.next_oldest()
        assert window.lost == {"statement"}
        assert [key for key in keys(found) if key[2] == 0][-2:] == [(7, 0, 0), (8, 0, 0)]
