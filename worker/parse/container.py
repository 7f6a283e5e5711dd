"""Find the element of a page that contains the running text.

Each paragraph's text counts for all elements around it, except for elements with boilerplate.  An <article> around the
headline and names like "article-body" restrict which paragraphs count.  The result is the innermost element around the
first paragraph that keeps most of the sum.
"""

from __future__ import annotations

import re
from collections import defaultdict

from selectolax.lexbor import LexborNode

from worker.parse.blocks import linked_chars
from worker.parse.boilerplate import find_evidence
from worker.parse.content_tree import ROOT, ContentTree
from worker.parse.markup import node_text
from worker.parse.weighing import Weighing

_WINNING_SHARE = 0.75
"""Share of the total size that the chosen element must contain."""
_LEADING_SHARE = 0.65
"""The same if otherwise the whole body would be chosen."""
_HEADLINE_SHARE = 0.2
"""Share of the total size from which an <article> around the headline is the article."""
_BODY_NAME_SHARE = 0.5
"""Share of the total size from which elements named like an article's body are the body."""
_MAX_SHORT = 500
"""Unlinked characters up to which an element without paragraphs is boilerplate by name."""
_MAX_MEASURED = 100
"""Elements whose text is measured for this; that of nested ones is read once per element."""
_WORD = re.compile(r"\w+")


class ContentScorer:
    """The elements of a page by the running text that they contain."""

    def __init__(self, body: LexborNode, title: str = "", url: str = "") -> None:
        self._tree = ContentTree(body)
        self._headline = _find_headline(body, title)
        weighing = Weighing(self._tree, self._headline, lambda link: _is_own(link, title, url))
        self._excluded, self._body_names = weighing.excluded, weighing.body_names
        self._paragraphs = [index for index in self._tree.paragraphs if not self._excluded[index]]
        self._measured = 0

    def is_boilerplate(self, node: LexborNode) -> bool:
        """Return whether an element holds boilerplate; one without paragraphs if its attributes or tag say so."""
        index = self._tree.find(node)
        if index is not None:
            return self._excluded[index] and node.tag != "a"
        return bool(find_evidence(node)) and self._is_short(node)

    def _is_short(self, node: LexborNode) -> bool:
        """Return whether an element has little unlinked text."""
        if self._measured >= _MAX_MEASURED:
            return True
        self._measured += 1
        size = len(node.text())
        return size <= _MAX_SHORT or len(node_text(node)) - linked_chars(node) <= _MAX_SHORT

    def best(self) -> LexborNode | None:
        """Return the element that contains the article; None if there is no paragraph."""
        if not self._paragraphs:
            return None
        paragraphs = self._restrict_to_body_name(self._restrict_to_headline(self._paragraphs))
        sums = self._tree.sums(paragraphs)
        chain = self._tree.ancestors(paragraphs[0])
        best = self._innermost(chain, sums, _WINNING_SHARE)
        if best == ROOT:
            best = self._innermost(chain, sums, _LEADING_SHARE)
        return self._tree.nodes[best]

    def size_on_page(self) -> int:
        """Return the size of all text on the page, boilerplate included."""
        return self._size(self._tree.paragraphs)

    def share_outside(self, root: LexborNode) -> float:
        """Return the size of the text outside an element, boilerplate left out, as a share of that inside."""
        sums = self._tree.sums(self._paragraphs)
        index = self._tree.find(root)
        inside = sums[ROOT if index is None else index]
        return (sums[ROOT] - inside) / max(1, inside)

    def _innermost(self, chain: list[int], sums: list[int], share: float) -> int:
        """Return the innermost element of a chain that contains a share of the text of the page."""
        enough = share * sums[ROOT]
        return next((i for i in chain if sums[i] >= enough and not self._tree.is_inline(i)), ROOT)

    def _restrict_to_headline(self, paragraphs: list[int]) -> list[int]:
        """Keep the paragraphs inside the <article> around the headline, or inside an ancestor with enough text."""
        sums = self._tree.sums(paragraphs)
        enough = _HEADLINE_SHARE * sums[ROOT]
        chain = (self._tree.find(node) for node in _article_and_ancestors(self._headline))
        article = next((index for index in chain if index is not None and sums[index] >= enough), None)
        if article is None:
            return paragraphs
        return [index for index in paragraphs if article == ROOT or article in self._tree.ancestors(index)]

    def _restrict_to_body_name(self, paragraphs: list[int]) -> list[int]:
        """Keep the paragraphs inside the elements of one name, like that of an article's body."""
        by_name: dict[str, list[int]] = defaultdict(list)
        for index in paragraphs:
            for name in {self._body_names[a] for a in self._tree.ancestors(index)} - {""}:
                by_name[name].append(index)
        enough = _BODY_NAME_SHARE * self._size(paragraphs)
        candidates = [chosen for chosen in by_name.values() if self._size(chosen) >= enough]
        return min(candidates, key=self._size, default=paragraphs)

    def _size(self, paragraphs: list[int]) -> int:
        return sum(self._tree.sizes[index] for index in paragraphs)


def _find_headline(body: LexborNode, title: str) -> LexborNode | None:
    """Return the first <h1> that shares most of its words with the title; without one the first <h1>."""
    headings = body.css("h1")
    expected = set(_WORD.findall(title.casefold()))
    for heading in headings[:50]:
        words = set(_WORD.findall(node_text(heading).casefold()))
        if 2 * len(words & expected) > len(words):
            return heading
    return headings[0] if headings else None


def _is_own(link: LexborNode, title: str, url: str) -> bool:
    """Return whether a link in a heading leads to the page itself or to another site, as those of lists do."""
    href = (link.attributes.get("href") or "").strip()
    if not href or href.startswith("#") or node_text(link) == title:
        return True
    host, own = href.partition("://")[2].partition("/")[0], url.partition("://")[2].partition("/")[0]
    if host and own and host.removeprefix("www.") != own.removeprefix("www."):
        return True
    path = url.partition("://")[2].partition("/")[2]
    return bool(path) and href.rstrip("/").endswith(path.rstrip("/"))


def _article_and_ancestors(heading: LexborNode | None) -> list[LexborNode]:
    """Return the innermost <article> around a heading and the elements around that; none without <article>."""
    chain: list[LexborNode] = []
    node = heading
    while node is not None:
        if chain or node.tag == "article":
            chain.append(node)
        node = node.parent
    return chain
