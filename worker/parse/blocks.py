"""Split a subtree into blocks of text in document order: what a browser renders as separate paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice, takewhile

from msgspec import Struct
from selectolax.lexbor import LexborNode

from worker.parse.markup import clean_text

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
"""A table row with longer cells is layout; its cells are separate blocks."""


class Block(Struct, frozen=True):
    """One paragraph, heading, list item or table row."""

    text: str
    """The cleaned text, never empty."""
    tag: str
    """Tag of the innermost block element around the text."""
    linked: int
    """Number of characters of the text that are link text."""


_HIDDEN = ",".join(
    (
        "[hidden]",
        *(f"[class*='{name}' i]" for name in ("visually-hidden", "visuallyhidden", "sr-only", "screen-reader")),
        *(f"[style*='{style}' i]" for style in ("display:none", "display: none", "clip:rect", "clip: rect")),
    )
)
"""Elements that only screen readers and robots read; inside a sentence they are not part of it."""


def read_blocks(root: LexborNode, skip: Callable[[LexborNode], bool]) -> list[Block]:
    """Return the blocks of `root` without the elements for which `skip` returns True.

    Each <br> must have been replaced by a line break.
    """
    hidden_nodes = root.css(_HIDDEN)
    hidden = {node.mem_id for node in hidden_nodes}
    reader = _BlockReader({m for node in hidden_nodes for m in _enclosing_paragraph(node)})
    stack = [(root, _children(root), False, _is_paragraph(root))]
    while stack:
        node, rest, linked, in_paragraph = stack[-1]
        child = next(rest, None)
        if child is None:
            stack.pop()
            reader.leave(node)
        elif child.is_text_node:
            reader.write(child.text_content or "", linked=linked)
        elif not child.is_element_node or (child.mem_id in hidden if in_paragraph else skip(child)):
            continue
        elif reader.enter(child, linked=linked):
            stack.append((child, _children(child), linked or child.tag == "a", in_paragraph or _is_paragraph(child)))
    return reader.blocks


def _is_paragraph(node: LexborNode) -> bool:
    """Return whether an element is a paragraph or heading, that is, one block with all its content."""
    return node.tag == "p" or node.tag in HEADINGS


def _enclosing_paragraph(node: LexborNode) -> Iterator[int]:
    """Yield the id of the paragraph or heading around an inline element, if there is one."""
    above: LexborNode | None = node.parent
    for _ in range(_MAX_INLINE_DEPTH):
        if above is None:
            return
        if _is_paragraph(above):
            yield above.mem_id
            return
        above = above.parent


def linked_chars(node: LexborNode) -> int:
    """Return the number of characters of a node's text that are link text."""
    return sum(len(link.text().strip()) for link in node.css("a"))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


class _BlockReader:
    """Reader of one subtree: collects inline text until a block begins or ends."""

    def __init__(self, partly_hidden: set[int]) -> None:
        """`partly_hidden`: ids of paragraphs with hidden elements, whose text cannot be read at once.

        Nothing is read yet.
        """
        self.blocks: list[Block] = []
        self._partly_hidden = partly_hidden
        self._pieces: list[tuple[str, bool]] = []
        """Texts, each with whether it is link text."""

    def write(self, text: str, *, linked: bool) -> None:
        self._pieces.append((text, linked))

    def enter(self, node: LexborNode, *, linked: bool) -> bool:
        """Begin an element; return False if it was read as a whole and must not be descended into."""
        tag = node.tag or ""
        if tag not in _BLOCKS:
            return True
        self._end_block(node.parent)
        if _is_paragraph(node) and node.mem_id not in self._partly_hidden:
            return not self._read_paragraph(node, tag, linked=linked)
        return not (tag == "tr" and self._read_row(node))

    def leave(self, node: LexborNode) -> None:
        if node.tag in _BLOCKS:
            self._end_block(node)

    def _end_block(self, node: LexborNode | None) -> None:
        if self._pieces:
            tag = (node.tag if node is not None else None) or ""
            for text, linked in _split_at_empty_lines(self._pieces):
                self._add_block(text, tag, linked)
            self._pieces.clear()

    def _read_paragraph(self, node: LexborNode, tag: str, *, linked: bool) -> bool:
        """Read a paragraph as a whole; return False if empty lines divide it and parts of it are links."""
        text = node.text()
        in_links = len(text.strip()) if linked else linked_chars(node)
        if in_links and not linked and _EMPTY_LINE.search(text.strip()):
            return False
        for part in _EMPTY_LINE.split(text):
            self._add_block(part, tag, in_links)
        return True

    def _read_row(self, node: LexborNode) -> bool:
        """Read a table row as one block, its cells separated by spaces; return False for a row used as layout."""
        cells = [clean_text(cell.text()) for cell in node.css("td, th")]
        if len(cells) < 2 or max(map(len, cells)) > _MAX_CELL_CHARS:  # noqa: PLR2004 - a row of one is layout
            return False
        self._add_block(" ".join(cells), "tr", linked_chars(node))
        return True

    def _add_block(self, text: str, tag: str, linked: int) -> None:
        if cleaned := clean_text(text):
            self.blocks.append(Block(cleaned, tag, linked))


def _split_at_empty_lines(pieces: list[tuple[str, bool]]) -> Iterator[tuple[str, int]]:
    """Yield the parts of a text between empty lines, each with the number of its characters that are link text."""
    text = pieces[0][0] if len(pieces) == 1 else "".join(piece for piece, _ in pieces)
    if text.isspace():
        return
    if not _EMPTY_LINE.search(text):
        yield text, sum(len(piece.strip()) for piece, is_linked in pieces if is_linked)
        return
    at, linked = 0, []
    for piece, is_linked in pieces:
        if is_linked and (words := piece.strip()):
            linked.append((at, at + len(words)))
        at += len(piece)
    start, first = 0, 0
    for end, next_start in [*(found.span() for found in _EMPTY_LINE.finditer(text)), (len(text), len(text))]:
        while first < len(linked) and linked[first][1] <= start:
            first += 1
        inside = takewhile(lambda span: span[0] < end, islice(linked, first, None))  # noqa: B023 - consumed here
        yield text[start:end], sum(min(stop, end) - max(begin, start) for begin, stop in inside)
        start = next_start
