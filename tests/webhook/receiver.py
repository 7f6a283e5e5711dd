"""A webhook receiver on loopback: checks signatures by the specification, answers as a test configures it."""

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
    """Records what it received."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[dict[str, Any]] = []
        """Accepted: answered with 2xx."""
        self.ids: list[str] = []
        self.attempts: Counter[str] = Counter()
        """Event id -> attempts."""
        self.answer: Callable[[str, int], Awaitable[web.Response] | web.Response] = lambda _id, _n: web.Response()
        """Returns the response to an event id and the number of its attempt."""
        self.max_concurrent = 0
        self._concurrent = 0
        self._arrived = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        self._concurrent += 1
        self.max_concurrent = max(self.max_concurrent, self._concurrent)
        try:
            return await self._handle(request)
        finally:
            self._concurrent -= 1

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
    def accepted(self) -> list[str]:
        """Ids of the accepted events."""
        return [body["data"]["id"] for body in self.bodies]

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Return once the condition holds; it is checked after every request."""
        async with asyncio.timeout(60):
            while not condition():
                self._arrived.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), 0.05)


@contextlib.asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """Serve a receiver during the block."""
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
