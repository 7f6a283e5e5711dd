"""The sources file (TOML): which feeds are polled, and how often."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from worker import urls
from worker.discover.link_selector import oldest_date
from worker.discover.revisit import parse_schedule
from worker.discover.source_errors import unknown_name, with_line
from worker.errors import Permanent, UsageError

MAX_INTERVAL_S: Final = 30 * 86_400
MAX_NAME_LENGTH: Final = 100


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[source]]` of the sources file."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH)]
    """Unique name; stored with every task that comes from this source."""
    url: str
    """URL of an RSS, Atom or JSON feed, of a sitemap, of an index of sitemaps, or of a robots.txt that names some."""
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    """BCP 47 tag of the feed's language; documents the file and is not used."""
    interval_s: Annotated[float, Meta(gt=0, le=MAX_INTERVAL_S)] | None = None
    """Seconds between two polls; None: adapted to the source, from `Settings.discover_interval_s` on."""
    since: Annotated[str, Meta(min_length=2, max_length=40)] | None = None
    """Links with an earlier date are left out: a time before now ("7d") or a date; see `link_selector.oldest_date`."""
    include: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    """Patterns: links that match none of them are left out."""
    exclude: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    """Patterns: links that match one of them are left out."""
    limit: Annotated[int, Meta(ge=1)] | None = None
    """Most links enqueued by one poll, the newest; None: `Settings.max_links`."""
    revisit: tuple[str, ...] = ()
    """Ages at which the pages of its articles are visited again: "1h", "6h", "24h" after publication."""

    @property
    def revisit_s(self) -> tuple[float, ...]:
        """The ages in seconds, ascending."""
        return parse_schedule(self.revisit)


class _Sources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    source: tuple[Source, ...] = ()


def load_sources(path: str | Path) -> tuple[Source, ...]:
    """Load a sources file.  Raises UsageError with file, position and fault if it is unreadable, invalid or empty."""
    sources = read_sources(path)
    if not sources:
        raise UsageError(f"sources file {path} names no source: add a [[source]] with a name and a url")
    return sources


def read_sources(path: str | Path, *, shown: str | Path | None = None) -> tuple[Source, ...]:
    """Load a sources file, which may have no source; `shown`: its name in messages, if that is another.

    Raises as `load_sources`.
    """
    shown, text = shown or path, ""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
        content = _parse_toml(text)
        if unknown := unknown_name(content, text, Source.__struct_fields__):
            raise UsageError(f"sources file {shown}:{unknown}")
        sources = msgspec.convert(content, _Sources).source
    except OSError as e:
        raise UsageError(f"sources file {shown}: {e.strerror}") from None
    except (msgspec.ValidationError, ValueError, RecursionError) as e:
        raise UsageError(f"sources file {shown}:{with_line(str(e), text)}") from None
    return _distinct(tuple(_checked(source, shown) for source in sources), shown)


def _parse_toml(text: str) -> dict[str, Any]:
    """Return the content of a TOML file; a `since` that is a TOML date becomes its text."""
    content = tomllib.loads(text)
    for source in entries if isinstance(entries := content.get("source"), list) else ():
        if isinstance(source, dict) and isinstance(source.get("since"), date):
            source["since"] = source["since"].isoformat()
    return content


def _distinct(sources: tuple[Source, ...], path: str | Path) -> tuple[Source, ...]:
    for values in ([s.name for s in sources], [s.url for s in sources]):
        value, times = next(iter(Counter(values).most_common(1)), ("", 0))
        if times > 1:
            raise UsageError(f"sources file {path}: {value!r} occurs {times} times")
    return sources


def _checked(source: Source, path: str | Path) -> Source:
    """Return the source with its URL normalised."""
    try:
        oldest_date(source.since or "1d", datetime.now(UTC))
    except ValueError:
        why = 'is neither a time such as "36h" or "7d" nor a date such as "2026-01-31"'
        raise UsageError(f"sources file {path}: since of source {source.name!r}: {source.since!r} {why}") from None
    try:
        parse_schedule(source.revisit)
    except ValueError as e:
        raise UsageError(f"sources file {path}: revisit of source {source.name!r}: {e}") from None
    try:
        return replace(source, url=urls.normalise(source.url))
    except Permanent as e:
        raise UsageError(f"sources file {path}: url of source {source.name!r}: {e.detail}") from None
