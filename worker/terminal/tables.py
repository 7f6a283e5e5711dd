"""What the tables of an overview have in common: columns without lines, durations in words, red for what is late."""

from __future__ import annotations

from typing import Final

from rich.table import Table

LATE_S: Final = 60.0
"""A queue or a subscriber behind by more than this is shown in red."""


def columns(*names: str) -> Table:
    """Make a table without lines; a column whose name ends in | is aligned to the right.

    A last column that is not is text of any length: it takes the room that the others leave, and gives way first.
    """
    open_end = not names[-1].endswith("|")
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", expand=open_end)
    for name in names:
        table.add_column(
            name.rstrip("|"),
            justify="right" if name.endswith("|") else "left",
            ratio=1 if open_end and name == names[-1] else None,
            no_wrap=True,
            overflow="ellipsis",
        )
    return table


def age(seconds: float) -> str:
    """Return a duration in its two largest units at most: "3.2s", "4m 10s", "2h 5m", "3d 4h"."""
    if seconds < 10:  # noqa: PLR2004 - tenths matter only there
        return f"{max(seconds, 0.0):.1f}s"
    whole = round(seconds)
    for unit_s, name, next_s, next_name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= unit_s:
            rest = whole % unit_s // next_s
            return f"{whole // unit_s}{name} {rest}{next_name}"
    return f"{whole}s"


def alarming(seconds: float) -> str:
    """Return the style in which a delay is shown."""
    return "bold red" if seconds > LATE_S else ""
