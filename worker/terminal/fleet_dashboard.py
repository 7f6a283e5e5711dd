"""The fleet at a glance: `communique top`.  Everything shown comes out of one `Fleet`; no clock, no Redis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from worker.schema import KINDS
from worker.schema.fleet import DeadLetterSummary, FleetSnapshot, ServiceHeartbeat, ThrottledHost
from worker.terminal.event_line import KIND_STYLE
from worker.terminal.sanitise import sanitise
from worker.terminal.subscriber_table import render_subscribers
from worker.terminal.tables import format_duration, make_table, severity_style

MOST_ROWS: Final = 8
"""Of hosts and dead letters: a glance, not a report."""
FULL: Final = 0.9
"""Share of the queue's limit, or of Redis' memory, from which on it is shown in red."""


def render_fleet(fleet: FleetSnapshot) -> RenderableType:
    """Return all of it, the most urgent first; a part without rows is left out."""
    parts: list[RenderableType] = [Group(_queue(fleet), _rates(fleet)), _services(fleet)]
    if fleet.hosts:
        parts.append(_hosts(fleet.hosts, fleet))
    if fleet.lags or fleet.consumers:
        parts.append(render_subscribers(fleet))
    if fleet.dead_letters:
        parts.append(_letters(fleet.dead_letters))
    return Group(*(line for part in parts for line in (Text(), part)))


# ---------------------------------------------------------------- two lines of figures
def _queue(fleet: FleetSnapshot) -> Text:
    full = fleet.backlog + fleet.delayed > FULL * fleet.max_backlog
    memory_full = 0 < fleet.memory_limit_bytes * FULL < fleet.memory_bytes
    return _line(
        "queue",
        (f"{fleet.backlog:,} ready", "bold red" if full else "bold"),
        (f"{fleet.pending:,} under way", "bold"),
        (f"{fleet.delayed:,} put off", ""),
        (f"behind by {format_duration(fleet.lag_s)}", severity_style(fleet.lag_s)),
        (f"oldest under way {format_duration(fleet.oldest_pending_s)}", ""),
        (f"{fleet.dead:,} dead letters", "yellow" if fleet.dead else ""),
        (f"Redis {_bytes(fleet)}", "bold red" if memory_full else ""),
    )


def _rates(fleet: FleetSnapshot) -> Text:
    rate = {name: sum(beat.rates.get(name, 0.0) for beat in fleet.services if fleet.is_alive(beat)) for name in _RATES}
    return _line(
        "rates",
        (f"{rate['articles']:,.1f} articles/s", "bold"),
        (f"{rate['failures']:,.1f} given up/s", "yellow" if rate["failures"] else ""),
        *((f"{rate[kind]:,.1f} {kind}s/s", KIND_STYLE[kind]) for kind in KINDS),
        (f"{rate['new_urls']:,.1f} new URLs/s", ""),
        ("(last minute)", "dim"),
    )


_RATES: Final = ("articles", "failures", "new_urls", *KINDS)


def _line(title: str, *parts: tuple[str, str]) -> Text:
    return Text.assemble((f"{title:<8}", "dim"), Text("  ").join(Text(words, style) for words, style in parts))


# ---------------------------------------------------------------- tables
def _services(fleet: FleetSnapshot) -> RenderableType:
    if not fleet.services:
        return _line("services", ("none has given a sign of life: start one with communique consume", "bold red"))
    table = make_table("service", "name", "up|", "heard|", "in flight|", "articles/s|", "events/s|", "last trouble")
    for beat in fleet.services:
        table.add_row(*_service(beat, fleet))
    return table


def _service(beat: ServiceHeartbeat, fleet: FleetSnapshot) -> Iterable[Text]:
    is_alive = fleet.is_alive(beat)
    state = "" if is_alive and not beat.late else "bold red"
    heard = (
        f"{format_duration(fleet.age_s(beat))} ago" if is_alive else f"silent for {format_duration(fleet.age_s(beat))}"
    )
    trouble = beat.last_error and f"{beat.last_error.at:%H:%M:%S} {beat.last_error.reason} {beat.last_error.subject}"
    late = f"stuck: {', '.join(sorted(beat.late))} " if beat.late else ""
    yield Text(beat.service, state)
    yield Text(sanitise(beat.name), "dim")
    yield Text(format_duration((fleet.at - beat.started_at).total_seconds()))
    yield Text(heard, state)
    yield _figure(beat.in_flight, ",")
    yield _figure(beat.rates.get("articles", 0.0), ",.1f")
    yield _figure(sum(beat.rates.get(name, 0.0) for name in (*KINDS, "handed_on")), ",.1f")
    yield Text.assemble((sanitise(late), "bold red"), (sanitise(trouble or ""), "dim"))


def _figure(value: float, form: str) -> Text:
    """Return a figure; nothing is hardly seen: a gateway reads no articles, a discover publishes no events."""
    return Text(f"{value:{form}}", "" if value else "dim")


def _hosts(hosts: Sequence[ThrottledHost], fleet: FleetSnapshot) -> Table:
    reasons = f"why ({fleet.waiting_hosts:,} hosts wait, {fleet.paused_hosts:,} are paused)"
    table = make_table("host", "next slot|", reasons)
    for host in hosts[:MOST_ROWS]:
        why = Text("asked to be left alone", "yellow") if host.pause_s else Text("its tasks wait their turn", "dim")
        table.add_row(Text(sanitise(host.host)), Text(f"in {format_duration(host.wait_s)}"), why)
    return table


def _letters(letters: Sequence[DeadLetterSummary]) -> Table:
    table = make_table("given up", "reason", "what")
    for letter in letters[:MOST_ROWS]:
        table.add_row(
            Text(f"{letter.at:%H:%M:%S}", "dim"),
            Text(sanitise(letter.reason), "yellow"),
            Text(sanitise(letter.subject)),
        )
    return table


# ---------------------------------------------------------------- words
def _bytes(fleet: FleetSnapshot) -> str:
    used = f"{fleet.memory_bytes / 1e6:,.0f} MB"
    return f"{used} of {fleet.memory_limit_bytes / 1e6:,.0f} MB" if fleet.memory_limit_bytes else used
