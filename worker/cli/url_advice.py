"""Addresses that are feeds or front pages, recognised before they are requested."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from worker.cli.advice import FEED_ADVICE, LISTING_ADVICE

_FEED_PATH: Final = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom)(?:\.(?:xml|php|json))?/?$|\.(?:rss|atom|rdf)$|(?:^|/)(?:rss|atom|feed|index)\.xml$"
    r"|(?:^|/)[^/]*sitemap[^/]*\.xml(?:\.gz)?$",
    re.IGNORECASE,
)
_FEED_QUERY: Final = re.compile(r"(?:^|&)(?:feed|format|output)=(?:rss2?|atom|xml|feed)(?:&|$)", re.IGNORECASE)


def url_advice(url: str) -> str:
    """Return a description of a URL that seems to be no article, and what to do; "" for any other valid URL."""
    parts = urlsplit(url)
    if _FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query):
        return f"it seems to be a feed, not an article: {FEED_ADVICE}"
    if parts.path in {"", "/"} and not parts.query:
        return f"it is the front page of a site, not an article: {LISTING_ADVICE}"
    return ""
