"""The group reads every event of all kinds, also after a lost connection."""

from __future__ import annotations

from pathlib import Path

from redis import Redis

from tests.compose.fleet import wait_until
from tests.compose.group_reader import reading_along
from worker.streams.embedded_server import run_embedded_server


async def test_every_event_is_read_once_and_acknowledged(tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path) as url:
        with Redis.from_url(url, protocol=2) as client:
            _publish(client, range(5))
            with reading_along(url, "desk") as reader:
                _publish(client, range(5, 10))
                wait_until(lambda: len(reader.ids) >= 10, lambda: len(reader.ids), "events")
            assert sorted(reader.ids) == [f"{n}" for n in range(10)]
            assert client.xpending("communique:events:meeting", "desk")["pending"] == 0


async def test_it_continues_after_its_connection_was_closed(tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path) as url:
        with Redis.from_url(url, protocol=2) as client, reading_along(url, "desk") as reader:
            client.client_kill_filter(skipme=True, _type="normal")
            _publish(client, range(6))
            wait_until(lambda: len(set(reader.ids)) >= 6, lambda: len(reader.ids), "events")
            assert set(reader.ids) == {f"{n}" for n in range(6)}


def _publish(client: Redis, numbers: range) -> None:
    for n in numbers:
        kind = ("statement", "meeting", "decision")[n % 3]
        client.xadd(f"communique:events:{kind}", {"id": f"{n}", "type": kind})
    client.xadd("communique:events:meeting", {"id": "withdrawn", "type": "retraction"})
