"""A deliverer at work, for the tests that watch one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from tests.webhook.receiver import KEY
from worker.telemetry.liveness import Pulse
from worker.webhook.deliver import Deliverer
from worker.webhook.place import Place
from worker.webhook.plan import Webhook
from worker.webhook.post import Post

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings


class Running:
    """A deliverer at work, with its place and its pulse."""

    def __init__(self, redis: Redis, settings: Settings, webhook: Webhook) -> None:
        self.place = Place(redis, settings.redis.key_prefix, webhook.name)
        self.pulse, self.stop = Pulse(), asyncio.Event()
        self._post = Post(webhook, settings)
        url = settings.redis.url or ""
        self.deliverer = Deliverer(webhook, url, redis, self._post, settings, jitter=lambda: 0.5, pulse=self.pulse)

    async def __aenter__(self) -> Self:
        await self._post.__aenter__()
        self.work = asyncio.create_task(self.deliverer.run(self.stop))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await asyncio.wait_for(self.work, 10)
        await self._post.__aexit__()


def hook(to: str, **more: Any) -> Webhook:
    return Webhook(**{"name": "press", "to": to, "secrets": (KEY,), "after": "0"} | more)
