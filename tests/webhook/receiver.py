"""A receiver on loopback that checks signatures as the specification has it, and answers as a test tells it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Receiver:
    """What has come."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        """Taken: answered with 2xx."""
        self.ids: list[str] = []
        self.attempts: Counter[str] = Counter()
        """By event id."""
        self.answer: Callable[[str, int], Awaitable[web.Response] | web.Response] = lambda _id, _n: web.Response()
        """Asked with the event's id and the number of the attempt."""
        self.most_at_once = 0
        self._at_once = 0
        self._arrived = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._handle(request)
        finally:
            self._at_once -= 1

    async def _handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + raw
        expected = "v1," + base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
        if expected not in request.headers["webhook-signature"].split(" "):
            return web.Response(status=401)
        body = json.loads(raw)
        name = body["data"]["id"]
        self.attempts[name] += 1
        made = self.answer(name, self.attempts[name])
        response = made if isinstance(made, web.Response) else await made
        if response.status < 300:
            self.bodies.append(body)
            self.ids.append(request.headers["webhook-id"])
        self._arrived.set()
        return response

    @property
    def taken(self) -> list[str]:
        """Ids of the events taken."""
        return [body["data"]["id"] for body in self.bodies]

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait for what is to come."""
        async with asyncio.timeout(10):
            while not ready():
                self._arrived.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), 0.05)


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Serve a receiver while the block lasts."""
    receiver = Receiver()
    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/{tail:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server: Any = site._server
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
