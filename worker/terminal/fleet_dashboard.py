"""The dashboard of `communique top`: one `FleetSnapshot` as text and tables. No clock or Redis is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from worker.schema import KINDS
from worker.schema.fleet import DeadLetterSummary, FleetSnapshot, ServiceHeartbeat, ThrottledHost
from worker.schema.plurals import plural
from worker.terminal.event_line import KIND_STYLE
from worker.terminal.formatting import format_duration, format_memory, make_table, severity_style
from worker.terminal.sanitise import sanitise
from worker.terminal.subscriber_table import render_subscribers

MAX_ROWS: Final = 8
"""Rows in the tables of hosts and of dead letters."""
NEARLY_FULL: Final = 0.9
"""Fraction of the queue's limit, or of Redis' memory limit, from which on the figure is red."""
WIDE_COLUMNS: Final = 120
"""Width from which on every table has all its columns side by side."""
TITLE_COLUMNS: Final = 10
"""Width of the title at the start of a line of figures."""


def render_fleet(fleet: FleetSnapshot, columns: int) -> RenderableType:
    """Return lines of figures and the tables of services, hosts, subscribers and dead letters, in this order.

    From 80 `columns` on, every figure is shown in full; below `WIDE_COLUMNS`, lines and last columns are wrapped.
    Without heartbeats a hint replaces the services; the other tables are left out if they are empty.
    """
    figures = (_queue(fleet), _memory(fleet), _rates(fleet))
    is_narrow = columns < WIDE_COLUMNS
    parts: list[RenderableType] = [Group(*(line.render(columns) for line in figures)), _services(fleet, columns)]
    if fleet.hosts:
        parts.append(_hosts(fleet.hosts, fleet, is_narrow=is_narrow))
    if fleet.lags or fleet.consumers:
        parts.append(render_subscribers(fleet, is_narrow=is_narrow))
    if fleet.dead_letters:
        parts.append(_dead_letters(fleet.dead_letters, is_narrow=is_narrow))
    return Group(*(line for part in parts for line in (Text(), part)))


# ---------------------------------------------------------------- lines of figures
def _queue(fleet: FleetSnapshot) -> FigureLine:
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


def _memory(fleet: FleetSnapshot) -> FigureLine:
    nearly_full = 0 < fleet.memory_limit_bytes * NEARLY_FULL < fleet.memory_bytes
    streams, budget = sum(fleet.stream_bytes.values()), fleet.stream_budget_bytes
    unread = fleet.total("trimmed_unread")
    evicts = f"may drop keys (maxmemory-policy {sanitise(fleet.eviction_policy)})" if fleet.eviction_policy else ""
    return _line(
        "memory",
        (f"Redis {format_memory(fleet.memory_bytes, fleet.memory_limit_bytes)}", "bold red" if nearly_full else "bold"),
        (f"streams {format_memory(streams, budget)}", "yellow" if streams > budget else ""),
        (f"reserve for readers {format_memory(fleet.stream_reserve_bytes, 0)}", ""),
        *([(f"{unread:,} unread trimmed", "bold red")] if unread else []),
        *([(evicts, "bold red")] if evicts else []),
    )


def _rates(fleet: FleetSnapshot) -> FigureLine:
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


class FigureLine(NamedTuple):
    """A title and figures with their styles."""

    title: str
    figures: tuple[tuple[str, str], ...]

    def render(self, columns: int) -> Text:
        """Return lines of at most `columns`, broken between figures and indented below the first figure."""
        text, used = Text.assemble((f"{self.title:<{TITLE_COLUMNS}}", "dim")), TITLE_COLUMNS
        for words, style in self.figures:
            if used > TITLE_COLUMNS and used + len(words) > columns:
                text.append("\n" + " " * TITLE_COLUMNS)
                used = TITLE_COLUMNS
            text.append(words, style)
            text.append("  ")
            used += len(words) + 2
        text.rstrip()
        return text


def _line(title: str, *figures: tuple[str, str]) -> FigureLine:
    return FigureLine(title, figures)


# ---------------------------------------------------------------- tables
def _services(fleet: FleetSnapshot, columns: int) -> RenderableType:
    if not fleet.services:
        hint = ("no heartbeat received: start a worker with communique consume", "bold red")
        return _line("services", hint).render(columns)
    if columns < WIDE_COLUMNS:
        return _narrow_services(fleet, columns)
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


def _narrow_services(fleet: FleetSnapshot, columns: int) -> Group:
    """Return the table of services without its last column, and a line below it for each last error."""
    table = make_table("service", "name", "up|", "heartbeat|", "busy|", "art./s|", "events/s|", is_narrow=True)
    errors = []
    for heartbeat in fleet.services:
        service, name, *figures, last_error = _service(heartbeat, fleet)
        table.add_row(service, _end_of(name, columns - _NARROW_FIGURE_COLUMNS), *figures)
        if last_error.plain.strip():
            errors.append(Text.assemble((f"{heartbeat.service} ", "dim"), _end_of(name, 24), "  ", last_error))
    return Group(table, *errors)


_NARROW_FIGURE_COLUMNS: Final = 62
"""Columns of a narrow table of services besides the name."""


def _end_of(name: Text, columns: int) -> Text:
    """Return a name of at most `columns`: its end, in which the names of two workers differ."""
    if name.cell_len <= columns:
        return name
    return Text("…" + name.plain[-max(columns - 1, 1) :], name.style)


def _figure(value: float, number_format: str) -> Text:
    """Return a number, dimmed if it is 0: many services have no rate of articles or of events."""
    return Text(f"{value:{number_format}}", "" if value else "dim")


def _hosts(hosts: Sequence[ThrottledHost], fleet: FleetSnapshot, *, is_narrow: bool) -> Table:
    waiting = plural(fleet.waiting_hosts, "host waits", "hosts wait")
    down = plural(fleet.down_hosts, "host fails", "hosts fail")
    table = make_table("host", "next request|", "queue|", f"reason ({waiting}, {down})", is_narrow=is_narrow)
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


def _dead_letters(letters: Sequence[DeadLetterSummary], *, is_narrow: bool) -> Table:
    table = make_table("given up", "reason", "URL", is_narrow=is_narrow)
    for letter in letters[:MAX_ROWS]:
        table.add_row(
            Text(f"{letter.at:%H:%M:%S}", "dim"),
            Text(sanitise(letter.reason), "yellow"),
            Text(sanitise(letter.subject)),
        )
    return table
