"""Load test of the gateway: many live connections, one stalled client, and one replay of stored events.

Redis, the gateway, the clients and the publisher are separate processes on loopback.  Events are settled as a worker
does; each carries its number and the time before it was settled, so that every client checks the order and measures the
delay of all events that it receives.
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
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from multiprocessing.connection import Connection

MARK: Final = re.compile(rb'"rule":"bench-(\d+)-(\d+)"')
WORDS: Final = "The ministers agreed to speak again before the summit in the spring. " * 6
"""Text of the evidence, which gives an event the size of one of a real article, about 1,000 bytes."""
SPAN: Final = Span(start=0, end=len(WORDS), text=WORDS)
SMALL_BUFFER_BYTES: Final = 4096
STORED_PER_MS: Final = 50
"""Stored events per millisecond of their entry ids."""
FIRST_LIVE: Final = 10_000_000
"""Number of the first live event; lower numbers are stored events."""


def event(number: int) -> Event:
    """Return the event of a number; the kinds alternate."""
    about: dict[str, Any] = {
        "id": hash_id("bench", str(number)),
        "url": f"https://news.example/{number}",
        "sentence": SPAN,
        "confidence": 0.9,
        "rule": f"bench-{number}-{time.monotonic_ns()}",
    }
    actor = Actor(name="Sauli Niinistö", type="person", country="FI", role="President")
    return (
        Statement(**about, speaker=actor, content=[Span(start=0, end=3, text="The")], quotation="indirect"),
        Meeting(**about, participants=[actor], form="talks", status="held"),
        Decision(**about, deciders=[actor], status="taken"),
    )[number % 3]


# ---------------------------------------------------------------- publisher
async def settle_all(redis_url: str, first: int, count: int, rate: float) -> float:
    """Settle `count` events, one per task, at `rate` per second; return the seconds that it took."""
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
            # Redis does not order entries of two streams within one millisecond.
            await asyncio.sleep(max(0.0015, began + (i + 1) / rate - time.monotonic()))
        return time.monotonic() - began


async def fill(redis_url: str, count: int) -> None:
    """Add stored events, with entry ids that leave no doubt about their order."""
    settings, base_ms = Settings(), round(time.time() * 1000) - 3_600_000
    async with connect(redis_url) as client:
        for start in range(0, count, 1000):
            pipe = client.pipeline(transaction=False)
            for number in range(start, min(count, start + 1000)):
                article = Article(id="a", url=f"https://news.example/{number}", text="")
                [_, write] = publication_entries(article, [event(number)], settings.redis, datetime.now(UTC))
                entry_id = f"{base_ms + number // STORED_PER_MS}-{number % STORED_PER_MS}"
                pipe.xadd(write.stream, dict(write.fields), id=entry_id)  # type: ignore[arg-type]
            await pipe.execute()


# ---------------------------------------------------------------- clients
class ClientResults(NamedTuple):
    """The results of some clients."""

    complete: int
    """Clients that received every event in order."""
    wrong: list[str]
    """One message per client that did not."""
    delays_ms: Counter[int]
    """Delay in milliseconds -> number of events."""
    began: float
    """First and last event, by the clock that all processes share."""
    ended: float


class Client:
    """One connection and its progress."""

    def __init__(self, port: int, path: str, first: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.next = first
        self.wrong = ""
        self._rest = b""

    def read(self, delays_ms: Counter[int]) -> bool:
        """Read the available data; return False at the end of the stream."""
        data = self.socket.recv(1 << 20)
        now = time.monotonic_ns()
        body, _, self._rest = (self._rest + data).rpartition(b"\n\n")
        for number, at in MARK.findall(body):
            if int(number) != self.next and not self.wrong:
                self.wrong = f"{number.decode()} came instead of {self.next}"
            self.next = int(number) + 1
            delays_ms[(now - int(at)) // 1_000_000] += 1
        return bool(data)


class ClientPlan(NamedTuple):
    """The stream that some clients read: path, and first and last event number."""

    port: int
    path: str
    clients: int
    first: int
    last: int


def run_clients(pipe: Connection, plan: ClientPlan) -> None:
    """Run some clients until each has the last event or none receives anything for ten seconds."""
    delays_ms: Counter[int] = Counter()
    began = ended = 0.0
    with selectors.DefaultSelector() as selector:
        waiting = plan.clients
        for _ in range(plan.clients):
            client = Client(plan.port, plan.path, plan.first)
            selector.register(client.socket, selectors.EVENT_READ, client)
        clients = [key.data for key in selector.get_map().values()]
        pipe.send("listening")
        while waiting and (ready := selector.select(10.0)):
            for key, _ in ready:
                is_open = key.data.read(delays_ms)
                began = began or (time.monotonic() if delays_ms else 0.0)
                if not is_open or key.data.next > plan.last:
                    selector.unregister(key.fileobj)
                    waiting -= 1
            ended = time.monotonic()
    complete = [one for one in clients if not one.wrong and one.next == plan.last + 1]
    wrong = [one.wrong or f"ended before {one.next}" for one in clients if one not in complete]
    pipe.send(ClientResults(len(complete), wrong, delays_ms, began, ended))


class ClientProcess:
    """A process of clients."""

    def __init__(self, plan: ClientPlan) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=run_clients, args=(theirs, plan))
        self._process.start()
        theirs.close()

    async def wait_until_connected(self) -> None:
        """Wait until all clients have sent their requests."""
        assert await asyncio.to_thread(self._pipe.recv) == "listening"

    async def results(self) -> ClientResults:
        """Wait for the clients to finish and return their results."""
        results: ClientResults = await asyncio.to_thread(self._pipe.recv)
        await asyncio.to_thread(self._process.join)
        return results


# ---------------------------------------------------------------- gateway
class RunningGateway(NamedTuple):
    """A gateway under test."""

    port: int
    pid: int
    log: Path

    def memory_mb(self, field: str = "VmHWM") -> float:
        """Return its peak memory so far (VmHWM) or its current memory (VmRSS), in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]

    def cpu_s(self) -> float:
        """Return its CPU time so far."""
        words = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def gateway(redis_url: str, folder: Path) -> AsyncIterator[RunningGateway]:
    """Run a gateway as `communique gateway` does; terminate it at the end."""
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
        yield RunningGateway(int(port[1]), process.pid, log)
    finally:
        process.terminate()
        await process.wait()


async def live(redis_url: str, served: RunningGateway, clients: int, rate: float, seconds: float) -> list[str]:
    """Measure many clients at a constant rate, and one client that reads nothing."""
    count = round(rate * seconds)
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
    stalled.connect(("127.0.0.1", served.port))
    stalled.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client_process = ClientProcess(ClientPlan(served.port, "/v1/stream", clients, FIRST_LIVE, FIRST_LIVE + count - 1))
    await client_process.wait_until_connected()
    await asyncio.sleep(2.0)  # until the gateway has accepted them all
    used_s = served.cpu_s()
    took_s = await settle_all(redis_url, FIRST_LIVE, count, rate)
    used_s = served.cpu_s() - used_s
    results = await client_process.results()
    dropped = b'"too_slow"' in served.log.read_bytes()
    stalled.close()
    return [
        f"{clients} clients, {count / took_s:.0f} events/s for {took_s:.0f} s",
        f"{results.delays_ms.total() / took_s:,.0f} deliveries/s",
        f"{results.complete} of {clients} received all events in order {results.wrong[:3] or ''}",
        " ".join(f"{name} {_quantile(results.delays_ms, q)} ms" for name, q in QUANTILES.items()),
        f"gateway: {served.memory_mb():.0f} MB peak, {used_s / took_s:.0%} of a core",
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


async def replay(redis_url: str, served: RunningGateway, past: int, rate: float) -> list[str]:
    """Measure one client that reads all stored events while new ones arrive, and continues with the live stream."""
    live_count = round(rate * (past / 20_000 + 3))
    client_process = ClientProcess(ClientPlan(served.port, "/v1/stream?after=0", 1, 0, past + live_count - 1))
    await client_process.wait_until_connected()
    began = time.monotonic()
    publishing = asyncio.create_task(settle_all(redis_url, past, live_count, rate))
    while b'"replay"' not in served.log.read_bytes():
        await asyncio.sleep(0.01)
        assert time.monotonic() - began < 120
    took_s = time.monotonic() - began
    await publishing
    results = await client_process.results()
    return [
        f"{past} stored events in {took_s:.1f} s: {past / took_s:,.0f} events/s",
        f"then {live_count} settled meanwhile: {'all in order' if results.complete else results.wrong}",
        f"gateway: {served.memory_mb():.0f} MB peak",
    ]


async def main(args: argparse.Namespace) -> None:
    """Run both measurements and print a table."""
    table = Table("measurement", "figures", title="gateway, all on loopback")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with run_embedded_server(folder / "redis") as redis_url:
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
    parser.add_argument("--past", type=int, default=200_000, help="number of stored events to replay")
    return parser


if __name__ == "__main__":
    asyncio.run(main(_parser().parse_args()))
