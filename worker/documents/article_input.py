"""An article as JSON: a line of `extract --jsonl`, or the output of `parse`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import msgspec
from msgspec import Struct

from worker.errors import Permanent
from worker.schema import Article, article_id

DATE_EXAMPLES: Final = "such as 2024-09-17 or 2024-09-17T18:05:00+02:00"


class ArticleInput(Struct, frozen=True, kw_only=True):
    """The fields of a JSON object from which an article is made; other fields are ignored."""

    text: str
    id: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    """URL in the output of `parse --jsonl`; used if `url` is missing."""
    title: str | None = None
    byline: tuple[str, ...] | None = None
    published_at: str | None = None
    """A date, or a time of RFC 3339; without a zone it is UTC."""
    published_offset_s: int | None = None
    """As in an article; None: the offset of `published_at`."""
    language: str | None = None
    site: str | None = None
    file: str | None = None
    """Name of the file from which `parse` read the article."""

    def to_article(self, fallback_url: str = "") -> Article:
        """Return the article; its text is used as given, so that offsets refer to it.

        An article without any URL gets its id from `fallback_url`, or from `id`.  Permanent("bad_date") for an invalid
        `published_at`.
        """
        url = self.url or self.canonical_url or fallback_url
        published_at, offset_s = _published(self.published_at)
        return Article(
            id=article_id(url or self.id or ""),
            url=url,
            text=self.text,
            title=self.title or "",
            byline=list(self.byline or ()),
            published_at=published_at,
            published_offset_s=offset_s if self.published_offset_s is None else self.published_offset_s,
            language=self.language,
            site=self.site,
        )


def decode_article(body: bytes) -> ArticleInput:
    """Decode one JSON object; Permanent("not_an_article") names the missing or invalid part."""
    try:
        return msgspec.json.decode(body, type=ArticleInput)
    except msgspec.ValidationError as e:
        raise Permanent("not_an_article", _describe(body) or f"JSON, but not an article: {e}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise Permanent("not_json", str(e)) from None


def _describe(body: bytes) -> str:
    """Return what a JSON document is that is frequently mistaken for an article; "" for any other."""
    decoded = msgspec.json.decode(body)
    if isinstance(decoded, list):
        return "a JSON array: write one object per line"
    if isinstance(decoded, dict) and isinstance(decoded.get("items"), list) and "version" in decoded:
        return "a JSON Feed"
    if isinstance(decoded, dict) and "kind" in decoded and "sentence" in decoded:
        return "an event, not an article"
    if isinstance(decoded, dict) and "html_path" in decoded:
        return "a line for `parse --jsonl`"
    return ""


# ---------------------------------------------------------------- dates
def parse_instant(text: str) -> datetime:
    """Parse a date (as its midnight) or a time of RFC 3339 to UTC; the default zone is UTC.  ValueError otherwise."""
    return _to_utc(_parse_local(text))


def parse_published(text: str) -> tuple[datetime, int]:
    """Parse as `parse_instant`; return the time in UTC, and the offset in seconds in which it is written."""
    local = _parse_local(text)
    offset = local.utcoffset()
    return _to_utc(local), int(offset.total_seconds()) if offset else 0


def _parse_local(text: str) -> datetime:
    text = text.strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)
    return datetime.combine(day, time())


def _to_utc(instant: datetime) -> datetime:
    try:
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError as e:
        raise ValueError(f"{instant} is outside the calendar") from e


def _published(text: str | None) -> tuple[datetime | None, int]:
    if not text or not text.strip():
        return None, 0
    try:
        return parse_published(text)
    except ValueError:
        raise Permanent(
            "bad_date", f"published_at {text!r} is neither a date nor a time of RFC 3339, {DATE_EXAMPLES}"
        ) from None
