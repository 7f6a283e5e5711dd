"""What an operator may ask of a running service: /metrics, /healthz and /readyz, on a port of their own.

They are answered by a thread, not by the event loop: when the loop is wedged, they say so, instead of saying nothing.

    /healthz   200 while every vital loop turns; 503 names those that do not, and then only a restart helps
    /readyz    200 while it can also do its work: Redis answers, and a worker reads
    /metrics   what Prometheus scrapes
"""

from __future__ import annotations

import asyncio
import contextlib
import socketserver
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import msgspec
import structlog
from redis.exceptions import RedisError

from worker.errors import UsageError
from worker.monitor.fleet_collector import SURROUNDINGS
from worker.monitor.snapshot import Heart, survey
from worker.queue import UrlQueue, process_name
from worker.schema.fleet import BEAT_S, Fleet
from worker.streams import connect
from worker.telemetry import metrics
from worker.telemetry.liveness import MARGIN_S, Part, Pulse

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from worker.settings import Settings

log = structlog.get_logger()

TURN_S: Final = 1.0
"""How often the event loop shows that it turns."""
PARTS: Final = {
    "loop": Part(limit_s=MARGIN_S, vital=True),
    "redis": Part(limit_s=MARGIN_S),
}
"""What every service has: an event loop that turns, and a Redis that answers."""

Answer = tuple[str, str, bytes]
"""Status line, Content-Type, body."""
Look = Callable[[], Awaitable[None]]


@contextlib.asynccontextmanager
async def watched(
    settings: Settings, redis_url: str, service: str, pulse: Pulse, look: Look | None = None
) -> AsyncIterator[int | None]:
    """Let the service be watched while the block lasts: its beats in Redis, and its port where one is set.

    `look` is called with every survey, to look at what only this service knows.  Yields the port, None where there is
    none.  UsageError where it cannot be had.
    """
    metrics.prepare()
    pulse.expect(PARTS)
    async with connect(redis_url) as client, contextlib.AsyncExitStack() as stack:
        queue = UrlQueue(redis_url, settings)  # to look only: not entered, it creates nothing
        stack.push_async_callback(queue.aclose)
        heart = Heart(client, settings, service, pulse, clock=time.monotonic, name=process_name())
        eyes = Eyes(lambda: survey(client, queue, settings), heart, pulse, look)
        SURROUNDINGS.watch(service, pulse, eyes.fleet)
        stack.callback(SURROUNDINGS.forget, service)
        port = stack.enter_context(_served(settings, pulse))
        await stack.enter_async_context(_turning(pulse, eyes))
        yield port


class Eyes:
    """Looks at the fleet every `BEAT_S`, for the metrics; what it saw is read by another thread."""

    def __init__(self, see: Callable[[], Awaitable[Fleet]], heart: Heart, pulse: Pulse, look: Look | None) -> None:
        self._see = see
        self._heart = heart
        self._pulse = pulse
        self._look = look
        self._fleet: Fleet | None = None

    def fleet(self) -> Fleet | None:
        """Return the last survey, None where Redis did not answer since."""
        return self._fleet

    async def once(self) -> None:
        """Beat, and look; a Redis that is away is told by the metrics, and by one line."""
        try:
            await self._heart.beat()
            self._fleet = await self._see()
            if self._look:
                await self._look()
            self._pulse.beat("redis")
        except (RedisError, OSError) as e:
            if self._fleet is not None:
                log.warning("redis_away", error=str(e))
            self._fleet = None

    async def farewell(self) -> None:
        """Say that the service ends, if Redis can be told."""
        with contextlib.suppress(RedisError, OSError):
            await self._heart.farewell()


@contextlib.asynccontextmanager
async def _turning(pulse: Pulse, eyes: Eyes) -> AsyncIterator[None]:
    """Keep the two loops of the watch going while the block lasts."""
    over = asyncio.Event()

    async def every(seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        while not over.is_set():
            await step()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), seconds)

    async def turn() -> None:
        pulse.beat("loop")

    loops = [asyncio.create_task(every(TURN_S, turn)), asyncio.create_task(every(BEAT_S, eyes.once))]
    try:
        yield
    finally:
        over.set()
        await _ended(loops)
        await eyes.farewell()


async def _ended(loops: Iterable[asyncio.Task[None]]) -> None:
    """Wait a moment for the loops to end by themselves, then cancel until they have (see `Consumer._until_over`)."""
    left = set(loops)
    while left:
        _, left = await asyncio.wait(left, timeout=TURN_S)
        for task in left:
            task.cancel()
    for task in loops:
        if not task.cancelled():
            task.result()  # a bug in the watch is told at the end, and by a part that went silent before


# ---------------------------------------------------------------- the port
@contextlib.contextmanager
def _served(settings: Settings, pulse: Pulse) -> Iterator[int | None]:
    """Answer on the port of the settings, from a thread."""
    if settings.metrics.port is None:
        yield None
        return
    with _listening(settings.metrics.host, settings.metrics.port) as server:
        server.set_app(_Answers(pulse))
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
        log.info("watched", host=settings.metrics.host, port=server.server_port)
        try:
            yield server.server_port
        finally:
            server.shutdown()


def _listening(host: str, port: int) -> _Server:
    try:
        return _Server((host, port), _Handler)
    except OSError as e:
        raise UsageError(f"cannot serve metrics on {host}, port {port}: {e.strerror}") from None


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True

    def server_bind(self) -> None:
        """Bind without asking DNS for our own name, which may take seconds where there is none."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = cast("tuple[str, int]", self.server_address[:2])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


class _Handler(WSGIRequestHandler):
    timeout = 5.0
    """Seconds for a client that connects and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that it has there
        """Leave it out of the log: it is asked every few seconds."""


class _Answers:
    """The three questions, as a WSGI application."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        status, content_type, body = self._answer(environ)
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return "405 Method Not Allowed", "text/plain", b"GET only\n"
        match environ["PATH_INFO"]:
            case "/metrics":
                body, content_type = metrics.exposition(environ.get("HTTP_ACCEPT", ""))
                return "200 OK", content_type, body
            case "/healthz":
                return self._state(vital_only=True)
            case "/readyz":
                return self._state(vital_only=False)
        return "404 Not Found", "text/plain", b"/metrics, /healthz, /readyz\n"

    def _state(self, *, vital_only: bool) -> Answer:
        """Tell for each loop how long ago it was heard, and which have been silent for too long."""
        late = sorted(self._pulse.late(vital_only=vital_only))
        ages = {name: round(age, 1) for name, age in self._pulse.ages().items()}
        body = msgspec.json.encode({"status": "late" if late else "ok", "late": late, "heard_s_ago": ages})
        return ("503 Service Unavailable" if late else "200 OK"), "application/json", body + b"\n"
