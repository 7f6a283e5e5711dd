"""Many listeners, one of whom is stalled, and one who reads the past: what the gateway does to each, and what it needs.

Redis, the gateway, those who listen and who publishes are processes of their own on loopback.  Events are settled as a
worker settles them; each holds its number and the moment before it was settled, so every listener checks the order and
measures the delay of everything that it gets.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import re
import selectors
import socket
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rich.console import Console
from rich.table import Table

from worker.publish import publication_entries
from worker.queue import UrlQueue
from worker.schema import Actor, Article, Decision, Event, Meeting, Span, Statement, Task, article_id, hash_id, task_id
from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import embedded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from multiprocessing.connection import Connection

MARK: Final = re.compile(rb'"rule":"bench-(\d+)-(\d+)"')
WORDS: Final = "The ministers agreed to speak again before the summit in the spring. " * 6
"""Of the evidence: an event is then about as long as those of real articles, a thousand bytes."""
SPAN: Final = Span(start=0, end=len(WORDS), text=WORDS)
SMALL_BUFFER_BYTES: Final = 4096
PAST_PER_MS: Final = 50
FIRST_LIVE: Final = 10_000_000
"""Number of the first event that is not of the past."""


def event(number: int) -> Event:
    """Make the event of a number: the kinds take turns."""
    about: dict[str, Any] = {
        "id": hash_id("bench", str(number)),
        "url": f"https://news.example/{number}",
        "sentence": SPAN,
        "confidence": 0.9,
        "rule": f"bench-{number}-{time.monotonic_ns()}",
    }
    who = Actor(name="Sauli Niinistö", type="person", country="FI", role="President")
    return (
        Statement(**about, speaker=who, content=[Span(start=0, end=3, text="The")], quotation="indirect"),
        Meeting(**about, participants=[who], form="talks", status="held"),
        Decision(**about, deciders=[who], status="taken"),
    )[number % 3]


# ---------------------------------------------------------------- who publishes
async def settle_all(redis_url: str, first: int, count: int, rate: float) -> float:
    """Settle `count` events, one a task, at `rate` a second; return how long it took."""
    settings = Settings.of(redis_url=redis_url)
    async with UrlQueue(redis_url, settings) as queue:
        urls = [f"https://news.example/{number}" for number in range(first, first + count)]
        for i in range(0, count, 1000):
            await queue.put_many([Task(id=task_id(url), url=url) for url in urls[i : i + 1000]])
        began = time.monotonic()
        for i in range(count):
            [delivery] = await queue.read(1, 1.0)
            article = Article(id=article_id(delivery.task.url), url=delivery.task.url, text=WORDS)
            made = event(first + i)
            await queue.settle(delivery, publication_entries(article, [made], settings.redis, datetime.now(UTC)))
            # Two kinds settled within one millisecond have no order that Redis would keep.
            await asyncio.sleep(max(0.0015, began + (i + 1) / rate - time.monotonic()))
        return time.monotonic() - began


async def fill(redis_url: str, count: int) -> None:
    """Add events of the past, whose ids leave no doubt about their order."""
    settings, base_ms = Settings(), round(time.time() * 1000) - 3_600_000
    async with connect(redis_url) as client:
        for start in range(0, count, 1000):
            pipe = client.pipeline(transaction=False)
            for number in range(start, min(count, start + 1000)):
                article = Article(id="a", url=f"https://news.example/{number}", text="")
                [_, write] = publication_entries(article, [event(number)], settings.redis, datetime.now(UTC))
                entry_id = f"{base_ms + number // PAST_PER_MS}-{number % PAST_PER_MS}"
                pipe.xadd(write.stream, dict(write.fields), id=entry_id)  # type: ignore[arg-type]
            await pipe.execute()


# ---------------------------------------------------------------- who listens
class Heard(NamedTuple):
    """What came of some listeners."""

    complete: int
    """Listeners that got every event, in order."""
    wrong: list[str]
    delays_ms: Counter[int]
    began: float
    """First and last event, by the clock that all processes share."""
    ended: float


class Listener:
    """One socket, and what has come on it."""

    def __init__(self, port: int, path: str, first: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.next = first
        self.wrong = ""
        self._rest = b""

    def read(self, delays_ms: Counter[int]) -> bool:
        """Take what is there; False at the end."""
        data = self.socket.recv(1 << 20)
        now = time.monotonic_ns()
        body, _, self._rest = (self._rest + data).rpartition(b"\n\n")
        for number, at in MARK.findall(body):
            if int(number) != self.next and not self.wrong:
                self.wrong = f"{number.decode()} came instead of {self.next}"
            self.next = int(number) + 1
            delays_ms[(now - int(at)) // 1_000_000] += 1
        return bool(data)


class Wanted(NamedTuple):
    """What some listeners are to get."""

    port: int
    path: str
    clients: int
    first: int
    last: int


def listen(pipe: Connection, wanted: Wanted) -> None:
    """Be some clients, until each has the last event or nothing comes for ten seconds."""
    delays_ms: Counter[int] = Counter()
    began = ended = 0.0
    with selectors.DefaultSelector() as selector:
        waiting = wanted.clients
        for _ in range(wanted.clients):
            listener = Listener(wanted.port, wanted.path, wanted.first)
            selector.register(listener.socket, selectors.EVENT_READ, listener)
        listeners = [key.data for key in selector.get_map().values()]
        pipe.send("listening")
        while waiting and (ready := selector.select(10.0)):
            for key, _ in ready:
                going_on = key.data.read(delays_ms)
                began = began or (time.monotonic() if delays_ms else 0.0)
                if not going_on or key.data.next > wanted.last:
                    selector.unregister(key.fileobj)
                    waiting -= 1
            ended = time.monotonic()
    complete = [one for one in listeners if not one.wrong and one.next == wanted.last + 1]
    wrong = [one.wrong or f"ended before {one.next}" for one in listeners if one not in complete]
    pipe.send(Heard(len(complete), wrong, delays_ms, began, ended))


class Listening:
    """A process of listeners."""

    def __init__(self, wanted: Wanted) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=listen, args=(theirs, wanted))
        self._process.start()
        theirs.close()

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._pipe.recv) == "listening"

    async def heard(self) -> Heard:
        heard: Heard = await asyncio.to_thread(self._pipe.recv)
        await asyncio.to_thread(self._process.join)
        return heard


# ---------------------------------------------------------------- what is measured
class Served(NamedTuple):
    """A gateway under test."""

    port: int
    pid: int
    log: Path

    def memory_mb(self, field: str = "VmHWM") -> float:
        """Return its peak memory so far (VmHWM), or what it has now (VmRSS)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]

    def cpu_s(self) -> float:
        """Return the processor time that it has used."""
        words = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def gateway(redis_url: str, folder: Path) -> AsyncIterator[Served]:
    """Run a gateway as `communique gateway` does, and stop it as an operator would."""
    log = folder / "gateway.log"
    set_up = {"REDIS_URL": redis_url, "GATEWAY_BURST": "100000", "GATEWAY_CLIENTS": "5000"}
    environ = os.environ | {f"COMMUNIQUE_{name}": value for name, value in set_up.items()}
    command = (sys.executable, "-m", "worker", "gateway", "--port", "0")
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=out)
    try:
        while not (port := re.search(rb"serving http://127.0.0.1:(\d+)", log.read_bytes())):
            assert process.returncode is None, log.read_text(encoding="utf-8")
            await asyncio.sleep(0.05)
        yield Served(int(port[1]), process.pid, log)
    finally:
        process.terminate()
        await process.wait()


async def live(redis_url: str, served: Served, clients: int, rate: float, seconds: float) -> list[str]:
    """Many listeners, and one that reads nothing."""
    count = round(rate * seconds)
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
    stalled.connect(("127.0.0.1", served.port))
    stalled.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    listening = Listening(Wanted(served.port, "/v1/stream", clients, FIRST_LIVE, FIRST_LIVE + count - 1))
    await listening.begun()
    await asyncio.sleep(2.0)  # until the gateway has taken them all
    used_s = served.cpu_s()
    took_s = await settle_all(redis_url, FIRST_LIVE, count, rate)
    used_s = served.cpu_s() - used_s
    heard = await listening.heard()
    dropped = b'"too_slow"' in served.log.read_bytes()
    stalled.close()
    return [
        f"{clients} clients, {count / took_s:.0f} events/s for {took_s:.0f} s",
        f"{heard.delays_ms.total() / took_s:,.0f} deliveries/s",
        f"{heard.complete} of {clients} got all, in order {heard.wrong[:3] or ''}",
        " ".join(f"{name} {_quantile(heard.delays_ms, q)} ms" for name, q in QUANTILES.items()),
        f"gateway: {served.memory_mb():.0f} MB at its peak, {used_s / took_s:.0%} of a core",
        f"the stalled client was {'dropped' if dropped else 'still within its buffers'}",
    ]


QUANTILES: Final = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "most": 1.0}


def _quantile(delays_ms: Counter[int], q: float) -> int:
    left = q * delays_ms.total()
    for delay, count in sorted(delays_ms.items()):
        left -= count
        if left <= 0:
            return delay
    return max(delays_ms, default=-1)


async def replay(redis_url: str, served: Served, past: int, rate: float) -> list[str]:
    """One client reads all the past while events go on coming, and passes over into the present."""
    going_on = round(rate * (past / 20_000 + 3))
    listening = Listening(Wanted(served.port, "/v1/stream?after=0", 1, 0, past + going_on - 1))
    await listening.begun()
    began = time.monotonic()
    publishing = asyncio.create_task(settle_all(redis_url, past, going_on, rate))
    while b'"replay"' not in served.log.read_bytes():
        await asyncio.sleep(0.01)
        assert time.monotonic() - began < 120
    took_s = time.monotonic() - began
    await publishing
    heard = await listening.heard()
    return [
        f"{past} stored events in {took_s:.1f} s: {past / took_s:,.0f} events/s",
        f"then {going_on} that were settled meanwhile: {'all in order' if heard.complete else heard.wrong}",
        f"gateway: {served.memory_mb():.0f} MB at its peak",
    ]


async def main(args: argparse.Namespace) -> None:
    """Measure, and print a table."""
    table = Table("what", "figures", title="gateway, all on loopback")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded(folder / "redis") as redis_url:
            if args.past:
                await fill(redis_url, args.past)
                async with gateway(redis_url, folder) as served:
                    table.add_row("replay", "\n".join(await replay(redis_url, served, args.past, args.rate)))
            async with gateway(redis_url, folder) as served:
                rows = await live(redis_url, served, args.clients, args.rate, args.seconds)
                table.add_row("live", "\n".join(rows))
    Console().print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gateway", description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--rate", type=float, default=100.0, help="events a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--past", type=int, default=200_000, help="stored events that one client replays")
    return parser


if __name__ == "__main__":
    asyncio.run(main(_parser().parse_args()))
