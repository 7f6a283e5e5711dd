"""What a feed gives: links with their dates, and what it says about itself."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urljoin

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

FeedFormat = Literal["rss", "rdf", "atom", "json", "sitemap", "sitemap index", "text", "robots.txt"]
"""The formats that are read; "text" is a list with one URL a line."""

_TITLE_CHARACTERS: Final = 1000
_DATE_CHARACTERS: Final = 60
"""No date is longer."""
_SPACE = re.compile(r"\s+")
_NO_LINK: Final = frozenset(
    {"", "n/a", "na", "none", "null", "nil", "undefined", "nan", "false", "true", "-", "--", "#", "tba", "tbd"}
)
"""Values that mean that there is no link, in lower case."""
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_YEAR_AND_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")


class FeedLink(Struct, frozen=True, kw_only=True):
    """An article listed by a feed, or a sitemap listed by an index; `url` is absolute, but not canonical."""

    url: str
    title: str = ""
    published_at: datetime | None = None
    """Date of publication, or else of the last change; aware, UTC.  For a sitemap, its last change."""
    is_sitemap: bool = False
    """Whether `url` is another sitemap."""


class FeedMetadata(Struct, kw_only=True):
    """What a feed says about itself, as far as it has been read."""

    format: FeedFormat | None = None
    """None until the format is detected."""
    title: str = ""
    interval_s: float = 0.0
    """Seconds for which the feed asks to be cached (`ttl`, `sy:updatePeriod`); 0.0 if it does not say."""
    without_link: int = 0
    """Entries without a link."""


# ---------------------------------------------------------------- links
def choose_link(candidates: Iterable[str]) -> str:
    """Return the best of an entry's links, in the order of preference: the first that can be an http(s) URL.

    Placeholders such as "N/A" are skipped.  A link with another scheme is returned if there is no other; "" if there is
    none at all.
    """
    other = ""
    for candidate in candidates:
        link = _clean(candidate)
        if link.lower() in _NO_LINK or " " in link.strip():
            continue
        if is_absolute(link) or is_relative(link):
            return f"https://{link}" if link.lower().startswith("www.") else link
        other = other or link
    return other


def _clean(link: str) -> str:
    """Return a link without the white space that browsers ignore, and with doubly escaped ampersands restored."""
    return re.sub(r"[\t\n\r]", "", link.strip()).replace("&amp;", "&")


def is_absolute(link: str) -> bool:
    """Return whether a link begins with http:// or https://."""
    return bool(_ABSOLUTE.match(link))


def is_relative(link: str) -> bool:
    """Return whether a link has no scheme."""
    return not _SCHEME.match(link)


def resolve(base_url: str, link: str) -> str:
    """Resolve a relative link; a malformed one is returned as it is: it is rejected when it is made canonical."""
    try:
        return urljoin(base_url, link)
    except ValueError:
        return link


# ---------------------------------------------------------------- text
def plain_title(title: str) -> str:
    """Return the title without escaping, tags and lone surrogates, white space collapsed, at most 1,000 characters."""
    unescaped = re.sub(r"<[^<>]{1,200}>", "", html.unescape(title[: 2 * _TITLE_CHARACTERS]))
    valid = unescaped.encode("utf-8", "replace").decode()
    return _SPACE.sub(" ", valid).strip()[:_TITLE_CHARACTERS]


def parse_date(text: str) -> datetime | None:
    """Parse RFC 822 (RSS), RFC 3339 and W3CDTF (Atom, Dublin Core); default zone UTC.  None for any other text."""
    text = text.strip()
    if not text or len(text) > _DATE_CHARACTERS:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime, _parse_month):
        try:
            at = read(text)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _parse_month(text: str) -> datetime:
    """Parse the short forms of W3CDTF: a year, or a year and a month."""
    found = _YEAR_AND_MONTH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return datetime(int(found[1]), int(found[2] or 1), 1, tzinfo=UTC)
