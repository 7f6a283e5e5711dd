"""The fleet at a glance: what is urgent stands out, and what is not there takes no room."""

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
from worker.terminal.tables import format_duration

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


def shown(fleet: FleetSnapshot, width: int = 160) -> str:
    console = Console(width=width, record=True, file=None, quiet=False)
    with console.capture() as text:
        console.print(render_fleet(fleet))
    return text.get()


def coloured(fleet: FleetSnapshot) -> str:
    console = Console(width=160, force_terminal=True, color_system="standard", no_color=False)
    with console.capture() as text:
        console.print(render_fleet(fleet))
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
def test_an_age_is_told_in_two_units_at_most(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


def test_a_fleet_without_services_says_how_to_start_one() -> None:
    assert "start one with communique consume" in shown(QUIET)


def test_what_is_not_there_takes_no_room() -> None:
    text = shown(QUIET)
    assert all(word not in text for word in ("subscribers", "given up  ", "next slot"))


def test_a_worker_is_shown_with_what_it_does_and_what_went_wrong_last() -> None:
    line = next(x for x in shown(replace(QUIET, services=(WORKER,))).splitlines() if x.startswith("worker"))
    assert line.split()[:8] == ["worker", "press-1-77-ab", "2h", "5m", "1.0s", "ago", "12", "3.0"]
    assert "22.5" in line
    assert "http_500 https://a.example/1" in line


def test_rates_are_the_sum_over_those_that_live() -> None:
    silent = replace(WORKER, name="b", at=NOW - timedelta(seconds=HEARTBEAT_TIMEOUT_S + 10))
    text = shown(replace(QUIET, services=(WORKER, replace(WORKER, name="c"), silent)))
    assert "6.0 articles/s" in text
    assert "40.0 statements/s" in text


def test_who_is_silent_or_stuck_is_red() -> None:
    silent = replace(WORKER, at=NOW - timedelta(seconds=47))
    assert "silent for 47s" in shown(replace(QUIET, services=(silent,)))
    assert "\x1b[1;31mworker" in coloured(replace(QUIET, services=(silent,)))
    stuck = replace(WORKER, late={"tend": 71.0})
    assert "stuck: tend" in shown(replace(QUIET, services=(stuck,)))
    assert "\x1b[1;31mworker" not in coloured(replace(QUIET, services=(WORKER,)))


def test_a_queue_that_is_behind_or_full_is_red() -> None:
    assert "\x1b[1;31mbehind by 20m 0s" in coloured(replace(QUIET, lag_s=1200))
    assert "\x1b[1;31m950 ready" in coloured(replace(QUIET, backlog=950))
    assert "\x1b[1;31m" not in coloured(replace(QUIET, backlog=500, services=(WORKER,)))


def test_paused_hosts_and_waiting_ones_are_told_apart() -> None:
    hosts = (ThrottledHost(host="a.example", wait_s=90, pause_s=60), ThrottledHost(host="b.example", wait_s=5))
    text = shown(replace(QUIET, hosts=hosts, waiting_hosts=2, paused_hosts=1))
    assert "in 1m 30s   asked to be left alone" in text
    assert "in 5.0s   its tasks wait their turn" in text


def test_subscribers_stand_in_the_order_of_their_delay() -> None:
    lags = (
        ConsumerLag(stream="meeting", group="quick", entries=0, pending=1, lag_s=0),
        ConsumerLag(stream="meeting", group="slow", entries=None, pending=0, lag_s=400),
    )
    lines = [line.split() for line in shown(replace(QUIET, lags=lags)).splitlines()]
    assert ["slow", "meeting", "6m", "40s", "?", "0"] in lines
    assert lines.index(["slow", "meeting", "6m", "40s", "?", "0"]) < lines.index(["quick", "meeting", "0.0s", "0", "1"])


def test_who_has_read_everything_takes_one_row() -> None:
    done = [
        ConsumerLag(stream=kind, group="webhook:press", entries=0, pending=0, lag_s=0)
        for kind in ("statement", "meeting")
    ]
    behind = ConsumerLag(stream="decision", group="webhook:press", entries=None, pending=2, lag_s=4)
    lines = [line.split() for line in shown(replace(QUIET, lags=(*done, behind))).splitlines()]
    assert ["webhook:press", "decision", "4.0s", "?", "2"] in lines
    assert ["webhook:press", "meeting,", "statement", "0.0s", "0", "0"] in lines


READER = ConsumerStatus(name="webhook:press", at=NOW - timedelta(seconds=4), position={"meeting": "1-0"})


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (READER, ""),
        (replace(READER, pause_s=64.0), "asked to be left alone for 1m 0s"),
        (replace(READER, dead=3), "3 dead letters"),
        (replace(READER, at=NOW - timedelta(minutes=3)), "not running for 3m 0s"),
        (replace(READER, ended="http_410", dead=3), "ended: http_410"),
    ],
)
def test_what_there_is_to_say_of_a_webhook_stands_in_its_row(reader: ConsumerStatus, words: str) -> None:
    lag = ConsumerLag(stream="meeting", group="webhook:press", entries=0, pending=0, lag_s=0)
    fleet = replace(QUIET, consumers=(reader,), lags=() if reader.ended else (lag,))
    (line,) = (line for line in shown(fleet).splitlines() if line.startswith("webhook:press"))
    assert line.rstrip().endswith(words or "0")


def test_what_a_service_hands_on_counts_as_its_events_and_not_as_published() -> None:
    sink = replace(WORKER, name="s", service="sink", rates={"handed_on": 7.5})
    text = shown(replace(QUIET, services=(sink,)))
    line = next(line for line in text.splitlines() if line.startswith("sink"))
    assert line.split()[-4:] == ["7.5", "12:00:00", "http_500", "https://a.example/1"]
    assert "0.0 statements/s" in text


def test_what_comes_from_outside_cannot_touch_the_terminal() -> None:
    evil = "https://a.example/\x1b[2J\u202e"
    letters = (DeadLetterSummary(at=NOW, reason="http_404", subject=evil),)
    trouble = LastError(at=NOW, subject=evil, reason="x")
    hosts = (ThrottledHost(host="\x1b]0;x\x07", wait_s=1),)
    text = shown(
        replace(QUIET, dead_letters=letters, hosts=hosts, services=(replace(WORKER, last_error=trouble, name=evil),))
    )
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_square_brackets_are_no_markup() -> None:
    letters = (DeadLetterSummary(at=NOW, reason="http_404", subject="https://a.example/[bold red]x[/]"),)
    assert "https://a.example/[bold red]x[/]" in shown(replace(QUIET, dead_letters=letters))


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_it_fits_any_terminal(width: int) -> None:
    fleet = replace(
        QUIET,
        services=(WORKER,),
        dead_letters=(DeadLetterSummary(at=NOW, reason="dns", subject="https://a.example/" * 20),),
    )
    assert all(len(line) <= width for line in shown(fleet, width).splitlines())
