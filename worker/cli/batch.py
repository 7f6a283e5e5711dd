"""Batches of JSON lines: documents to events, saved pages to articles. An invalid line does not affect the others.

Each input line gives one output line, in the same order, written before the next is read.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from worker.documents.article_input import ArticleInput
from worker.documents.contents import read_file
from worker.errors import Failure, Permanent
from worker.pipeline.extract_events import extract_events
from worker.schema import Page


class BatchResult(NamedTuple):
    """One line of output without its line break, and whether it is an error."""

    line: bytes
    failed: bool


class ExtractInput(ArticleInput, frozen=True, kw_only=True):
    """A line of input of `extract --jsonl`."""

    id: str


class ParseInput(Struct, frozen=True, kw_only=True):
    """A line of input of `parse --jsonl`."""

    id: str
    url: str
    html_path: Annotated[str, Meta(min_length=1)]
    content_type: str | None = None


def extract_lines(lines: Iterable[bytes]) -> Iterator[BatchResult]:
    """Yield `{"id", "events"}` or `{"id", "line", "error"}` for the document in each line; blank lines are skipped."""
    decoder = msgspec.json.Decoder(ExtractInput)
    return _process_lines(lines, lambda line: _events(decoder.decode(line)))


def parse_lines(lines: Iterable[bytes]) -> Iterator[BatchResult]:
    """Yield id and article or `{"id", "line", "error"}` for the page in each line; blank lines are skipped."""
    decoder = msgspec.json.Decoder(ParseInput)
    return _process_lines(lines, lambda line: _article(decoder.decode(line)))


# ---------------------------------------------------------------- one line
def _process_lines(lines: Iterable[bytes], process: Callable[[bytes], dict[str, Any]]) -> Iterator[BatchResult]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _process_line(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line, number, process)


def _process_line(line: bytes, number: int, process: Callable[[bytes], dict[str, Any]]) -> BatchResult:
    try:
        return BatchResult(msgspec.json.encode(process(line)), failed=False)
    except (msgspec.MsgspecError, Failure, OSError, ValueError, RecursionError) as e:
        return BatchResult(msgspec.json.encode({"id": _id(line), "line": number, "error": _message(e)}), failed=True)


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
    return {"id": document.id, "events": extract_events(document.to_article())}


def _article(saved: ParseInput) -> dict[str, Any]:
    from worker.parse import parse_article  # not needed to extract, and takes longer to import than a text to read

    body = _read_page(saved.html_path)
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


def _read_page(path: str) -> bytes:
    try:
        return read_file(Path(path))
    except Permanent as e:
        raise Permanent(e.reason, f"{path}: {e.detail}") from None
