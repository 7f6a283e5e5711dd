"""Draw docs/pictures/top.svg: what `communique top` shows of an invented fleet.  `make pictures` runs it."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console, Group
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from worker.schema.fleet import (
    ConsumerLag,
    ConsumerStatus,
    DeadLetterSummary,
    FleetSnapshot,
    LastError,
    ServiceHeartbeat,
    ThrottledHost,
)
from worker.terminal.fleet_dashboard import render_fleet

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "top.svg"
NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
WIDTH = 138
DARK = TerminalTheme(
    (18, 22, 30),
    (214, 220, 230),
    [
        *((60, 66, 78), (229, 92, 92), (110, 190, 120), (224, 180, 90)),
        *((100, 150, 230), (190, 130, 210), (80, 185, 195), (214, 220, 230)),
    ],
)


def _ago(**ago: float) -> datetime:
    return NOW - timedelta(**ago)


def _worker(name: str, *, articles: float, in_flight: int, up_h: float, **more: object) -> ServiceHeartbeat:
    rates = {
        "articles": articles,
        "failures": round(articles / 21, 2),
        "statement": articles * 7.1,
        "meeting": articles * 1.3,
        "decision": articles * 1.9,
    }
    beat = ServiceHeartbeat(
        name=name,
        service="worker",
        version="0.2.0",
        started_at=_ago(hours=up_h),
        at=_ago(seconds=2.4),
        in_flight=in_flight,
        rates=rates,
    )
    return ServiceHeartbeat(**{name: getattr(beat, name) for name in ServiceHeartbeat.__struct_fields__} | more)


def _forwarder(service: str, name: str, *, handed_on: float, **more: object) -> ServiceHeartbeat:
    """Return the beat of one that hands on what the workers publish."""
    given = {"started_at": _ago(days=3, hours=4), "at": _ago(seconds=1.8), "rates": {"handed_on": handed_on}}
    return ServiceHeartbeat(**{"name": name, "service": service, "version": "0.2.0"} | given | more)  # type: ignore[arg-type]


FLEET = FleetSnapshot(
    at=NOW,
    backlog=1_284,
    pending=87,
    waiting=5_310,
    delayed=27,
    dead=163,
    max_backlog=1_000_000,
    lag_s=38,
    oldest_pending_s=4.2,
    services=(
        ServiceHeartbeat(
            name="desk-1-7-5c21e09a",
            service="discover",
            version="0.2.0",
            started_at=_ago(days=3, hours=4),
            at=_ago(seconds=1.1),
            rates={"new_urls": 5.6},
            last_error=LastError(at=_ago(minutes=7), subject="Harbour Herald", reason="timeout_read"),
        ),
        _forwarder("gateway", "desk-1-9-1b07e6aa", handed_on=64.9),
        _forwarder("sink", "store-1-7-c09d13e7", handed_on=64.9),
        _forwarder(
            "webhook",
            "desk-1-12-4e2f80d5",
            handed_on=3.2,
            in_flight=8,
            last_error=LastError(at=_ago(seconds=14), subject="webhook:hooks.example-press", reason="http_503"),
        ),
        _worker("press-1-8-77aa01f3", articles=2.1, in_flight=31, up_h=76),
        _worker(
            "press-2-8-0be4d5c2",
            articles=2.3,
            in_flight=32,
            up_h=76,
            last_error=LastError(at=_ago(seconds=9), subject="https://fjord.example/news/tunnel", reason="http_404"),
        ),
        _worker("press-3-9-e2d41c88", articles=1.9, in_flight=24, up_h=0.7),
        _worker("press-4-8-91c0ffb7", articles=0.0, in_flight=32, up_h=76, at=_ago(seconds=47)),
    ),
    waiting_hosts=14,
    down_hosts=2,
    hosts=(
        ThrottledHost(host="ministry.example", wait_s=840, pause_s=840, waiting=61, reason="http_429", down_s=61),
        ThrottledHost(host="gazette.example", wait_s=95, pause_s=95, waiting=212, reason="connect", down_s=1_310),
        ThrottledHost(host="courier.example", wait_s=61, waiting=804),
        ThrottledHost(host="fjord.example", wait_s=12, waiting=37),
    ),
    consumers=(
        ConsumerStatus(name="webhook:hooks.example-press", at=_ago(seconds=1.8), position={"statement": "1-0"}, dead=2),
        ConsumerStatus(name="webhook:ministry-feed", at=_ago(seconds=1.8), position={"meeting": "1-0"}, pause_s=242),
        ConsumerStatus(name="sink:events", at=_ago(seconds=1.8), position={"statement": "1-0"}),
    ),
    lags=(
        ConsumerLag(stream="statement", group="dashboard", entries=0, pending=1, lag_s=0),
        ConsumerLag(stream="meeting", group="archive", entries=2_310, pending=100, lag_s=512),
        ConsumerLag(stream="statement", group="webhook:hooks.example-press", entries=None, pending=8, lag_s=83),
        ConsumerLag(stream="meeting", group="webhook:ministry-feed", entries=0, pending=0, lag_s=0),
        *(
            ConsumerLag(stream=kind, group="sink:events", entries=0, pending=0, lag_s=0)
            for kind in ("meeting", "decision")
        ),
        ConsumerLag(stream="statement", group="sink:events", entries=0, pending=512, lag_s=0),
    ),
    dead_letters=(
        DeadLetterSummary(at=_ago(seconds=9), reason="http_404", subject="https://fjord.example/news/tunnel"),
        DeadLetterSummary(
            at=_ago(seconds=31), reason="not_an_article", subject="https://courier.example/section/europe"
        ),
        DeadLetterSummary(at=_ago(minutes=2), reason="robots", subject="https://gazette.example/members/memoirs"),
    ),
    memory_bytes=212_000_000,
    memory_limit_bytes=1_073_741_824,
    stream_bytes={"article": 121_000_000, "statement": 41_000_000, "decision": 9_000_000, "meeting": 3_000_000},
    stream_budget_bytes=536_870_912,
    stream_reserve_bytes=268_435_456,
)


def drawn() -> str:
    """Return the picture; without the fonts that rich would have it fetch from elsewhere."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    where = Text.assemble(("communique top", "bold"), (f"  redis://redis:6379/0  {NOW:%Y-%m-%d %H:%M:%S} UTC", "dim"))
    console.print(Group(where, render_fleet(FLEET, WIDTH)))
    svg = console.export_svg(title="communique top", theme=DARK, unique_id="top")
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn(), encoding="utf-8")
