"""The door that takes lines: events as JSON in, PLOVER records out.  One bad line spoils no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
from msgspec import Struct

from worker.export.records import Record, Unrecorded, record
from worker.schema import KINDS, Event, Kind


class Wanted(Struct, frozen=True, kw_only=True):
    """Which events are exported: of these kinds, on these days."""

    kinds: tuple[Kind, ...] = KINDS
    after: date | None = None
    """First day; an event without a day is wanted only where no day is asked for."""
    until: date | None = None
    """Last day."""


class Report(Struct, kw_only=True):
    """What became of the lines."""

    exported: int = 0
    unrecorded: Counter[str] = msgspec.field(default_factory=Counter)
    """Events without a record, by reason and kind."""
    unwanted: int = 0
    errors: int = 0

    def __str__(self) -> str:
        """Say it in a line."""
        reasons = [f"{count} {why}" for why, count in self.unrecorded.most_common()]
        reasons += [f"{self.unwanted} not asked for"] * bool(self.unwanted)
        left_out = sum(self.unrecorded.values()) + self.unwanted
        told = f"{self.exported} exported, {left_out} left out" + (f" ({', '.join(reasons)})" if reasons else "")
        return told + (f", {self.errors} bad lines" if self.errors else "")


class Mistake(Struct, frozen=True):
    """A line that holds no event, counted from 1."""

    line: int
    why: str


class _Batch(Struct, frozen=True):
    """A line of `extract --jsonl`."""

    events: list[Event] | None = None
    error: str | None = None


_EVENT = msgspec.json.Decoder(Event)
_BATCH = msgspec.json.Decoder(_Batch)


def plover_lines(lines: Iterable[bytes], wanted: Wanted, report: Report) -> Iterator[bytes | Mistake]:
    """Yield a record, encoded, for each event that has one, or what is wrong with a line; `report` is kept up to date.

    A line holds an event, or as `extract --jsonl` prints them the events of a document; blank lines are passed over.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            events = _events(line)
        except (msgspec.MsgspecError, ValueError, RecursionError) as e:
            report.errors += 1
            yield Mistake(number, str(e))
            continue
        for event in events:
            if (made := _record(event, wanted, report)) is not None:
                yield msgspec.json.encode(made)


def _events(line: bytes) -> list[Event]:
    """Return the events of a line; msgspec's errors, or ValueError, where there are none to be had."""
    try:
        return [_EVENT.decode(line)]
    except msgspec.ValidationError as not_one:
        batch = _BATCH.decode(line)
        if batch.events is not None:
            return batch.events
        raise ValueError(batch.error or f"no event: {not_one}") from None


def _record(event: Event, wanted: Wanted, report: Report) -> Record | None:
    kind = event.__struct_config__.tag
    try:
        made = record(event) if kind in wanted.kinds else None
    except Unrecorded as why:
        report.unrecorded[f"{kind}s with {why}"] += 1
        return None
    if made is None or not _in_time(made.date, wanted):
        report.unwanted += 1
        return None
    report.exported += 1
    return made


def _in_time(day: date | None, wanted: Wanted) -> bool:
    if day is None:
        return wanted.after is None and wanted.until is None
    return (wanted.after is None or wanted.after <= day) and (wanted.until is None or day <= wanted.until)
