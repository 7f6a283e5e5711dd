"""Find the element of a page that contains the running text.

The length of each paragraph's unlinked text counts for all elements around it.  An <article> around the headline and
names like "article-body" restrict which paragraphs count.  The result is the innermost element around the first
paragraph that keeps most of the sum.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from worker.parse.blocks import linked_chars
from worker.parse.boilerplate import is_boilerplate
from worker.parse.markup import text_size

_MIN_SCORE = 40
"""Shorter paragraphs have no score."""
_LITTLE_TEXT = 1_500
"""If paragraphs have less text than this, text directly inside other elements is scored, too."""
_WINNING_SHARE = 0.75
"""Share of the total score that the chosen element must contain."""
_HEADLINE_SHARE = 0.2
"""Share of the total score from which an <article> around the headline is the article."""
_BODY_NAME_SHARE = 0.5
"""Share of the total score from which elements named like an article's body are the body."""
_LAYOUT_SHARES = (0.7, 0.5, 0.35)
"""Elements of one tag and class with this share of the total score are layout, even if named like boilerplate.

The shares are tried in order until enough text is left (`_CREDIBLE_SHARE`)."""
_CREDIBLE_SHARE = 0.3
"""Share of the total score that must remain after boilerplate has been removed."""
_MAX_SCORED = 4_000
_MAX_ANCESTORS = 200
_CONTAINERS = "div, td, li, span, section, article, pre, blockquote, font"
_INLINE = frozenset({"p", "span", "font"})
_BODY_NAME = re.compile(
    r"(?:article|story|post|entry|news)[-_]{0,2}(?:body|content|text)(?![a-z])|body[-_]?(?:text|content|copy)|articletext",
    re.IGNORECASE,
)

_Kind = tuple[str | None, str]
"""Tag and class of an element; elements with the same tag and class have the same purpose in the page's design."""


class Score(NamedTuple):
    """The score of one paragraph, which counts for all elements around it inside the body."""

    ancestors: list[int]
    """Ids of elements, innermost (the paragraph itself) first."""
    size: int


class ContentScorer:
    """Scores of the elements of a page by the running text that they contain."""

    def __init__(self, body: LexborNode) -> None:
        self._body = body
        self._nodes: dict[int, LexborNode] = {}
        self._kinds: dict[int, _Kind] = {}
        self._headline_ancestors = _ancestors_from_article(body.css_first("h1"))
        scores = [Score(self._ancestors(node), size) for node, size in _scored_elements(body)]
        named = self._boilerplate_by_name(scores)
        sums, total = self._sum_by_kind(scores), _total(scores)
        for share in _LAYOUT_SHARES:
            self._boilerplate = {m: m in named and sums[self._kinds[m]] < share * total for m in self._nodes}
            self._scores = [s for s in scores if not any(self._is_excluded(m) for m in s.ancestors)]
            if _total(self._scores) >= _CREDIBLE_SHARE * total:
                break

    def is_boilerplate(self, node: LexborNode) -> bool:
        """Return whether an element's attributes mark boilerplate, unless its score shows that it is layout."""
        known = self._boilerplate.get(node.mem_id)
        return is_boilerplate(node) if known is None else known

    def best(self) -> LexborNode | None:
        """Return the element that contains the article; None if no element has a score."""
        if not self._scores:
            return None
        scores = self._restrict_to_body_name(self._restrict_to_headline(self._scores))
        sums = _sum_by_element(scores)
        enough = _WINNING_SHARE * _total(scores)
        containers = (m for m in scores[0].ancestors if sums[m] >= enough and self._nodes[m].tag not in _INLINE)
        best = next(containers, None)
        return self._body if best is None else self._nodes[best]

    def _restrict_to_headline(self, scores: list[Score]) -> list[Score]:
        """Keep the scores inside the <article> around the first heading, or inside an ancestor with enough text."""
        sums = _sum_by_element(scores)
        enough = _HEADLINE_SHARE * _total(scores)
        article = next((m for m in self._headline_ancestors if sums.get(m, 0) >= enough), None)
        return scores if article is None else [s for s in scores if article in s.ancestors]

    def _restrict_to_body_name(self, scores: list[Score]) -> list[Score]:
        """Keep the scores inside the elements of one tag and class that are named like an article's body."""
        by_kind: dict[_Kind, list[Score]] = defaultdict(list)
        for s in scores:
            for kind in {self._kinds[m] for m in s.ancestors if self._is_body(m)}:
                by_kind[kind].append(s)
        enough = _BODY_NAME_SHARE * _total(scores)
        candidates = [chosen for chosen in by_kind.values() if _total(chosen) >= enough]
        return min(candidates, key=_total, default=scores)

    def _ancestors(self, start: LexborNode) -> list[int]:
        chain: list[int] = []
        node: LexborNode | None = start
        while node is not None and node.mem_id != self._body.mem_id and len(chain) < _MAX_ANCESTORS:
            m = node.mem_id
            if m not in self._nodes:
                self._nodes[m] = node
                self._kinds[m] = (node.tag, node.attributes.get("class") or f"#{m}")
            chain.append(m)
            node = node.parent
        return chain

    def _boilerplate_by_name(self, scores: list[Score]) -> set[int]:
        """Return the ids of elements whose attributes mark boilerplate, except elements around an article's body."""
        layout = set(self._headline_ancestors)
        for s in scores:
            inner = next((i for i, m in enumerate(s.ancestors) if self._is_body(m)), len(s.ancestors))
            layout.update(s.ancestors[inner:])
        return {m for m, node in self._nodes.items() if m not in layout and is_boilerplate(node)}

    def _sum_by_kind(self, scores: list[Score]) -> dict[_Kind, int]:
        sums: dict[_Kind, int] = defaultdict(int)
        for s in scores:
            for kind in {self._kinds[m] for m in s.ancestors}:
                sums[kind] += s.size
        return sums

    def _is_excluded(self, m: int) -> bool:
        return self._boilerplate[m] or self._nodes[m].tag == "a"

    def _is_body(self, m: int) -> bool:
        return _has_body_name(self._nodes[m])


def _ancestors_from_article(heading: LexborNode | None) -> list[int]:
    """Return the ids of the innermost <article> around a heading and of its ancestors; empty without <article>."""
    chain: list[int] = []
    node = heading
    while node is not None and len(chain) < _MAX_ANCESTORS:
        if chain or node.tag == "article":
            chain.append(node.mem_id)
        node = node.parent
    return chain


def _total(scores: list[Score]) -> int:
    return sum(s.size for s in scores)


def _sum_by_element(scores: list[Score]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for s in scores:
        for m in s.ancestors:
            sums[m] += s.size
    return sums


def _scored_elements(body: LexborNode) -> list[tuple[LexborNode, int]]:
    """Return the paragraphs of `body` with their scores.

    If they have little text, elements with text directly inside are added, provided that these have more than twice as
    much text.
    """
    sized = ((p, _score(p.text().strip(), linked_chars(p))) for p in body.css("p")[:_MAX_SCORED])
    paragraphs = [(p, size) for p, size in sized if size]
    in_paragraphs = sum(size for _, size in paragraphs)
    if in_paragraphs >= _LITTLE_TEXT:
        return paragraphs
    loose = ((n, _score(n.text(deep=False).strip(), 0)) for n in body.css(_CONTAINERS)[:_MAX_SCORED])
    others = [(n, size) for n, size in loose if size]
    return paragraphs + others if sum(size for _, size in others) > 2 * in_paragraphs else paragraphs


def _score(text: str, linked: int) -> int:
    """Return the size of the unlinked text; 0 if the text is short or mostly links."""
    size = text_size(text)
    return 0 if size < _MIN_SCORE or 2 * linked > size else size - linked


def _has_body_name(node: LexborNode) -> bool:
    attributes = node.attributes
    return attributes.get("itemprop") == "articleBody" or bool(
        _BODY_NAME.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}")
    )
