"""The words of an article, in paragraphs, without what stands around them on the page."""

from __future__ import annotations

import trafilatura

from worker.parse.markup import clean


def paragraphs(html: str) -> list[str]:
    """Return the paragraphs in order, each one line; empty where the page has no running text."""
    text = trafilatura.extract(html, fast=True, include_comments=False) or ""
    return [line for line in map(clean, text.splitlines()) if line]
