"""One delivery attempt: a signed POST request and the classification of its response.

Reasons. Permanent: `http_<3xx>` (redirects are not followed), `http_<4xx>`, `private_address`. ReceiverGone:
`http_410`. Transient: `http_408`, `http_429`, `http_<5xx>`, and network errors as `worker.fetch.client` names them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

import aiohttp
import yarl

from worker.errors import Permanent, Transient
from worker.fetch.client import user_agent
from worker.fetch.failures import convert_errors
from worker.fetch.headers import parse_retry_after
from worker.fetch.resolver import checked_connector
from worker.webhook.signature import sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.settings import Settings
    from worker.webhook.config import Webhook
    from worker.webhook.message import WebhookMessage

RETRYABLE_CLIENT_ERRORS: Final = frozenset({408, 429})
GONE: Final = 410


class ReceiverGone(Permanent):
    """The receiver answered 410: the subscription has ended."""


class WebhookSender:
    """The connections to one receiver: `async with WebhookSender(webhook, settings) as send: await send(message)`."""

    def __init__(
        self, webhook: Webhook, settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now`: returns an aware time.  Nothing is connected yet; connections are opened on first use."""
        self._webhook = webhook
        self._settings = settings
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        s = self._settings
        connections = s.webhook.concurrency
        self._session = aiohttp.ClientSession(
            connector=checked_connector(
                allow_private=s.fetch.allow_private_addresses, threads=connections, limit=connections
            ),
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

    async def __call__(self, message: WebhookMessage) -> None:
        """Send a message once; raise ReceiverGone, Permanent or Transient if the receiver does not accept it."""
        try:
            async with asyncio.timeout(self._settings.webhook.timeout_s):
                await self._post(message)
        except TimeoutError:
            raise Transient("timeout_total", f"no answer after {self._settings.webhook.timeout_s:g} s") from None
        except Permanent as e:
            if e.reason == "bad_http":  # not from the receiver itself: a proxy, or a server that is starting
                raise Transient(e.reason, e.detail) from None
            raise

    async def _post(self, message: WebhookMessage) -> None:
        if self._session is None:
            raise RuntimeError("use `async with WebhookSender(…)`")
        target, headers = yarl.URL(self._webhook.to, encoded=True), self._headers(message)
        with convert_errors(self._webhook.to):
            async with self._session.post(
                target, data=message.body, headers=headers, allow_redirects=False
            ) as response:
                check_status(response, self._now())

    def _headers(self, message: WebhookMessage) -> dict[str, str]:
        timestamp_s = int(self._now().timestamp())
        return {
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": sign(self._webhook.secrets, message.id, timestamp_s, message.body),
        }


def check_status(response: aiohttp.ClientResponse, now: datetime) -> None:
    """Return for a status of 2xx; otherwise raise ReceiverGone, Transient or Permanent.

    A Transient failure has the Retry-After header as seconds from `now`.
    """
    status, detail = response.status, response.reason or ""
    if 200 <= status < 300:  # noqa: PLR2004 - success
        return
    if status == GONE:
        raise ReceiverGone("http_410", detail)
    if status in RETRYABLE_CLIENT_ERRORS or status >= 500:  # noqa: PLR2004 - server errors
        raise Transient(f"http_{status}", detail, parse_retry_after(response.headers.get("Retry-After"), now))
    raise Permanent(f"http_{status}", detail)
