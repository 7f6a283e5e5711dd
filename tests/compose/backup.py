"""The steps backup and restore, and what a webhook and a sink were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.compose.engine import CommandError
from tests.compose.faults import judge_received, judge_streams
from tests.compose.fleet import wait_until
from tests.compose.judge import judge, line_ids

if TYPE_CHECKING:
    from tests.compose.fleet import Fleet
    from tests.compose.group_reader import GroupReader
    from tests.compose.receivers import Posts
    from tests.compose.report import Report

BACKUP: Final = "backup.rdb"
BROKEN: Final = "broken.rdb"
READ_FILES: Final = "find /events -name '*.jsonl' -exec cat {} +"


def check_readers(fleet: Fleet, report: Report, posts: Posts, group: GroupReader) -> None:
    """Compare what the webhook, the sink and a consumer group received."""
    with report.step("profile webhook") as step:
        judge_received(fleet, step, posts.event_ids, "posts")
        step.note = f"{len(posts.event_ids):,} posts, each event at least once"
    with report.step("consumer group") as step:
        judge_received(fleet, step, group.ids, "events of the group")
        step.note = "each event at least once"
    check_sink(fleet, report)


def check_sink(fleet: Fleet, report: Report) -> None:
    """Stop the sink, which finishes its files, and read them; repeat it until it has read everything."""
    expected = fleet.reading.result()
    with report.step("profile files") as step:
        found: list[str] = []

        def is_complete() -> bool:
            found[:] = _ids_in_files(fleet)
            return len(found) >= len(expected)

        wait_until(is_complete, lambda: len(found), "events of the sink")
        step.verdict, step.note = judge(expected, found), "each event in exactly one file"


def _ids_in_files(fleet: Fleet) -> list[str]:
    """Stop the sink, return the ids in its files, and start it again."""
    fleet.engine.compose("stop", "sink")
    lines = fleet.engine.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", "sink", "-c", READ_FILES)
    fleet.engine.compose("start", "sink")
    return list(line_ids(lines.splitlines(keepends=True)))


def back_up(fleet: Fleet, report: Report, count: int) -> None:
    """Back up under load, with tasks waiting and in progress."""
    with report.step("deploy/backup, under load") as step:
        fleet.put(count)
        fleet.wait_for_some_of(count)
        before = fleet.published()
        fleet.engine.run("deploy/backup", BACKUP)
        size = (fleet.engine.folder / BACKUP).stat().st_size
        step.note = f"{size / 1e6:.1f} MB, begun when {before:,} of {fleet.enqueued:,} articles were published"
        judge_streams(fleet, step)


def reject_broken(fleet: Fleet, report: Report) -> None:
    """Try to restore half of a backup: everything must go on as before."""
    with report.step("deploy/restore of a broken file") as step:
        whole = (fleet.engine.folder / BACKUP).read_bytes()
        (fleet.engine.folder / BROKEN).write_bytes(whole[: len(whole) // 2])
        before = [it["State"]["StartedAt"] for it in fleet.states("redis") + fleet.states("worker")]
        try:
            fleet.engine.run("deploy/restore", BROKEN)
        except CommandError as error:
            step.check("nothing was changed" in str(error), f"another message: {error}")
        else:
            step.check(False, "it was accepted")
        after = [it["State"]["StartedAt"] for it in fleet.states("redis") + fleet.states("worker")]
        step.check(before == after, "services were stopped")
        judge_streams(fleet, step)
        step.note = "rejected, no service stopped"


def restore(fleet: Fleet, report: Report, count: int) -> None:
    """Remove all volumes, restore, and let the fleet finish what the backup has, and then new articles."""
    with report.step("down --volumes, deploy/restore, up") as step:
        fleet.engine.compose("down", "--volumes")
        fleet.engine.run("deploy/restore", BACKUP)
        restored = fleet.published()
        fleet.engine.compose("up", "--detach", "--wait")
        fleet.wait_for_all()
        fleet.put(count)
        judge_streams(fleet, step)
        step.note = f"{restored:,} articles restored; the tasks in the backup and {count:,} new articles processed"
