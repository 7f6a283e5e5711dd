"""Formatting of the fleet dashboard: tables without borders, durations, the style of long delays."""

from __future__ import annotations

from typing import Final

from rich.table import Table

ALARMING_DELAY_S: Final = 60.0
"""A delay of a queue or a subscriber above this is shown in red."""


def make_table(*headers: str) -> Table:
    """Make a table without borders; a column whose header ends in | is right-aligned.

    A last column that is left-aligned holds text of any length: it takes the remaining width and is truncated first.
    """
    expand_last = not headers[-1].endswith("|")
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", expand=expand_last)
    for header in headers:
        table.add_column(
            header.rstrip("|"),
            justify="right" if header.endswith("|") else "left",
            ratio=1 if expand_last and header == headers[-1] else None,
            no_wrap=True,
            overflow="ellipsis",
        )
    return table


def format_duration(seconds: float) -> str:
    """Return a duration in its two largest units at most: "3.2s", "4m 10s", "2h 5m", "3d 4h"; below 0 is "0.0s"."""
    if seconds < 10:  # noqa: PLR2004 - tenths matter only there
        return f"{max(seconds, 0.0):.1f}s"
    whole = round(seconds)
    for unit_s, name, next_s, next_name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= unit_s:
            rest = whole % unit_s // next_s
            return f"{whole // unit_s}{name} {rest}{next_name}"
    return f"{whole}s"


def severity_style(delay_s: float) -> str:
    """Return the Rich style of a delay: bold red above `ALARMING_DELAY_S`, otherwise "" (no style)."""
    return "bold red" if delay_s > ALARMING_DELAY_S else ""
