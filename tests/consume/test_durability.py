from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from tests.servers import server
from worker.consume import open_consumer

if TYPE_CHECKING:
    from pathlib import Path

    from worker.settings import Settings


async def warnings(settings: Settings, url: str) -> list[str]:
    with structlog.testing.capture_logs() as logs:
        async with open_consumer(settings.override(redis_url=url, processes=1), url):
            pass
    return [str(line["event"]) for line in logs if line["log_level"] == "warning"]


async def test_a_worker_warns_of_a_server_without_an_append_only_file(
    settings: Settings, private_redis_url: str, tmp_path: Path
) -> None:
    (tmp_path / "no_aof").mkdir()
    async with server(tmp_path / "no_aof") as url:
        assert await warnings(settings, url) == ["redis_not_durable"]
    assert await warnings(settings, private_redis_url) == []
