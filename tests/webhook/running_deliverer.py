"""A running deliverer, for the tests that observe one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from tests.webhook.receiver import KEY
from worker.telemetry.liveness import LivenessMonitor
from worker.webhook.config import Webhook
from worker.webhook.deliverer import Deliverer
from worker.webhook.sender import WebhookSender
from worker.webhook.subscription_state import SubscriptionState

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings


class RunningDeliverer:
    """A deliverer in a task, with its state and its liveness monitor."""

    def __init__(self, redis: Redis, settings: Settings, webhook: Webhook) -> None:
        self.state = SubscriptionState(redis, settings.redis.key_prefix, webhook.name)
        self.liveness, self.stop = LivenessMonitor(), asyncio.Event()
        self._sender = WebhookSender(webhook, settings)
        url = settings.redis.url or ""
        self.deliverer = Deliverer(
            webhook, url, redis, self._sender, settings, jitter=lambda: 0.5, liveness=self.liveness
        )

    async def __aenter__(self) -> Self:
        await self._sender.__aenter__()
        self.work = asyncio.create_task(self.deliverer.run(self.stop))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await asyncio.wait_for(self.work, 60)
        await self._sender.__aexit__()


def webhook_to(to: str, **more: Any) -> Webhook:
    return Webhook(**{"name": "press", "to": to, "secrets": (KEY,), "after": "0"} | more)
