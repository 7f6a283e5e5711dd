"""Messages about an invalid sources file: the line, and the nearest valid name for one that is misspelt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from worker.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_TABLE = re.compile(r"^\s*\[\[\s*[\"']?(\w+)[\"']?\s*\]\]")
_ENTRY = re.compile(r"\$\.source\[(\d+)\]")


def unknown_name(content: Mapping[str, Any], text: str, fields: Collection[str]) -> str | None:
    """Return "LINE: message" about the first name that is neither `[[source]]` nor a field of one; None without any."""
    for name in content:
        if name != "source":
            nearest = did_you_mean(name, ["source"]).replace("source?", "[[source]]?")
            return f"{_line_of(text, name)}: unknown field `{name}`{nearest or ': each source begins with [[source]]'}"
    for index, entry in enumerate(_entries(content)):
        for name in entry:
            if name not in fields:
                line = _line_of(text, name, after=source_line(text, index))
                return f"{line}: unknown field `{name}`{did_you_mean(name, fields)}"
    return None


def with_line(error: str, text: str) -> str:
    """Return the message of msgspec about a source, with the number of the line at which the source begins."""
    found = _ENTRY.search(error)
    return f"{source_line(text, int(found[1]))}: {error}" if found else f" {error}"


def source_line(text: str, index: int) -> int:
    """Return the line of the `[[source]]` with this index, from 0; 1 if there are fewer."""
    lines = [n for n, line in enumerate(text.splitlines(), 1) if (m := _TABLE.match(line)) and m[1] == "source"]
    return lines[index] if index < len(lines) else 1


def _entries(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    entries = content.get("source")
    return (entry for entry in (entries if isinstance(entries, list) else ()) if isinstance(entry, dict))


def _line_of(text: str, name: str, after: int = 1) -> int:
    """Return the first line, from `after` on, that begins with a name or with the header of its table."""
    begins = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}\b")
    lines = text.splitlines()[after - 1 :]
    return next((n for n, line in enumerate(lines, after) if begins.match(line)), after)
