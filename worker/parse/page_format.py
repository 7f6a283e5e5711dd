"""Recognise pages that are no plain articles: live tickers, galleries of pictures, podcasts, videos."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.parse.jsonld import JsonLd
from worker.schema import ArticleFormat

_TYPES: dict[str, ArticleFormat] = {
    "LiveBlogPosting": "live",
    "ImageGallery": "gallery",
    "MediaGallery": "gallery",
    "PodcastEpisode": "podcast",
    "RadioEpisode": "podcast",
}
"""Types of schema.org -> format."""
_SEGMENTS: dict[str, ArticleFormat] = {
    **dict.fromkeys(("live", "liveblog", "live-blog", "liveticker", "live-updates", "ticker", "newsticker"), "live"),
    **dict.fromkeys(("gallery", "galleries", "photo-gallery", "photos", "pictures", "fotostrecke"), "gallery"),
    **dict.fromkeys(("fotostrecken", "bildergalerie", "bildergalerien", "galerie", "galeria", "diaporama"), "gallery"),
    **dict.fromkeys(("podcast", "podcasts", "audio"), "podcast"),
    **dict.fromkeys(("video", "videos", "watch", "mediathek"), "video"),
}
"""Segments of an address -> format."""
_LIVE_TITLE = re.compile(
    r"\blive\b|ticker\b|\bas it happened\b|\ben direct\b|\ben vivo\b|\bin diretta\b|\bao vivo\b|\ben directo\b",
    re.IGNORECASE,
)
_TIMED = re.compile(r"(?:\W|\d{1,2}\.\d{1,2}\.\W*)?\d{1,2}[:.h]\d{2}\b")
"""Beginning of an entry of a ticker: its time."""
_MIN_TIMED = 4
"""Entries with a time from which a page with a fitting title is a ticker."""
_LITTLE_TEXT = 1_200
"""Characters below which the address decides that a page accompanies pictures, sound or a video."""


def find_format(url: str, title: str, paragraphs: Sequence[str], json_ld: JsonLd, og_type: str) -> ArticleFormat:
    """Return the format of a page; "article" unless its types, or address and text, show another one."""
    declared = next((_TYPES[type_] for type_ in _TYPES if type_ in json_ld.types), None)
    if declared:
        return declared
    by_address = next((_SEGMENTS[part] for part in _directories(url) if part in _SEGMENTS), None)
    if by_address == "live" or _LIVE_TITLE.search(title):
        timed = sum(bool(_TIMED.match(paragraph)) for paragraph in paragraphs)
        return "live" if timed >= _MIN_TIMED else "article"
    little = sum(map(len, paragraphs)) < _LITTLE_TEXT
    if by_address and little:
        return by_address
    return "video" if little and og_type.startswith("video") else "article"


def _directories(url: str) -> list[str]:
    """Return the segments of an address between the host and the last one, in lower case."""
    return url.partition("://")[2].partition("?")[0].lower().split("/")[1:-1]
