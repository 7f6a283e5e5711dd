"""Parse a fetched page into an article, or reject it with a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser

from worker.errors import Permanent
from worker.parse import markup
from worker.parse.address import own_address, read_address
from worker.parse.article_signals import MIN_ARTICLE_SIZE, SHORT_ARTICLE_SIZE, ArticleSignals
from worker.parse.body import read_body
from worker.parse.charset import decode_html
from worker.parse.jsonld import JsonLd, literal_text, of_page, read_jsonld
from worker.parse.language import detect_language
from worker.parse.markup import text_size
from worker.parse.metadata import Metadata, read_metadata
from worker.parse.page_format import find_format
from worker.parse.payment_notices import has_paywall, is_declared_paywalled
from worker.parse.second_reading import read_again
from worker.parse.title import is_title_of
from worker.schema import Article, Page, article_id

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", ""})
_MAX_BINARY_SHARE = 0.1
"""Share of controls and undecodable characters at the start of a page above which it is not text."""
_SNIFFED_CHARS = 4_096
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1b\ufffd]")
"""Controls that are no white space, and what replaces undecodable bytes."""
_CHARACTER_OR_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)
"""A Chinese or Japanese character, or a word of other scripts."""


def parse_article(page: Page) -> Article:
    """Return the article on a page; its text consists of paragraphs separated by an empty line.

    Raises only Permanent: "not_html" for another media type or binary data, "empty" for a page without text,
    "too_deep" for markup that would exhaust the parser, "not_an_article" for a front page, login wall or error page,
    "bad_url" for an invalid address.  `detail` describes the finding.
    """
    html = _decode_page(page)
    tree = markup.parse_html(html)
    metadata, json_ld = _read_metadata(tree, html, page)
    signals = ArticleSignals(tree, json_ld)
    details = metadata.details
    body = read_body(tree, metadata.title, metadata.descriptions, metadata.url)
    paywalled = (
        body.has_notice
        or is_declared_paywalled(json_ld, signals.content_tier)
        or has_paywall(tree, page.body, body.paragraphs)
    )
    paragraphs = _prefer_longer_text(body.paragraphs, json_ld)
    if body.is_doubtful or (signals.declares_article and _size(paragraphs) < MIN_ARTICLE_SIZE):
        paragraphs = read_again(html, metadata.descriptions) or paragraphs
    text = "\n\n".join(paragraphs)
    page_format = find_format(metadata.url, metadata.title, paragraphs, json_ld, signals.og_type)
    signals.raise_unless_article(tree, body, text, metadata, page_format)
    published = metadata.published_at
    return Article(
        id=article_id(metadata.url),
        url=metadata.url,
        text=text,
        title=metadata.title,
        byline=metadata.byline,
        published_at=published and published.astimezone(UTC),
        published_offset_s=_utc_offset_s(published),
        updated_at=details.updated_at and details.updated_at.astimezone(UTC),
        language=detect_language(text, metadata.language),
        site=metadata.site,
        section=details.section,
        keywords=details.keywords,
        image=details.image,
        description=details.description,
        paywalled=paywalled,
        word_count=len(_CHARACTER_OR_WORD.findall(text)),
        format=page_format,
        fetched_at=page.fetched_at,
    )


def _read_metadata(tree: LexborHTMLParser, html: str, page: Page) -> tuple[Metadata, JsonLd]:
    """Return the metadata of a page, and the JSON-LD of its own article."""
    address = read_address(tree, page.url)
    json_ld = of_page(read_jsonld(tree), own_address(address, page.url), is_title_of(tree))
    return read_metadata(tree, json_ld, html, address, page.fetched_at), json_ld


def _decode_page(page: Page) -> str:
    """Decode the body; Permanent("not_html") if the media type or the content is not HTML."""
    media_type = page.content_type.partition(";")[0].strip().lower()
    if media_type not in _HTML_TYPES:
        raise Permanent("not_html", f"content type {media_type[:100]!r}")
    html = decode_html(page.body, page.charset)
    head = html[:_SNIFFED_CHARS]
    binary = len(_BINARY.findall(head))
    if binary > _MAX_BINARY_SHARE * len(head):
        raise Permanent("not_html", f"{binary} of the first {len(head)} characters are not text")
    return html


def _prefer_longer_text(paragraphs: list[str], json_ld: JsonLd) -> list[str]:
    """Return the JSON-LD text if the HTML has little text and less than half as much: scripts would render the rest."""
    shown = _size(paragraphs)
    given = next((t for t in (node.get("articleBody") for node in json_ld.articles) if isinstance(t, str)), "")
    if shown >= SHORT_ARTICLE_SIZE or len(given) <= 2 * shown:
        return paragraphs
    lines = (literal_text(markup.strip_tags(line)) for line in given.splitlines())
    return [line for line in lines if line]


def _size(paragraphs: list[str]) -> int:
    return sum(map(text_size, paragraphs))


def _utc_offset_s(moment: datetime | None) -> int:
    """Return the offset of the moment's zone from UTC in seconds; 0 for None."""
    offset = moment.utcoffset() if moment else None
    return int(offset.total_seconds()) if offset else 0
