"""Types of arguments for argparse: each converts a string or raises ArgumentTypeError."""

from __future__ import annotations

import argparse
import time
from datetime import date

from worker.schema import KINDS
from worker.suggestion import did_you_mean


def event_kind(text: str) -> str:
    """Parse a kind of event."""
    if text not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(KINDS)}{did_you_mean(text, KINDS)}")
    return text


def positive_int(text: str) -> int:
    """Parse an integer from 1 on."""
    number = _whole_number(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def duration_s(text: str) -> float:
    """Parse a number of seconds, more than 0 and less than 1e9."""
    number = _number(text)
    if not 0 < number < 1e9:  # noqa: PLR2004 - the limits of durations in the settings
        raise argparse.ArgumentTypeError(f"must be more than 0 and less than 1e9, not {text}")
    return number


def refresh_interval_s(text: str) -> float:
    """Parse the seconds between two redraws, from 0.1 to 3600."""
    seconds = _number(text)
    if not 0.1 <= seconds <= 3600:  # noqa: PLR2004 - faster is unreadable, slower is no longer live
        raise argparse.ArgumentTypeError(f"must be from 0.1 to 3600, not {text}")
    return seconds


def start_cursor(text: str) -> str:
    """Parse a start, such as 1h or a time; return the text of the cursor, in which a duration has been resolved."""
    from worker.subscribe.cursor import CursorError, format_cursor
    from worker.subscribe.start import END, parse_start

    try:
        cursor = parse_start(text, round(time.time() * 1000))
    except CursorError as e:
        raise argparse.ArgumentTypeError(f"{text[:100]!r}: {e}") from None
    return format_cursor(cursor) if cursor else END


def iso_date(text: str) -> date:
    """Parse a date in ISO 8601 form."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2024-09-17") from None


def port_number(text: str) -> int:
    """Parse a TCP port; 0 lets the system choose a free port."""
    number = _whole_number(text)
    if not 0 <= number <= 65_535:  # noqa: PLR2004 - 16 bits
        raise argparse.ArgumentTypeError(f"must be from 0 to 65535, not {text}")
    return number


def probability(text: str) -> float:
    """Parse a number from 0 to 1."""
    number = _number(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"must be from 0 to 1, such as 0.8, not {text}")
    return number


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, such as 10") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, such as 0.5") from None
