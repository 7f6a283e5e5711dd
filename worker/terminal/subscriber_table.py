"""Who reads the streams, and how far behind: groups of subscribers, webhooks and sinks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.table import Table
from rich.text import Text

from worker.schema.fleet import ConsumerLag, ConsumerStatus, FleetSnapshot
from worker.terminal.sanitise import sanitise
from worker.terminal.tables import format_duration, make_table, severity_style

Row = tuple[str, str, float, int | None, int]
"""Subscriber, streams, seconds behind, entries behind, entries under way."""


def render_subscribers(fleet: FleetSnapshot) -> Table:
    """Return a row for each subscriber that has read everything, and one for each stream on which it has not."""
    table = make_table("subscribers", "streams", "behind by|", "entries|", "under way|", "")
    state = {reader.name: _state(reader, fleet) for reader in fleet.consumers}
    before = None
    for name, streams, lag_s, entries, pending in _rows(fleet):
        table.add_row(
            Text(sanitise(name), "dim" if name == before else ""),
            Text(streams),
            Text(format_duration(lag_s), severity_style(lag_s)),
            Text("?" if entries is None else f"{entries:,}"),
            Text(f"{pending:,}"),
            state.pop(name, Text()),  # once, at the first of its rows
        )
        before = name
    for name, words in state.items():
        table.add_row(Text(sanitise(name)), Text(), Text(), Text(), Text(), words)
    return table


def _rows(fleet: FleetSnapshot) -> list[Row]:
    """Return the rows, who is furthest behind first."""
    worst: dict[str, float] = {}
    for lag in fleet.lags:
        worst[lag.group] = max(lag.lag_s, worst.get(lag.group, 0.0))
    lags = sorted(fleet.lags, key=lambda lag: (-worst[lag.group], lag.group, -lag.lag_s))
    return [row for _, its in groupby(lags, key=lambda lag: lag.group) for row in _of_one(its)]


def _of_one(lags: Iterable[ConsumerLag]) -> Iterator[Row]:
    """Yield the rows of one subscriber: the streams of which it has read all make up one."""
    done: list[ConsumerLag] = []
    for lag in lags:
        if lag.lag_s or lag.entries != 0 or lag.pending:
            yield lag.group, lag.stream, lag.lag_s, lag.entries, lag.pending
        else:
            done.append(lag)
    if done:
        yield done[0].group, ", ".join(sorted(lag.stream for lag in done)), 0.0, 0, 0


def _state(reader: ConsumerStatus, fleet: FleetSnapshot) -> Text:
    """Tell what there is to say of a webhook or a sink beside figures."""
    if reader.ended:
        return Text(sanitise(f"ended: {reader.ended}"), "bold red")
    words = []
    if not fleet.is_alive(reader):
        words.append((f"not running for {format_duration(fleet.age_s(reader))}", "bold red"))
    elif pause_s := fleet.remaining_pause_s(reader):
        words.append((f"asked to be left alone for {format_duration(pause_s)}", "yellow"))
    if reader.dead:
        words.append((f"{reader.dead:,} dead letters", "yellow"))
    return Text("  ").join(Text(*word) for word in words)
