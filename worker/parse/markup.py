"""Parse HTML, protected against markup that would exhaust the parser, and read the text of nodes."""

from __future__ import annotations

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.errors import Permanent

MAX_ATTRIBUTES = 1_000
"""Most attributes of a tag: HTML parsers compare each attribute with all before it.

20,000 take lexbor 0.6 s, 100,000 over 10 s.
"""
MAX_DEPTH = 2_000
"""Most open elements: finding the one to close is quadratic in their number.

20,000 take lexbor 0.4 s, 100,000 10 s.
"""

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_QUOTE = re.compile("[\"']")
_TAG = re.compile(r"<(?:\\?/)?(?!(?:p|br|li|img)[ >])[a-zA-Z][a-zA-Z0-9]*")
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<]{{{2 * MAX_ATTRIBUTES},}}")
"""A tag that is long enough for too many attributes, with the text after it."""
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
        # closed by their next sibling, or once per page
        *("p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"),
        *("rp", "rt", "html", "head", "body", "script", "style"),
    )
)
_FREQUENT_NOT_NESTING = ("<p>", "<br>", "<br/", "<br ", "<li>", "<li ", "<img ")
"""How frequent tags of these elements begin, but those of no other element, such as <listing>."""
_DROPPED = {
    **dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, *range(0x20), *range(0x7F, 0xA0)]),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
"""Soft hyphen, zero width space, word joiner, byte order mark and controls are removed, lone surrogates replaced.

The joiners U+200C and U+200D are kept since they are part of the spelling of words."""


def parse_html(html: str) -> LexborHTMLParser:
    """Parse a page; Permanent "empty" for blank text, "too_deep" for markup that would exhaust the parser."""
    if not html or html.isspace():
        raise Permanent("empty", "the page has no text at all")
    _check_attribute_counts(html)
    _check_depth(html)
    return LexborHTMLParser(html)


def _check_attribute_counts(html: str) -> None:
    for found in _LONG_TAG.finditer(html):
        head = found[0].partition(">")[0]
        if len(head) <= 2 * MAX_ATTRIBUTES and not _QUOTE.search(_QUOTED.sub("", head)):
            continue  # the tag ends early; what is long is the text after it
        attributes = len(_QUOTED.sub("", found[0]).partition(">")[0].split()) - 1
        if attributes > MAX_ATTRIBUTES:
            raise Permanent("too_deep", f"a tag with {attributes} attributes, more than {MAX_ATTRIBUTES}")


def _check_depth(html: str) -> None:
    opened = html.count("<") - html.count("</")
    if opened <= MAX_DEPTH or opened - sum(map(html.count, _FREQUENT_NOT_NESTING)) <= MAX_DEPTH:
        return
    depth, open_elements, names = 0, dict[str, int](), dict[str, str]()
    for tag in _TAG.findall(html):
        name = names.get(tag)
        if name is None:
            name = tag.lstrip("<\\/").lower()
            names[tag] = name = "" if name in _NOT_NESTING else name
        if not name:
            continue
        open_before = open_elements.get(name, 0)
        if tag[1] not in "/\\":
            open_elements[name] = open_before + 1
            depth += 1
            if depth > MAX_DEPTH:
                raise Permanent("too_deep", f"more than {MAX_DEPTH} elements nested in one another")
        elif open_before:  # an end tag without an element closes nothing
            open_elements[name] = open_before - 1
            depth -= 1


def clean_text(text: str) -> str:
    """Return the text as one line: NFC, each run of white space one space, invisible characters removed."""
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join(text.translate(_DROPPED).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def strip_tags(text: str) -> str:
    """Replace tags by spaces, in a text that should not contain tags."""
    return _ANY_TAG.sub(" ", text)


def text_size(text: str) -> int:
    """Return the mean of characters and UTF-8 bytes: a length comparable between alphabets and logographic scripts."""
    return len(text) if text.isascii() else (len(text) + len(text.encode())) // 2


def node_text(node: LexborNode | None) -> str:
    """Return the cleaned text of a node and its descendants; "" for None."""
    return clean_text(node.text(separator=" ")) if node is not None else ""


def attribute_text(node: LexborNode | None, name: str) -> str:
    """Return the cleaned value of an attribute; "" if the node is None or has no such attribute."""
    return clean_text(node.attributes.get(name) or "") if node is not None else ""
