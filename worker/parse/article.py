"""A fetched page -> the article on it, or the reason why there is none."""

from __future__ import annotations

from datetime import UTC, datetime

from worker.errors import Permanent
from worker.parse import charset, jsonld, markup
from worker.parse.body import paragraphs
from worker.parse.language import language
from worker.parse.metadata import metadata
from worker.schema import Article, Page, article_id

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", ""})
_BINARY = 0.1
"""Share of controls and undecodable characters in the page's beginning from which it is no text."""
_SNIFFED_CHARS = 4_096
_MIN_CHARS = 140
"""Shorter than one paragraph of news is a notice, a caption, a login wall."""


def parse_article(page: Page) -> Article:
    """Return the article on a page, its text in paragraphs parted by an empty line.

    Permanent("not_html") for another type or bytes that are no text, ("empty") for a page without words,
    ("too_deep") for markup built to hold a parser, ("not_an_article") for a front page, a login wall or an error
    page, ("bad_url") for an address that is none; `detail` says what was found.  Raises nothing else.
    """
    html = _text(page)
    tree = markup.tree(html)
    linked = jsonld.linked(tree)
    about = metadata(tree, linked, html, page.url, page.fetched_at)
    published = about.published_at
    text = "\n\n".join(paragraphs(tree, about.title, about.descriptions))
    if len(text) < _MIN_CHARS:
        raise Permanent("not_an_article", f"{len(text)} characters of running text, fewer than {_MIN_CHARS}")
    return Article(
        id=article_id(about.url),
        url=about.url,
        text=text,
        title=about.title,
        byline=about.byline,
        published_at=published and published.astimezone(UTC),
        published_offset_s=_offset_s(published),
        language=language(text, about.language),
        site=about.site,
        fetched_at=page.fetched_at,
    )


def _offset_s(moment: datetime | None) -> int:
    offset = moment.utcoffset() if moment else None
    return int(offset.total_seconds()) if offset else 0


def _text(page: Page) -> str:
    """Decode, if it is HTML at all."""
    kind = page.content_type.partition(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        raise Permanent("not_html", f"content type {kind!r}")
    html = charset.decode(page.body, page.charset)
    head = html[:_SNIFFED_CHARS]
    odd = sum(1 for c in head if c == "\ufffd" or (c < " " and not c.isspace()))
    if odd > _BINARY * len(head):
        raise Permanent("not_html", f"{odd} of the first {len(head)} characters are no text")
    return html
