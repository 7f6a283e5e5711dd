"""The dashboard of `communique top`: one `FleetSnapshot` as text and tables. No clock or Redis is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from worker.schema import KINDS
from worker.schema.fleet import DeadLetterSummary, FleetSnapshot, ServiceHeartbeat, ThrottledHost
from worker.schema.plurals import plural
from worker.terminal.event_line import KIND_STYLE
from worker.terminal.formatting import format_duration, make_table, severity_style
from worker.terminal.sanitise import sanitise
from worker.terminal.subscriber_table import render_subscribers

MAX_ROWS: Final = 8
"""Rows in the tables of hosts and of dead letters."""
NEARLY_FULL: Final = 0.9
"""Fraction of the queue's limit, or of Redis' memory limit, from which on the figure is red."""
TITLE_COLUMNS: Final = 10
"""Width of the title at the start of a line of figures."""


def render_fleet(fleet: FleetSnapshot) -> RenderableType:
    """Return lines of figures and the tables of services, hosts, subscribers and dead letters, in this order.

    Without heartbeats a hint replaces the services; the other tables are left out if they are empty.
    """
    parts: list[RenderableType] = [Group(_queue(fleet), _memory(fleet), _rates(fleet)), _services(fleet)]
    if fleet.hosts:
        parts.append(_hosts(fleet.hosts, fleet))
    if fleet.lags or fleet.consumers:
        parts.append(render_subscribers(fleet))
    if fleet.dead_letters:
        parts.append(_dead_letters(fleet.dead_letters))
    return Group(*(line for part in parts for line in (Text(), part)))


# ---------------------------------------------------------------- lines of figures
def _queue(fleet: FleetSnapshot) -> Text:
    nearly_full = fleet.unfinished > NEARLY_FULL * fleet.max_backlog
    return _line(
        "queue",
        (f"{fleet.backlog:,} ready", "bold red" if nearly_full else "bold"),
        (f"{fleet.pending:,} in progress", "bold"),
        (f"{fleet.waiting:,} waiting for hosts", ""),
        (f"{fleet.delayed:,} to retry", ""),
        (f"lag {format_duration(fleet.lag_s)}", severity_style(fleet.lag_s)),
        (f"oldest in progress {format_duration(fleet.oldest_pending_s)}", ""),
        (plural(fleet.dead, "dead letter"), "yellow" if fleet.dead else ""),
    )


def _memory(fleet: FleetSnapshot) -> Text:
    nearly_full = 0 < fleet.memory_limit_bytes * NEARLY_FULL < fleet.memory_bytes
    streams, budget = sum(fleet.stream_bytes.values()), fleet.stream_budget_bytes
    unread = fleet.total("trimmed_unread")
    evicts = f"may drop keys (maxmemory-policy {sanitise(fleet.eviction_policy)})" if fleet.eviction_policy else ""
    return _line(
        "memory",
        (f"Redis {_used(fleet.memory_bytes, fleet.memory_limit_bytes)}", "bold red" if nearly_full else "bold"),
        (f"streams {_used(streams, budget)}", "yellow" if streams > budget else ""),
        (f"reserve for readers {_megabytes(fleet.stream_reserve_bytes)}", ""),
        *([(f"{unread:,} unread trimmed", "bold red")] if unread else []),
        *([(evicts, "bold red")] if evicts else []),
    )


def _rates(fleet: FleetSnapshot) -> Text:
    alive = [heartbeat for heartbeat in fleet.services if fleet.is_alive(heartbeat)]
    rate = {name: sum(heartbeat.rates.get(name, 0.0) for heartbeat in alive) for name in _RATES}
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
    figures = Text("  ").join(Text(words, style) for words, style in parts)
    return Text.assemble((f"{title:<{TITLE_COLUMNS}}", "dim"), figures)


# ---------------------------------------------------------------- tables
def _services(fleet: FleetSnapshot) -> RenderableType:
    if not fleet.services:
        return _line("services", ("no heartbeat received: start a worker with communique consume", "bold red"))
    table = make_table("service", "name", "up|", "heartbeat|", "in flight|", "articles/s|", "events/s|", "last error")
    for heartbeat in fleet.services:
        table.add_row(*_service(heartbeat, fleet))
    return table


def _service(heartbeat: ServiceHeartbeat, fleet: FleetSnapshot) -> Iterable[Text]:
    """Yield the cells of one service; they are red if its heartbeats are missing or one of its loops is overdue."""
    is_alive = fleet.is_alive(heartbeat)
    style = "" if is_alive and not heartbeat.late else "bold red"
    age = format_duration(fleet.age_s(heartbeat))
    error = heartbeat.last_error
    last_error = f"{error.at:%H:%M:%S} {error.reason} {error.subject}" if error else ""
    stuck = f"stuck: {', '.join(sorted(heartbeat.late))} " if heartbeat.late else ""
    yield Text(heartbeat.service, style)
    yield Text(sanitise(heartbeat.name), "dim")
    yield Text(format_duration((fleet.at - heartbeat.started_at).total_seconds()))
    yield Text(f"{age} ago" if is_alive else f"silent for {age}", style)
    yield _figure(heartbeat.in_flight, ",")
    yield _figure(heartbeat.rates.get("articles", 0.0), ",.1f")
    yield _figure(sum(heartbeat.rates.get(name, 0.0) for name in (*KINDS, "handed_on")), ",.1f")
    yield Text.assemble((sanitise(stuck), "bold red"), (sanitise(last_error), "dim"))


def _figure(value: float, number_format: str) -> Text:
    """Return a number, dimmed if it is 0: many services have no rate of articles or of events."""
    return Text(f"{value:{number_format}}", "" if value else "dim")


def _hosts(hosts: Sequence[ThrottledHost], fleet: FleetSnapshot) -> Table:
    waiting = plural(fleet.waiting_hosts, "host waits", "hosts wait")
    down = plural(fleet.down_hosts, "host fails", "hosts fail")
    table = make_table("host", "next request|", "queue|", f"reason ({waiting}, {down})")
    for host in hosts[:MAX_ROWS]:
        table.add_row(
            Text(sanitise(host.host)),
            Text(f"in {format_duration(host.wait_s)}"),
            Text(f"{host.waiting:,}", "" if host.waiting else "dim"),
            _reason(host),
        )
    return table


def _reason(host: ThrottledHost) -> Text:
    if host.reason is None:
        return Text("delay between requests", "dim")
    return Text(f"{sanitise(host.reason)}, fails for {format_duration(host.down_s)}", "yellow")


def _dead_letters(letters: Sequence[DeadLetterSummary]) -> Table:
    table = make_table("given up", "reason", "URL")
    for letter in letters[:MAX_ROWS]:
        table.add_row(
            Text(f"{letter.at:%H:%M:%S}", "dim"),
            Text(sanitise(letter.reason), "yellow"),
            Text(sanitise(letter.subject)),
        )
    return table


def _used(used: int, limit: int) -> str:
    return f"{_megabytes(used)} of {_megabytes(limit)}" if limit else _megabytes(used)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
