"""Rows of text in columns of fixed width, printed one by one: a table of any length needs no memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from worker.terminal.sanitise import sanitise

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = "  "


def column_widths(total: int, fixed: Sequence[int | None]) -> list[int]:
    """Return the widths of columns that fill `total`: those given, and equal shares of the rest for each None."""
    flexible = sum(width is None for width in fixed)
    rest = total - len(GAP) * (len(fixed) - 1) - sum(width or 0 for width in fixed)
    return [max(rest // flexible, 8) if width is None else width for width in fixed]


def format_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one row; a cell that is too long ends in an ellipsis."""
    parts = []
    for cell, width in zip(cells, widths, strict=True):
        text = Text(sanitise(cell))
        text.truncate(width, overflow="ellipsis", pad=True)
        parts.append(text.plain)
    return GAP.join(parts).rstrip()
