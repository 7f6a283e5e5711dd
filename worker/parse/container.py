"""Which element of a page holds the running text.

Paragraphs vote for the elements around them with their unlinked characters.  An <article> around the headline and names
like "article-body" narrow who votes; the innermost element around the first paragraph that keeps most votes wins.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from worker.parse.blocks import linked_chars
from worker.parse.boilerplate import boilerplate
from worker.parse.markup import size

_MIN_WEIGHT = 40
"""Shorter paragraphs do not vote."""
_FEW = 1_500
"""With less text than this in paragraphs, text directly in other elements votes too."""
_MOST = 0.75
"""Share of votes that the winner must keep."""
_HEADLINED = 0.2
"""Share of votes from which an <article> around the headline is the article."""
_NAMED = 0.5
"""Share of votes from which elements named like an article's body are it."""
_LAYOUT = (0.7, 0.5, 0.35)
"""Elements of one class that together hold this share are layout, whatever the class says: the first share by which
the boilerplate leaves something over."""
_CREDIBLE = 0.3
"""Share of votes that must be left."""
_MAX_VOTERS = 4_000
_MAX_ANCESTORS = 200
_CONTAINERS = "div, td, li, span, section, article, pre, blockquote, font"
_INLINE = frozenset({"p", "span", "font"})
_BODY_NAME = re.compile(
    r"(?:article|story|post|entry|news)[-_]{0,2}(?:body|content|text)(?![a-z])|body[-_]?(?:text|content|copy)|articletext",
    re.IGNORECASE,
)

_Kind = tuple[str | None, str]
"""Tag and class; the elements of one kind are one part of the page's design."""


class _Ballot(NamedTuple):
    """One paragraph's vote for itself and everything around it below the body."""

    ancestors: list[int]
    """Ids of elements, innermost (the voter) first."""
    weight: int


class Votes:
    """Which element holds the running text."""

    def __init__(self, body: LexborNode) -> None:
        self._body = body
        self._nodes: dict[int, LexborNode] = {}
        self._kinds: dict[int, _Kind] = {}
        self._headlined = _articles_around(body.css_first("h1"))
        ballots = [_Ballot(self._ancestors(voter), weight) for voter, weight in _voters(body)]
        named = self._named_boilerplate(ballots)
        held, total = self._by_kind(ballots), sum(b.weight for b in ballots)
        for share in _LAYOUT:
            self._boilerplate = {m: m in named and held[self._kinds[m]] < share * total for m in self._nodes}
            self._ballots = [b for b in ballots if not any(self._is_aside(m) for m in b.ancestors)]
            if sum(b.weight for b in self._ballots) >= _CREDIBLE * total:
                break

    def is_boilerplate(self, node: LexborNode) -> bool:
        """Judge an element by its name, and by the votes it holds where there are any."""
        known = self._boilerplate.get(node.mem_id)
        return boilerplate(node) if known is None else known

    def winner(self) -> LexborNode | None:
        """Return the element that holds the article; None where nothing voted."""
        if not self._ballots:
            return None
        ballots = self._within_named(self._within_headlined(self._ballots))
        held = _tally(ballots)
        enough = _MOST * sum(b.weight for b in ballots)
        keeping = (m for m in ballots[0].ancestors if held[m] >= enough and self._nodes[m].tag not in _INLINE)
        best = next(keeping, None)
        return self._body if best is None else self._nodes[best]

    def _within_headlined(self, ballots: list[_Ballot]) -> list[_Ballot]:
        """Narrow to the <article> around the first heading; where it holds little text, to what is around that."""
        held = _tally(ballots)
        enough = _HEADLINED * sum(b.weight for b in ballots)
        article = next((m for m in self._headlined if held.get(m, 0) >= enough), None)
        return ballots if article is None else [b for b in ballots if article in b.ancestors]

    def _within_named(self, ballots: list[_Ballot]) -> list[_Ballot]:
        """Narrow to the elements that their name calls an article's body: one, or several of one class."""
        through: dict[_Kind, list[_Ballot]] = defaultdict(list)
        for b in ballots:
            for kind in {self._kinds[m] for m in b.ancestors if self._is_body(m)}:
                through[kind].append(b)
        enough = _NAMED * sum(b.weight for b in ballots)
        narrowed = [chosen for chosen in through.values() if sum(b.weight for b in chosen) >= enough]
        return min(narrowed, key=lambda chosen: sum(b.weight for b in chosen), default=ballots)

    def _ancestors(self, voter: LexborNode) -> list[int]:
        chain: list[int] = []
        node: LexborNode | None = voter
        while node is not None and node.mem_id != self._body.mem_id and len(chain) < _MAX_ANCESTORS:
            m = node.mem_id
            if m not in self._nodes:
                self._nodes[m] = node
                self._kinds[m] = (node.tag, node.attributes.get("class") or f"#{m}")
            chain.append(m)
            node = node.parent
        return chain

    def _named_boilerplate(self, ballots: list[_Ballot]) -> set[int]:
        """Ids of elements that are boilerplate by their name; what is around an article's body never is."""
        layout = set(self._headlined)
        for b in ballots:
            inner = next((i for i, m in enumerate(b.ancestors) if self._is_body(m)), len(b.ancestors))
            layout.update(b.ancestors[inner:])
        return {m for m, node in self._nodes.items() if m not in layout and boilerplate(node)}

    def _by_kind(self, ballots: list[_Ballot]) -> dict[_Kind, int]:
        held: dict[_Kind, int] = defaultdict(int)
        for b in ballots:
            for kind in {self._kinds[m] for m in b.ancestors}:
                held[kind] += b.weight
        return held

    def _is_aside(self, m: int) -> bool:
        return self._boilerplate[m] or self._nodes[m].tag == "a"

    def _is_body(self, m: int) -> bool:
        return _is_body_name(self._nodes[m])


def _articles_around(heading: LexborNode | None) -> list[int]:
    """Ids of the <article> around a heading and of everything around that, innermost first."""
    chain: list[int] = []
    node = heading
    while node is not None and len(chain) < _MAX_ANCESTORS:
        if chain or node.tag == "article":
            chain.append(node.mem_id)
        node = node.parent
    return chain


def _tally(ballots: list[_Ballot]) -> dict[int, int]:
    held: dict[int, int] = defaultdict(int)
    for b in ballots:
        for m in b.ancestors:
            held[m] += b.weight
    return held


def _voters(body: LexborNode) -> list[tuple[LexborNode, int]]:
    """Paragraphs and their weight; where they are few, also elements with text directly in them."""
    weighed = ((p, _weight(p.text().strip(), linked_chars(p))) for p in body.css("p")[:_MAX_VOTERS])
    found = [(p, weight) for p, weight in weighed if weight]
    if sum(weight for _, weight in found) >= _FEW:
        return found
    loose = ((n, _weight(n.text(deep=False).strip(), 0)) for n in body.css(_CONTAINERS)[:_MAX_VOTERS])
    others = [(n, weight) for n, weight in loose if weight]
    more = sum(weight for _, weight in others) > 2 * sum(weight for _, weight in found)
    return found + others if more else found


def _weight(text: str, linked: int) -> int:
    """Unlinked characters; 0 for what cannot vote."""
    weight = size(text)
    return 0 if weight < _MIN_WEIGHT or 2 * linked > weight else weight - linked


def _is_body_name(node: LexborNode) -> bool:
    attributes = node.attributes
    return attributes.get("itemprop") == "articleBody" or bool(
        _BODY_NAME.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}")
    )
