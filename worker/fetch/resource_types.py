"""Types of resources that are fetched: the media types requested, accepted and refused of each."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class ResourceType(Struct, frozen=True, kw_only=True):
    """The kind of a requested resource: accepted media types, and how its body is handled."""

    accept: str
    """Value of the Accept header."""
    media_types: frozenset[str] | None
    """Accepted media types; None accepts any."""
    reason: str
    """Reason of the Permanent that is raised for any other media type."""
    max_bytes: int | None = None
    """Largest body, as transferred and as decoded, where the settings allow less; None: as the settings say."""
    truncate: bool = False
    """Whether to return the first bytes of a body over the size limit instead of raising `too_large`."""


HTML: Final = ResourceType(
    accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    media_types=frozenset({"text/html", "application/xhtml+xml"}),
    reason="not_html",
)
FEED: Final = ResourceType(
    accept="application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.1",
    media_types=None,  # servers send feeds with any type; parse.feed detects the format by the body
    reason="not_a_feed",
    max_bytes=50 << 20,  # of a sitemap: https://www.sitemaps.org/protocol.html
)
ROBOTS: Final = ResourceType(accept="text/plain,*/*;q=0.1", media_types=None, reason="not_text", truncate=True)
