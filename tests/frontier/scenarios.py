"""Measure when pages are fetched, with real workers and hosts on loopback that record every request."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.benchmarks.measure import tree_memory
from tests.frontier.fleet import Fleet, fleet, published, put, wait_until
from tests.frontier.loopback import LoopbackHost, articles, serving
from worker.queue import UrlQueue
from worker.queue.host_states import read_hosts
from worker.queue.keys import QueueKeys
from worker.streams import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.settings import Settings

DELAY_S: Final = 0.5
"""Delay between two requests in the settings; the robots.txt of some hosts sets a longer one."""
CRAWL_DELAYS_S: Final = (None, None, 0.6, 0.75, 1.0)
LIMIT: Final = 2
"""Most requests to a host in flight (`host_max_requests`)."""


class Figure(NamedTuple):
    """One figure and its bound."""

    name: str
    seen: float
    bound: float
    is_at_most: bool = True

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.seen <= self.bound if self.is_at_most else self.seen >= self.bound


class Ground(NamedTuple):
    """Environment of a scenario: settings of the Redis server, and a folder for logs."""

    settings: Settings
    folder: Path

    def fresh(self, **changes: object) -> Settings:
        """Return the settings with a new key prefix."""
        return self.settings.override(key_prefix=f"frontier-{uuid.uuid4().hex[:8]}", **changes)


# ---------------------------------------------------------------- pace
async def pace(ground: Ground, *, hosts: int, urls: int, workers: int, busy: int) -> list[Figure]:
    """Hosts with different delays: gaps, requests in flight, and the time compared with the ideal schedule.

    `busy`: number of processes that compete with the workers for the CPU.
    """
    settings = ground.fresh()
    delays = [CRAWL_DELAYS_S[i % len(CRAWL_DELAYS_S)] for i in range(hosts)]
    served = [LoopbackHost(f"127.0.1.{i + 1}", robots=_robots(delay, i)) for i, delay in enumerate(delays)]
    rules = {host.address: max(DELAY_S, delay or 0.0) for host, delay in zip(served, delays, strict=True)}
    async with serving(*served), fleet(settings, ground.folder, workers, host_delay_s=f"{DELAY_S}") as running:
        wanted = _interleaved(served, urls // hosts)
        await _until_ready(running)
        with _busy(busy):
            started_at = time.monotonic()
            await put(settings, wanted)
            await wait_until(settings, lambda depth: not depth.unfinished, timeout_s=1800)
            took_s = max(host.last_served_at for host in served) - started_at
    gaps = running.shortest_send_gaps()
    ideal_s = max(urls // hosts * rule for rule in rules.values())
    counts = await published(settings)
    return [
        Figure("articles read", len(counts), len(wanted), is_at_most=False),
        Figure("shortest gap of two sends / delay", min(gaps[a] / rule for a, rule in rules.items()), 0.9999, False),
        Figure(
            "shortest gap of two arrivals - delay (s)",
            min(host.shortest_gap_s - rules[host.address] for host in served),
            float("inf"),  # no bound of its own: the hosts may notice an arrival late
        ),
        Figure("most requests in flight", max(host.most_in_flight for host in served), LIMIT),
        Figure("time / ideal schedule", took_s / ideal_s, 1.15),
    ]


def _robots(delay_s: float | None, number: int) -> str:
    """Return a robots.txt that sets a delay, as Crawl-delay or as Request-rate."""
    if delay_s is None:
        return ""
    is_rate = number % 2 and delay_s == 1.0
    return "User-agent: *\n" + ("Request-rate: 1/1s\n" if is_rate else f"Crawl-delay: {delay_s}\n")


# ---------------------------------------------------------------- crowd
async def crowd(ground: Ground, *, hanging: int, flood: int, workers: int) -> list[Figure]:
    """80 pages of 20 hosts: first alone, then together with hanging hosts, a trickling one, and a flood of one host."""
    alone_s = await time_of_healthy_hosts(ground, 0, 0, workers)
    beside_s = await time_of_healthy_hosts(ground, hanging, flood, workers)
    return [
        Figure("80 pages of 20 hosts, alone (s)", alone_s, float("inf")),
        Figure(f"beside {hanging} hanging hosts and {flood:,} URLs of one host (s)", beside_s, float("inf")),
        Figure("ratio", beside_s / alone_s, 1.3),
    ]


async def time_of_healthy_hosts(ground: Ground, hanging: int, flood: int, workers: int, **environ: str) -> float:
    """Return the time (s) in which 20 healthy hosts serve 4 pages each, while other hosts hang or have many URLs.

    `environ`: settings of the workers (see `Fleet`).
    """
    settings = ground.fresh()
    healthy = [LoopbackHost(f"127.0.1.{i + 1}") for i in range(20)]
    silent = [LoopbackHost(f"127.0.2.{i + 1}", answers="nothing") for i in range(hanging)]
    slow, flooded = LoopbackHost("127.0.3.1", answers="slowly"), LoopbackHost("127.0.3.2")
    async with serving(*healthy, *silent, slow, flooded), fleet(settings, ground.folder, workers, **environ) as running:
        await _until_ready(running)
        await put(settings, [url for host in silent for url in articles(host, 5)])
        await put(settings, [*articles(slow, 5 if flood else 0), *articles(flooded, flood)])
        started_at = time.monotonic()
        wanted = _interleaved(healthy, 4)
        await put(settings, wanted)
        async with asyncio.timeout(300):
            while sum(len(host.served) for host in healthy) < len(wanted):  # noqa: ASYNC110 - a host sets no event
                await asyncio.sleep(0.05)
        return max(host.last_served_at for host in healthy) - started_at


# ---------------------------------------------------------------- outage
async def outage(ground: Ground, *, down_s: float, urls: int, workers: int) -> list[Figure]:
    """A host refuses connections for `down_s` seconds: all its articles are read afterwards, none is given up."""
    settings = ground.fresh()
    host = LoopbackHost("127.0.1.1")
    async with serving(host), fleet(settings, ground.folder, workers) as running:
        await _until_ready(running)
        await put(settings, articles(host, urls))
        async with asyncio.timeout(60):
            while len(host.served) < 3:  # noqa: ASYNC110 - a host sets no event
                await asyncio.sleep(0.05)
        port = host.port
        host.close()
        await asyncio.sleep(down_s)
        probe_s = await _time_until_probe(settings, host.address)
        await host.open(port)
        up_at = time.monotonic()
        depth = await wait_until(settings, lambda depth: not depth.unfinished, timeout_s=down_s + 600 + 3 * urls)
        took_s = host.last_served_at - up_at
    counts = await published(settings)
    return [
        Figure("articles read", len(counts), urls, is_at_most=False),
        Figure("read twice", sum(n > 1 for n in counts.values()), 0),
        Figure("given up", depth.dead, 0),
        Figure("time after the outage / (next probe + ideal schedule)", took_s / (probe_s + urls * 1.0), 1.15),
    ]


async def _time_until_probe(settings: Settings, host: str) -> float:
    async with connect(settings.redis.url or "") as client:
        [state] = await read_hosts(client, QueueKeys(settings.redis.key_prefix), 1000 * time.time(), [host])
    return state.probe_s


# ---------------------------------------------------------------- poison
async def poison(ground: Ground, *, neighbours: int, **environ: str) -> list[Figure]:
    """A page kills each worker that requests it: it becomes a dead letter, and all other pages are read.

    `environ`: settings of the worker (see `Fleet`).
    """
    settings = ground.fresh()
    hosts = [LoopbackHost(f"127.0.1.{i + 1}") for i in range(20)]
    bad = LoopbackHost("127.0.2.1")
    kills = 0
    async with serving(*hosts, bad), fleet(settings, ground.folder, 1, **environ) as running:

        def kill_worker(path: str) -> None:
            nonlocal kills
            if path == "poison":
                kills += 1
                os.kill(running.processes[-1].pid, signal.SIGKILL)

        bad.on_request = kill_worker
        await _until_ready(running)
        await put(settings, [url for host in hosts for url in articles(host, neighbours // len(hosts))])
        await put(settings, [bad.url("poison")])
        async with UrlQueue(settings.redis.url or "", settings) as queue:
            async with asyncio.timeout(3600):
                while (await queue.depth()).unfinished:
                    if running.processes[-1].returncode is not None:
                        await running.start()
                    await asyncio.sleep(0.2)
            letters = await queue.list_dead_letters()
    counts = await published(settings)
    return [
        Figure("neighbours read", len(counts), neighbours, is_at_most=False),
        Figure("read twice", sum(n > 1 for n in counts.values()), 0),
        Figure("dead letters", len(letters), 1),
        Figure("workers killed", kills, float("inf")),
    ]


# ---------------------------------------------------------------- memory
async def memory(ground: Ground, *, urls: int) -> list[Figure]:
    """Many URLs: memory of a worker and of Redis after a fifth of them and at the end.

    Streams and markers grow with the number of URLs by design: the streams keep 1,000 entries here, and the figures for
    Redis exclude the markers.
    """
    settings = ground.fresh(max_backlog=10 * urls)
    hosts = [LoopbackHost(f"127.0.1.{i + 1}") for i in range(200)]
    fast = {"host_delay_s": "0", "host_max_requests": "8", "stream_length": "1000", "log_level": "info"}
    async with serving(*hosts), fleet(settings, ground.folder, 1, **fast) as running:
        await _until_ready(running)
        early = await _read(running, hosts, 0, urls // 5)
        late = await _read(running, hosts, urls // 5, urls)
    return [
        Figure("worker after a fifth (MB)", early.worker / 1e6, float("inf")),
        Figure("worker at the end / after a fifth", late.worker / early.worker, 1.05),
        Figure("Redis without markers after a fifth (MB)", early.redis / 1e6, float("inf")),
        Figure("Redis without markers at the end / after a fifth", late.redis / early.redis, 1.05),
        Figure("markers of a URL (bytes)", late.markers / urls, 150),
    ]


class MemoryUse(NamedTuple):
    """Memory in bytes."""

    worker: int
    """Resident memory of the worker's process and those that it started."""
    redis: int
    """Memory of Redis without the markers of URLs."""
    markers: int


async def _read(running: Fleet, hosts: Sequence[LoopbackHost], first: int, end: int) -> MemoryUse:
    """Have the articles from `first` to before `end` read; return the memory afterwards."""
    await put(running.settings, [hosts[i % len(hosts)].url(f"article-{i}") for i in range(first, end)])
    await wait_until(running.settings, lambda depth: not depth.unfinished, timeout_s=7200)
    async with connect(running.settings.redis.url or "") as client:
        used = int((await client.info("memory"))["used_memory"])
        pattern = f"{QueueKeys(running.settings.redis.key_prefix).markers}*"
        markers = sum([await client.memory_usage(key) or 0 async for key in client.scan_iter(pattern, count=1000)])
    return MemoryUse(tree_memory(running.processes[0].pid), used - markers, markers)


# ---------------------------------------------------------------- helpers
def _interleaved(hosts: Sequence[LoopbackHost], count: int) -> list[str]:
    """Return `count` URLs of each host, one of each in turn."""
    return [url for batch in zip(*(articles(host, count) for host in hosts), strict=True) for url in batch]


async def _until_ready(running: Fleet) -> None:
    """Wait until every worker reads tasks."""
    settings = running.settings
    async with UrlQueue(settings.redis.url or "", settings) as queue, asyncio.timeout(120):
        while len(await queue.workers()) < len(running.processes):  # noqa: ASYNC110 - the state is in Redis
            await asyncio.sleep(0.1)


@contextlib.contextmanager
def _busy(count: int) -> Iterator[None]:
    """Keep `count` processes busy during the block."""
    processes = [multiprocessing.get_context("spawn").Process(target=_compute, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def _compute() -> None:
    while True:
        sum(range(10_000))


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines."""
    lines = []
    for it in figures:
        bound = "" if it.bound == float("inf") else f"{'≤' if it.is_at_most else '≥'} {it.bound:g}"
        lines.append(f"  {it.name:<64} {it.seen:>10.4g}  {bound:<10} {'' if it.holds else 'FAILS'}")
    return "\n".join(lines)
