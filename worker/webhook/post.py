"""One attempt to deliver: a signed POST, and what its answer means.

Reasons.  Permanent: `http_<3xx>` (redirects are not followed), `http_<4xx>`, `private_address`.  Gone: `http_410`.
Transient: `http_408`, `http_429`, `http_<5xx>`, and what can go wrong on the way, as `worker.fetch.client` names it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

import aiohttp
import yarl

from worker.errors import Permanent, Transient
from worker.fetch.client import only_failures, user_agent
from worker.fetch.headers import retry_after_s
from worker.fetch.resolver import connector
from worker.webhook.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.settings import Settings
    from worker.webhook.message import Message
    from worker.webhook.plan import Webhook

RETRYABLE_STATUSES: Final = frozenset({408, 429})
GONE: Final = 410


class Gone(Permanent):
    """The receiver wants no more of this subscription."""


class Post:
    """The connections to one receiver: `async with Post(webhook, settings) as post: await post(message)`."""

    def __init__(
        self, webhook: Webhook, settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Connect to nothing yet."""
        self._webhook = webhook
        self._settings = settings
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        s = self._settings
        at_once = s.webhook.concurrency
        self._session = aiohttp.ClientSession(
            connector=connector(allow_private=s.fetch.allow_private_addresses, threads=at_once, limit=at_once),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=s.fetch.connect_timeout_s),
            headers={"User-Agent": user_agent(s.fetch.contact_url), "Content-Type": "application/json"},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __call__(self, message: Message) -> None:
        """Deliver, or raise Gone, Permanent or Transient."""
        try:
            async with asyncio.timeout(self._settings.webhook.timeout_s):
                await self._send(message)
        except TimeoutError:
            raise Transient("timeout_total", f"no answer after {self._settings.webhook.timeout_s:g} s") from None
        except Permanent as e:
            if e.reason == "bad_http":  # whatever spoke there, it was not the receiver: a proxy, a half-started server
                raise Transient(e.reason, e.detail) from None
            raise

    async def _send(self, message: Message) -> None:
        if self._session is None:
            raise RuntimeError("use `async with Post(…)`")
        target, headers = yarl.URL(self._webhook.to, encoded=True), self._headers(message)
        with only_failures(self._webhook.to):
            async with self._session.post(
                target, data=message.body, headers=headers, allow_redirects=False
            ) as response:
                self._judge(response)

    def _headers(self, message: Message) -> dict[str, str]:
        timestamp_s = int(self._now().timestamp())
        return {
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": signature(self._webhook.secrets, message.id, timestamp_s, message.body),
        }

    def _judge(self, response: aiohttp.ClientResponse) -> None:
        status, why = response.status, response.reason or ""
        if 200 <= status < 300:  # noqa: PLR2004 - success
            return
        if status == GONE:
            raise Gone("http_410", why)
        if status in RETRYABLE_STATUSES or status >= 500:  # noqa: PLR2004 - server errors
            raise Transient(f"http_{status}", why, retry_after_s(response.headers.get("Retry-After"), self._now()))
        raise Permanent(f"http_{status}", why)
