"""JSON-LD as pages really carry it: the article's node, and what its references point to.

Read by https://schema.org names; graphs, lists, several blocks, wrapping comments and trailing commas are tolerated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import msgspec
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from worker.parse.markup import clean

Node = dict[str, Any]

_WRAPPING = re.compile(r"<!--|-->|/\*\s*<!\[CDATA\[\s*\*/|/\*\s*\]\]>\s*\*/|(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review|Column)$")
_PAGE = re.compile(r"(?:Page)$")
_INWARD = ("@graph", "mainEntity", "mainEntityOfPage", "liveBlogUpdate", "hasPart")
"""Properties in which the article's own node may be wrapped; others lead to other articles."""
_MAX_NODES = 2_000


class Linked(Struct, frozen=True, kw_only=True):
    """What a page says about itself in JSON-LD."""

    articles: list[Node] = []
    """Nodes of an article type, outermost and first first."""
    pages: list[Node] = []
    by_id: dict[str, Node] = {}

    def resolve(self, value: Any) -> Any:
        """Follow a reference {"@id": …} to its node; anything else is returned as it is."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and not value.get("name"):
            return self.by_id.get(value["@id"], value)
        return value


def linked(page: LexborHTMLParser) -> Linked:
    """Collect the article nodes of a page; a block that cannot be read is as if it were not there."""
    articles: list[Node] = []
    pages: list[Node] = []
    by_id: dict[str, Node] = {}
    for node in _nodes(page):
        identity = node.get("@id")
        if isinstance(identity, str) and node.get("name"):
            by_id.setdefault(identity, node)
        if _is(node, _ARTICLE):
            articles.append(node)
        elif _is(node, _PAGE):
            pages.append(node)
    return Linked(articles=articles, pages=pages, by_id=by_id)


def values(value: Any) -> list[Any]:
    """Return what JSON-LD leaves open: one value, a list of them, or none, always as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """Words of a literal, with the entities that many templates leave in it; empty for anything else."""
    if isinstance(value, dict):
        value = value.get("@value")
    first = next((v for v in values(value) if isinstance(v, str)), "")
    return clean(unescape(unescape(first))) if first else ""


def _nodes(page: LexborHTMLParser) -> Iterator[Node]:
    waiting = [load(script.text()) for script in page.css("script[type^='application/ld+json']")]
    waiting.reverse()
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            yield value
            waiting.extend(value[name] for name in reversed(_INWARD) if isinstance(value.get(name), dict | list))


def load(source: str) -> Any:
    """Decode a block, mending what templates break; None where it stays unreadable."""
    mended = _WRAPPING.sub("", source).strip().rstrip(";")
    for attempt in (source, mended, _TRAILING_COMMA.sub("", mended)):
        try:
            return msgspec.json.decode(attempt.encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError, ValueError):
            continue
    return _lenient(_TRAILING_COMMA.sub("", mended))


def _lenient(source: str) -> Any:
    """Accept raw line breaks in strings, and text after the value."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(source)[0]
    except (ValueError, RecursionError):
        return None


def _is(node: Node, kind: re.Pattern[str]) -> bool:
    return any(isinstance(t, str) and kind.search(t) for t in values(node.get("@type")))
