"""Write the quotation marks that a page states by markup only: <q>, and <blockquote> after an introducing line.

A browser draws the marks of <q>, and it indents a <blockquote>; the text of the nodes has neither.
"""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from worker.parse.markup import clean_text

_DOUBLE_MARKS = frozenset('“”„‟"«»「」')
_INNER = ("\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}")
_OUTER = ("“", "”")
_OUTER_BY_LANGUAGE = {
    **dict.fromkeys(("fr",), ("« ", " »")),
    **dict.fromkeys(("es", "it", "pt", "ca", "el", "ru", "uk", "be", "hy", "no", "nb", "nn"), ("«", "»")),
    **dict.fromkeys(("de", "cs", "sk", "sl", "bg", "et", "lt", "lv", "is", "ka", "mk"), ("„", "“")),
    **dict.fromkeys(("pl", "ro", "hu", "hr", "sr", "bs", "nl"), ("„", "”")),
    **dict.fromkeys(("sv", "fi"), ("”", "”")),
    **dict.fromkeys(("ja", "zh"), ("「", "」")),
}
"""The marks that browsers draw, by language of the page; others are English ones."""
_INTRODUCTIONS = (":", ",")
"""Final marks of a line that introduces the quotation below it: "She wrote:"."""
_SIGNATURE_MARKS = ("—", "\N{EN DASH}", "―", "--", "- ")
"""First characters of a paragraph that names the author of the quotation above it."""
_MAX_QUOTATION_CHARS = 4_000
"""Longer block quotations are documents."""
_MAX_WRITTEN_CHARS = 20 * _MAX_QUOTATION_CHARS
"""The same with the white space of the page."""
_MAX_DEPTH = 8
_MAX_STEPS = 40
"""Nodes that are visited to find the line before a block quotation."""


def write_quotation_marks(body: LexborNode) -> None:
    """Insert the marks of the quotation elements of a page into its tree."""
    outer = _outer_marks(body)
    for node in body.css("q"):
        _mark_inline(node, outer)
    for node in body.css("blockquote"):
        _mark_block(node, outer)


def _outer_marks(body: LexborNode) -> tuple[str, str]:
    """Return the marks of the language that the page declares."""
    language = body.parent.attributes.get("lang") if body.parent is not None else None
    return _OUTER_BY_LANGUAGE.get((language or "").partition("-")[0].lower(), _OUTER)


def _mark_inline(node: LexborNode, outer: tuple[str, str]) -> None:
    """Insert the marks of a <q>, single ones within another <q>; none if its text begins with one."""
    words = (node.text() or "").strip()
    if not words or words[0] in _DOUBLE_MARKS or words[0] in _INNER:
        return
    _enclose(node, node, _INNER if _is_inside_quotation(node) else outer)


def _is_inside_quotation(node: LexborNode) -> bool:
    above = node.parent
    for _ in range(_MAX_DEPTH):
        if above is None:
            return False
        if above.tag == "q":
            return True
        above = above.parent
    return False


def _mark_block(node: LexborNode, outer: tuple[str, str]) -> None:
    """Insert the marks of a <blockquote> that the line before it introduces; none if its text has marks.

    Every paragraph gets an opening mark, the last one a closing mark, too.  The line before is read first: the text of
    nested quotations is read once per quotation around it.
    """
    if not _line_before(node).endswith(_INTRODUCTIONS):
        return
    written = node.text() or ""
    words = "" if len(written) > _MAX_WRITTEN_CHARS else clean_text(written)
    if not words or len(words) > _MAX_QUOTATION_CHARS or not _DOUBLE_MARKS.isdisjoint(words):
        return
    paragraphs = _quoted_paragraphs(node)
    if not paragraphs:
        return
    for paragraph in paragraphs[:-1]:
        _enclose(paragraph, None, outer)
    _enclose(paragraphs[-1], paragraphs[-1], outer)


def _quoted_paragraphs(node: LexborNode) -> list[LexborNode]:
    """Return the paragraphs of a block quotation without its signature; the element itself if it has none."""
    paragraphs = node.css("p")
    if not paragraphs:
        parts = node.css_first("div, ul, ol, table") is not None or "\n\n" in (node.text() or "").strip()
        return [] if parts else [node]
    written = [p for p in paragraphs if (p.text() or "").strip()]
    while len(written) > 1 and (written[-1].text() or "").strip().startswith(_SIGNATURE_MARKS):
        written.pop()
    return written


def _enclose(opened: LexborNode, closed: LexborNode | None, marks: tuple[str, str]) -> None:
    """Insert the opening mark at the start of one element and the closing mark at the end of another."""
    first = opened.first_child
    if first is not None:
        first.insert_before(marks[0])
    if closed is not None and closed.last_child is not None:
        closed.last_child.insert_after(marks[1])


def _line_before(node: LexborNode) -> str:
    """Return the last text before an element, in document order; "" if there is none nearby."""
    at: LexborNode | None = node
    for _ in range(_MAX_STEPS):
        if at is None:
            return ""
        at = _last_descendant(at.prev) if at.prev is not None else at.parent
        if at is not None and at.is_text_node and (words := clean_text(at.text_content or "")):
            return words
    return ""


def _last_descendant(node: LexborNode) -> LexborNode:
    for _ in range(_MAX_STEPS):
        if node.last_child is None:
            break
        node = node.last_child
    return node
