"""A subtree -> its blocks of text, in order: what a browser would set as separate paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct
from selectolax.lexbor import LexborNode

from worker.parse.markup import clean

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = HEADINGS | {
    *("p", "div", "section", "article", "main", "header", "footer", "aside", "figure", "figcaption", "body", "center"),
    *(
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "address",
        "details",
        "summary",
        "hr",
        "form",
        "fieldset",
    ),
    *("table", "tbody", "thead", "tfoot", "tr", "td", "th"),
}
_EMPTY_LINE = re.compile(r"\n\s*\n")
_MAX_INLINE_DEPTH = 8
_MAX_CELL_CHARS = 200
"""A table row with longer cells is layout, and its cells are read one by one."""


class Block(Struct, frozen=True):
    """One paragraph, heading, list item or table row."""

    text: str
    """Clean, never empty."""
    tag: str
    """Of the innermost element that makes it a block."""
    linked: int
    """Characters of it that are links."""


_UNSEEN = ",".join(
    (
        "[hidden]",
        *(f"[class*='{name}' i]" for name in ("visually-hidden", "visuallyhidden", "sr-only", "screen-reader")),
        *(f"[style*='{style}' i]" for style in ("display:none", "display: none", "clip:rect", "clip: rect")),
    )
)
"""What only screen readers and robots meet; within a sentence it is not part of what was said."""


def blocks(root: LexborNode, passed_over: Callable[[LexborNode], bool]) -> list[Block]:
    """Read all below `root` but the elements to be passed over; each <br> must be a line break already."""
    hidden = root.css(_UNSEEN)
    unseen = {node.mem_id for node in hidden}
    reader = _Reader({m for node in hidden for m in _around(node)})
    stack = [(root, _children(root), False, _is_whole(root))]
    while stack:
        node, rest, linked, whole = stack[-1]
        child = next(rest, None)
        if child is None:
            stack.pop()
            reader.leave(node)
        elif child.is_text_node:
            reader.write(child.text_content or "", linked=linked)
        elif not child.is_element_node or (child.mem_id in unseen if whole else passed_over(child)):
            continue
        elif reader.enter(child, linked=linked):
            stack.append((child, _children(child), linked or child.tag == "a", whole or _is_whole(child)))
    return reader.made


def _is_whole(node: LexborNode) -> bool:
    """Tell whether everything in an element is one block."""
    return node.tag == "p" or node.tag in HEADINGS


def _around(node: LexborNode) -> Iterator[int]:
    """Id of the paragraph or heading that an inline element stands in."""
    above: LexborNode | None = node.parent
    for _ in range(_MAX_INLINE_DEPTH):
        if above is None:
            return
        if _is_whole(above):
            yield above.mem_id
            return
        above = above.parent


def linked_chars(node: LexborNode) -> int:
    """Characters of a node's text that are links."""
    return sum(len(link.text().strip()) for link in node.css("a"))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


class _Reader:
    """Collects inline text until a block begins or ends."""

    def __init__(self, partly_unseen: set[int]) -> None:
        self.made: list[Block] = []
        self._partly_unseen = partly_unseen
        self._pieces: list[str] = []
        self._linked = 0

    def write(self, text: str, *, linked: bool) -> None:
        self._pieces.append(text)
        if linked:
            self._linked += len(text.strip())

    def enter(self, node: LexborNode, *, linked: bool) -> bool:
        """Begin an element; False where it has been read whole."""
        tag = node.tag or ""
        if tag not in _BLOCKS:
            return True
        self._end(node.parent)
        if _is_whole(node) and node.mem_id not in self._partly_unseen:
            text = node.text()
            self._make(text, tag, len(text.strip()) if linked else linked_chars(node))
            return False
        return not (tag == "tr" and self._row(node))

    def leave(self, node: LexborNode) -> None:
        if node.tag in _BLOCKS:
            self._end(node)

    def _end(self, node: LexborNode | None) -> None:
        if self._pieces:
            self._make("".join(self._pieces), (node.tag if node is not None else None) or "", self._linked)
            self._pieces.clear()
            self._linked = 0

    def _row(self, node: LexborNode) -> bool:
        """Read a table row as one block, cells parted by a space."""
        cells = [clean(cell.text()) for cell in node.css("td, th")]
        if len(cells) < 2 or max(map(len, cells)) > _MAX_CELL_CHARS:  # noqa: PLR2004 - a row of one is layout
            return False
        self._make(" ".join(cells), "tr", linked_chars(node))
        return True

    def _make(self, text: str, tag: str, linked: int) -> None:
        for part in _EMPTY_LINE.split(text):
            if words := clean(part):
                self.made.append(Block(words, tag, linked))
