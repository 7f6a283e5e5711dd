"""Weigh the evidence that elements are boilerplate against the text that they hold.

One word in a class name, or one tag, decides only over little text: what holds a large part of the text of a page is
part of its layout.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import lru_cache

from selectolax.lexbor import LexborNode

from worker.parse.boilerplate import MAX_ATTRIBUTE_CHARS, find_evidence, is_strong
from worker.parse.content_tree import ROOT, ContentTree
from worker.parse.foreign_text import ElementKind, find_foreign_text

_BODY_NAME = re.compile(
    r"(?:article|story|post|entry|news)[-_]{0,2}(?:body|content|text)(?![a-z])|body[-_]?(?:text|content|copy)|articletext"
    r"|field-{1,2}name-body",
    re.IGNORECASE,
)
_LIMITS = {0: (0.4, 0.2), 1: (0.4, 0.35), 2: (0.6, 0.45), 3: (0.75, 0.6), 4: (0.85, 0.75)}
"""Weight of the evidence -> shares of the text up to which it decides: all elements with it, those of one kind."""
_MAX_LINE = 160
"""Size up to which an element is one line, for which weak evidence decides up to a larger share."""
_REPEATED = 3
"""Elements of one kind from which they are a list."""
_MIN_BODY_SHARE = 0.3
"""Share of the text from which elements with the name of a body, or around the headline, are layout."""
_CREDIBLE_SHARE = 0.2
"""Share of the text that must remain; otherwise weaker evidence is ignored."""


class Weighing:
    """The elements of a page that hold boilerplate."""

    def __init__(self, tree: ContentTree, headline: LexborNode | None, is_own: Callable[[LexborNode], bool]) -> None:
        """`headline`: the heading of the article.  `is_own`: whether a link leads to the page itself."""
        self._tree = tree
        self._evidence = [find_evidence(node) for node in tree.nodes]
        self._evidence[ROOT] = frozenset()
        self.kinds: list[ElementKind] = [_kind(node, index) for index, node in enumerate(tree.nodes)]
        self.body_names = [_body_name(node) for node in tree.nodes]
        """What in an element's attributes names it a body; "" for nothing."""
        self._sums = tree.sums(tree.paragraphs)
        self._protected = self._find_protected(headline)
        self._core = self._find_core(headline)
        foreign = find_foreign_text(tree, self._evidence, self.kinds, self._protected, headline=headline, is_own=is_own)
        self.excluded = self._weigh(foreign)

    # ---------------------------------------------------------------- what is surely layout
    def _find_protected(self, headline: LexborNode | None) -> set[int]:
        """Return the elements that are around the article: around its headline, or named like its body."""
        tree, enough = self._tree, _MIN_BODY_SHARE * self._sums[ROOT]
        by_kind: dict[ElementKind, int] = defaultdict(int)
        named = [i for i, name in enumerate(self.body_names) if name]
        for i in named:
            by_kind[self.kinds[i]] += self._sums[i]
        around = [i for i in named if by_kind[self.kinds[i]] >= enough]
        beside = tree.around(headline)
        if beside is not None and self._sums[beside] >= enough:
            around.append(beside)
        return {ancestor for index in around for ancestor in tree.ancestors(index)}

    def _find_core(self, headline: LexborNode | None) -> set[int]:
        """Return the elements in the innermost element around the headline and a paragraph; all without a headline."""
        core = self._tree.around(headline) or ROOT
        return {i for i, inside in enumerate(self._tree.spread([i == core for i in range(len(self._sums))])) if inside}

    # ---------------------------------------------------------------- names and tags
    def _weigh(self, excluded: list[bool]) -> list[bool]:
        """Return the elements excluded so far and those that the evidence excludes."""
        sums = self._remaining_sums(excluded)
        total = sums[ROOT]
        suspects = [
            i for i, found in enumerate(self._evidence) if found and not excluded[i] and i not in self._protected
        ]
        joint, by_kind, count = self._joint_sums(suspects, sums)
        for least in (0, 2, 3):
            marked = list(excluded)
            for i in suspects:
                kind = self.kinds[i]
                weight = self._weigh_evidence(i, sums[i], count[kind])
                most, each = _LIMITS.get(weight, (0.0, 0.0))
                marked[i] = weight >= least and any(
                    joint[x] <= most * total and by_kind[kind] <= each * total for x in self._evidence[i]
                )
            marked = self._tree.spread(marked)
            if self._remaining_sums(marked)[ROOT] >= _CREDIBLE_SHARE * total:
                return marked
        return excluded

    def _weigh_evidence(self, index: int, size: int, count: int) -> int:
        """Return the weight of the evidence on an element: 0 for one word, more for strong or confirmed evidence.

        -1 for weak evidence on an element with a quoted text.
        """
        evidence = self._evidence[index]
        strong = sum(map(is_strong, evidence))
        if not strong and self._tree.nodes[index].css_first("blockquote") is not None:
            return -1
        weight = min(2 * strong, 3) or (1 if size <= _MAX_LINE or len(evidence) > 1 or count >= _REPEATED else 0)
        return weight if index in self._core else weight + 1

    def _joint_sums(
        self, suspects: list[int], sums: list[int]
    ) -> tuple[dict[str, int], dict[ElementKind, int], Counter[ElementKind]]:
        """Return the text under each piece of evidence and in each kind of suspects, and the elements of each kind."""
        joint: dict[str, int] = defaultdict(int)
        by_kind: dict[ElementKind, int] = defaultdict(int)
        count: Counter[ElementKind] = Counter()
        parents = self._tree.parents
        above: list[frozenset[str]] = [frozenset()] * len(parents)
        wanted = set(suspects)
        for i in range(1, len(parents)):
            outer = above[parents[i]]
            own = self._evidence[i] if i in wanted else frozenset()
            above[i] = outer | own if own and not own <= outer else outer
            for x in own - outer:
                joint[x] += sums[i]
            if own:
                by_kind[self.kinds[i]] += sums[i]
                count[self.kinds[i]] += 1
        return joint, by_kind, count

    def _remaining_sums(self, excluded: list[bool]) -> list[int]:
        return self._tree.sums(i for i in self._tree.paragraphs if not excluded[i])


def _kind(node: LexborNode, index: int) -> ElementKind:
    return node.tag, node.attributes.get("class") or f"#{index}"


def _body_name(node: LexborNode) -> str:
    """Return the part of an element's attributes that names it the body of an article, in lower case; "" for none."""
    attributes = node.attributes
    if attributes.get("itemprop") == "articleBody":
        return "articleBody"
    return _named_body(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:MAX_ATTRIBUTE_CHARS])


@lru_cache(maxsize=8_192)
def _named_body(names: str) -> str:
    found = _BODY_NAME.search(names)
    return found[0].lower() if found else ""
