"""The words of meetings, decisions and time, one TOML file per language, decoded strictly."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from worker.extract.dates import Calendar  # noqa: TC001 - msgspec reads the annotation at run time


class EventLexicon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that `lexicons/<language>_events.toml` holds."""

    calendar: Calendar


@cache
def load(language: str) -> EventLexicon | None:
    """Return the language's event words, None where there is no file for it; a broken file raises."""
    file = files("worker.extract") / "lexicons" / f"{language}_events.toml"
    return msgspec.toml.decode(file.read_bytes(), type=EventLexicon) if file.is_file() else None
