"""Steps that scale, kill, restart and replace services while articles are processed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.compose.fleet import wait_until
from tests.compose.judge import judge, stream_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.compose.fleet import Fleet
    from tests.compose.report import Report, Step

KILL_WORKER: Final = "kill -9 $(cat /proc/1/task/1/children)"
"""Kills the program under the init process of a container, so that the engine sees a crash, not a `docker stop`."""


def judge_streams(fleet: Fleet, step: Step) -> None:
    """Wait until everything is published, and compare the streams with the direct reading."""
    fleet.wait_for_all()
    with fleet.client() as client:
        step.verdict = judge(fleet.reading.result(), stream_ids(client))


def judge_received(fleet: Fleet, step: Step, ids: Sequence[str], what: str) -> None:
    """Wait until a reader has every event, and compare; it may have some of them more than once."""
    expected = fleet.reading.result()
    wait_until(lambda: len(set(ids)) >= len(expected), lambda: len(ids), what)
    step.verdict, step.at_least_once = judge(expected, ids), True


def start(fleet: Fleet, report: Report, count: int) -> None:
    """Start all services with one worker."""
    with report.step("up, 1 worker") as step:
        fleet.engine.compose("up", "--detach", "--wait")
        fleet.put(count)
        judge_streams(fleet, step)


def scale(fleet: Fleet, report: Report, workers: int, count: int) -> None:
    """Change WORKERS in .env under load."""
    with report.step(f"WORKERS={workers}, under load") as step:
        fleet.put(count)
        fleet.wait_for_some_of(count)
        fleet.installation.configure(WORKERS=str(workers))
        fleet.engine.compose("up", "--detach")
        fleet.wait_until_healthy("worker", workers)
        judge_streams(fleet, step)


def kill_worker(fleet: Fleet, report: Report, count: int) -> None:
    """Kill a worker that has tasks in progress; its container restarts it."""
    with report.step("kill -9 of a worker") as step:
        fleet.put(count)
        fleet.wait_for_some_of(count)
        victim = fleet.engine.containers("worker")[0]
        fleet.engine.docker("exec", victim, "bash", "-c", KILL_WORKER)
        wait_until(lambda: _restarts(fleet, victim) == 1, lambda: 0, "the restart of the worker")
        judge_streams(fleet, step)
        step.note = "restarted by its container"


def restart_redis(fleet: Fleet, report: Report, count: int) -> None:
    """Restart Redis under load."""
    with report.step("Redis restarted") as step:
        fleet.put(count)
        fleet.wait_for_some_of(count)
        fleet.engine.compose("restart", "redis")
        judge_streams(fleet, step)


def upgrade(fleet: Fleet, report: Report, image: str, count: int) -> None:
    """Replace all services but Redis by a newer image under load."""
    fleet.installation.configure(IMAGE=image)
    with report.step("newer image built") as step:
        fleet.engine.compose("build")
    with report.step("deploy/rollout, under load") as step:
        before = len(fleet.engine.containers("worker"))
        fleet.put(count)
        fleet.wait_for_some_of(count)
        fleet.engine.run("deploy/rollout")
        fleet.wait_until_healthy("worker", before)
        states = [it for name in ("worker", "discover", "gateway", "webhook", "sink") for it in fleet.states(name)]
        old = [it["Name"] for it in states if it["Config"]["Image"] != image]
        step.check(not old, f"still the old image: {old}")
        step.check(len(states) == before + 4, f"{len(states)} containers instead of {before + 4}")
        judge_streams(fleet, step)


def _restarts(fleet: Fleet, container: str) -> int:
    states: list[dict[str, Any]] = fleet.engine.inspect([container])
    return int(states[0]["RestartCount"])
