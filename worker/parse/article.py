"""A fetched page -> the article on it, or the reason why there is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser

from worker.errors import Permanent
from worker.parse import charset, jsonld, markup
from worker.parse.body import Body, read_body
from worker.parse.jsonld import Linked
from worker.parse.language import language
from worker.parse.markup import size
from worker.parse.metadata import metadata
from worker.schema import Article, Page, article_id

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", ""})
_BINARY = 0.1
"""Share of controls and undecodable characters in the page's beginning from which it is no text."""
_SNIFFED_CHARS = 4_096
_MIN_SIZE = 140
"""Shorter than one paragraph of news is a notice or a caption."""
_SHORT_SIZE = 700
"""An error page or a login wall has no more running text than this."""
_MIN_TEASERS = 5
_TEASERS = 0.8
"""A front page has at least so many of them, and so many for each paragraph."""
_ERROR = re.compile(
    r"\b(?:40[1349]|410|429|50[0-4])\b|\bnot found\b|\bno longer (?:available|exists)\b|\bdoes ?n.t exist\b"
    r"|\baccess denied\b|\bforbidden\b|\bjust a moment\b|\bare you (?:a )?(?:human|robot)\b|\bcaptcha\b"
    r"|\benable javascript\b|\bunavailable\b|\bnicht gefunden\b|\bnon trouvée?\b|\bno encontrad[ao]\b"
    r"|\bnon trovat[ao]\b|\bnão encontrad[ao]\b",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"\b(?:log ?in|sign ?in|sign ?up|subscribe|register|anmelden|einloggen|connexion|se connecter|iniciar sesi[oó]n"
    r"|accedi|entrar)\b",
    re.IGNORECASE,
)


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
    signs = _Signs(tree, linked)
    body = read_body(tree, about.title, about.descriptions)
    text = "\n\n".join(_longer(body.paragraphs, linked))
    signs.refuse(tree, body, text, about.title)
    published = about.published_at
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


def _text(page: Page) -> str:
    """Decode, if it is HTML at all."""
    kind = page.content_type.partition(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        raise Permanent("not_html", f"content type {kind[:100]!r}")
    html = charset.decode(page.body, page.charset)
    head = html[:_SNIFFED_CHARS]
    odd = sum(1 for c in head if c == "\ufffd" or (c < " " and not c.isspace()))
    if odd > _BINARY * len(head):
        raise Permanent("not_html", f"{odd} of the first {len(head)} characters are no text")
    return html


def _longer(paragraphs: list[str], linked: Linked) -> list[str]:
    """Prefer the text in JSON-LD where the page shows little and less than half of it: scripts are to draw the rest."""
    shown = sum(map(size, paragraphs))
    given = next((t for t in (node.get("articleBody") for node in linked.articles) if isinstance(t, str)), "")
    if shown >= _SHORT_SIZE or len(given) <= 2 * shown:
        return paragraphs
    lines = (jsonld.text(markup.without_tags(line)) for line in given.splitlines())
    return [line for line in lines if line]


def _offset_s(moment: datetime | None) -> int:
    offset = moment.utcoffset() if moment else None
    return int(offset.total_seconds()) if offset else 0


def _too_little(tree: LexborHTMLParser, text: str) -> Permanent:
    around = len(markup.words(tree.body))
    if not around:
        return Permanent("empty", "no words on the page; scripts may be meant to draw it")
    return Permanent("not_an_article", f"{len(text)} characters of running text among {around}, nearly all boilerplate")


class _Signs:
    """What a page says of being an article, taken before the tree is stripped."""

    def __init__(self, tree: LexborHTMLParser, linked: Linked) -> None:
        kind = markup.attribute(tree.css_first("meta[property='og:type']"), "content").lower()
        dated = tree.css_first("meta[property='article:published_time']") is not None
        self._says_article = bool(linked.articles) or kind == "article" or dated

    def refuse(self, tree: LexborHTMLParser, body: Body, text: str, title: str) -> None:
        """Raise Permanent if what was read is not one article."""
        if size(text) < _MIN_SIZE:
            raise _too_little(tree, text)
        if self._says_article:
            return
        if size(text) < _SHORT_SIZE and _ERROR.search(title):
            raise Permanent("not_an_article", f"an error page: {title[:100]!r}")
        if size(text) < _SHORT_SIZE and _WALL.search(title):
            raise Permanent("not_an_article", f"a login wall: {title[:100]!r}")
        if body.teasers >= max(_MIN_TEASERS, _TEASERS * len(body.paragraphs)):
            raise Permanent("not_an_article", f"a list of {body.teasers} headlines that lead to other pages")
