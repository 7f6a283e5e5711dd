"""The words of an article, in paragraphs, without what stands around them on the page.

Paragraphs vote for the elements around them with their unlinked characters.  The innermost element that keeps nearly
all votes holds the article; an <article> around the headline, and names like "article-body", narrow the choice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse.blocks import HEADINGS, Block, blocks, linked_chars
from worker.parse.boilerplate import FURNITURE, boilerplate
from worker.parse.markup import clean

_MIN_WEIGHT = 40
"""Shorter paragraphs do not vote."""
_FEW = 1_500
"""With less text than this in paragraphs, text directly in other elements votes too."""
_NEARLY_ALL = 0.85
"""Share of votes that the article's element must keep."""
_HEADLINED = 0.2
"""Share of votes from which an <article> around the headline is the article."""
_NAMED = 0.5
"""Share of votes from which an element named like an article's body is it."""
_LAYOUT = 0.35
"""Elements of one class that together hold this share are layout, whatever the class says."""
_MAX_VOTERS = 4_000
_MAX_ANCESTORS = 200
_CONTAINERS = "div, td, li, span, section, article, pre, blockquote, font"
_INLINE = frozenset({"p", "span", "font"})
_BODY_NAME = re.compile(
    r"(?:article|story|post|entry|news|text|page|main|detail|content)[-_]{0,2}(?:body|content|text)(?![a-z])"
    r"|body[-_]?(?:text|content|copy)|articletext",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:;\"”»“。！？」』)\]]$")  # noqa: RUF001 - full-width marks are meant
_MAX_LINKED = 0.8
_MAX_LINKED_PHRASE = 0.5
"""Of a block that does not end like a sentence: "Read more: …"."""
_MIN_PHRASE = 30
"""A loose block (no paragraph, heading, item or row) that is shorter and does not end like a sentence is a label."""
_MIN_REPEATED = 40

_LEADS = ",".join(
    f"[class*='{word}' i]"
    for word in (
        *(
            "standfirst",
            "lead",
            "lede",
            "intro",
            "dek",
            "deck",
            "summary",
            "subtitle",
            "subhead",
            "excerpt",
            "abstract",
        ),
        *("strap", "description", "synopsis", "vorspann", "chapo", "sapo", "entradilla", "sommario", "ingress"),
        *("bajada", "perex"),
    )
)
_LEAD_PLACES = f"p, h2, h3, h4, strong, li, [itemprop~='description'], {_LEADS}"
_LEAD_CHARS = range(50, 1_200)
_MAX_LEADS = 1_000
_SAME_WORDS = 50
"""Characters from the start in which a standfirst and a description must agree; descriptions are often cut."""
_WORD = re.compile(r"\w+")


def paragraphs(page: LexborHTMLParser, title: str, descriptions: Iterable[str]) -> list[str]:
    """Return the paragraphs in order, each one line; empty where the page has no running text.

    A standfirst above the body is the first of them if one of the page's `descriptions` repeats it.  The tree is
    stripped on the way: read metadata first.
    """
    page.strip_tags(FURNITURE, recursive=True)
    body = page.body
    if body is None:
        return []
    for line_break in body.css("br"):
        line_break.replace_with("\n")
    votes = _Votes(body)
    root = votes.winner()
    if root is None:
        return []
    read = _worth_reading(blocks(root, votes.is_boilerplate), _key(title))
    return _with_standfirst(read, _standfirst(body, root, descriptions))


# ---------------------------------------------------------------- where it is
class _Votes:
    """How many characters of running text each element holds."""

    def __init__(self, body: LexborNode) -> None:
        self._body = body
        self._nodes: dict[int, LexborNode] = {}
        self._depth: dict[int, int] = {}
        ballots = [(self._ancestors(voter), weight) for voter, weight in _voters(body)]
        self._boilerplate = self._find_boilerplate(ballots)
        self._held: dict[int, int] = defaultdict(int)
        self._total = 0
        for ancestors, weight in ballots:
            if not any(self._boilerplate[m] or self._nodes[m].tag == "a" for m in ancestors):
                self._total += weight
                for m in ancestors:
                    self._held[m] += weight

    def is_boilerplate(self, node: LexborNode) -> bool:
        known = self._boilerplate.get(node.mem_id)
        return boilerplate(node) if known is None else known

    def winner(self) -> LexborNode | None:
        """Return the element that holds the article; None where nothing voted."""
        if not self._held:
            return None
        around = self._around_headline()
        held = self._held[around] if around else self._total
        within = [m for m in self._held if around is None or self._is_within(m, around)]
        named = [m for m in within if self._held[m] >= _NAMED * held and _is_body_name(self._nodes[m])]
        if named:
            around = max(named, key=lambda m: (self._held[m], self._depth[m]))
            held = self._held[around]
            within = [m for m in within if self._is_within(m, around)]
        keeping = [m for m in within if self._held[m] >= _NEARLY_ALL * held and self._nodes[m].tag not in _INLINE]
        best = max(keeping, key=lambda m: self._depth[m], default=around)
        return self._body if best is None else self._nodes[best]

    def _ancestors(self, voter: LexborNode) -> list[int]:
        """Ids of the voter and of what is around it below the body, innermost first."""
        chain: list[int] = []
        node: LexborNode | None = voter
        while node is not None and node.mem_id != self._body.mem_id and len(chain) < _MAX_ANCESTORS:
            self._nodes.setdefault(node.mem_id, node)
            chain.append(node.mem_id)
            node = node.parent
        for depth, m in enumerate(reversed(chain)):
            self._depth[m] = depth
        return chain

    def _find_boilerplate(self, ballots: list[tuple[list[int], int]]) -> dict[int, bool]:
        """Judge every element by its name, but a class that carries much of the text is layout."""
        kind = {m: (n.tag, n.attributes.get("class") or str(m)) for m, n in self._nodes.items()}
        held: dict[tuple[str | None, str], int] = defaultdict(int)
        for ancestors, weight in ballots:
            for k in {kind[m] for m in ancestors}:
                held[k] += weight
        much = _LAYOUT * sum(weight for _, weight in ballots)
        return {m: held[kind[m]] < much and boilerplate(n) for m, n in self._nodes.items()}

    def _around_headline(self) -> int | None:
        """Id of the <article> around the first heading, if it holds a fair share of the text."""
        node = self._body.css_first("h1")
        while node is not None and node.mem_id != self._body.mem_id:
            if node.tag == "article" and self._held.get(node.mem_id, 0) >= _HEADLINED * self._total:
                return node.mem_id
            node = node.parent
        return None

    def _is_within(self, m: int, around: int) -> bool:
        node: LexborNode | None = self._nodes[m]
        while node is not None and node.mem_id in self._nodes:
            if node.mem_id == around:
                return True
            node = node.parent
        return False


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
    """Unlinked characters, those of scripts that need few of them counted double; 0 for what cannot vote."""
    size = len(text) if text.isascii() else (len(text) + len(text.encode())) // 2
    return 0 if size < _MIN_WEIGHT or 2 * linked > size else size - linked


def _is_body_name(node: LexborNode) -> bool:
    attributes = node.attributes
    return attributes.get("itemprop") == "articleBody" or bool(
        _BODY_NAME.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}")
    )


# ---------------------------------------------------------------- what of it is read
def _worth_reading(found: list[Block], title: str) -> list[str]:
    """Drop links to other articles, labels, repetitions and headings with nothing under them."""
    kept: list[Block] = []
    seen: set[str] = set()
    for block in found:
        if _is_text(block) and block.text not in seen and _key(block.text) != title:
            kept.append(block)
            if len(block.text) > _MIN_REPEATED:
                seen.add(block.text)
    while kept and kept[-1].tag in HEADINGS:
        kept.pop()
    return [block.text for block in kept]


def _is_text(block: Block) -> bool:
    size = len(block.text)
    ends = bool(_SENTENCE_END.search(block.text))
    if (
        block.tag == "h1"
        or block.linked > _MAX_LINKED * size
        or (block.linked > _MAX_LINKED_PHRASE * size and not ends)
    ):
        return False
    return ends or size >= _MIN_PHRASE or block.tag in HEADINGS or block.tag in {"p", "li", "tr"}


# ---------------------------------------------------------------- the standfirst
def _standfirst(body: LexborNode, root: LexborNode, descriptions: Iterable[str]) -> str:
    """Find the text outside `root` that a description of the page repeats; empty where there is none."""
    expected = {_key(d)[:_SAME_WORDS] for d in descriptions if len(d) in _LEAD_CHARS}
    if not expected:
        return ""
    for node in body.css(_LEAD_PLACES)[:_MAX_LEADS]:
        text = clean(node.text())
        if len(text) in _LEAD_CHARS and _key(text)[:_SAME_WORDS] in expected and not _is_inside_or_link(node, root):
            return text
    return ""


def _is_inside_or_link(node: LexborNode, root: LexborNode) -> bool:
    above: LexborNode | None = node
    while above is not None:
        if above.tag == "a" or above.mem_id == root.mem_id:
            return True
        above = above.parent
    return False


def _with_standfirst(read: list[str], standfirst: str) -> list[str]:
    start = standfirst[: _MIN_REPEATED + 20]
    return read if not standfirst or any(start in text for text in read[:8]) else [standfirst, *read]


def _key(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
