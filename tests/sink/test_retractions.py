"""A sink writes retractions to the files of their kind, each once, and skips entries of unknown types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sink.test_event_writer import FORMATS, finished_files, rows, write_all
from tests.subscribe.published import publish, publish_entry, publish_retraction

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


@pytest.mark.parametrize("file_format", FORMATS)
async def test_a_retraction_is_written_after_its_event(
    redis: Redis, settings: Settings, tmp_path: Path, file_format: str
) -> None:
    await publish(redis, settings, "m1", "s1")
    retraction = await publish_retraction(redis, settings, "m1")
    await publish_entry(redis, settings, "meeting", id="x", type="forecast", data="{}")
    await publish(redis, settings, "m2")
    assert await write_all(tmp_path, settings, file_format) == []
    found = [(row["kind"], row["id"]) for row in rows(tmp_path)]
    assert found == [("meeting", "m1"), ("retraction", "r-m1"), ("meeting", "m2"), ("statement", "s1")]
    (row,) = [row for row in rows(tmp_path) if row["kind"] == "retraction"]
    assert (row["of"], row["of_kind"], row["url"], row["reason"]) == ("m1", "meeting", retraction.url, "forgotten")
    assert row.get("sentence") is None
    assert len(finished_files(tmp_path)) == 2


@pytest.mark.parametrize("file_format", FORMATS)
async def test_a_resumed_sink_writes_a_retraction_once(
    redis: Redis, settings: Settings, tmp_path: Path, file_format: str
) -> None:
    await publish(redis, settings, "d1")
    await publish_retraction(redis, settings, "d1")
    for _ in range(2):
        await write_all(tmp_path, settings, file_format)
    assert [row["id"] for row in rows(tmp_path)] == ["d1", "r-d1"]
