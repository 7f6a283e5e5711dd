"""The sources file (TOML): which feeds are polled, and how often."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from worker import urls
from worker.errors import Permanent, UsageError

MAX_INTERVAL_S: Final = 30 * 86_400


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[source]]` of the sources file."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    """Unique name; stored with every task that comes from this source."""
    url: str
    """URL of an RSS, Atom or JSON feed, or of a sitemap or news sitemap."""
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    """BCP 47 tag of the feed's language; documents the file and is not used."""
    interval_s: Annotated[float, Meta(gt=0, le=MAX_INTERVAL_S)] | None = None
    """Seconds between two polls; None: `Settings.discover_interval_s`."""


class _Sources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    source: tuple[Source, ...] = ()


def load_sources(path: str | Path) -> tuple[Source, ...]:
    """Load a sources file.  Raises UsageError with file, position and fault if it is unreadable or invalid."""
    try:
        sources = msgspec.toml.decode(Path(path).read_bytes(), type=_Sources).source
    except OSError as e:
        raise UsageError(f"sources file {path}: {e.strerror}") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as e:
        raise UsageError(f"sources file {path}: {e}") from None
    if not sources:
        raise UsageError(f"sources file {path} names no source: add a [[source]] with a name and a url")
    return tuple(_normalised(source, path) for source in _distinct(sources, path))


def _distinct(sources: tuple[Source, ...], path: str | Path) -> tuple[Source, ...]:
    for values in ([s.name for s in sources], [s.url for s in sources]):
        value, times = Counter(values).most_common(1)[0]
        if times > 1:
            raise UsageError(f"sources file {path}: {value!r} occurs {times} times")
    return sources


def _normalised(source: Source, path: str | Path) -> Source:
    try:
        return replace(source, url=urls.normalise(source.url))
    except Permanent as e:
        raise UsageError(f"sources file {path}: url of source {source.name!r}: {e.detail}") from None
