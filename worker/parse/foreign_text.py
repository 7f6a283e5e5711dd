"""Find text on a page that belongs to others than its article: comments of readers, excerpts, a stream of articles.

They may hold more text than the article.  Comments are known by their place below it, with names and headings; excerpts
by linked headlines above them; further articles of a stream by headlines of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborNode

from worker.parse.blocks import HEADINGS
from worker.parse.boilerplate import is_comments_heading, names_comment, names_comments
from worker.parse.content_tree import ROOT, ContentTree
from worker.parse.markup import node_text

ElementKind = tuple[str | None, str]
"""Tag and class of an element; elements with the same tag and class have the same purpose in the page's design."""
IsOwn = Callable[[LexborNode], bool]
"""Whether a link leads to the page itself, or to another site."""

_MIN_REMAINING = 140
"""Size of the text that must come before comments, and beside what is excluded."""
_MIN_COMMENTS = 2
"""Elements named like one comment from which they are comments."""
_MAX_TEASER, _TEASERS_SHARE = 600, 0.5
"""Size of an excerpt below a linked headline, and the share of the text up to which one kind of them is excluded."""
_MIN_OWN_SHARE = 0.3
"""Text beside the headline, as a share of that of another element, from which the other may be another article."""
_MAX_HEADINGS = 500
_MAX_HEADING = 200
_MAX_STEPS = 8
_LINKED_HEADING = 0.8
"""Share of a heading that a link must have to lead to the article below it."""


def find_foreign_text(
    tree: ContentTree,
    evidence: list[frozenset[str]],
    kinds: list[ElementKind],
    protected: set[int],
    *,
    headline: LexborNode | None,
    is_own: IsOwn,
) -> list[bool]:
    """Return for each element of the tree whether it is a link, or inside comments, excerpts or another article."""
    excluded = tree.spread([node.tag == "a" for node in tree.nodes])
    excluded = _exclude_comments(tree, evidence, protected, excluded)
    linked = list(_linked_headings(tree.nodes[ROOT], is_own))
    excluded = _exclude_stream(tree, kinds, headline, linked, excluded)
    return _exclude_teasers(tree, kinds, protected, linked, excluded)


# ---------------------------------------------------------------- comments
def _exclude_comments(
    tree: ContentTree, evidence: list[frozenset[str]], protected: set[int], excluded: list[bool]
) -> list[bool]:
    """Exclude the comments of readers if they come after enough other text."""
    marked = [names_comments(found) for found in evidence]
    single = [i for i, found in enumerate(evidence) if names_comment(found)]
    for i in single if len(single) >= _MIN_COMMENTS else ():
        marked[i] = True
    for box in _boxes_below_comments_headings(tree):
        marked[box] = True
    marked = tree.spread([mark and i not in protected for i, mark in enumerate(marked)])
    first = next((at for at, index in enumerate(tree.paragraphs) if marked[index]), 0)
    before = sum(tree.sizes[index] for index in tree.paragraphs[:first] if not excluded[index])
    if before < _MIN_REMAINING:
        return excluded
    return [a or b for a, b in zip(excluded, marked, strict=True)]


def _boxes_below_comments_headings(tree: ContentTree) -> Iterator[int]:
    for heading in tree.nodes[ROOT].css("h2, h3, h4, h5, h6")[:_MAX_HEADINGS]:
        if len(text := heading.text()) <= _MAX_HEADING and is_comments_heading(text):
            box = tree.around(heading)
            if box:
                yield box


# ---------------------------------------------------------------- other articles
def _exclude_stream(
    tree: ContentTree,
    kinds: list[ElementKind],
    headline: LexborNode | None,
    linked: list[LexborNode],
    excluded: list[bool],
) -> list[bool]:
    """Exclude the articles beside the one with the headline: elements of the same kind with headlines of their own."""
    own = tree.around(headline)
    if not own:
        return excluded
    around = set(tree.ancestors(own))
    own_by_parent = {tree.parents[i]: i for i in around}
    marked = list(excluded)
    sums = tree.sums(tree.paragraphs)
    for heading in (*tree.nodes[ROOT].css("h1")[:_MAX_HEADINGS], *linked):
        box = tree.around(heading)
        if not box or box in around:
            continue
        outermost = next(i for i in tree.ancestors(box) if tree.parents[i] in around or tree.parents[i] == ROOT)
        beside = own_by_parent.get(tree.parents[outermost])
        if beside is not None and sums[beside] >= _MIN_OWN_SHARE * sums[outermost]:
            marked[outermost] |= _are_alike(tree, kinds, beside, outermost)
    return _if_enough_remains(tree, tree.spread(marked), excluded)


def _are_alike(tree: ContentTree, kinds: list[ElementKind], one: int, other: int) -> bool:
    """Return whether two elements have the same tag and class; both may be an <article> without a class."""
    if kinds[one] == kinds[other]:
        return True
    nodes = tree.nodes[one], tree.nodes[other]
    return all(node.tag == "article" and not node.attributes.get("class") for node in nodes)


def _exclude_teasers(
    tree: ContentTree, kinds: list[ElementKind], protected: set[int], linked: list[LexborNode], excluded: list[bool]
) -> list[bool]:
    """Exclude the excerpts of other articles below linked headlines."""
    count = Counter(box for box in map(tree.around, linked) if box and box not in protected and not excluded[box])
    sums = tree.sums(i for i in tree.paragraphs if not excluded[i])
    boxes = [box for box, headings in count.items() if sums[box] <= _MAX_TEASER * headings]
    alike = {box: kinds[box] if tree.nodes[box].attributes.get("class") else tree.parents[box] for box in boxes}
    joint: dict[ElementKind | int, int] = defaultdict(int)
    for box in boxes:
        joint[alike[box]] += sums[box]
    marked = list(excluded)
    for box in boxes:
        marked[box] = joint[alike[box]] <= _TEASERS_SHARE * sums[ROOT]
    return _if_enough_remains(tree, tree.spread(marked), excluded)


def _if_enough_remains(tree: ContentTree, marked: list[bool], otherwise: list[bool]) -> list[bool]:
    remaining = sum(tree.sizes[i] for i in tree.paragraphs if not marked[i])
    return marked if remaining >= _MIN_REMAINING else otherwise


def _linked_headings(body: LexborNode, is_own: IsOwn) -> Iterator[LexborNode]:
    """Yield the headings that consist of a link to another page of the site."""
    for link in body.css("h1 a, h2 a, h3 a, h4 a, h5 a")[:_MAX_HEADINGS]:
        heading = _heading_of(link)
        if heading is not None and not is_own(link):
            yield heading


def _heading_of(link: LexborNode) -> LexborNode | None:
    """Return the heading that consists of a link; None if the link is only a part of it."""
    above = link.parent
    for _ in range(_MAX_STEPS):
        if above is None:
            return None
        if above.tag in HEADINGS:
            return above if len(node_text(link)) >= _LINKED_HEADING * len(node_text(above)) else None
        above = above.parent
    return None
