"""The figures of `communique status` as lines of words and units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from worker.schema import KIND_SPECS
from worker.terminal.formatting import format_duration, format_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABEL_COLUMNS: Final = 26
_COUNTS: Final[Mapping[str, Mapping[str, str]]] = {
    "tasks": {
        "backlog": "ready for a worker",
        "pending": "in progress",
        "waiting": "waiting for their hosts",
        "delayed": "to retry later",
        "dead": "dead letters",
    },
    "hosts": {"waiting_hosts": "waiting", "down_hosts": "failing"},
    "events kept": {kind: spec.plural for kind, spec in KIND_SPECS.items()},
}
"""Heading -> figure -> its label."""
_AGES: Final = {"oldest_ready_s": "longest wait for a worker", "oldest_pending_s": "longest in progress"}


def status_lines(figures: Mapping[str, int | float | None]) -> Iterator[str]:
    """Yield the lines; `figures` has the names of `communique status --json`."""
    for heading, labels in _COUNTS.items():
        yield heading
        yield from (_line(label, f"{figures[name] or 0:,.0f}") for name, label in labels.items())
        if heading == "tasks":
            yield from (_line(label, format_duration(age)) for name, label in _AGES.items() if (age := figures[name]))
    yield "memory"
    yield _line("Redis", format_memory(_size(figures, "redis_bytes"), _size(figures, "redis_limit_bytes")))
    yield _line("streams", format_memory(_size(figures, "stream_bytes"), _size(figures, "stream_budget_bytes")))
    yield _line("reserve for readers", format_memory(_size(figures, "stream_reserve_bytes"), 0))


def _line(label: str, value: str) -> str:
    return f"  {label:<{_LABEL_COLUMNS}}{value}"


def _size(figures: Mapping[str, int | float | None], name: str) -> int:
    return int(figures[name] or 0)
