"""Sources to new URLs: every feed that is due is asked, and what it links to that nobody has seen becomes a task.

A source's state is shared by all replicas in one hash, `<prefix>:source:<hash of its URL>`, with a TTL: `due` (Unix ms
by Redis' clock), `etag`, `last_modified`, `failures` in a row.  Whoever moves `due` ahead does the asking.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Protocol

import msgspec
import structlog
from msgspec import Meta, Struct
from msgspec.structs import replace

from worker import metrics, schema
from worker.errors import Failure, NotYet, Permanent, Transient, UsageError
from worker.fetch import Fetcher, Validators
from worker.parse import feed
from worker.parse import url as urls
from worker.politeness import Politeness
from worker.pulse import MARGIN_S, Part, Pulse
from worker.queue import QueueFull
from worker.schema import Task
from worker.settings import Settings
from worker.streams import Call, Script, connect

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger()

SLEEP_S: Final = 60.0
"""Longest wait for a host's slot that is slept; for more, the source is asked another time."""
LEAST_PAUSE_S: Final = 0.05
TOGETHER: Final = 8
"""Sources asked at the same time by one process."""
MAX_BACKOFF_S: Final = 6 * 3600.0
STATE_TTL_S: Final = 30 * 86_400


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[source]]` of the sources file."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    """Goes with every task that it leads to."""
    url: str
    """Of an RSS, Atom or JSON feed, or of a (news) sitemap."""
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    """BCP 47; for people who read the file."""
    interval_s: Annotated[float, Meta(gt=0, le=STATE_TTL_S)] | None = None
    """Time between two askings; None: `Settings.discover_interval_s`."""


class _Sources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    source: tuple[Source, ...] = ()


class Asked(Struct, frozen=True, kw_only=True):
    """What came of one source this time."""

    source: str
    outcome: Literal["read", "unchanged", "not_due", "waiting", "failed"]
    next_s: float
    """Until it is due again."""
    links: int = 0
    new: int = 0
    """Links that became tasks."""
    refused: int = 0
    """Links that are no http(s) URL."""
    reason: str | None = None
    detail: str | None = None
    """Of a failure; of the first refused link otherwise."""


class State(Struct, frozen=True, kw_only=True):
    """How a source stands with all replicas together."""

    source: str
    due_in_s: float
    """Negative where it should have been asked already."""
    failures: int
    """In a row."""


def discover_parts(settings: Settings) -> dict[str, Part]:
    """Return the loop of a discover whose silence means something: it beats with every source that it has asked."""
    return {"ask": Part(limit_s=_lease_s(settings) + SLEEP_S + MARGIN_S, vital=True)}


def _lease_s(settings: Settings) -> float:
    """Return how long a turn lasts: longer than asking one source can take."""
    return SLEEP_S + 2 * settings.total_timeout_s


class Queue(Protocol):
    """As much of `UrlQueue` as is needed here."""

    async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
        """Enqueue each task not seen before; tell for each whether it was put."""


# ---------------------------------------------------------------- the sources file
def load_sources(path: str | Path) -> tuple[Source, ...]:
    """Read a sources file; UsageError names the file, the place in it and what is wrong there."""
    try:
        sources = msgspec.toml.decode(Path(path).read_bytes(), type=_Sources).source
    except OSError as e:
        raise UsageError(f"sources file {path}: {e.strerror}") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as e:
        raise UsageError(f"sources file {path}: {e}") from None
    if not sources:
        raise UsageError(f"sources file {path} names no source: add a [[source]] with a name and a url")
    return tuple(_checked(source, path) for source in _distinct(sources, path))


def _distinct(sources: tuple[Source, ...], path: str | Path) -> tuple[Source, ...]:
    for values in ([s.name for s in sources], [s.url for s in sources]):
        value, times = Counter(values).most_common(1)[0]
        if times > 1:
            raise UsageError(f"sources file {path}: {value!r} stands there {times} times")
    return sources


def _checked(source: Source, path: str | Path) -> Source:
    try:
        return replace(source, url=urls.normal(source.url))
    except Permanent as e:
        raise UsageError(f"sources file {path}: url of source {source.name!r}: {e.detail}") from None


# ---------------------------------------------------------------- the loop
class _Turn(Struct, frozen=True, kw_only=True):
    """A source's state when its turn was taken."""

    validators: Validators
    failures: int


class Discover:
    """Asks `sources` and feeds `queue`; `client` is a Redis client that answers bytes."""

    def __init__(
        self,
        sources: Sequence[Source],
        settings: Settings,
        *,
        client: Redis,
        fetcher: Fetcher,
        politeness: Politeness,
        queue: Queue,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        pulse: Pulse | None = None,
    ) -> None:
        self._client = client
        self._fetcher = fetcher
        self._politeness = politeness
        self._queue = queue
        self._sources = tuple(sources)
        self._settings = settings
        self._now = now
        self._sleep = sleep
        self._pulse = pulse or Pulse()

    async def run(self, stop: asyncio.Event) -> None:
        """Ask whatever is due, again and again, until `stop` is set; what is under way then is dropped, safely."""
        asking, stopping = asyncio.create_task(self._for_ever()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                asking.result()  # nothing but an error ends it
        finally:
            asking.cancel()
            stopping.cancel()
            await asyncio.wait({asking, stopping})

    async def _for_ever(self) -> None:
        while True:
            asked = await self.once(due_only=True)
            self._pulse.beat("ask")
            await self._sleep(max(LEAST_PAUSE_S, min((SLEEP_S, *(a.next_s for a in asked)))))

    async def show(self) -> None:
        """Set the gauges that tell how the sources stand."""
        states = await self.states()
        counts = {
            "all": len(states),
            "due": sum(state.due_in_s <= 0 for state in states),
            "failing": sum(state.failures > 0 for state in states),
        }
        for name, count in counts.items():
            metrics.SOURCES.labels(name).set(count)
        for state in states:
            metrics.SOURCE_FAILURES.labels(state.source).set(state.failures)
            metrics.NEW_URLS.labels(state.source)  # begins at zero

    async def states(self) -> list[State]:
        """Tell how each source stands, in the order of the file; asks none and takes no turn."""
        pipe = self._client.pipeline(transaction=False)
        for source in self._sources:
            pipe.hmget(self._key(source), "due", "failures")
        pipe.time()
        *answers, (s, us) = await pipe.execute()
        now_ms = 1000 * s + us / 1000
        return [
            State(source=source.name, due_in_s=(float(due or now_ms) - now_ms) / 1000, failures=int(failures or 0))
            for source, (due, failures) in zip(self._sources, answers, strict=True)
        ]

    async def once(self, *, due_only: bool = False) -> list[Asked]:
        """Ask every source (or only those that are due) and tell what came of each, in the order of the file."""
        together = asyncio.Semaphore(TOGETHER)

        async def ask(source: Source) -> Asked:
            async with together:
                return await self._ask(source, due_only=due_only)

        async with asyncio.TaskGroup() as asking:
            tasks = [asking.create_task(ask(source)) for source in self._sources]
        return [task.result() for task in tasks]

    async def _ask(self, source: Source, *, due_only: bool) -> Asked:
        """Ask one source; whatever is wrong with it ends here, in one log line."""
        turn = await self._take_turn(source, due_only=due_only)
        if not isinstance(turn, _Turn):
            return Asked(source=source.name, outcome="not_due", next_s=turn)
        started = time.perf_counter()
        validators, failures = turn.validators, turn.failures
        try:
            asked, validators = await self._read(source, validators)
            failures = 0
        except NotYet as wait:
            asked = _failed(source, wait, next_s=wait.wait_s, outcome="waiting")
        except (Failure, QueueFull) as failure:
            failures += 1
            asked = _failed(source, failure, next_s=self._backoff_s(source, failure, failures))
        await self._give_turn_back(source, asked.next_s, validators, failures)
        self._count(asked)
        known = {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not None}
        log.info("source", **known, ms=round(1000 * (time.perf_counter() - started)))
        return asked

    def _count(self, asked: Asked) -> None:
        self._pulse.beat("ask")
        metrics.SOURCES_ASKED.labels(asked.source, asked.outcome).inc()
        metrics.NEW_URLS.labels(asked.source).inc(asked.new)
        if asked.outcome == "failed":
            self._pulse.trouble(asked.source, asked.reason or asked.outcome, self._now())

    async def _read(self, source: Source, validators: Validators) -> tuple[Asked, Validators]:
        """Fetch, parse and enqueue; the new validators count only if all of it went well."""
        task = await self._admitted(Task(id=schema.task_id(source.url), url=source.url))
        async with self._politeness.heeding(source.url):
            answer = await self._fetcher.get_if_changed(
                source.url, validators, admit=self._politeness.redirects_of(task)
            )
        next_s = self._interval_s(source)
        if answer.page is None:
            return Asked(source=source.name, outcome="unchanged", next_s=next_s), answer.validators
        links = await asyncio.to_thread(feed.links, answer.page.body, answer.page.url)
        tasks, refusals = self._tasks(source, links)
        new = await self._put(tasks)
        asked = Asked(
            source=source.name,
            outcome="read",
            next_s=next_s,
            links=len(links),
            new=new,
            refused=len(refusals),
            detail=refusals[0] if refusals else None,
        )
        return asked, answer.validators

    async def _put(self, tasks: Sequence[Task]) -> int:
        """Enqueue what nobody has seen, each in a line with the trace that its events will have; return how many."""
        put = await self._queue.put_many(tasks) if tasks else []
        for task in (task for task, is_new in zip(tasks, put, strict=True) if is_new):
            log.info("found", url=task.url, source=task.source, trace=task.trace_id)
        return sum(put)

    async def _admitted(self, task: Task) -> Task:
        """Wait for the feed's own host like any task; NotYet where that would be long."""
        while True:
            try:
                await self._politeness.admit(task, self._now())
            except NotYet as e:
                if e.wait_s > SLEEP_S:
                    raise
                task = replace(task, slot_at=self._now() + timedelta(seconds=e.wait_s))
                await self._sleep(e.wait_s)
            else:
                return task

    def _tasks(self, source: Source, links: Sequence[feed.Link]) -> tuple[list[Task], list[str]]:
        """Make a task of every link that has a canonical URL; the others' faults come second."""
        tasks, refusals, now = [], [], self._now()
        for link in links:
            try:
                url = urls.canonical(link.url)
            except Permanent as e:
                refusals.append(e.detail)
            else:
                tasks.append(Task(id=schema.task_id(url), url=url, source=source.name, put_at=now))
        return tasks, refusals

    # ------------------------------------------------------------ when
    def _interval_s(self, source: Source) -> float:
        return source.interval_s or self._settings.discover_interval_s

    def _backoff_s(self, source: Source, failure: Failure | QueueFull, failures: int) -> float:
        """Double the interval with every failure in a row; not below what the server asked for.

        A full queue is no fault of the source: it is asked again at its usual time.
        """
        interval_s = self._interval_s(source)
        if isinstance(failure, QueueFull):
            return interval_s
        asked_s = (failure.retry_after_s or 0.0) if isinstance(failure, Transient) else 0.0
        return max(interval_s, asked_s, min(interval_s * 2.0 ** min(failures, 20), MAX_BACKOFF_S))

    async def _take_turn(self, source: Source, *, due_only: bool) -> _Turn | float:
        """Take the source's turn, or return the seconds until it is due.

        The turn is ours for longer than asking can take; a process that dies with it loses it to another after that.
        """
        call = Call([self._key(source)], [round(_lease_s(self._settings) * 1000), int(due_only), STATE_TTL_S])
        answer = await _TAKE.run(self._client, call)
        if isinstance(answer, int):
            return answer / 1000
        etag, last_modified, failures = (value.decode() if value else None for value in answer)
        return _Turn(validators=Validators(etag=etag, last_modified=last_modified), failures=int(failures or 0))

    async def _give_turn_back(self, source: Source, next_s: float, validators: Validators, failures: int) -> None:
        when = (round(next_s * 1000), STATE_TTL_S + round(next_s))
        state = (validators.etag or "", validators.last_modified or "", failures)
        await _GIVE_BACK.run(self._client, Call([self._key(source)], [*when, *state]))

    def _key(self, source: Source) -> str:
        return f"{self._settings.key_prefix}:source:{schema.digest(source.url)}"


@asynccontextmanager
async def discovery(
    sources: Sequence[Source], settings: Settings, redis_url: str, queue: Queue, pulse: Pulse | None = None
) -> AsyncIterator[Discover]:
    """Put a Discover together with its neighbours; they are closed in the end."""
    async with connect(redis_url) as client, Fetcher(settings) as fetcher:
        politeness = Politeness(client, fetcher, settings)
        yield Discover(
            sources, settings, client=client, fetcher=fetcher, politeness=politeness, queue=queue, pulse=pulse
        )


def _failed(
    source: Source, failure: Failure | QueueFull, *, next_s: float, outcome: Literal["failed", "waiting"] = "failed"
) -> Asked:
    reason, detail = (
        ("queue_full", str(failure)) if isinstance(failure, QueueFull) else (failure.reason, failure.detail)
    )
    return Asked(source=source.name, outcome=outcome, next_s=next_s, reason=reason, detail=detail)


_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

_TAKE: Final = Script(
    _NOW
    + """
-- KEYS: the source's hash.  ARGV: how long the turn lasts (ms), 1 to take it only when due, TTL (s).
-- Returns {etag, last_modified, failures}, each possibly nil or empty, or the time until it is due (ms).
local due = tonumber(redis.call('HGET', KEYS[1], 'due')) or 0
if ARGV[2] == '1' and due > now then return due - now end
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', now + tonumber(ARGV[1])))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HMGET', KEYS[1], 'etag', 'last_modified', 'failures')
"""
)

_GIVE_BACK: Final = Script(
    _NOW
    + """
-- KEYS: the source's hash.  ARGV: until due again (ms), TTL (s), etag, last_modified, failures.
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', now + tonumber(ARGV[1])),
  'etag', ARGV[3], 'last_modified', ARGV[4], 'failures', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
)
