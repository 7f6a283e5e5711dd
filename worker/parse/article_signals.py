"""Decide whether a page is an article, or a list of articles, an error page, a login wall, or a page without text."""

from __future__ import annotations

import re
from functools import cache

import msgspec
from selectolax.lexbor import LexborHTMLParser

from worker.errors import Permanent
from worker.parse import markup
from worker.parse.body import Body
from worker.parse.data_files import read_data_file
from worker.parse.jsonld import JsonLd
from worker.parse.markup import text_size
from worker.parse.metadata import Metadata
from worker.schema import ArticleFormat

MIN_ARTICLE_SIZE = 140
"""A shorter text is a notice or a caption: less than one paragraph of news."""
SHORT_ARTICLE_SIZE = 700
"""Error pages and login walls have less text than this."""
_MIN_TEASERS = 5
_MIN_TEASERS_PER_PARAGRAPH = 0.8
"""A front page has at least `_MIN_TEASERS` teasers, and at least this many per paragraph."""
_WORD = re.compile(r"\w+")
_TITLE_PARTS = re.compile(r"\s[|–—•·:-]\s|[|:]\s?")  # noqa: RUF001 - dashes are meant


class ArticleSignals:
    """Declarations that a page is an article, read before boilerplate is stripped from the tree."""

    def __init__(self, tree: LexborHTMLParser, json_ld: JsonLd) -> None:
        self.og_type = markup.attribute_text(tree.css_first("meta[property='og:type']"), "content").lower()
        self.content_tier = markup.attribute_text(
            tree.css_first("meta[property='article:content_tier']"), "content"
        ).lower()
        is_dated = tree.css_first("meta[property='article:published_time']") is not None
        self.declares_article = bool(json_ld.articles) or self.og_type == "article" or is_dated

    def raise_unless_article(
        self, tree: LexborHTMLParser, body: Body, text: str, metadata: Metadata, page_format: ArticleFormat
    ) -> None:
        """Raise Permanent "empty" or "not_an_article" if the page is not an article.

        Only the minimum length is required of a page that declares an article.
        """
        size = text_size(text)
        if size < MIN_ARTICLE_SIZE:
            raise _no_text_error(tree, text, page_format)
        if self.declares_article:
            return
        if size < SHORT_ARTICLE_SIZE:
            notice = _notice_of_title(metadata)
            if notice:
                raise Permanent("not_an_article", f"{notice}: {metadata.title[:100]!r}")
        if body.teasers >= max(_MIN_TEASERS, _MIN_TEASERS_PER_PARAGRAPH * len(body.paragraphs)):
            raise Permanent("not_an_article", f"a list of {body.teasers} headlines that lead to other pages")


def _notice_of_title(metadata: Metadata) -> str:
    """Return "an error page" or "a login wall" if a title consists of such words only; "" for a headline with them."""
    host = metadata.url.partition("://")[2].partition("/")[0]
    site = set(_WORD.findall(f"{metadata.site or ''} {host}".casefold()))
    for part in _TITLE_PARTS.split(metadata.title):
        for kind, (pattern, neutral) in _notices().items():
            rest = set(_WORD.findall(pattern.sub(" ", part.casefold()))) - neutral - site
            if not rest and pattern.search(part):
                return kind
    return ""


def _no_text_error(tree: LexborHTMLParser, text: str, page_format: ArticleFormat) -> Permanent:
    on_page = len(markup.node_text(tree.body))
    if not on_page:
        return Permanent("empty", "no words on the page; scripts may be meant to draw it")
    if page_format != "article":
        return Permanent("not_an_article", f"a {page_format} page with {len(text)} characters of running text")
    return Permanent(
        "not_an_article", f"{len(text)} characters of running text among {on_page}, nearly all boilerplate"
    )


@cache
def _notices() -> dict[str, tuple[re.Pattern[str], frozenset[str]]]:
    """Return by kind of notice the pattern of its words, and the words that may accompany them."""
    data = read_data_file("notice_titles.toml")
    lists = msgspec.toml.decode(data, type=dict[str, list[str]])
    neutral = frozenset(word for text in lists["neutral"] for word in text.split())
    return {
        kind: (re.compile(rf"\b(?:{'|'.join(lists[name])})(?!\w)", re.IGNORECASE), neutral)
        for kind, name in (("an error page", "errors"), ("a login wall", "logins"))
    }
