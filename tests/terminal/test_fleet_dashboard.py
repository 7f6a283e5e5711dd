"""The dashboard of the fleet: alarming figures are red, empty parts are left out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from rich.console import Console

from worker.schema.fleet import (
    HEARTBEAT_TIMEOUT_S,
    ConsumerLag,
    ConsumerStatus,
    DeadLetterSummary,
    FleetSnapshot,
    LastError,
    ServiceHeartbeat,
    ThrottledHost,
)
from worker.terminal.fleet_dashboard import render_fleet
from worker.terminal.formatting import format_duration

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUIET = FleetSnapshot(at=NOW, backlog=0, pending=0, delayed=0, dead=0, max_backlog=1_000)
WORKER = ServiceHeartbeat(
    name="press-1-77-ab",
    service="worker",
    version="1",
    started_at=NOW - timedelta(hours=2, minutes=5),
    at=NOW - timedelta(seconds=1),
    in_flight=12,
    rates={"articles": 3.0, "statement": 20.0, "meeting": 2.5, "failures": 0.5},
    last_error=LastError(at=NOW, subject="https://a.example/1", reason="http_500"),
)


def rendered(fleet: FleetSnapshot, width: int = 160) -> str:
    console = Console(width=width, record=True, file=None, quiet=False)
    with console.capture() as text:
        console.print(render_fleet(fleet, console.width))
    return text.get()


def coloured(fleet: FleetSnapshot) -> str:
    console = Console(width=160, force_terminal=True, color_system="standard", no_color=False)
    with console.capture() as text:
        console.print(render_fleet(fleet, console.width))
    return text.get()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0s"),
        (-3, "0.0s"),
        (9.94, "9.9s"),
        (10, "10s"),
        (59.4, "59s"),
        (60, "1m 0s"),
        (250, "4m 10s"),
        (7_500, "2h 5m"),
        (3 * 86_400 + 4 * 3_600, "3d 4h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


def test_a_fleet_without_services_says_how_to_start_one() -> None:
    assert "start a worker with communique consume" in rendered(QUIET)


def test_empty_tables_are_left_out() -> None:
    text = rendered(QUIET)
    assert all(word not in text for word in ("subscribers", "given up  ", "next request"))


def test_a_worker_is_shown_with_its_rates_and_its_last_error() -> None:
    line = next(x for x in rendered(replace(QUIET, services=(WORKER,))).splitlines() if x.startswith("worker"))
    assert line.split()[:8] == ["worker", "press-1-77-ab", "2h", "5m", "1.0s", "ago", "12", "3.0"]
    assert "22.5" in line
    assert "http_500 https://a.example/1" in line


def test_rates_are_summed_over_the_services_alive() -> None:
    silent = replace(WORKER, name="b", at=NOW - timedelta(seconds=HEARTBEAT_TIMEOUT_S + 10))
    text = rendered(replace(QUIET, services=(WORKER, replace(WORKER, name="c"), silent)))
    assert "6.0 articles/s" in text
    assert "40.0 statements/s" in text


def test_a_silent_or_stuck_service_is_red() -> None:
    silent = replace(WORKER, at=NOW - timedelta(seconds=47))
    assert "silent for 47s" in rendered(replace(QUIET, services=(silent,)))
    assert "\x1b[1;31mworker" in coloured(replace(QUIET, services=(silent,)))
    stuck = replace(WORKER, late={"tend": 71.0})
    assert "stuck: tend" in rendered(replace(QUIET, services=(stuck,)))
    assert "\x1b[1;31mworker" not in coloured(replace(QUIET, services=(WORKER,)))


def test_a_lagging_or_nearly_full_queue_is_red() -> None:
    assert "\x1b[1;31mlag 20m 0s" in coloured(replace(QUIET, lag_s=1200))
    assert "\x1b[1;31m950 ready" in coloured(replace(QUIET, backlog=950))
    assert "\x1b[1;31m1 ready" in coloured(replace(QUIET, backlog=1, waiting=900, delayed=20))
    assert "\x1b[1;31m" not in coloured(replace(QUIET, backlog=500, services=(WORKER,)))


def test_failing_and_waiting_hosts_have_different_reasons() -> None:
    failing = ThrottledHost(host="a.example", wait_s=90, pause_s=60, waiting=1_200, reason="http_503", down_s=250)
    hosts = (failing, ThrottledHost(host="b.example", wait_s=5, waiting=3))
    lines = [line.split() for line in rendered(replace(QUIET, hosts=hosts)).splitlines()]
    assert ["a.example", "in", "1m", "30s", "1,200", "http_503,", "fails", "for", "4m", "10s"] in lines
    assert ["b.example", "in", "5.0s", "3", "delay", "between", "requests"] in lines


def test_subscribers_are_ordered_by_lag() -> None:
    lags = (
        ConsumerLag(stream="meeting", group="quick", entries=0, pending=1, lag_s=0),
        ConsumerLag(stream="meeting", group="slow", entries=None, pending=0, lag_s=400),
    )
    lines = [line.split() for line in rendered(replace(QUIET, lags=lags)).splitlines()]
    assert ["slow", "meeting", "6m", "40s", "?", "0"] in lines
    assert lines.index(["slow", "meeting", "6m", "40s", "?", "0"]) < lines.index(["quick", "meeting", "0.0s", "0", "1"])


def test_streams_without_lag_share_one_row() -> None:
    caught_up = [
        ConsumerLag(stream=kind, group="webhook:press", entries=0, pending=0, lag_s=0)
        for kind in ("statement", "meeting")
    ]
    lagging = ConsumerLag(stream="decision", group="webhook:press", entries=None, pending=2, lag_s=4)
    lines = [line.split() for line in rendered(replace(QUIET, lags=(*caught_up, lagging))).splitlines()]
    assert ["webhook:press", "decision", "4.0s", "?", "2"] in lines
    assert ["webhook:press", "meeting,", "statement", "0.0s", "0", "0"] in lines


WEBHOOK = ConsumerStatus(name="webhook:press", at=NOW - timedelta(seconds=4), position={"meeting": "1-0"})


@pytest.mark.parametrize(
    ("consumer", "words"),
    [
        (WEBHOOK, ""),
        (replace(WEBHOOK, pause_s=64.0), "paused by Retry-After for 1m 0s"),
        (replace(WEBHOOK, dead=3), "3 dead letters"),
        (replace(WEBHOOK, at=NOW - timedelta(minutes=3)), "not running for 3m 0s"),
        (replace(WEBHOOK, ended="http_410", dead=3), "ended: http_410"),
    ],
)
def test_the_state_of_a_webhook_is_shown_in_its_row(consumer: ConsumerStatus, words: str) -> None:
    lag = ConsumerLag(stream="meeting", group="webhook:press", entries=0, pending=0, lag_s=0)
    fleet = replace(QUIET, consumers=(consumer,), lags=() if consumer.ended else (lag,))
    (line,) = (line for line in rendered(fleet).splitlines() if line.startswith("webhook:press"))
    assert line.rstrip().endswith(words or "0")


def test_events_handed_on_are_a_service_s_events_and_not_published_ones() -> None:
    sink = replace(WORKER, name="s", service="sink", rates={"handed_on": 7.5})
    text = rendered(replace(QUIET, services=(sink,)))
    line = next(line for line in text.splitlines() if line.startswith("sink"))
    assert line.split()[-4:] == ["7.5", "12:00:00", "http_500", "https://a.example/1"]
    assert "0.0 statements/s" in text


def test_untrusted_text_cannot_control_the_terminal() -> None:
    evil = "https://a.example/\x1b[2J\u202e"
    letters = (DeadLetterSummary(at=NOW, reason="http_404", subject=evil),)
    last_error = LastError(at=NOW, subject=evil, reason="x")
    hosts = (ThrottledHost(host="\x1b]0;x\x07", wait_s=1),)
    text = rendered(
        replace(QUIET, dead_letters=letters, hosts=hosts, services=(replace(WORKER, last_error=last_error, name=evil),))
    )
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_rich_markup_in_a_url_is_printed_literally() -> None:
    letters = (DeadLetterSummary(at=NOW, reason="http_404", subject="https://a.example/[bold red]x[/]"),)
    assert "https://a.example/[bold red]x[/]" in rendered(replace(QUIET, dead_letters=letters))


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_dashboard_fits_any_width(width: int) -> None:
    fleet = replace(
        QUIET,
        services=(WORKER,),
        dead_letters=(DeadLetterSummary(at=NOW, reason="dns", subject="https://a.example/" * 20),),
    )
    assert all(len(line) <= width for line in rendered(fleet, width).splitlines())


@pytest.mark.parametrize(
    ("waiting", "down", "words"),
    [(1, 0, "reason (1 host waits, 0 hosts fail)"), (2, 1, "reason (2 hosts wait, 1 host fails)")],
)
def test_counts_of_hosts_agree_with_their_verbs(waiting: int, down: int, words: str) -> None:
    hosts = (ThrottledHost(host="a.example", wait_s=90),)
    assert words in rendered(replace(QUIET, hosts=hosts, waiting_hosts=waiting, down_hosts=down))


def test_one_dead_letter_is_singular() -> None:
    assert re.search(r"1 dead letter\s*\n", rendered(replace(QUIET, dead=1)))
    assert re.search(r"2 dead letters\s*\n", rendered(replace(QUIET, dead=2)))


def test_memory_is_shown_with_the_budget_of_the_streams_and_an_evicting_policy() -> None:
    fleet = replace(
        QUIET,
        memory_bytes=40_000_000,
        memory_limit_bytes=64_000_000,
        stream_bytes={"article": 20_000_000, "statement": 5_000_000},
        stream_budget_bytes=32_000_000,
        stream_reserve_bytes=16_000_000,
    )
    line = next(x for x in rendered(fleet).splitlines() if x.startswith("memory"))
    assert "Redis 40 MB of 64 MB  streams 25 MB of 32 MB  reserve for readers 16 MB" in line
    assert "may drop keys" not in line
    assert "unread" not in line
    lossy = replace(fleet, services=(replace(WORKER, totals={"trimmed_unread": 1_200}),))
    assert "1,200 unread trimmed" in rendered(lossy)
    assert "may drop keys (maxmemory-policy allkeys-lru)" in rendered(replace(fleet, eviction_policy="allkeys-lru"))


def test_a_title_and_its_text_are_separated() -> None:
    assert "services  no heartbeat received" in rendered(QUIET)


BUSY = replace(
    QUIET,
    waiting=1_203,
    dead=3,
    waiting_hosts=2,
    down_hosts=1,
    memory_bytes=123_000_000,
    memory_limit_bytes=1_000_000_000,
    services=(
        WORKER,
        replace(WORKER, name="worker-7d9c5b8f6d-x2x4q-77-ab", late={"tend": 71.0}),
        replace(WORKER, name="worker-7d9c5b8f6d-k9k1p-77-cd", at=NOW - timedelta(seconds=47)),
    ),
    hosts=(ThrottledHost(host="www.long-host-name.example", wait_s=90, waiting=1_200, reason="http_503", down_s=250),),
    lags=(ConsumerLag(stream="statement", group="archive", entries=None, pending=0, lag_s=400),),
    dead_letters=(
        DeadLetterSummary(
            at=NOW, reason="http_410", subject="https://www.example.org/news/2026/03/01/an-address-of-a-page"
        ),
    ),
)


def test_80_columns_show_every_figure_whole() -> None:
    text = rendered(BUSY, 80)
    assert max(map(len, text.splitlines())) <= 80
    unbroken = " ".join(text.split())
    for shown in (
        *("0 ready", "1,203 waiting for hosts", "3 dead letters", "Redis 123 MB of 1,000 MB", "0.0 decisions/s"),
        *("press-1-77-ab 2h 5m 1.0s ago 12 3.0 22.5", "x2x4q-77-ab 2h 5m", "silent for 47s", "stuck: tend"),
        *("12:00:00 http_500 https://a.example/1", "www.long-host-name.example in 1m 30s 1,200 http_503, fails"),
        *("archive statement 6m 40s ? 0", "12:00:00 http_410 https://www.example.org/news/2026/03/01/an-address-of-a"),
    ):
        assert shown in unbroken
    headers = [line.split() for line in text.splitlines() if line.startswith("service ")]
    assert headers == [["service", "name", "up", "heartbeat", "busy", "art./s", "events/s"]]


@pytest.mark.parametrize("width", [80, 100, 119, 120, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, rendered(BUSY, width).splitlines())) <= width
