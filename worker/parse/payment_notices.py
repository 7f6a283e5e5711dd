"""Find notices that an article is for subscribers, and the declarations of it in the metadata."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser

from worker.parse.blocks import HEADINGS, Block
from worker.parse.data_files import read_data_file
from worker.parse.jsonld import JsonLd, as_list
from worker.parse.markup import node_text

_MAX_NOTICE = 400
"""Characters up to which a block can be a notice."""
_MAX_AFTER = 600
"""Characters of the blocks from the first notice on up to which they are the end of the page."""
_STEM_CHARS = 6
_MIN_PHRASES = 2
"""Phrases that make a block a notice wherever it is."""
_BOXES = "[class*='wall'], [id*='wall'], [class*='Wall'], [id*='Wall']"
_BOX_NAME = re.compile(r"(?:pay|reg)[-_]?wall", re.IGNORECASE)
_NAME_PARTS = (b"aywall", b"egwall", b"ay-wall")
_MAX_BOXES = 20
_MAX_BEGINNING = 4_000
"""Characters up to which a text may be the beginning that everybody can read."""
_LOCKED = "locked"
"""Content tier of articles that nobody reads for free (Facebook's `article:content_tier`)."""


def without_notices(blocks: Sequence[Block]) -> tuple[list[Block], bool]:
    """Return the blocks without notices of payment, and whether there was one."""
    shown = "\n".join(block.text for block in blocks if len(block.text) <= _MAX_NOTICE).casefold()
    if not any(stem in shown for stem in _stems()) or not any(phrase in shown for phrase in _phrases()):
        return list(blocks), False
    kept = [block for block in blocks if _count_phrases(block) < _MIN_PHRASES]
    first = next((i for i, block in enumerate(kept) if _count_phrases(block) and _size(kept[i:]) <= _MAX_AFTER), None)
    found = len(kept) < len(blocks)
    if first:
        kept, found = kept[:first], True
    while found and kept and kept[-1].tag in HEADINGS:
        kept.pop()
    return kept, found


def has_paywall(page: LexborHTMLParser, body: bytes, paragraphs: Sequence[str]) -> bool:
    """Return whether an element that is named a paywall has a notice, on a page with a short text.

    `body` is the source of the page: searching it is faster than searching the tree.
    """
    if sum(map(len, paragraphs)) > _MAX_BEGINNING or not any(word in body for word in _NAME_PARTS):
        return False
    boxes = [node for node in page.css(_BOXES) if _BOX_NAME.search(f"{node.attributes.get('class')} {node.id}")]
    texts = (node_text(node).casefold() for node in boxes[:_MAX_BOXES])
    return any(len(text) <= _MAX_NOTICE + _MAX_AFTER and any(p in text for p in _phrases()) for text in texts)


def is_declared_paywalled(json_ld: JsonLd, content_tier: str) -> bool:
    """Return whether JSON-LD or the content tier says that the article, or a part of it, is not free."""
    for node in json_ld.articles:
        parts = [part for part in as_list(node.get("hasPart")) if isinstance(part, dict)]
        if any(_is_false(it.get("isAccessibleForFree")) for it in (node, *parts)):
            return True
    return content_tier == _LOCKED


def _is_false(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower().endswith("false"))


def _count_phrases(block: Block) -> int:
    if len(block.text) > _MAX_NOTICE:
        return 0
    text = block.text.casefold()
    return sum(phrase in text for phrase in _phrases())


def _size(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)


@cache
def _stems() -> list[str]:
    """Return a few letters of which each phrase has some, so that most texts need no further search."""
    stems: list[str] = []
    for phrase in _phrases():
        if not any(stem in phrase for stem in stems):
            stems.append(max(phrase.split(), key=len)[:_STEM_CHARS])
    return stems


@cache
def _phrases() -> list[str]:
    data = read_data_file("payment_notices.toml")
    return msgspec.toml.decode(data, type=dict[str, list[str]])["phrases"]
