"""Durations as people write them: "90s", "30m", "1h", "2d", "1w"."""

from __future__ import annotations

import re
from typing import Final

UNITS_S: Final = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
DURATION_PATTERN: Final = r"[0-9]{1,6}(\.[0-9]{1,3})? ?[smhdw]"


def parse_duration_s(text: str) -> float | None:
    """Return the seconds of a number with a unit of `UNITS_S`; None for any other text."""
    return float(text[:-1]) * UNITS_S[text[-1]] if re.fullmatch(DURATION_PATTERN, text) else None
