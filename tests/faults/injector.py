"""The faults.  A fault counts as fired only if there is proof that it had an effect."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import RedisError

from tests.faults.judge import published_by
from tests.faults.late_settle import LateSettle
from tests.faults.lossy_proxy import Trap
from tests.faults.supervised_workers import held_by

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Collection, Coroutine

    from tests.faults.redis_under_test import RedisUnderTest
    from tests.faults.supervised_workers import SupervisedWorkers
    from worker.queue import QueueKeys

LEASE_S: Final = 4.0
"""Lease of the workers in a fault run."""
CLAIM_POLL_S: Final = 0.01
"""Interval at which a claim is looked for: shorter than the work on the claimed task."""


class Injector:
    """Injects faults one after another; `proofs` counts the observations that prove that they fired."""

    def __init__(
        self,
        redis: RedisUnderTest,
        workers: SupervisedWorkers,
        keys: QueueKeys,
        chance: random.Random,
        only: Collection[str] | None = None,
    ) -> None:
        """`only`: names of the faults; None: all."""
        self._redis = redis
        self._workers = workers
        self._keys = keys
        self._chance = chance
        self.tried: Counter[str] = Counter()
        self.fired: Counter[str] = Counter()
        self.proofs: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.usurped = 0
        """Number of articles that a worker wrote after its lease had been claimed by another."""
        self._background: set[asyncio.Task[None]] = set()
        every: dict[str, Callable[[], Awaitable[None]]] = {
            "kill -9 of a worker": self.kill_worker,
            "SIGSTOP beyond the lease": self.stop_worker,
            "settle after the lease": self.delay_settle,
            "SIGTERM, drained": self.drain_worker,
            "connections cut by Redis": self.kill_clients,
            "connections reset": self.reset_connections,
            "replies lost": self.lose_replies,
            "kill -9 of Redis": self.kill_redis,
            "Redis full": self.fill_redis,
            "Redis a replica": self.make_replica,
            "scripts flushed": self.flush_scripts,
            "group destroyed": self.destroy_group,
        }
        self.faults = {name: fault for name, fault in every.items() if only is None or name in only}

    async def inject(self, name: str) -> None:
        """Inject one fault."""
        self.tried[name] += 1
        await self.faults[name]()

    def lines(self) -> list[str]:
        """Return a line for each fault: how often it was tried, how often it fired, and the proofs."""
        return [f"{name:28} {self.tried[name]:5} {self.fired[name]:5}  {self._proof(name)}" for name in self.faults]

    def _proof(self, name: str) -> str:
        return ", ".join(f"{count} {what}" for what, count in self.proofs[name].items())

    async def settle_down(self) -> None:
        """Wait for the faults that have not ended yet."""
        await asyncio.gather(*self._background)

    def _prove(self, fault: str, proof: str, count: int) -> None:
        """Record `count` observations that prove the fault; count it as fired if there are any."""
        self.fired[fault] += count > 0
        self.proofs[fault][proof] += count

    # ------------------------------------------------------------ workers
    async def _pick_busy(self) -> tuple[int, set[str]] | None:
        """Return a worker that has tasks, and their entries."""
        held = await held_by(self._redis.client, self._keys.ready)
        busy = [(pid, held[pid]) for pid in self._workers.pids if held.get(pid)]
        return self._chance.choice(busy) if busy else None

    async def kill_worker(self) -> None:
        if picked := await self._pick_busy():
            status = await self._workers.end(picked[0], signal.SIGKILL)
            self._prove("kill -9 of a worker", "tasks in hand", len(picked[1]) if status == -signal.SIGKILL else 0)

    async def drain_worker(self) -> None:
        if picked := await self._pick_busy():
            status = await self._workers.end(picked[0], signal.SIGTERM)
            self._prove("SIGTERM, drained", "tasks in hand", len(picked[1]) if status == 0 else 0)

    async def stop_worker(self) -> None:
        """Stop a worker for longer than its lease, in the background: other faults may follow meanwhile."""
        if len(self._workers.pids) > 1 and (picked := await self._pick_busy()):
            self._start(self._stop_and_continue(*picked))

    def _start(self, fault: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(fault)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _stop_and_continue(self, pid: int, entries: set[str]) -> None:
        self._workers.stopped.add(pid)
        self._workers.signal(pid, signal.SIGSTOP)
        await asyncio.sleep(1.8 * LEASE_S)
        still_held = (await held_by(self._redis.client, self._keys.ready)).get(pid, set())
        self._workers.signal(pid, signal.SIGCONT)
        self._workers.stopped.discard(pid)
        self._prove("SIGSTOP beyond the lease", "tasks taken over", len(entries - still_held))

    async def delay_settle(self) -> None:
        """Hold a settle back, stop its worker until another has claimed the task, and then forward the settle."""
        trap = self._redis.proxy.trap = Trap()
        try:
            settle = LateSettle.parse(await asyncio.wait_for(trap.caught, 3.0))
        except TimeoutError:
            self._redis.proxy.trap = None
            return
        if settle.pid in self._workers.pids and len(self._workers.pids) > 1:
            self._start(self._forward_late(trap, settle))
        else:
            trap.release()

    async def _forward_late(self, trap: Trap, settle: LateSettle) -> None:
        self._workers.stopped.add(settle.pid)
        self._workers.signal(settle.pid, signal.SIGSTOP)
        try:
            claimed = await self._wait_for_claim(settle)
            trap.release()
            await asyncio.sleep(0.3)
            self.usurped += await published_by(self._redis.client, self._keys.prefix, claimed, settle.pid)
            self._prove("settle after the lease", "claimed before", len(claimed))
        except FAULT_ERRORS:
            trap.release()
        finally:
            self._workers.signal(settle.pid, signal.SIGCONT)
            self._workers.stopped.discard(settle.pid)

    async def _wait_for_claim(self, settle: LateSettle) -> set[str]:
        """Wait until another worker has claimed tasks of the settle; return their URLs."""
        for _ in range(round(3 * LEASE_S / CLAIM_POLL_S)):
            held = await held_by(self._redis.client, self._keys.ready)
            others = set().union(*(ids for pid, ids in held.items() if pid != settle.pid))
            if claimed := others & settle.entries:
                return await settle.urls(self._redis.client, self._keys.ready, claimed)
            await asyncio.sleep(CLAIM_POLL_S)
        return set()

    # ------------------------------------------------------------ connections
    async def kill_clients(self) -> None:
        killed = await self._redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        self._prove("connections cut by Redis", "connections", killed)

    async def reset_connections(self) -> None:
        self._prove("connections reset", "connections", self._redis.proxy.cut())

    async def lose_replies(self) -> None:
        proxy = self._redis.proxy
        before, proxy.replies_to_lose = proxy.lost_replies, self._chance.randrange(1, 8)
        await asyncio.sleep(0.5)
        proxy.replies_to_lose = 0
        self._prove("replies lost", "replies", proxy.lost_replies - before)

    # ------------------------------------------------------------ Redis
    async def kill_redis(self) -> None:
        before = await self._redis.client.xlen(self._keys.ready)
        status = await self._redis.kill()
        await asyncio.sleep(self._chance.uniform(0.0, 3.0))
        await self._redis.start()
        self._prove("kill -9 of Redis", "released tasks kept", before + 1 if status == -signal.SIGKILL else 0)

    async def fill_redis(self) -> None:
        await self._reject(
            "Redis full", "OOM", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]
        )

    async def make_replica(self) -> None:
        """Make Redis the replica of a server that does not exist."""
        await self._reject("Redis a replica", "READONLY", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"])

    async def flush_scripts(self) -> None:
        before = await self._redis.errors("NOSCRIPT")
        await self._redis.client.script_flush()
        await asyncio.sleep(0.3)
        self._prove("scripts flushed", "NOSCRIPT", await self._redis.errors("NOSCRIPT") - before)

    async def destroy_group(self) -> None:
        before = await self._redis.errors("NOGROUP")
        destroyed = await self._redis.client.xgroup_destroy(self._keys.ready, "workers")
        await asyncio.sleep(0.3)
        self._prove("group destroyed", "NOGROUP", destroyed * (await self._redis.errors("NOGROUP") - before))

    async def _reject(self, fault: str, code: str, begin: list[str], end: list[str]) -> None:
        """Make Redis reject writes for up to 3 seconds."""
        before = await self._redis.errors(code)
        await self._redis.command(*begin)
        await asyncio.sleep(self._chance.uniform(0.3, 3.0))
        self._prove(fault, code, await self._redis.errors(code) - before)
        await self._redis.command(*end)


FAULT_ERRORS: Final = (RedisError, OSError, KeyError)
"""Errors that injecting a fault may raise, because a process has just ended or a connection was cut."""
