"""The paragraphs of a page and the elements around them, with the size of the text of each."""

from __future__ import annotations

from collections.abc import Iterable

from selectolax.lexbor import LexborNode

from worker.parse.blocks import linked_chars
from worker.parse.markup import text_size

_MIN_SIZE = 40
"""Shorter texts are no paragraphs."""
_MAX_PARAGRAPHS = 4_000
_CONTAINERS = (
    "p, div, td, li, dd, span, section, article, main, pre, blockquote, font, center, form, nav, aside, footer, header,"
    " figure, figcaption, noscript, button, label, dialog, menu, b, i, em, strong, big, small, tt"
)
"""Elements whose text counts: that of a <p> as a whole, of others the text directly inside."""
_INLINE = frozenset({"p", "span", "font", "b", "i", "em", "strong", "big", "small", "tt"})
_INLINE_OR_LINK = _INLINE | {"a"}
_MAX_INLINE_DEPTH = 12
ROOT = 0
"""Index of the body, which is around all other elements."""


class ContentTree:
    """The paragraphs of a body and all elements around them.

    Elements are numbered from 0, the body, each after its parent.
    """

    def __init__(self, body: LexborNode) -> None:
        self.nodes: list[LexborNode] = [body]
        self.parents: list[int] = [-1]
        self.sizes: list[int] = [0]
        """Size of the unlinked text of each element that is a paragraph, 0 for others."""
        self.paragraphs: list[int] = []
        """The elements with a size, in document order."""
        self._index = {body.mem_id: ROOT}
        self._read(body)

    def find(self, node: LexborNode) -> int | None:
        """Return the index of an element; None if it contains no paragraph."""
        return self._index.get(node.mem_id)

    def around(self, node: LexborNode | None) -> int | None:
        """Return the innermost element of the tree that is or contains a node; None outside the body."""
        while node is not None:
            found = self._index.get(node.mem_id)
            if found is not None:
                return found
            node = node.parent
        return None

    def ancestors(self, index: int) -> list[int]:
        """Return an element and those around it, innermost first, without the body."""
        chain = []
        while index > ROOT:
            chain.append(index)
            index = self.parents[index]
        return chain

    def sums(self, paragraphs: Iterable[int]) -> list[int]:
        """Return the size of these paragraphs in each element."""
        sums = [0] * len(self.nodes)
        for index in paragraphs:
            sums[index] = self.sizes[index]
        for index in range(len(sums) - 1, ROOT, -1):
            sums[self.parents[index]] += sums[index]
        return sums

    def spread(self, marked: list[bool]) -> list[bool]:
        """Return the marks with every element inside a marked one marked, too."""
        spread = list(marked)
        for index in range(1, len(spread)):
            spread[index] = spread[index] or spread[self.parents[index]]
        return spread

    def is_inline(self, index: int) -> bool:
        """Return whether an element is a paragraph or a part of one."""
        return self.nodes[index].tag in _INLINE

    def _read(self, body: LexborNode) -> None:
        if size := _size(body.text(deep=False).strip(), 0):
            self.sizes[ROOT] = size
            self.paragraphs.append(ROOT)
        for node in body.css(_CONTAINERS):
            is_p = node.tag == "p"
            text = node.text(deep=is_p).strip()
            if len(text) < _MIN_SIZE // 2:
                continue
            size = _size(text, linked_chars(node) if is_p else 0)
            if not size or (not is_p and _is_in_paragraph(node)):
                continue
            index = self._add(node)
            self.sizes[index] = size
            self.paragraphs.append(index)
            if len(self.paragraphs) >= _MAX_PARAGRAPHS:
                return

    def _add(self, node: LexborNode) -> int:
        """Return the index of an element; it and the elements around it are added if they are new."""
        chain: list[LexborNode] = []
        at: LexborNode | None = node
        while at is not None and at.mem_id not in self._index:
            chain.append(at)
            at = at.parent
        parent = ROOT if at is None else self._index[at.mem_id]
        for element in reversed(chain):
            self._index[element.mem_id] = len(self.nodes)
            self.nodes.append(element)
            self.parents.append(parent)
            self.sizes.append(0)
            parent = len(self.nodes) - 1
        return self._index[node.mem_id]


def _is_in_paragraph(node: LexborNode) -> bool:
    """Return whether an inline element is inside a <p>, which counts as a whole, or a link."""
    if node.tag not in _INLINE:
        return False
    above = node.parent
    for _ in range(_MAX_INLINE_DEPTH):
        if above is None or above.tag not in _INLINE_OR_LINK:
            return False
        if above.tag in {"p", "a"}:
            return True
        above = above.parent
    return True


def _size(text: str, linked: int) -> int:
    """Return the size of the unlinked text; 0 if the text is short or mostly links."""
    size = text_size(text)
    return 0 if size < _MIN_SIZE or 2 * linked > size else size - linked
