"""Read a page a second time, with trafilatura: one whose text, as `body` found it, is short or doubtful.

trafilatura is imported on the first such page only: that takes 0.15 s and 12 MB.
"""

from __future__ import annotations

from collections.abc import Iterable

from worker.parse.body import begins_as_described, description_beginnings
from worker.parse.markup import clean_text, text_size

_MAX_CHARS = 1_000_000
_MAX_TAGS = 20_000
"""Larger pages are not read again: lxml, on which trafilatura works, takes quadratic time on some."""
_MIN_SIZE = 250
"""Size of a text that no description confirms."""


def read_again(html: str, descriptions: Iterable[str]) -> list[str]:
    """Return the paragraphs that trafilatura finds if they begin as a description of the page does, else none.

    Without descriptions they are returned if they are long enough for an article.
    """
    if len(html) > _MAX_CHARS or html.count("<") > _MAX_TAGS:
        return []
    paragraphs = _read(html)
    expected = description_beginnings(descriptions)
    if expected:
        return paragraphs if begins_as_described(paragraphs, expected) else []
    return paragraphs if sum(map(text_size, paragraphs)) >= _MIN_SIZE else []


def _read(html: str) -> list[str]:
    import trafilatura  # noqa: PLC0415 - only doubtful pages need it

    text = trafilatura.extract(html, fast=True, include_comments=False, include_tables=False) or ""
    lines = (clean_text(line).removeprefix("- ") for line in text.splitlines())
    return [line for line in lines if line]
