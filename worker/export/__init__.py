"""Events in the form of another data set: lines of events in, lines of PLOVER records out.  Pure."""

from __future__ import annotations

from worker.export.lines import Mistake, Report, Wanted, plover_lines
from worker.export.records import Record, Unrecorded, record

__all__ = ["Mistake", "Record", "Report", "Unrecorded", "Wanted", "plover_lines", "record"]
