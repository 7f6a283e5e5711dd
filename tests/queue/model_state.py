"""A model of the queue: the place of every task, the owner of every delivery, and the requests of every host.

Each step is run on the real queue and on the model; then the whole queue is read and compared with the model.  Time is
virtual: `pass_time` moves the times in Redis into the past.  All times are multiples of `UNIT_S`, which is so long that
the real duration of a test is negligible.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from tests.queue.model_requests import HOST_DELAY_S, MAX_REQUESTS, TOLERANCE_S, UNIT_S, RequestModel
from tests.queue.snapshot import LEAD_MS, Host, Snapshot, check_invariants, take_snapshot
from worker.queue import Delivery, UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.streams import connect

START: Final = datetime(2026, 3, 1, tzinfo=UTC)
# Few of each, so that they interact.
TASKS: Final = [
    Task.of(f"{start}.example/{path}")
    for start, path in (("https://news0", "a"), ("https://news0", "b"), ("https://news1", "c"), ("http://news0", "a"))
]
"""The first and the last are addresses of one article."""
HOSTS: Final = ["news0.example", "news1.example"]
WORKERS: Final = 2


def host_of(task: Task) -> str:
    """Return the host of one of `TASKS`."""
    return task.url.split("/")[2]


class ModelState:
    """The queue, its workers, and the state that the model expects."""

    def __init__(self, redis_url: str) -> None:
        self.url = redis_url
        self.settings = Settings.of(
            key_prefix=f"test-{uuid.uuid4().hex}",
            max_attempts=10_000,
            host_delay_s=HOST_DELAY_S,
            host_max_requests=MAX_REQUESTS,
            response_delay_factor=0.0,
            total_timeout_s=20 * UNIT_S,
        )
        self.workers = [UrlQueue(redis_url, self.settings) for _ in range(WORKERS)]
        self.keys = self.workers[0].keys
        self.client = connect(redis_url)
        self.requests = RequestModel(self.client, self.settings, HOSTS)
        self.lost_replies = 0
        self.held: list[list[Delivery]] = [[] for _ in range(WORKERS)]
        """All deliveries that each worker ever received, ended ones included: it may use them at any time."""
        self.forget_all_tasks()
        self.put_count = 0

    def forget_all_tasks(self) -> None:
        self.line: dict[str, list[str]] = defaultdict(list)
        """Host -> tasks in its queue, in order.  Here a task is named by the put that enqueued it (`Task.source`)."""
        self.ready: dict[str, str] = {}
        """Released entry -> task."""
        self.later: set[str] = set()
        self.dead: list[str] = []
        self.given_up: set[str] = set()
        self.owner: dict[str, tuple[str, int]] = {}
        """Pending entry -> consumer and delivery counter."""
        self.addresses: dict[str, Literal["taken", "taken_again", "article", "others_failed", "failed"]] = {}
        """Folded address -> state of its seen marker."""
        self.failed: set[str] = set()
        """Ids of the tasks whose own seen marker is set."""
        self.put_ids: set[str] = set()
        self.written: dict[str, str] = {}
        """Task id -> tag of the entries written for it."""
        self.overtaken: set[str] = set()
        """Ids of tasks that were settled as duplicates of another revision, so without entries."""
        self.visits: dict[str, tuple[int, bytes]] = {}
        """Scheduled visit -> when it is due (Unix ms), and its JSON."""
        self.revisions: dict[str, int] = {}
        """Article -> revision of the stored record."""
        self.task_of: dict[str, Task] = {}
        self.released_at: dict[str, float] = {}

    # ------------------------------------------------------------ compare
    async def compare(self) -> Snapshot:
        """Read the queue, record what has been released since the last call, and compare everything with the model."""
        found = await take_snapshot(self.client, self.keys)
        check_invariants(found, self.settings)
        self.requests.check(found)
        for entry in sorted(found.ready.keys() - self.ready.keys(), key=id_key):
            self.note_release(entry, found)
        assert {entry: name_of(task) for entry, (task, _) in found.ready.items()} == self.ready
        assert {name: [name_of(t) for t in host.queue] for name, host in found.hosts.items() if host.queue} == {
            name: line for name, line in self.line.items() if line
        }
        assert sorted(map(name_of, found.later)) == sorted(self.later)
        assert sorted(found.visits) == sorted(raw for _, raw in self.visits.values())
        assert [name_of(task) for task in found.dead] == self.dead
        assert found.pending == self.owner.keys()
        return found

    def note_release(self, entry: str, found: Snapshot) -> None:
        """Record a release; assert that it took the first task of the queue, after the delay and within the limit."""
        task, host = found.ready[entry]
        assert self.line[host].pop(0) == name_of(task)
        self.ready[entry] = name_of(task)
        assert self.active(host) <= found.hosts[host].most_active(MAX_REQUESTS)
        assert found.hosts[host].next_request_at(1000 * HOST_DELAY_S) <= found.now_ms + LEAD_MS
        now_s = self.requests.now_s
        assert now_s - self.released_at.get(host, -1e9) >= HOST_DELAY_S - TOLERANCE_S
        assert now_s >= self.requests.blocked_until[host] - TOLERANCE_S
        self.released_at[host] = now_s

    def active(self, host: str) -> int:
        return sum(host_of(self.task_of[task]) == host for task in self.ready.values())

    def check_nothing_is_due(self, found: Snapshot) -> None:
        """Assert that every task that could have been released was."""
        for name, host in found.hosts.items():
            assert not (host.queue and self.can_release(name, host, found.now_ms)), name

    def can_release(self, name: str, host: Host, now_ms: float) -> bool:
        due = host.due(1000 * HOST_DELAY_S)
        return self.active(name) < host.most_active(MAX_REQUESTS) and due <= now_ms


def name_of(task: bytes) -> str:
    return source_of(msgspec.json.decode(task, type=Task))


def source_of(task: Task) -> str:
    return task.source or ""


def id_key(entry: str) -> tuple[int, ...]:
    return tuple(map(int, entry.split("-")))
