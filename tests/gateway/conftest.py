"""Fixtures: a gateway on a real socket with a real Redis, a publisher, and an SSE client."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import msgspec
import pytest

from tests.gateway.sse import parse_fields
from worker.gateway.app import GATEWAY_LOOPS, Gateway, open_gateway
from worker.gateway.server import serve_gateway
from worker.publish import publication_entries
from worker.schema import (
    Actor,
    Article,
    Decision,
    Event,
    Kind,
    Meeting,
    Span,
    Statement,
    article_id,
    event_stream,
    hash_id,
)
from worker.settings import Settings
from worker.streams import range_entries
from worker.telemetry.liveness import LivenessMonitor
from worker.telemetry.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from redis.asyncio import Redis

TIMEOUT_S = 30.0
SPAN = Span(start=0, end=5, text="Words")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KIND_OF: tuple[Kind, ...] = ("statement", "meeting", "decision")


def make_event(number: int, kind: Kind | None = None, **given: Any) -> Event:
    """Make an event whose `rule` is its number; without `kind`, the number selects one in turn."""
    about: dict[str, Any] = {
        "id": hash_id(str(number)),
        "url": f"https://news.example/{number}",
        "sentence": SPAN,
        "confidence": 0.9,
        "rule": str(number),
    }
    match kind or KIND_OF[number % 3]:
        case "statement":
            return Statement(**{**about, "content": [SPAN], "quotation": "direct", **given})
        case "meeting":
            return Meeting(**{**about, "participants": [], "form": "talks", "status": "held", **given})
        case "decision":
            return Decision(**{**about, "deciders": [], "status": "taken", **given})


def make_person(name: str, country: str | None = None) -> Actor:
    return Actor(name=name, type="person", country=country)


class Publisher:
    """Adds events to the streams as the worker does: each call in one transaction."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self.redis = redis
        self.settings = settings

    async def events(self, *events: Event) -> None:
        """Publish events in one transaction."""
        pipe = self.redis.pipeline(transaction=True)
        for event in events:
            article = Article(id=article_id(event.url), url=event.url, text="Words.")
            [_, write] = publication_entries(article, [event], self.settings.redis, NOON)
            pipe.xadd(write.stream, dict(write.fields))  # type: ignore[arg-type]
        await pipe.execute()

    async def numbers(self, *numbers: int) -> None:
        """Publish the events with these numbers (see `make_event`)."""
        await self.events(*map(make_event, numbers))

    async def add(self, kind: Kind, data: bytes | str, entry_id: str = "*", **fields: bytes) -> None:
        """Add one entry with the given data and fields."""
        stream = event_stream(self.settings.redis.key_prefix, kind)
        await self.redis.execute_command("XADD", stream, entry_id, *chain.from_iterable(fields.items()), "data", data)  # type: ignore[no-untyped-call]

    async def entries(self, kind: Kind) -> list[dict[bytes, bytes]]:
        """Return the fields of all entries of a kind."""
        found = await range_entries(self.redis, event_stream(self.settings.redis.key_prefix, kind), count=1_000)
        return [entry.fields or {} for entry in found]

    async def article(self, article: Article, events: list[Event]) -> None:
        """Publish an article with its events."""
        pipe = self.redis.pipeline(transaction=True)
        for write in publication_entries(article, events, self.settings.redis, NOON):
            pipe.xadd(write.stream, dict(write.fields))  # type: ignore[arg-type]
        await pipe.execute()


class Frame(msgspec.Struct, frozen=True):
    """One SSE frame."""

    id: str
    event: str
    data: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def number(self) -> int:
        """Number of an event made by `make_event`."""
        return int(self.json["rule"])


class SseClient:
    """Parses a stream of Server-Sent Events (HTML standard, 9.2)."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.cursor = ""
        """The last id received, including that of heartbeats."""

    async def frame(self) -> Frame:
        """Return the next frame with data; EOFError if the stream has ended."""
        while True:
            raw = await asyncio.wait_for(self.response.content.readuntil(b"\n\n"), TIMEOUT_S)
            if not raw.endswith(b"\n\n"):
                raise EOFError
            fields = parse_fields(raw)
            self.cursor = fields.get("id", self.cursor)
            if "data" in fields:
                return Frame(self.cursor, fields.get("event", "message"), fields["data"])

    async def frames(self, count: int) -> list[Frame]:
        return [await self.frame() for _ in range(count)]

    async def numbers(self, count: int) -> list[int]:
        """Return the numbers of the next events."""
        return [frame.number for frame in await self.frames(count)]

    async def wait_until_live(self) -> Self:
        """Wait for the first id, which the gateway sends at once."""
        while not self.cursor:
            raw = await asyncio.wait_for(self.response.content.readuntil(b"\n\n"), TIMEOUT_S)
            lines = raw.decode().splitlines()
            self.cursor = next((line[4:] for line in lines if line.startswith("id: ")), "")
        return self


def gateway_counts() -> Counter[tuple[str, ...]]:
    """Return every counter of the gateways of this process by name and label values."""
    samples = (sample for family in REGISTRY.collect() for sample in family.samples)
    return Counter(
        {
            (s.name, *s.labels.values()): int(s.value)
            for s in samples
            if s.name.startswith("communique_gateway") and s.name.endswith("_total")
        }
    )


class RunningGateway:
    """A running gateway and an HTTP session to it."""

    def __init__(self, gateway: Gateway, url: str, session: aiohttp.ClientSession, stop: asyncio.Event) -> None:
        self.gateway = gateway
        self.url = url
        self.session = session
        self.stop = stop
        self._before = gateway_counts()

    @property
    def events_read(self) -> int:
        """Events that this gateway has read from Redis for its live streams."""
        return self._counted("communique_gateway_events_total")

    @property
    def undecodable(self) -> int:
        """Events among them that did not decode."""
        return self._counted("communique_gateway_undecodable_events_total")

    def streams_ended(self, reason: str) -> int:
        """Live streams that this gateway has ended for a reason."""
        return self._counted("communique_gateway_streams_ended_total", reason)

    def _counted(self, name: str, *labels: str) -> int:
        """Return how far the counters of a name, with these label values, have risen since the gateway started."""
        risen = gateway_counts() - self._before
        return sum(n for (found, *values), n in risen.items() if found == name and set(labels).issubset(values))

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @contextlib.asynccontextmanager
    async def listen(self, query: str = "", **headers: str) -> AsyncIterator[SseClient]:
        """Open a live stream and wait for its first frame."""
        async with self.session.get(f"/v1/stream?{query}", headers=headers) as response:
            assert response.status == 200, await response.text()
            yield await SseClient(response).wait_until_live()

    async def get(self, path: str, status: int = 200, **headers: str) -> Any:
        """Return the JSON of a response; AssertionError if its status differs."""
        async with self.session.get(path, headers=headers) as response:
            assert response.status == status, await response.text()
            return json.loads(await response.read())

    async def post(self, body: Any, status: int = 202, **headers: str) -> Any:
        """Post to /v1/articles and return the JSON of the response; AssertionError if its status differs."""
        async with self.session.post("/v1/articles", json=body, headers=headers) as response:
            assert response.status == status, await response.text()
            return json.loads(await response.read())


StartGateway = Callable[..., contextlib.AbstractAsyncContextManager[RunningGateway]]


@pytest.fixture
def start_gateway(settings: Settings) -> StartGateway:
    """Return a context manager that runs a gateway with some settings changed."""

    @contextlib.asynccontextmanager
    async def serving(**given: Any) -> AsyncIterator[RunningGateway]:
        changed = settings.override(**given)
        stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
        async with open_gateway(changed, changed.redis.url or "", LivenessMonitor(GATEWAY_LOOPS)) as made_gateway:
            running = asyncio.create_task(serve_gateway(made_gateway, "127.0.0.1", 0, stop, address.set_result))
            await asyncio.wait({running, address}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                await running
            url = await address
            async with aiohttp.ClientSession(url, read_bufsize=1 << 20) as session:
                yield RunningGateway(made_gateway, url, session, stop)
            stop.set()
            await running

    return serving


@pytest.fixture
async def server(start_gateway: StartGateway) -> AsyncIterator[RunningGateway]:
    """Run a gateway with default settings."""
    async with start_gateway() as found:
        yield found


@pytest.fixture
def publish(redis: Redis, settings: Settings) -> Publisher:
    return Publisher(redis, settings)


async def wait_until(true: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until a condition is true; AssertionError after `TIMEOUT_S`."""
    for _ in itertools.repeat(None, round(TIMEOUT_S / 0.01)):
        answer = true()
        if answer if isinstance(answer, bool) else await answer:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not become true")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


async def publish_numbers(server: RunningGateway, publish: Publisher, count: int) -> None:
    """Publish the events 0 to `count` - 1 one by one, and wait until the gateway has read them."""
    for number in range(count):
        await publish.numbers(number)
        await asyncio.sleep(0.002)  # within one millisecond events are ordered by kind
    await wait_until(lambda: server.events_read == count)
