"""Parse a fetched page into an article, or reject it with a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser

from worker.errors import Permanent
from worker.parse import markup
from worker.parse.address import own_address, read_address
from worker.parse.body import Body, read_body
from worker.parse.charset import decode_html
from worker.parse.jsonld import JsonLd, literal_text, of_page, read_jsonld
from worker.parse.language import detect_language
from worker.parse.markup import text_size
from worker.parse.metadata import Metadata, read_metadata
from worker.parse.title import is_title_of
from worker.schema import Article, Page, article_id

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", ""})
_MAX_BINARY_SHARE = 0.1
"""Share of controls and undecodable characters at the start of a page above which it is not text."""
_SNIFFED_CHARS = 4_096
_MIN_ARTICLE_SIZE = 140
"""A shorter text is a notice or a caption: less than one paragraph of news."""
_SHORT_ARTICLE_SIZE = 700
"""Error pages and login walls have less text than this."""
_MIN_TEASERS = 5
_MIN_TEASERS_PER_PARAGRAPH = 0.8
"""A front page has at least `_MIN_TEASERS` teasers, and at least this many per paragraph."""
_ERROR_PAGE_TITLE = re.compile(
    r"\b(?:40[1349]|410|429|50[0-4])\b|\bnot found\b|\bno longer (?:available|exists)\b|\bdoes ?n.t exist\b"
    r"|\baccess denied\b|\bforbidden\b|\bjust a moment\b|\bare you (?:a )?(?:human|robot)\b|\bcaptcha\b"
    r"|\benable javascript\b|\bunavailable\b|\bnicht gefunden\b|\bnon trouvée?\b|\bno encontrad[ao]\b"
    r"|\bnon trovat[ao]\b|\bnão encontrad[ao]\b",
    re.IGNORECASE,
)
_LOGIN_WALL_TITLE = re.compile(
    r"\b(?:log ?in|sign ?in|sign ?up|subscribe|register|anmelden|einloggen|connexion|se connecter|iniciar sesi[oó]n"
    r"|accedi|entrar)\b",
    re.IGNORECASE,
)


def parse_article(page: Page) -> Article:
    """Return the article on a page; its text consists of paragraphs separated by an empty line.

    Raises only Permanent: "not_html" for another media type or binary data, "empty" for a page without text,
    "too_deep" for markup that would exhaust the parser, "not_an_article" for a front page, login wall or error page,
    "bad_url" for an invalid address.  `detail` describes the finding.
    """
    html = _decode_page(page)
    tree = markup.parse_html(html)
    metadata, json_ld = _read_metadata(tree, html, page)
    signals = _ArticleSignals(tree, json_ld)
    body = read_body(tree, metadata.title, metadata.descriptions, metadata.url)
    text = "\n\n".join(_prefer_longer_text(body.paragraphs, json_ld))
    signals.raise_unless_article(tree, body, text, metadata.title)
    published = metadata.published_at
    return Article(
        id=article_id(metadata.url),
        url=metadata.url,
        text=text,
        title=metadata.title,
        byline=metadata.byline,
        published_at=published and published.astimezone(UTC),
        published_offset_s=_utc_offset_s(published),
        language=detect_language(text, metadata.language),
        site=metadata.site,
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
    binary = sum(1 for c in head if c == "\ufffd" or (c < " " and not c.isspace()))
    if binary > _MAX_BINARY_SHARE * len(head):
        raise Permanent("not_html", f"{binary} of the first {len(head)} characters are not text")
    return html


def _prefer_longer_text(paragraphs: list[str], json_ld: JsonLd) -> list[str]:
    """Return the JSON-LD text if the HTML has little text and less than half as much: scripts would render the rest."""
    shown = sum(map(text_size, paragraphs))
    given = next((t for t in (node.get("articleBody") for node in json_ld.articles) if isinstance(t, str)), "")
    if shown >= _SHORT_ARTICLE_SIZE or len(given) <= 2 * shown:
        return paragraphs
    lines = (literal_text(markup.strip_tags(line)) for line in given.splitlines())
    return [line for line in lines if line]


def _utc_offset_s(moment: datetime | None) -> int:
    """Return the offset of the moment's zone from UTC in seconds; 0 for None."""
    offset = moment.utcoffset() if moment else None
    return int(offset.total_seconds()) if offset else 0


def _no_text_error(tree: LexborHTMLParser, text: str) -> Permanent:
    on_page = len(markup.node_text(tree.body))
    if not on_page:
        return Permanent("empty", "no words on the page; scripts may be meant to draw it")
    return Permanent(
        "not_an_article", f"{len(text)} characters of running text among {on_page}, nearly all boilerplate"
    )


class _ArticleSignals:
    """Declarations that a page is an article, read before boilerplate is stripped from the tree."""

    def __init__(self, tree: LexborHTMLParser, json_ld: JsonLd) -> None:
        og_type = markup.attribute_text(tree.css_first("meta[property='og:type']"), "content").lower()
        is_dated = tree.css_first("meta[property='article:published_time']") is not None
        self._declares_article = bool(json_ld.articles) or og_type == "article" or is_dated

    def raise_unless_article(self, tree: LexborHTMLParser, body: Body, text: str, title: str) -> None:
        """Raise Permanent "empty" or "not_an_article" if the page is not an article.

        Only the minimum length is required of a page that declares an article.
        """
        size = text_size(text)
        if size < _MIN_ARTICLE_SIZE:
            raise _no_text_error(tree, text)
        if self._declares_article:
            return
        if size < _SHORT_ARTICLE_SIZE and _ERROR_PAGE_TITLE.search(title):
            raise Permanent("not_an_article", f"an error page: {title[:100]!r}")
        if size < _SHORT_ARTICLE_SIZE and _LOGIN_WALL_TITLE.search(title):
            raise Permanent("not_an_article", f"a login wall: {title[:100]!r}")
        if body.teasers >= max(_MIN_TEASERS, _MIN_TEASERS_PER_PARAGRAPH * len(body.paragraphs)):
            raise Permanent("not_an_article", f"a list of {body.teasers} headlines that lead to other pages")
