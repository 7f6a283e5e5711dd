"""The schedule of a source: the ages at which the pages of its articles are visited again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.durations import parse_duration_s

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_VISITS: Final = 10
"""Most visits of one article."""
MAX_AGE_S: Final = 30 * 86_400.0
"""Longest age at which a page is visited."""
MIN_AGE_S: Final = 60.0
"""Shortest age."""


def parse_schedule(ages: Iterable[str]) -> tuple[float, ...]:
    """Return the ages of a schedule such as ["1h", "6h", "24h"] in seconds, ascending, each once.

    ValueError for an age that is none, or outside MIN_AGE_S to MAX_AGE_S, and for more than MAX_VISITS.
    """
    found = sorted({_parse_age(age) for age in ages})
    if len(found) > MAX_VISITS:
        raise ValueError(f"{len(found)} visits are more than {MAX_VISITS}")
    return tuple(found)


def _parse_age(text: str) -> float:
    age_s = parse_duration_s(text.strip())
    if age_s is None:
        raise ValueError(f'{text[:40]!r} is no age: a number and m, h or d, such as "90m", "6h" or "2d"')
    if not MIN_AGE_S <= age_s <= MAX_AGE_S:
        raise ValueError(f"{text[:40]!r} is not between 1m and 30d")
    return age_s
