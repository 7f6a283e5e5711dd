"""The two parts of the test, each a sequence of steps."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from tests.compose import backup, external, faults, memory, profiles
from tests.compose.group_reader import reading_along
from tests.compose.receivers import EVENTS
from tests.compose.site import RECEIVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.compose.fleet import Fleet
    from tests.compose.receivers import Posts
    from tests.compose.report import Report

    Run = Callable[[Fleet, Report, Posts, int | None], None]

LISTED: Final = 14
"""Articles in the feed that `discover` polls."""
COMMON: Final = {
    "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
    "COMMUNIQUE_HOST_DELAY_S": "0.05",
    "COMMUNIQUE_RESPONSE_DELAY_FACTOR": "0",
    "COMMUNIQUE_LEASE_S": "20",
}
SOURCES: Final = "my-sources.toml"


def _configure(fleet: Fleet, report: Report) -> None:
    """Write `.env` and the sources file, and build the image."""
    text = f'[[source]]\nname = "news"\nurl = "http://{RECEIVER}:{fleet.site_port}/feed.xml"\n'
    (fleet.engine.folder / SOURCES).write_text(text, encoding="utf-8")
    fleet.installation.configure(**COMMON, SOURCES_FILE=f"./{SOURCES}", WORKERS="1")
    with report.step("image built from the locks"):
        fleet.engine.compose("build")


def run_fleet(fleet: Fleet, report: Report, posts: Posts, articles: int | None) -> None:
    """Scale, kill, restart, upgrade, back up and restore; start the profiles."""
    part = (articles or 3_000) // 8
    fleet.installation.configure(
        REDIS_PASSWORD=secrets.token_hex(16),
        COMPOSE_PROFILES="webhook,files",
        COMMUNIQUE_WEBHOOK_URL=f"http://{RECEIVER}:{fleet.site_port}{EVENTS}",
        COMMUNIQUE_WEBHOOK_SECRET="whsec_" + "A" * 44,
    )
    _configure(fleet, report)
    fleet.list_in_feed(LISTED)
    faults.start(fleet, report, part)
    with reading_along(fleet.installation.redis_url, "desk") as group:
        faults.scale(fleet, report, 4, part)
        faults.kill_worker(fleet, report, part)
        faults.restart_redis(fleet, report, part)
        faults.scale(fleet, report, 2, part)
        fleet.installation.set_version("99.0.0")
        faults.upgrade(fleet, report, f"{fleet.installation.project}:2", part)
        backup.back_up(fleet, report, part)
        backup.check_readers(fleet, report, posts, group)
    backup.reject_broken(fleet, report)
    backup.restore(fleet, report, part)
    backup.check_sink(fleet, report)
    profiles.check_configurations(fleet, report)
    missing = profiles.provide_images(fleet, report, fleet.installation.project)
    if "caddy" not in missing:
        profiles.check_tls(fleet, report)
    if not missing & {"prometheus", "alertmanager"}:
        profiles.start_alerts(fleet, report)
        profiles.check_delivery_of_alerts(fleet, report, posts)
    external.check_external_redis(fleet, report)


def run_memory(fleet: Fleet, report: Report, _: Posts, articles: int | None) -> None:
    """Publish 20,000 articles through a Redis of 64 MB, then fill it."""
    limit = 64 * memory.MB
    fleet.installation.configure(REDIS_MAXMEMORY=str(limit))
    _configure(fleet, report)
    missing = profiles.provide_images(fleet, report, fleet.installation.project)
    fleet.installation.configure(WORKERS="2")
    with report.step("up, 2 workers"):
        fleet.engine.compose("up", "--detach", "--wait")
    if not missing:
        profiles.start_alerts(fleet, report)
    with reading_along(fleet.installation.redis_url, "desk") as group:
        memory.check_budget(fleet, report, group, articles or 20_000, limit)
        if not missing:
            memory.check_shortage(fleet, report, group, 500)


RUNS: Final[dict[str, Run]] = {"fleet": run_fleet, "memory": run_memory}
