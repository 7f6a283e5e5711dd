"""Find the feeds that an HTML page links to (feed autodiscovery)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

from worker.parse.charset import decode_html
from worker.parse.feed.links import FeedLink, choose_link, is_absolute, plain_title, resolve
from worker.parse.markup import attribute_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SEARCHED_BYTES: Final = 1 << 20
"""First bytes of a page that are read."""
MAX_FEED_LINKS: Final = 20
"""Most feeds returned."""

_FEED_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/xml"}
    | {"application/xml", "application/json", "application/x-rss+xml"}
)
_FEED_ADDRESS = re.compile(r"(?:[/._-](?:rss|atom|feeds?)(?:[/._?-]|$)|\.(?:rss|rdf|atom)(?:$|\?))", re.IGNORECASE)
"""A word in the address of a feed."""
_COMMENTS = re.compile(r"comment", re.IGNORECASE)


def find_feed_links(body: bytes, base_url: str, charset: str | None = None) -> list[FeedLink]:
    """Return the possible feeds of a page, the most likely first: those that its head declares, then those it links to.

    Feeds of comments come last.  The addresses are absolute; whether a feed is there remains to be tested.
    """
    page = LexborHTMLParser(decode_html(body[:MAX_SEARCHED_BYTES], charset))
    base = page.css_first("base[href]")
    if base is not None:
        base_url = resolve(base_url, attribute_text(base, "href").strip())
    found: dict[str, FeedLink] = {}
    for address, title in (*_declared(page), *_linked(page)):
        link = choose_link([address])
        url = resolve(base_url, link).partition("#")[0]
        if link and is_absolute(url):
            found.setdefault(url, FeedLink(url=url, title=plain_title(title)))
    ranked = sorted(found.values(), key=lambda link: bool(_COMMENTS.search(f"{link.url} {link.title}")))
    return ranked[:MAX_FEED_LINKS]


def _declared(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield address and title of each `<link rel="alternate" type="…feed type…">`."""
    for link in page.css("link[href][rel]"):
        relations = attribute_text(link, "rel").lower().split()
        kind = attribute_text(link, "type").partition(";")[0].strip().lower()
        if "feed" in relations or ("alternate" in relations and kind in _FEED_TYPES):
            yield attribute_text(link, "href"), attribute_text(link, "title")


def _linked(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield address and text of each link whose address has a word of feeds in it."""
    for link in page.css("a[href]"):
        if _FEED_ADDRESS.search(attribute_text(link, "href")):
            yield attribute_text(link, "href"), link.text(deep=True) or ""
