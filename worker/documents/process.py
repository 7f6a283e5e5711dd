"""One document to article and events, in one call whose arguments and result can be pickled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from worker.documents.contents import read_file
from worker.documents.input_document import InputDocument, failed
from worker.documents.read_article import read_article
from worker.errors import Permanent
from worker.schema import Article, Event, Page

NO_EVENTS: Final = "no_events"
UNSUPPORTED_LANGUAGE: Final = "unsupported_language"


class ReadOptions(Struct, frozen=True, kw_only=True):
    """What the command line says of the documents."""

    url: str = ""
    """Address of the only document; empty: as the document says."""
    published_at: datetime | None = None
    """Time of publication of plain texts (UTC)."""
    published_offset_s: int = 0
    detects_language: bool = False
    """Whether to detect an unsupported language that is not declared, which loads the models of `parse`."""


class DocumentResult(Struct, frozen=True, kw_only=True):
    """The article and the events of one document, or the reason why there are none."""

    name: str
    article: Article | None = None
    events: list[Event] = []
    reason: str | None = None
    """Code of a failure, `NO_EVENTS` or `UNSUPPORTED_LANGUAGE`; None if there is a result."""
    detail: str = ""
    """Description of the failure, or the unsupported language ("" if unknown)."""

    @property
    def has_failed(self) -> bool:
        """Return whether the document could not be read as an article."""
        return self.article is None


ProcessDocument: TypeAlias = Callable[[InputDocument, ReadOptions], DocumentResult]
"""A function that never fails, and that can be pickled."""


def extract_document(document: InputDocument, options: ReadOptions) -> DocumentResult:
    """Return article and events of a document; a failure is part of the result."""
    try:
        article, file = read_article(
            read_body(document),
            url=options.url,
            published_at=options.published_at,
            published_offset_s=options.published_offset_s,
        )
    except (Permanent, OSError, ValueError) as e:
        return failed_result(failed(document.name, e))
    return _extract_events(file or document.name, article, options)


def _extract_events(name: str, article: Article, options: ReadOptions) -> DocumentResult:
    """Return an article with its events, or with the reason why it has none."""
    from worker.extract import is_language_supported
    from worker.pipeline.extract_events import extract_events

    events = extract_events(article)
    if events:
        return DocumentResult(name=name, article=article, events=events)
    if is_language_supported(article):
        return DocumentResult(name=name, article=article, reason=NO_EVENTS)
    language = article.language or (_detect_language(article.text) if options.detects_language else "")
    return DocumentResult(name=name, article=article, reason=UNSUPPORTED_LANGUAGE, detail=language)


def _detect_language(text: str) -> str:
    """Return the language of a text; "" if it cannot be detected."""
    from worker.parse.language import detect_language

    return detect_language(text, None) or ""


def parse_document(document: InputDocument, options: ReadOptions) -> DocumentResult:
    """Return the article of a page; a failure is part of the result."""
    from worker.parse import parse_article

    try:
        return DocumentResult(
            name=document.name, article=parse_article(Page(url=options.url, body=read_body(document)))
        )
    except (Permanent, OSError, ValueError) as e:
        return failed_result(failed(document.name, e))


def read_body(document: InputDocument) -> bytes:
    """Return the bytes of a document; Permanent or OSError if it cannot be read."""
    if document.failure:
        raise Permanent(*document.failure)
    if document.body is not None:
        return document.body
    return read_file(Path(document.path or document.name))


def failed_result(document: InputDocument) -> DocumentResult:
    """Return the result for a document that cannot be read."""
    reason, detail = document.failure or ("unreadable", "")
    return DocumentResult(name=document.name, reason=reason, detail=detail)
