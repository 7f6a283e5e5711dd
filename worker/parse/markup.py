"""Text -> tree, guarded against markup built to hold the parser; and a node's text as clean words."""

from __future__ import annotations

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.errors import Permanent

MAX_ATTRIBUTES = 1_000
"""In one tag; every HTML parser compares each with all before it (20,000 cost lexbor 0.6 s, 100,000 over 10 s)."""
MAX_DEPTH = 2_000
"""Open elements; looking for the one to close is quadratic in them (20,000 cost lexbor 0.4 s, 100,000 10 s)."""

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG = re.compile(r"<(\\?/)?([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[/a-zA-Z][^<>]*>")
_NOT_NESTING = frozenset(
    (
        # void elements
        *(
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "param",
            "source",
            "track",
            "wbr",
        ),
        # closed by their next sibling
        *("p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"),
        *("rp", "rt", "html", "head", "body", "script", "style"),
    )
)
_DROPPED = {
    **dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, *range(0x20), *range(0x7F, 0xA0)]),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
"""Soft hyphen, zero width space, word joiner, byte order mark and controls go, lone surrogates are replaced; the
joiners U+200C and U+200D stay: they spell words."""


def tree(html: str) -> LexborHTMLParser:
    """Parse a page; Permanent("too_deep") where its markup is built to hold a parser, ("empty") where there is none."""
    if not html or html.isspace():
        raise Permanent("empty", "the page has no text at all")
    _refuse_wide(html)
    _refuse_deep(html)
    return LexborHTMLParser(html)


def _refuse_wide(html: str) -> None:
    for piece in html.split("<"):
        if len(piece) > 2 * MAX_ATTRIBUTES and piece[0].isalpha():
            attributes = len(_QUOTED.sub("", piece).partition(">")[0].split()) - 1
            if attributes > MAX_ATTRIBUTES:
                raise Permanent("too_deep", f"a tag with {attributes} attributes, more than {MAX_ATTRIBUTES}")


def _refuse_deep(html: str) -> None:
    if html.count("<") <= MAX_DEPTH:
        return
    depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() in _NOT_NESTING:
            continue
        depth += -1 if closing and depth else 1 if not closing else 0
        if depth > MAX_DEPTH:
            raise Permanent("too_deep", f"more than {MAX_DEPTH} elements nested in one another")


def clean(text: str) -> str:
    """One line of words as the author spelt them: NFC, every run of blanks one space, nothing invisible."""
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join(text.translate(_DROPPED).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def without_tags(text: str) -> str:
    """Drop tags from text that should have none."""
    return _ANY_TAG.sub(" ", text)


def size(text: str) -> int:
    """Length in characters, counted up for scripts that say more with each (the mean of characters and bytes)."""
    return len(text) if text.isascii() else (len(text) + len(text.encode())) // 2


def words(node: LexborNode | None) -> str:
    """Clean text of a node and all below it; empty for None."""
    return clean(node.text(separator=" ")) if node is not None else ""


def attribute(node: LexborNode | None, name: str) -> str:
    """Clean value of an attribute; empty where the node or the value is missing."""
    return clean(node.attributes.get(name) or "") if node is not None else ""
