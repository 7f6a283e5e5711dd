"""Read the JSON-LD of a page: the nodes of articles and the nodes that they refer to.

Vocabulary: https://schema.org.  Graphs, lists, several blocks, wrapping comments and trailing commas are accepted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import msgspec
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from worker.parse.markup import clean_text

Node = dict[str, Any]

_WRAPPING = re.compile(r"<!--|-->|/\*\s*<!\[CDATA\[\s*\*/|/\*\s*\]\]>\s*\*/|(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review|Column)$")
_PAGE_TYPE = re.compile(r"(?:Page)$")
_NESTING_PROPERTIES = ("@graph", "mainEntity", "mainEntityOfPage", "liveBlogUpdate", "hasPart")
"""Properties that may contain the node of the page's own article; others contain other articles."""
_MAX_NODES = 2_000
_MAX_COMPARED = 20
"""Articles whose addresses are compared with that of the page: a live ticker has one for each entry."""


class JsonLd(Struct, frozen=True, kw_only=True):
    """The JSON-LD nodes of a page."""

    articles: list[Node] = []
    """Nodes of an article type in document order, outer nodes before the nodes nested in them."""
    pages: list[Node] = []
    """Nodes of a page type, in the same order."""
    by_id: dict[str, Node] = {}
    """Named nodes by their @id."""
    types: frozenset[str] = frozenset()
    """Types of all nodes."""

    def resolve(self, value: Any) -> Any:
        """Return the node that a reference {"@id": …} refers to; any other value and unknown references unchanged."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and not value.get("name"):
            return self.by_id.get(value["@id"], value)
        return value


def read_jsonld(page: LexborHTMLParser) -> JsonLd:
    """Collect the JSON-LD nodes of a page; invalid blocks are ignored."""
    articles: list[Node] = []
    pages: list[Node] = []
    by_id: dict[str, Node] = {}
    types: set[str] = set()
    for node in _iter_nodes(page):
        types.update(type_ for type_ in as_list(node.get("@type")) if isinstance(type_, str))
        node_id = node.get("@id")
        if isinstance(node_id, str) and node.get("name"):
            by_id.setdefault(node_id, node)
        if _has_type(node, _ARTICLE_TYPE):
            articles.append(node)
        elif _has_type(node, _PAGE_TYPE):
            pages.append(node)
    return JsonLd(articles=articles, pages=pages, by_id=by_id, types=frozenset(types))


def of_page(json_ld: JsonLd, is_own: Callable[[str], bool | None], is_titled: Callable[[str], bool]) -> JsonLd:
    """Return the nodes with the articles of the page first, and without those of other pages.

    `is_own` returns whether an address is that of the page, None if it cannot be told; `is_titled` whether a headline
    is that of the page.  A node with another address is left out, unless it has the headline of the page.
    """
    own, unknown = [], []
    for node in json_ld.articles[:_MAX_COMPARED]:
        verdict = _is_own_node(node, is_own)
        if verdict:
            own.append(node)
        elif verdict is None or is_titled(literal_text(node.get("headline") or node.get("name"))):
            unknown.append(node)
    return msgspec.structs.replace(json_ld, articles=[*own, *unknown, *json_ld.articles[_MAX_COMPARED:]])


def _is_own_node(node: Node, is_own: Callable[[str], bool | None]) -> bool | None:
    main = node.get("mainEntityOfPage")
    page = main.get("@id") or main.get("url") if isinstance(main, dict) else main
    verdicts = [is_own(value) for value in (node.get("url"), page, node.get("@id")) if isinstance(value, str) and value]
    return True if True in verdicts else False if False in verdicts else None


def as_list(value: Any) -> list[Any]:
    """Return a property's values as a list: JSON-LD allows one value, a list or none."""
    return [] if value is None else value if isinstance(value, list) else [value]


def literal_text(value: Any) -> str:
    """Return the cleaned text of a string literal, HTML entities resolved; "" for any other value."""
    if isinstance(value, dict):
        value = value.get("@value")
    first = next((v for v in as_list(value) if isinstance(v, str)), "")
    return clean_text(unescape(unescape(first))) if first else ""


def _iter_nodes(page: LexborHTMLParser) -> Iterator[Node]:
    """Yield at most 2,000 nodes in document order, outer nodes first."""
    waiting = [decode_block(script.text()) for script in page.css("script[type^='application/ld+json']")]
    waiting.reverse()
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            yield value
            nested = (value[name] for name in reversed(_NESTING_PROPERTIES) if isinstance(value.get(name), dict | list))
            waiting.extend(nested)


def decode_block(source: str) -> Any:
    """Decode the JSON of a script element, repairing frequent errors of templates; None if it is not valid JSON."""
    for repair in (_as_written, _without_wrapping, _without_trailing_commas):
        try:
            return msgspec.json.decode(repair(source).encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError, ValueError):
            continue
    return _decode_leniently(_without_trailing_commas(source))


def _as_written(source: str) -> str:
    return source


def _without_wrapping(source: str) -> str:
    return _WRAPPING.sub("", source).strip().rstrip(";")


def _without_trailing_commas(source: str) -> str:
    return _TRAILING_COMMA.sub("", _without_wrapping(source))


def _decode_leniently(source: str) -> Any:
    """Decode JSON with raw line breaks in strings and text after the value; None if it is invalid otherwise."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(source)[0]
    except (ValueError, RecursionError):
        return None


def _has_type(node: Node, pattern: re.Pattern[str]) -> bool:
    return any(isinstance(t, str) and pattern.search(t) for t in as_list(node.get("@type")))
