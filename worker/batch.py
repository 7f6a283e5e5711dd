"""The doors that take JSON lines: documents -> events, pages -> articles.  One bad line spoils no other.

Each answer is one line in the order of the questions, made as soon as its question is read.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from worker.errors import Failure, Permanent
from worker.parse import parse_article
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Page, article_id

MAX_PAGE_BYTES = 64 << 20
"""Of a page's file, after decompression."""


class Answer(NamedTuple):
    """One line of output, without its line break, and whether it tells of a failure."""

    line: bytes
    failed: bool


class Document(Struct, frozen=True, kw_only=True):
    """A line of `extract --jsonl`."""

    id: str
    text: str
    url: str | None = None
    title: str | None = None
    published_at: str | None = None
    """A date, or a time of RFC 3339 that may lack its zone."""
    language: str | None = None


class SavedPage(Struct, frozen=True, kw_only=True):
    """A line of `parse --jsonl`."""

    id: str
    url: str
    html_path: Annotated[str, Meta(min_length=1)]
    content_type: str | None = None


def extract_lines(lines: Iterable[bytes]) -> Iterator[Answer]:
    """Answer each document with `{"id", "events"}` or `{"id", "error"}`; blank lines are passed over."""
    decoder = msgspec.json.Decoder(Document)
    return _answers(lines, lambda line: _events(decoder.decode(line)))


def parse_lines(lines: Iterable[bytes]) -> Iterator[Answer]:
    """Answer each saved page with its article (contract, "parse") or `{"id", "error"}`; blank lines are passed over."""
    decoder = msgspec.json.Decoder(SavedPage)
    return _answers(lines, lambda line: _article(decoder.decode(line)))


def instant(text: str) -> datetime:
    """Read a date (its midnight) or a time of RFC 3339, without zone for UTC; ValueError for anything else."""
    text = text.strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    else:
        moment = datetime.combine(day, time())
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as e:
        raise ValueError(f"{text!r} lies outside the calendar") from e


# ---------------------------------------------------------------- one line
def _answers(lines: Iterable[bytes], answer: Callable[[bytes], dict[str, Any]]) -> Iterator[Answer]:
    for line in lines:
        if line.strip():
            yield _answer(line, answer)


def _answer(line: bytes, answer: Callable[[bytes], dict[str, Any]]) -> Answer:
    try:
        return Answer(msgspec.json.encode(answer(line)), failed=False)
    except (msgspec.MsgspecError, Failure, OSError, ValueError, RecursionError) as e:
        return Answer(msgspec.json.encode({"id": _id(line), "error": _why(e)}), failed=True)


def _id(line: bytes) -> str | None:
    """Return the id of a line that failed, null where not even that can be read."""
    try:
        given = msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    found = given.get("id") if isinstance(given, dict) else None
    return found if isinstance(found, str) else None


def _why(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    if isinstance(error, msgspec.DecodeError | UnicodeDecodeError | RecursionError):
        return f"not JSON: {error}"
    return str(error) or type(error).__name__


def _events(document: Document) -> dict[str, Any]:
    """Extract from the text exactly as given: the events' offsets refer to it."""
    url = document.url or ""
    article = Article(
        id=article_id(url or document.id),
        url=url,
        text=document.text,
        title=document.title or "",
        published_at=_published(document.published_at),
        language=document.language,
    )
    return {"id": document.id, "events": extract_events(article)}


def _published(given: str | None) -> datetime | None:
    if not given or not given.strip():
        return None
    try:
        return instant(given)
    except ValueError:
        raise Permanent("bad_date", f"published_at {given!r} is neither a date nor a time of RFC 3339") from None


def _article(saved: SavedPage) -> dict[str, Any]:
    page = Page(url=saved.url, body=_read(Path(saved.html_path)), content_type=_type(saved), charset=_charset(saved))
    article = parse_article(page)
    return {
        "id": saved.id,
        "title": article.title,
        "text": article.text,
        "byline": article.byline,
        "published_at": article.local_published_at(),
        "language": article.language,
        "canonical_url": article.url,
    }


def _type(saved: SavedPage) -> str:
    return (saved.content_type or "text/html").partition(";")[0].strip()


def _charset(saved: SavedPage) -> str | None:
    _, _, label = (saved.content_type or "").lower().partition("charset=")
    return label.partition(";")[0].strip(" \"'") or None


def _read(path: Path) -> bytes:
    """Read a page's file, gunzipped if it is named so; Permanent("too_large") above MAX_PAGE_BYTES."""
    try:
        with path.open("rb") as file:
            return _bounded(gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file, path)
    except (EOFError, zlib.error) as e:
        raise Permanent("unreadable", f"{path}: {e}") from None


def _bounded(file: io.BufferedIOBase, path: Path) -> bytes:
    body = file.read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        raise Permanent("too_large", f"{path}: more than {MAX_PAGE_BYTES} bytes")
    return body
