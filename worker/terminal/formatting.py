"""Formatting of the fleet dashboard: tables without borders, durations, the style of long delays."""

from __future__ import annotations

from typing import Final

from rich.table import Table

ALARMING_DELAY_S: Final = 60.0
"""A delay of a queue or a subscriber above this is shown in red."""


def make_table(*headers: str, is_narrow: bool = False) -> Table:
    """Make a table without borders; a column whose header ends in | is right-aligned.

    A last column that is left-aligned holds text of any length: it takes the remaining width.  It is truncated first,
    or wrapped in a narrow table.
    """
    expand_last = not headers[-1].endswith("|")
    gap = 2 if is_narrow else 3
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim", expand=expand_last)
    for header in headers:
        wraps = is_narrow and expand_last and header == headers[-1]
        table.add_column(
            header.rstrip("|"),
            justify="right" if header.endswith("|") else "left",
            ratio=1 if expand_last and header == headers[-1] else None,
            no_wrap=not wraps,
            overflow="fold" if wraps else "ellipsis",
        )
    return table


def format_memory(used_bytes: int, limit_bytes: int) -> str:
    """Return a size, and its limit unless that is 0, in megabytes: "30 MB of 500 MB"."""
    used = f"{used_bytes / 1e6:,.0f} MB"
    return f"{used} of {limit_bytes / 1e6:,.0f} MB" if limit_bytes else used


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
