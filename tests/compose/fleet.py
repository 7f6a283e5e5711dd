"""The running services: enqueue articles, and wait until they are published."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from redis import Redis
from redis.exceptions import RedisError

from tests.compose.judge import PREFIX
from tests.compose.site import article_urls
from worker.schema import article_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.compose.direct_reading import DirectReading
    from tests.compose.engine import Engine
    from tests.compose.installation import Installation
    from tests.compose.site import SiteServer

POLL_S: Final = 0.5
STALL_S: Final = 300.0
"""Time without progress after which a wait fails."""


class StalledError(Exception):
    """Nothing has changed for too long."""


class Fleet:
    """The services of one installation, and the articles enqueued so far."""

    def __init__(self, installation: Installation, site: SiteServer, reading: DirectReading) -> None:
        self.installation = installation
        self.engine: Engine = installation.engine
        self.reading = reading
        self._site = site
        self.enqueued = 0

    @property
    def address(self) -> str:
        """The address of this machine that containers reach."""
        return str(self._site.server_address[0])

    @property
    def site_port(self) -> int:
        """The port of the site, which also receives webhooks."""
        return self._site.port

    def client(self) -> Redis:
        """Connect to Redis by its published port."""
        return Redis.from_url(self.installation.redis_url, protocol=2, socket_timeout=30)

    def next_urls(self, count: int) -> list[str]:
        """Return URLs of articles that were not enqueued yet; the caller enqueues them."""
        urls = article_urls(self._site.port, self.enqueued, self.enqueued + count)
        self.enqueued += count
        self.reading.add(urls)
        return urls

    def list_in_feed(self, count: int) -> None:
        """List new articles in the feed that `discover` polls."""
        self._site.listed = self.next_urls(count)

    def put(self, count: int) -> None:
        """Enqueue new articles with the documented command."""
        urls = self.next_urls(count)
        self.engine.compose("run", "--rm", "--no-deps", "-T", "worker", "put", "-", stdin="\n".join(urls))

    def published(self) -> int:
        """Return the number of articles ever published, trimmed ones included; 0 while Redis is away."""
        try:
            with self.client() as client:
                if not client.exists(stream := article_stream(PREFIX)):
                    return 0
                info: Any = client.xinfo_stream(stream)
                return int(info["entries-added"])
        except (RedisError, OSError):
            return 0

    def wait_for(self, count: int) -> None:
        """Wait until so many articles are published in all; raises StalledError."""
        wait_until(lambda: self.published() >= count, self.published, f"{count} articles")

    def wait_for_all(self) -> None:
        """Wait until every enqueued article is published; raises StalledError."""
        self.wait_for(self.enqueued)

    def wait_for_some_of(self, count: int) -> None:
        """Wait until a tenth of the last `count` articles is published, so that a fault meets tasks in progress."""
        self.wait_for(self.enqueued - count + count // 10)

    def states(self, service: str) -> list[dict[str, Any]]:
        """Return the state of each running container of a service."""
        return self.engine.inspect(self.engine.containers(service))

    def healthy(self, service: str, count: int) -> bool:
        """Return whether exactly `count` containers of a service run, all healthy."""
        states = [it["State"].get("Health", {}).get("Status") for it in self.states(service)]
        return states == ["healthy"] * count

    def wait_until_healthy(self, service: str, count: int) -> None:
        """Wait for `healthy`; raises StalledError."""
        wait_until(lambda: self.healthy(service, count), lambda: 0, f"{count} healthy {service}")


def wait_until(done: Callable[[], bool], progress: Callable[[], object], what: str) -> None:
    """Poll until `done`; raises StalledError if `progress` returns the same value for too long."""
    last, since = progress(), time.monotonic()
    while not done():
        if (now := progress()) != last:
            last, since = now, time.monotonic()
        if time.monotonic() - since > STALL_S:
            raise StalledError(f"{what}: no progress for {STALL_S:.0f} s at {last}")
        time.sleep(POLL_S)
