"""Redirects by <meta http-equiv="refresh"> of pages that consist of little else.

The head of the page is searched without a parser, since no parser of HTML may run in this process.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import urljoin

from worker.errors import Permanent
from worker.schema import Page
from worker.urls import normalise

MAX_DELAY_S: Final = 10
"""Longest delay of a refresh that redirects; with longer ones, pages update themselves."""
_MAX_PAGE_BYTES: Final = 65_536
"""Size above which a page has a content of its own."""
_SEARCHED_BYTES: Final = 16_384
_MIN_PARAGRAPHS: Final = 3
"""Paragraphs from which a page has a content of its own."""
_META: Final = re.compile(rb"<meta\s[^<>]{0,1000}>", re.IGNORECASE)
_REFRESH: Final = re.compile(rb"http-equiv\s*=\s*[\"']?\s*refresh\b", re.IGNORECASE)
_CONTENT: Final = re.compile(rb"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TARGET: Final = re.compile(r"\s*(\d+)(?:\.\d*)?\s*[;,\s]\s*(?:url\s*=\s*)?[\"']?([^\"'\s]+)", re.IGNORECASE)
"""The shared declarative refresh steps of the HTML standard, with a URL."""


def refresh_target(page: Page) -> str | None:
    """Return the URL to which a page redirects; None if it has a content of its own, or names no other URL."""
    if len(page.body) > _MAX_PAGE_BYTES or page.body.lower().count(b"<p") >= _MIN_PARAGRAPHS:
        return None
    head = page.body[:_SEARCHED_BYTES]
    for tag in _META.finditer(head):
        if _REFRESH.search(tag[0]) and not _is_inert(head[: tag.start()]):
            content = _CONTENT.search(tag[0])
            return _target(page.url, (content[1] or content[2] or b"") if content else b"")
    return None


def _is_inert(before: bytes) -> bool:
    """Return whether a tag after these bytes is in a comment, or in <noscript>, which browsers do not follow."""
    before = before.lower()
    return before.rfind(b"<!--") > before.rfind(b"-->") or before.rfind(b"<noscript") > before.rfind(b"</noscript")


def _target(url: str, content: bytes) -> str | None:
    found = _TARGET.match(html.unescape(content.decode("utf-8", "replace")))
    if found is None or len(found[1]) > len(str(MAX_DELAY_S)) or int(found[1]) > MAX_DELAY_S:
        return None
    try:
        target = normalise(urljoin(url, found[2]))
    except (Permanent, ValueError):
        return None
    return target if target != normalise(url) else None
