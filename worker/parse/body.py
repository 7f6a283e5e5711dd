"""The words of an article, in paragraphs, without what stands around them on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse.blocks import HEADINGS, Block, blocks
from worker.parse.boilerplate import FURNITURE
from worker.parse.container import Votes
from worker.parse.markup import clean

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…:;\"”»“。！？」』)\]]$")  # noqa: RUF001 - full-width marks are meant
_MAX_LINKED = 0.8
_MAX_LINKED_PHRASE = 0.5
"""Of a block that does not end like a sentence: "Read more: …"."""
_MIN_PHRASE = 40
"""A loose block (no paragraph, heading, item or row) that is shorter and does not end like a sentence is a label."""
_MIN_TEASED = 0.25
"""Share of links from which an item with an excerpt ("Title, linked. What it is about") leads to another page."""
_MIN_REPEATED = 40

_LEADS = ",".join(
    f"[class*='{word}' i]"
    for word in (
        *(
            "standfirst",
            "lead",
            "lede",
            "intro",
            "dek",
            "deck",
            "summary",
            "subtitle",
            "subhead",
            "excerpt",
            "abstract",
        ),
        *("strap", "description", "synopsis", "vorspann", "chapo", "sapo", "entradilla", "sommario", "ingress"),
        *("bajada", "perex"),
    )
)
_PLAIN_PLACES = "p, h2, h3, h4, strong, li, [itemprop~='description']"
_LEAD_CHARS = range(50, 1_200)
_MAX_LEADS = 1_000
_OPENING = 8
"""Blocks at the body's beginning in which a standfirst may already stand."""
_SAME_WORDS = 50
"""Characters from the start in which a standfirst and a description must agree; descriptions are often cut."""


class Body(Struct, frozen=True):
    """What was read."""

    paragraphs: list[str] = []
    """In order, each one line, none empty."""
    teasers: int = 0
    """Blocks that lead to other pages: headings that are links, and items that begin with one."""


def read_body(page: LexborHTMLParser, title: str, descriptions: Iterable[str]) -> Body:
    """Return the article's paragraphs; none where the page has no running text.

    A standfirst above the body is the first of them if one of the page's `descriptions` repeats it.  The tree is
    stripped on the way: read metadata first.
    """
    page.strip_tags(FURNITURE, recursive=True)
    body = page.body
    if body is None:
        return Body()
    for line_break in body.css("br"):
        line_break.replace_with("\n")
    votes = Votes(body)
    root = votes.winner()
    if root is None:
        return Body()
    found = blocks(root, votes.is_boilerplate)
    teasers = sum(map(_is_teaser, found))
    return Body(_opened(_worth_reading(found, _key(title)), body, root, descriptions), teasers)


def _key(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


# ---------------------------------------------------------------- what of it is read
def _worth_reading(found: list[Block], title: str) -> list[str]:
    """Drop links to other articles, labels, repetitions and headings with nothing under them."""
    kept: list[Block] = []
    seen: set[str] = set()
    for block in found:
        if _is_text(block) and block.text not in seen and _key(block.text) != title:
            kept.append(block)
            if len(block.text) > _MIN_REPEATED:
                seen.add(block.text)
    while kept and kept[-1].tag in HEADINGS:
        kept.pop()
    return [block.text for block in kept]


def _is_text(block: Block) -> bool:
    length = len(block.text)
    ends = bool(_SENTENCE_END.search(block.text))
    if block.tag == "h1" or block.linked > (_MAX_LINKED if ends else _MAX_LINKED_PHRASE) * length:
        return False
    return ends or length >= _MIN_PHRASE or block.tag in HEADINGS or block.tag in {"p", "li", "tr"}


def _is_teaser(block: Block) -> bool:
    if block.tag in HEADINGS:
        return block.linked > _MAX_LINKED * len(block.text)
    return block.tag not in {"p", "tr"} and block.linked > _MIN_TEASED * len(block.text) > _MIN_TEASED * _MIN_PHRASE


# ---------------------------------------------------------------- the standfirst
def _opened(read: list[str], body: LexborNode, root: LexborNode, descriptions: Iterable[str]) -> list[str]:
    """Put the standfirst before what was read, unless it is in there."""
    expected = {_key(d)[:_SAME_WORDS] for d in descriptions if len(d) in _LEAD_CHARS}
    if not expected or any(_opens_with(text, expected) for text in read[:_OPENING]):
        return read
    standfirst = _standfirst(body, root, expected)
    return [standfirst, *read] if standfirst else read


def _standfirst(body: LexborNode, root: LexborNode, expected: set[str]) -> str:
    """Find the text outside `root` that begins like a description of the page; empty where there is none."""
    for places in (_PLAIN_PLACES, _LEADS):
        for node in body.css(places)[:_MAX_LEADS]:
            text = clean(node.text())
            if len(text) in _LEAD_CHARS and _opens_with(text, expected) and not _is_inside_or_link(node, root):
                return text
    return ""


def _opens_with(text: str, expected: set[str]) -> bool:
    """Compare beginnings, but for a place name that may stand before ("Berlin. …")."""
    start = _key(text[: 2 * _SAME_WORDS])
    return any(begin in start for begin in expected)


def _is_inside_or_link(node: LexborNode, root: LexborNode) -> bool:
    above: LexborNode | None = node
    while above is not None:
        if above.tag == "a" or above.mem_id == root.mem_id:
            return True
        above = above.parent
    return False
