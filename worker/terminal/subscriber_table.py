"""The table of subscribers (consumer groups, webhooks, sinks) and their lag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from worker.schema.fleet import ConsumerLag, ConsumerStatus, FleetSnapshot
from worker.schema.plurals import plural
from worker.terminal.formatting import format_duration, make_table, severity_style
from worker.terminal.sanitise import sanitise


class SubscriberRow(NamedTuple):
    """One row: a subscriber on one stream, or on all streams without lag."""

    subscriber: str
    streams: str
    lag_s: float
    entries: int | None
    """Entries not delivered yet; None if unknown."""
    pending: int
    """Entries delivered and not acknowledged."""


def render_subscribers(fleet: FleetSnapshot, *, is_narrow: bool = False) -> Table:
    """Return a table with a row per stream on which a subscriber lags, and one for its streams without lag."""
    table = make_table("subscribers", "streams", "lag|", "entries|", "in progress|", "", is_narrow=is_narrow)
    states = {consumer.name: _state(consumer, fleet) for consumer in fleet.consumers}
    previous = None
    for row in _rows(fleet):
        table.add_row(
            Text(sanitise(row.subscriber), "dim" if row.subscriber == previous else ""),
            Text(row.streams),
            Text(format_duration(row.lag_s), severity_style(row.lag_s)),
            Text("?" if row.entries is None else f"{row.entries:,}"),
            Text(f"{row.pending:,}"),
            states.pop(row.subscriber, Text()),  # only in the first of its rows
        )
        previous = row.subscriber
    for name, state in states.items():
        table.add_row(Text(sanitise(name)), Text(), Text(), Text(), Text(), state)
    return table


def _rows(fleet: FleetSnapshot) -> list[SubscriberRow]:
    """Return the rows, the subscriber with the longest lag first."""
    longest: dict[str, float] = {}
    for lag in fleet.lags:
        longest[lag.group] = max(lag.lag_s, longest.get(lag.group, 0.0))
    lags = sorted(fleet.lags, key=lambda lag: (-longest[lag.group], lag.group, -lag.lag_s))
    return [row for _, of_group in groupby(lags, key=lambda lag: lag.group) for row in _rows_of_one(of_group)]


def _rows_of_one(lags: Iterable[ConsumerLag]) -> Iterator[SubscriberRow]:
    """Yield the rows of one subscriber: one per stream with a lag, then one for all streams without."""
    caught_up: list[ConsumerLag] = []
    for lag in lags:
        if lag.lag_s or lag.entries != 0 or lag.pending:
            yield SubscriberRow(lag.group, lag.stream, lag.lag_s, lag.entries, lag.pending)
        else:
            caught_up.append(lag)
    if caught_up:
        yield SubscriberRow(caught_up[0].group, ", ".join(sorted(lag.stream for lag in caught_up)), 0.0, 0, 0)


def _state(consumer: ConsumerStatus, fleet: FleetSnapshot) -> Text:
    """Return the state of a webhook or a sink: ended, not running, paused, number of dead letters; empty if normal."""
    if consumer.ended:
        return Text(sanitise(f"ended: {consumer.ended}"), "bold red")
    parts = []
    if not fleet.is_alive(consumer):
        parts.append((f"not running for {format_duration(fleet.age_s(consumer))}", "bold red"))
    elif pause_s := fleet.remaining_pause_s(consumer):
        parts.append((f"paused by Retry-After for {format_duration(pause_s)}", "yellow"))
    if consumer.dead:
        parts.append((plural(consumer.dead, "dead letter"), "yellow"))
    return Text("  ").join(Text(*part) for part in parts)
