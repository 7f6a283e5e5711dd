"""Batches of JSON lines: documents to events, saved pages to articles. An invalid line does not affect the others.

Each input line gives one output line, in the same order, written before the next is read.
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
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Page, article_id

MAX_PAGE_BYTES = 64 << 20
"""Largest page, after decompression."""


class BatchResult(NamedTuple):
    """One line of output without its line break, and whether it is an error."""

    line: bytes
    failed: bool


class ExtractInput(Struct, frozen=True, kw_only=True):
    """A line of input of `extract --jsonl`."""

    id: str
    text: str
    url: str | None = None
    title: str | None = None
    published_at: str | None = None
    """A date, or a time of RFC 3339; without a zone it is UTC."""
    language: str | None = None


class ParseInput(Struct, frozen=True, kw_only=True):
    """A line of input of `parse --jsonl`."""

    id: str
    url: str
    html_path: Annotated[str, Meta(min_length=1)]
    content_type: str | None = None


def extract_lines(lines: Iterable[bytes]) -> Iterator[BatchResult]:
    """Yield one result per line: `{"id", "events"}` of its document, or `{"id", "error"}`; blank lines are skipped."""
    decoder = msgspec.json.Decoder(ExtractInput)
    return _process_lines(lines, lambda line: _events(decoder.decode(line)))


def parse_lines(lines: Iterable[bytes]) -> Iterator[BatchResult]:
    """Yield one result per line: id and article of its saved page, or `{"id", "error"}`; blank lines are skipped."""
    decoder = msgspec.json.Decoder(ParseInput)
    return _process_lines(lines, lambda line: _article(decoder.decode(line)))


def parse_instant(text: str) -> datetime:
    """Parse a date (as its midnight) or a time of RFC 3339; the default zone is UTC.  ValueError for any other text."""
    text = text.strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        instant = datetime.fromisoformat(text)
    else:
        instant = datetime.combine(day, time())
    try:
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError as e:
        raise ValueError(f"{text!r} is outside the calendar") from e


# ---------------------------------------------------------------- one line
def _process_lines(lines: Iterable[bytes], process: Callable[[bytes], dict[str, Any]]) -> Iterator[BatchResult]:
    for line in lines:
        if line.strip():
            yield _process_line(line, process)


def _process_line(line: bytes, process: Callable[[bytes], dict[str, Any]]) -> BatchResult:
    try:
        return BatchResult(msgspec.json.encode(process(line)), failed=False)
    except (msgspec.MsgspecError, Failure, OSError, ValueError, RecursionError) as e:
        return BatchResult(msgspec.json.encode({"id": _id(line), "error": _message(e)}), failed=True)


def _id(line: bytes) -> str | None:
    """Return the id in an invalid line; None if the id cannot be read."""
    try:
        decoded = msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    line_id = decoded.get("id") if isinstance(decoded, dict) else None
    return line_id if isinstance(line_id, str) else None


def _message(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    if isinstance(error, msgspec.DecodeError | UnicodeDecodeError | RecursionError):
        return f"not JSON: {error}"
    return str(error) or type(error).__name__


def _events(document: ExtractInput) -> dict[str, Any]:
    """Return the events of a document's text, which is used as given: the offsets of the events refer to it."""
    url = document.url or ""
    article = Article(
        id=article_id(url or document.id),
        url=url,
        text=document.text,
        title=document.title or "",
        published_at=_published_at(document.published_at),
        language=document.language,
    )
    return {"id": document.id, "events": extract_events(article)}


def _published_at(text: str | None) -> datetime | None:
    if not text or not text.strip():
        return None
    try:
        return parse_instant(text)
    except ValueError:
        raise Permanent("bad_date", f"published_at {text!r} is neither a date nor a time of RFC 3339") from None


def _article(saved: ParseInput) -> dict[str, Any]:
    from worker.parse import parse_article  # not needed to extract, and takes longer to import than a text to read

    body = _read_page(Path(saved.html_path))
    page = Page(url=saved.url, body=body, content_type=_media_type(saved), charset=_charset(saved))
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


def _media_type(saved: ParseInput) -> str:
    return (saved.content_type or "text/html").partition(";")[0].strip()


def _charset(saved: ParseInput) -> str | None:
    _, _, label = (saved.content_type or "").lower().partition("charset=")
    return label.partition(";")[0].strip(" \"'") or None


def _read_page(path: Path) -> bytes:
    """Read the file of a page; `.gz` is decompressed. Permanent("too_large") above `MAX_PAGE_BYTES`."""
    try:
        with path.open("rb") as file:
            return _read_bounded(gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file, path)
    except (EOFError, zlib.error) as e:
        raise Permanent("unreadable", f"{path}: {e}") from None


def _read_bounded(file: io.BufferedIOBase, path: Path) -> bytes:
    body = file.read(MAX_PAGE_BYTES + 1)
    if len(body) > MAX_PAGE_BYTES:
        raise Permanent("too_large", f"{path}: more than {MAX_PAGE_BYTES} bytes")
    return body
