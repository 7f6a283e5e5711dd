"""The steps of the model: each is run on the real queue, and updates the expected state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from tests.queue.model_state import HOSTS, START, TASKS, ModelState, host_of, id_key, source_of
from tests.queue.test_url_queue import stall
from worker.queue import GROUP, Delivery, NextVisit, ReadingWrite, Settlement, UrlQueue
from worker.queue.markers import BUCKET_BYTES, make_marker, seen_marker
from worker.schema import Reading, Task, hash_id
from worker.streams import ConsumerGroup, Lease, StreamWrite, read_group_entries
from worker.urls import fold

if TYPE_CHECKING:
    from collections.abc import Iterable


def reading(revision: int) -> Reading:
    """Return the record of an article at a revision."""
    return Reading(revision=revision, text_hash=b"%d" % revision, read_at_ms=0)


class World(ModelState):
    """The queue and its model; each public method is one step, with a worker (or host) and a choice."""

    async def step(self, name: str, who: int, which: int) -> None:
        home = self if hasattr(self, name) else self.requests
        await getattr(home, name)(who, which)
        await self.compare()

    # ------------------------------------------------------------ enqueue
    async def put(self, i: int, which: int) -> None:
        task = replace(TASKS[(i + which) % len(TASKS)], source=f"put-{self.put_count}")
        self.put_count += 1
        is_new = self.may_be_put(task)
        assert await self.workers[0].put(task) == is_new
        if is_new:
            self.enqueue(task)

    def may_be_put(self, task: Task) -> bool:
        state = self.addresses.get(fold(task.url))
        may_follow = state == "others_failed" or (state == "failed" and task.url != fold(task.url))
        return task.id not in self.failed and (state is None or may_follow)

    def enqueue(self, task: Task) -> None:
        address = fold(task.url)
        self.addresses[address] = "taken_again" if self.addresses.get(address) == "failed" else "taken"
        self.put_ids.add(task.id)
        self.task_of[source_of(task)] = task
        self.line[host_of(task)].append(source_of(task))

    async def expire_seen(self, i: int, which: int) -> None:
        task = TASKS[(i + which) % len(TASKS)]
        async for bucket in self.client.scan_iter(f"{self.keys.markers}:*", count=100_000):
            for marker in (seen_marker(task.url), make_marker("seen", task.id)):
                await self.client.hdel(bucket, marker[2 * BUCKET_BYTES :])
        self.addresses.pop(fold(task.url), None)
        self.failed.discard(task.id)

    # ------------------------------------------------------------ release and deliver
    async def release(self, *_: int) -> None:
        due = sorted(self.later)
        await self.workers[0].release(self.now)
        for name in due:  # all retries are due at once, so they come in the order of their JSON
            self.later.discard(name)
            self.line[host_of(self.task_of[name])].insert(0, name)
        for name in sorted(self.visits, key=self.visits.__getitem__):
            self.line[host_of(self.task_of[name])].append(name)
        self.visits.clear()
        self.check_nothing_is_due(await self.compare())

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.requests.now_s)

    async def read(self, who: int, which: int) -> None:
        given = self.undelivered()[: which + 1]
        held = set(self.workers[who]._leases)
        deliveries = await self.workers[who].read(which + 1, 0)
        assert [d.entry_id for d in deliveries] == [entry for entry in given if Lease(entry, 1) not in held]
        self.own(who, given)
        self.held[who] += deliveries

    async def read_and_lose_the_reply(self, who: int, which: int) -> None:
        given, group = self.undelivered()[: which + 1], ConsumerGroup(stream=self.keys.ready, name=GROUP)
        await read_group_entries(self.client, {group: ">"}, self.workers[who].consumer, count=which + 1)
        self.own(who, given)

    def undelivered(self) -> list[str]:
        return sorted(self.ready.keys() - self.owner.keys(), key=id_key)

    def own(self, who: int, entries: Iterable[str]) -> None:
        self.owner.update((entry, (self.workers[who].consumer, 1)) for entry in entries)

    async def overtake(self, who: int, which: int) -> None:
        """Make every worker stall beyond its lease, and one worker claim tasks of the others."""
        if self.owner:
            await stall(self.workers[0])
        lost = self.loses_reply()
        for delivery in await self.workers[who].claim(which + 1):
            _, attempts = self.owner[delivery.entry_id]
            assert delivery.attempts == attempts + 1
            self.owner[delivery.entry_id] = (self.workers[who].consumer, delivery.attempts)
            self.held[who].append(delivery)
        if lost:
            await self.note_lost_claims()

    async def note_lost_claims(self) -> None:
        """Record the claims whose reply was lost: the worker owns the entries without knowing it."""
        if self.owner:
            pending: Any = await self.client.xpending_range(self.keys.ready, GROUP, "-", "+", 1000)
            self.owner = {it["message_id"].decode(): (it["consumer"].decode(), it["times_delivered"]) for it in pending}

    async def renew(self, who: int, _: int) -> None:
        held = list(dict.fromkeys(self.held[who]))
        lost = await self.workers[who].renew(held)
        assert lost == [d for d in held if not self.owns(who, d)]

    # ------------------------------------------------------------ end a delivery
    def owns(self, who: int, delivery: Delivery) -> bool:
        return self.owner.get(delivery.entry_id) == (self.workers[who].consumer, delivery.attempts)

    def pick(self, who: int, which: int) -> tuple[Delivery, bool] | None:
        """Return one of a worker's deliveries, and whether the worker still owns it."""
        if not self.held[who]:
            return None
        delivery = self.held[who][which % len(self.held[who])]
        return delivery, self.owns(who, delivery)

    def end(self, delivery: Delivery, owns: bool, replied: bool, lost: bool) -> str | None:
        """Record the end of a delivery; return its task, or None if the lease was lost."""
        assert replied == (owns and not lost)
        if not owns:
            return None
        del self.owner[delivery.entry_id]
        return self.ready.pop(delivery.entry_id)

    def loses_reply(self) -> bool:
        """Return whether the reply of the next script will be lost, so that the script runs twice."""
        return self.lost_replies > 0

    async def settle(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            await self.settle_as(who, which, picked, None, None)

    async def settle_first_reading(self, who: int, which: int) -> None:
        """Settle a task with the record of its reading, unless there is one, and schedule a visit."""
        if picked := self.pick(who, which):
            article, following = picked[0].task.url, self.make_visit(picked[0].task)
            write = ReadingWrite(article=article, reading=reading(0))
            if await self.settle_as(who, which, picked, write, following):
                self.revisions.setdefault(article, 0)
                self.schedule_visit(following)

    async def settle_visit(self, who: int, which: int) -> None:
        """Settle a task as a visit that has read the record at its present revision, or (`which` 1) an older one."""
        if picked := self.pick(who, which):
            article, following = picked[0].task.url, self.make_visit(picked[0].task)
            revision = self.revisions.get(article, 0) - (which == 1)
            if revision < 0:
                return
            write = ReadingWrite(article=article, reading=reading(revision + 1), replaces=reading(revision))
            was_settled, owns = self.is_settled(picked[0].task.id), picked[1]
            if await self.settle_as(who, which, picked, write, following):
                self.revisions[article] = revision + 1
            if owns and not was_settled:  # also after a duplicate, the schedule continues
                self.schedule_visit(following)

    def make_visit(self, task: Task) -> NextVisit:
        self.put_count += 1
        name = f"visit-{self.put_count}"
        visit = replace(task, id=f"{task.id[:2]}-{name}", source=name, visit_at=self.now)
        return NextVisit(visit, self.now)

    def schedule_visit(self, it: NextVisit) -> None:
        name, raw = source_of(it.task), msgspec.json.encode(it.task)
        self.visits[name] = round(it.due_at.timestamp() * 1000), raw
        self.task_of[name] = it.task
        self.put_ids.add(it.task.id)

    def is_settled(self, task_id: str) -> bool:
        return task_id in self.written or task_id in self.overtaken

    async def settle_as(
        self,
        who: int,
        which: int,
        picked: tuple[Delivery, bool],
        write: ReadingWrite | None,
        following: NextVisit | None,
    ) -> bool:
        """Settle a delivery, check the outcome, and return whether it wrote anything."""
        delivery, owns = picked
        lost, tag = self.loses_reply(), f"{delivery.task.id} {self.workers[who].consumer} {delivery.lease}"
        addresses = [fold(TASKS[2].url)] if which == 1 else []
        it = Settlement(
            delivery,
            self.writes(tag),
            article=hash_id("article"),
            addresses=addresses,
            reading=write,
            next_visit=following,
        )
        [outcome] = await self.workers[who].settle_many([it])
        if not owns:
            assert outcome == ("fenced" if delivery.entry_id in self.owner else "gone")
            return False
        is_current = not (write and write.replaces) or write.replaces.revision == self.revisions.get(write.article)
        writes = is_current and not self.is_settled(delivery.task.id)
        assert outcome == ("gone" if lost else "done" if writes else "duplicate")
        self.end(delivery, owns, owns, lost=False)
        if writes:
            self.written[delivery.task.id] = tag
        elif delivery.task.id not in self.written:
            self.overtaken.add(delivery.task.id)
        self.addresses |= dict.fromkeys([*addresses, fold(delivery.task.url)], "article")
        return writes

    async def put_back(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            delivery, owns = picked
            lost, first = self.loses_reply(), which == 1
            done = await self.workers[who].put_back(delivery, delivery.task, first=first)
            if name := self.end(delivery, owns, done, lost):
                line = self.line[host_of(delivery.task)]
                line.insert(0 if first else len(line), name)

    async def retry_later(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            delivery, owns = picked
            lost, again = self.loses_reply(), replace(delivery.task, attempt=delivery.task.attempt + 1)
            done = await self.workers[who].retry_later(delivery, again, self.now)
            if name := self.end(delivery, owns, done, lost):
                self.later.add(name)

    async def dead_letter(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            delivery, owns = picked
            lost, revive = self.loses_reply(), which == 1
            done = await self.workers[who].dead_letter(delivery, "model", "", revive=revive)
            if name := self.end(delivery, owns, done, lost):
                self.dead.append(name)
                self.given_up |= {name} if revive else set()
                if not revive:
                    self.note_failure(delivery.task)

    def note_failure(self, task: Task) -> None:
        """Record that a task has become a dead letter, so that another address of its article may be put."""
        if task.visit_at:
            return
        address = fold(task.url)
        is_folded, state = task.url == address, self.addresses.get(address)
        self.failed |= set() if is_folded else {task.id}
        if state not in {None, "article"}:
            self.addresses[address] = "failed" if is_folded or state in {"failed", "taken_again"} else "others_failed"

    # ------------------------------------------------------------ dead letters
    async def requeue(self, *_: int) -> None:
        lost = self.loses_reply()
        assert await self.workers[0].requeue() == (0 if lost else len(self.dead))
        self.raise_dead(self.dead)
        first_readings = [it for it in map(self.task_of.__getitem__, self.dead) if it.visit_at is None]
        for address in {fold(it.url) for it in first_readings}:
            if self.addresses.get(address) != "article":
                self.addresses[address] = "taken"
        self.dead, self.given_up = [], set()

    def raise_dead(self, names: Iterable[str]) -> None:
        for name in names:
            self.line[host_of(self.task_of[name])].append(name)

    async def give_up(self, i: int, _: int) -> None:
        lost, line = self.loses_reply(), self.line[HOSTS[i]]
        assert await self.requests.hosts.give_up(HOSTS[i], "") == (0 if lost else len(line))
        self.dead += line
        self.given_up |= set(line)
        line.clear()

    async def revive(self, i: int, _: int) -> None:
        lost = self.loses_reply()
        names = [n for n in self.dead if n in self.given_up and host_of(self.task_of[n]) == HOSTS[i]]
        revived = await self.requests.hosts.revive(HOSTS[i])
        assert lost or revived >= len(names)  # includes ids of dead letters that were requeued
        self.raise_dead(names)
        self.dead = [name for name in self.dead if name not in names]
        self.given_up -= set(names)

    async def reset(self, i: int, _: int) -> None:
        await self.requests.reset(i)

    # ------------------------------------------------------------ faults
    async def crash(self, who: int, _: int) -> None:
        """Kill a worker and replace it with a new process without state."""
        self.requests.kill(who)
        await self.workers[who].aclose()
        self.workers[who], self.held[who] = UrlQueue(self.url, self.settings), []

    async def lose_reply(self, *_: int) -> None:
        self.lost_replies = 1

    async def forget_scripts(self, *_: int) -> None:
        await self.client.script_flush()

    async def destroy_group(self, *_: int) -> None:
        if await self.client.exists(self.keys.ready):
            await self.client.xgroup_destroy(self.keys.ready, GROUP)
        self.owner.clear()

    async def forget_all(self, *_: int) -> None:
        """Lose all data, as after FLUSHALL."""
        await self.client.unlink(
            "-", *[key async for key in self.client.scan_iter(f"{self.keys.prefix}*", count=10_000)]
        )
        self.forget_all_tasks()
        self.requests.forget_all()

    # ------------------------------------------------------------ final check
    def writes(self, tag: str) -> list[StreamWrite]:
        return [StreamWrite(stream=f"{self.keys.prefix}:out", fields={"tag": tag}, maxlen=1000)]

    async def finish(self) -> None:
        """Let one worker process all remaining tasks; then everything must be written once, as the model expects."""
        self.lost_replies = 0
        for name in HOSTS:
            await self.step("reset", HOSTS.index(name), 0)
        for _ in range(4 * (self.put_count + 1)):
            for name, which in (("requeue", 0), ("overtake", 1000), ("pass_time", 2), ("release", 0), ("read", 1000)):
                await self.step(name, 0, which)
            for which in range(len(self.held[0])):
                await self.step("settle", 0, which)
            self.held[0].clear()
            if not (self.ready or self.later or self.visits or self.dead or any(self.line.values())):
                break
        depth = await self.workers[0].depth()
        assert (depth.unfinished, depth.dead) == (0, 0)
        out: Any = await self.client.xrange(f"{self.keys.prefix}:out")
        assert sorted(fields[b"tag"].decode() for _, fields in out) == sorted(self.written.values())
        assert self.written.keys() | self.overtaken == self.put_ids
        for article, revision in self.revisions.items():
            assert await self.workers[0].reading(article) == reading(revision)

    async def close(self) -> None:
        await self.client.unlink(
            "-", *[key async for key in self.client.scan_iter(f"{self.keys.prefix}*", count=10_000)]
        )
        for worker in self.workers:
            await worker.aclose()
        await self.client.aclose()
