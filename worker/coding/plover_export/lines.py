"""Line-based PLOVER export: events as JSON in, PLOVER records out.  An invalid line does not affect the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
from msgspec import Struct

from worker.coding.plover_export.records import NoRecord, PloverRecord, event_record
from worker.schema import KINDS, Event, Kind
from worker.schema.plurals import plural


class ExportFilter(Struct, frozen=True, kw_only=True):
    """Which events to export, by kind and by the day of their record."""

    kinds: tuple[Kind, ...] = KINDS
    after: date | None = None
    """First day, None for no limit.  An event without a day passes only if both limits are None."""
    until: date | None = None
    """Last day, None for no limit."""


class ExportReport(Struct, kw_only=True):
    """Counts of an export."""

    records: int = 0
    unrecorded: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    """Events without a record, by kind and reason."""
    filtered_out: int = 0
    """Events that the filter rejected."""
    errors: int = 0
    """Invalid lines."""

    def __str__(self) -> str:
        """Return a summary in one line: "2 exported, 1 left out (1 decision with no actor), 1 bad line"."""
        reasons = [f"{plural(n, kind)} with {reason}" for (kind, reason), n in self.unrecorded.most_common()]
        reasons += [f"{self.filtered_out} filtered out"] * bool(self.filtered_out)
        left_out = sum(self.unrecorded.values()) + self.filtered_out
        summary = f"{self.records} exported, {left_out} left out" + (f" ({', '.join(reasons)})" if reasons else "")
        return summary + (f", {plural(self.errors, 'bad line')}" if self.errors else "")


class LineError(Struct, frozen=True):
    """A line that contains no event, counted from 1."""

    line: int
    message: str


class _DocumentLine(Struct, frozen=True):
    """A line of the output of `extract --jsonl`."""

    events: list[Event] | None = None
    error: str | None = None


_EVENT = msgspec.json.Decoder(Event)
_DOCUMENT = msgspec.json.Decoder(_DocumentLine)


def export_lines(lines: Iterable[bytes], wanted: ExportFilter, report: ExportReport) -> Iterator[bytes | LineError]:
    """Yield the JSON record of each event that has one, and a `LineError` for each invalid line; update `report`.

    A line contains either one event or the events of a document as printed by `extract --jsonl`.  Blank lines are
    skipped.  Lazy: a record is yielded before the next line is read.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            events = _decode_events(line)
        except (msgspec.MsgspecError, ValueError, RecursionError) as e:
            report.errors += 1
            yield LineError(number, str(e))
            continue
        for event in events:
            if (record := _export_event(event, wanted, report)) is not None:
                yield msgspec.json.encode(record)


def _decode_events(line: bytes) -> list[Event]:
    """Return the events of a line; raise a msgspec error or ValueError if it has neither form."""
    try:
        return [_EVENT.decode(line)]
    except msgspec.ValidationError as e:
        document = _DOCUMENT.decode(line)
        if document.events is not None:
            return document.events
        raise ValueError(document.error or f"no event: {e}") from None


def _export_event(event: Event, wanted: ExportFilter, report: ExportReport) -> PloverRecord | None:
    """Return the record, or None if the event is filtered out or has no record; count the event in the report."""
    kind = str(event.__struct_config__.tag)
    try:
        record = event_record(event) if kind in wanted.kinds else None
    except NoRecord as reason:
        report.unrecorded[kind, str(reason)] += 1
        return None
    if record is None or not _is_in_range(record.date, wanted):
        report.filtered_out += 1
        return None
    report.records += 1
    return record


def _is_in_range(day: date | None, wanted: ExportFilter) -> bool:
    if day is None:
        return wanted.after is None and wanted.until is None
    return (wanted.after is None or wanted.after <= day) and (wanted.until is None or day <= wanted.until)
