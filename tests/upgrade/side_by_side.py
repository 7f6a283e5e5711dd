"""Old and new workers, producers, subscribers, webhooks and gateways on one Redis, while workers come and go."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal

import aiohttp
from msgspec import Struct
from redis.asyncio import Redis

from tests.faults.fault_run import loopback_hosts
from tests.faults.judge import Verdict, count_articles, judge, pid_of
from tests.faults.plan import PREFIX
from tests.frontier.loopback import articles, serving
from tests.servers import free_port
from tests.upgrade.old_source import ROOT, environ_of
from tests.webhook.receiver import SECRET, running_receiver
from worker.schema import KINDS
from worker.streams.embedded_server import parent_death_hook, run_embedded_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from tests.webhook.receiver import Receiver

Version = Literal["old", "new"]
VERSIONS: Final[tuple[Version, Version]] = ("old", "new")
HOSTS: Final = 10
WAVE: Final = 40
"""URLs of a wave; the next wave begins when all of them are published."""
WAVES: Final = 8
MOST_WAVES: Final = 40
TIMEOUT_S: Final = 300.0
"""Longest wait for one step; only a step that never ends takes that long."""
PAGE: Final = 50


class Report(Struct, frozen=True, kw_only=True):
    """The result of a run."""

    verdict: Verdict
    published: dict[Version, int]
    """Articles published by workers of each version."""
    drained: list[int]
    """Exit statuses of the workers that were stopped by SIGTERM."""
    events: set[str]
    """Ids in the event streams, retractions included."""
    retractions: set[str]
    received: dict[str, Counter[str]]
    """Name of a subscriber -> how often it received each id."""
    paged: list[str]
    """Ids of the history, read in pages from both gateways in turn."""

    def table(self) -> str:
        """Return the figures as lines of text."""
        v = self.verdict
        lines = [f"published by old workers {self.published['old']}, by new ones {self.published['new']}"]
        lines.append(f"lost {v.lost}, doubled {v.doubled}, stuck {v.stuck}, dead {v.dead}")
        for name, got in self.received.items():
            twice = sum(count > 1 for count in got.values())
            lines.append(f"{name}: {len(self.events & got.keys())} of {len(self.events)} received, {twice} twice")
        return "\n".join([*lines, f"pages of both gateways in turn: {len(self.paged)} of {len(self.events)}"])


class Fleet:
    """The processes of both versions."""

    def __init__(self, redis_url: str, old: Path, folder: Path) -> None:
        """`old`: the source of the old version.  `folder`: where the processes run and write their output."""
        self._folder = folder
        self._given = {
            "COMMUNIQUE_REDIS_URL": redis_url, "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true", "COMMUNIQUE_LEASE_S": "5",
            "COMMUNIQUE_HOST_DELAY_S": "0.02", "COMMUNIQUE_RESPONSE_DELAY_FACTOR": "0", "COMMUNIQUE_PROCESSES": "1",
            "COMMUNIQUE_CONCURRENCY": "4", "COMMUNIQUE_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip
        self._environs: dict[Version, dict[str, str]] = {"old": environ_of(old), "new": environ_of(ROOT)}
        self._running: list[asyncio.subprocess.Process] = []
        self.workers: dict[Version, list[asyncio.subprocess.Process]] = {"old": [], "new": []}
        self.pids: dict[int, Version] = {}

    async def start(
        self, version: Version, *words: str, stdin: bytes = b"", name: str = "", **environ: str
    ) -> asyncio.subprocess.Process:
        """Start a command; stdout goes to the file `name`, if given."""
        with (self._folder / (name or "stdout")).open("ab") as out, (self._folder / f"{version}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "worker", *words),
                cwd=self._folder, env=self._environs[version] | self._given | environ, stdout=out, stderr=log,
                stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL, preexec_fn=parent_death_hook(),
            )  # fmt: skip
        self._running.append(process)
        if process.stdin:
            process.stdin.write(stdin)
            process.stdin.close()
        return process

    async def run(self, version: Version, *words: str, stdin: bytes = b"") -> None:
        """Run a command to its end."""
        process = await self.start(version, *words, stdin=stdin)
        assert await process.wait() == 0, (self._folder / f"{version}.log").read_text()[-3000:]

    async def start_worker(self, version: Version) -> None:
        """Start one more worker."""
        process = await self.start(version, "consume")
        self.workers[version].append(process)
        self.pids[process.pid] = version

    async def end_worker(self, version: Version, how: signal.Signals) -> int:
        """End the oldest worker of a version; return its exit status."""
        process = self.workers[version].pop(0)
        process.send_signal(how)
        return await process.wait()

    def received(self, name: str) -> Counter[str]:
        """Return how often the subscriber with this output file has received each id."""
        lines = (self._folder / name).read_text("utf-8").splitlines(keepends=True)
        return Counter(json.loads(line)["id"] for line in lines if line.endswith("\n"))

    async def stop(self) -> None:
        """End all processes."""
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await asyncio.gather(*(process.wait() for process in self._running))


async def wait_until(reached: Callable[[], Awaitable[bool]]) -> None:
    """Poll until a condition holds; TimeoutError after `TIMEOUT_S`."""
    deadline = time.monotonic() + TIMEOUT_S
    while not await reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{reached} is not reached after {TIMEOUT_S:g} s")
        await asyncio.sleep(0.1)


class Run:
    """One run of both versions."""

    def __init__(self, fleet: Fleet, client: Redis, urls: Sequence[str], receiver: Receiver) -> None:
        self._fleet = fleet
        self._client: Any = client
        self._urls = urls
        self._receiver = receiver
        self._put: list[str] = []
        self._drained: list[int] = []

    async def play(self) -> Report:
        """Run everything and return what was found."""
        for version in VERSIONS:
            await self._fleet.start(version, "subscribe", "--from-start", "--json", name=f"alone-{version}")
            words = ("--group", "desk", "--consumer", version, "--json")
            await self._fleet.start(version, "subscribe", *words, name=f"group-{version}")
            await self._fleet.start_worker(version)
            await self._fleet.start_worker(version)
        webhook = await self._start_webhook("old")
        await wait_until(self._workers_are_alive)
        await self._play_waves(webhook)
        verdict = await judge(self._client, PREFIX, self._put)
        published = await self._published()
        for version, url in zip(VERSIONS, self._put, strict=False):
            await self._fleet.run(version, "forget", url)
        return await self._report(verdict, published)

    async def _start_webhook(self, version: Version) -> asyncio.subprocess.Process:
        return await self._fleet.start(
            version, "webhook", "--to", self._receiver.url, "--name", "press", "--from-start"
        )

    async def _workers_are_alive(self) -> bool:
        beats = [json.loads(it) for it in await self._client.hvals(f"{PREFIX}:services")]
        return [beat["service"] for beat in beats].count("worker") == len(self._fleet.pids)

    # ------------------------------------------------------------ waves
    async def _play_waves(self, webhook: asyncio.subprocess.Process) -> None:
        """Enqueue waves, by both versions in turn, with a change of the fleet in the middle of some."""
        fleet = self._fleet
        for wave in range(MOST_WAVES):
            urls = self._urls[wave * WAVE : (wave + 1) * WAVE]
            await fleet.run(VERSIONS[wave % 2], "put", "-", stdin="\n".join(urls).encode())
            self._put += urls
            match wave:
                case 1:
                    self._drained.append(await fleet.end_worker("old", signal.SIGTERM))
                case 2:
                    await fleet.end_worker("old", signal.SIGKILL)
                case 3:
                    await fleet.start_worker("old")
                    await fleet.end_worker("new", signal.SIGKILL)
                case 4:
                    webhook.terminate()
                    await webhook.wait()
                    await self._start_webhook("new")
                case 5:
                    self._drained.append(await fleet.end_worker("new", signal.SIGTERM))
                case 6:
                    await fleet.start_worker("new")
            await wait_until(self._all_are_published)
            if wave + 1 >= WAVES and all((await self._published()).values()):
                break

    async def _all_are_published(self) -> bool:
        return len(await count_articles(self._client, PREFIX)) >= len(self._put)

    async def _published(self) -> dict[Version, int]:
        """Return the number of articles by the version of their worker."""
        entries = await self._client.xrange(f"{PREFIX}:articles")
        counts = Counter(self._fleet.pids[pid_of(fields[b"worker"])] for _, fields in entries)
        return {version: counts[version] for version in VERSIONS}

    # ------------------------------------------------------------ result
    async def _report(self, verdict: Verdict, published: dict[Version, int]) -> Report:
        entries = [entry for kind in KINDS for entry in await self._client.xrange(f"{PREFIX}:events:{kind}")]
        events = {fields[b"id"].decode() for _, fields in entries}
        retractions = {fields[b"id"].decode() for _, fields in entries if fields[b"type"] == b"retraction"}
        retracted = {json.loads(fields[b"data"])["of"] for _, fields in entries if fields[b"type"] == b"retraction"}

        async def all_received() -> bool:
            return all(events <= got.keys() for got in self._received().values())

        await wait_until(all_received)
        paged = await self._read_pages(len(events))
        received = {
            name: Counter({event: count for event, count in got.items() if event not in retracted})
            for name, got in self._received().items()
        }
        return Report(
            verdict=verdict, published=published, drained=self._drained, events=events, retractions=retractions,
            received=received, paged=paged,
        )  # fmt: skip

    def _received(self) -> dict[str, Counter[str]]:
        alone = {f"alone, {version}": self._fleet.received(f"alone-{version}") for version in VERSIONS}
        group = sum((self._fleet.received(f"group-{version}") for version in VERSIONS), Counter[str]())
        return {**alone, "group of both": group, "webhook, old then new": Counter(self._receiver.accepted)}

    async def _read_pages(self, count: int) -> list[str]:
        """Return the ids of the history in pages, each from the other gateway with the cursor of the one before."""
        bases = [await self._start_gateway(version) for version in VERSIONS]
        ids: list[str] = []
        after = "0"
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            for turn in range(count):
                query = {"after": after, "order": "oldest", "limit": str(PAGE)}
                async with session.get(f"{bases[turn % 2]}/v1/events", params=query) as response:
                    page = await response.json()
                ids += [event["id"] for event in page["events"]]
                if page["next"] is None:
                    break
                after = page["next"]
        return ids

    async def _start_gateway(self, version: Version) -> str:
        port = free_port()
        await self._fleet.start(version, "gateway", COMMUNIQUE_GATEWAY_PORT=str(port))
        base = f"http://127.0.0.1:{port}"

        async def is_ready() -> bool:
            async with aiohttp.ClientSession() as session:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{base}/readyz") as response:
                        return response.status == 200
            return False

        await wait_until(is_ready)
        return base


@contextlib.asynccontextmanager
async def _started(old: Path, folder: Path) -> AsyncIterator[Run]:
    hosts = loopback_hosts(HOSTS)
    async with (
        serving(*hosts),
        running_receiver() as receiver,
        run_embedded_server(folder / "redis") as url,
        Redis.from_url(url, protocol=2) as client,
    ):
        per_host = [articles(host, WAVE * MOST_WAVES // HOSTS) for host in hosts]
        urls = [url for batch in zip(*per_host, strict=True) for url in batch]
        fleet = Fleet(url, old, folder)
        try:
            yield Run(fleet, client, urls, receiver)
        finally:
            await fleet.stop()


async def run_side_by_side(old: Path, folder: Path) -> Report:
    """Run the version in `old` beside today's; everything that it starts has ended when it returns."""
    async with _started(old, folder) as run:
        return await run.play()
