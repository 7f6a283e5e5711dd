"""Evidence that an element is boilerplate: its tag, role, style, and the words in its class and id.

Evidence is no verdict.  Templates name elements around whole articles "modal", "promoted" or "label-hidden", and
unclosed tags enclose the rest of a page.  `worker.parse.weighing` weighs the evidence against the elements' text.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise

import msgspec
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse.blocks import linked_chars
from worker.parse.data_files import read_data_file

NON_CONTENT_TAGS = [
    *("script", "style", "template", "svg", "math", "iframe", "embed"),
    *("select", "textarea", "input", "option", "datalist", "title"),
]
"""Elements that never contain running text of an article."""
_SUSPECT_TAGS = frozenset(
    (
        *("nav", "footer", "aside", "dialog", "menu", "noscript", "figure", "figcaption"),
        *("audio", "video", "picture", "object", "canvas", "map"),
        *("button", "label", "form"),
    )
)
"""Elements that rarely contain running text of an article, if their tags are closed."""
_SUSPECTS = ", ".join(sorted(_SUSPECT_TAGS - {"form"}))
_MAX_STRIPPED = 200
"""Unlinked characters up to which a suspect element is removed without weighing it."""
_MAX_LARGE = 50
"""Larger suspect elements after which no more are measured: the text of nested ones is read once per element."""

_MAX_ID = 30
"""Longer ids are the words of a heading."""
MAX_ATTRIBUTE_CHARS = 1_000
"""Characters of class and id that are read."""
_LAYOUT = frozenset({"article", "main", "body", "html"})
"""Elements whose class is ignored, since content management systems put topics and templates into it."""
_ROLES = frozenset({"navigation", "complementary", "banner", "contentinfo", "dialog", "search", "menu", "alert"})
_INVISIBLE = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden", re.IGNORECASE)
_STATE_WORDS = re.compile(r"\b(?:has|have|with|without|no|is|not)[-_]+[a-z0-9]+")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z]{2})")
"""A boundary before a word of three letters and more: shorter pieces are those of random names ("n1AuAdJl")."""
_WORD = re.compile(r"[^\W_]+")
_MAX_COMMENTS_HEADING = 60
_NO_EVIDENCE: frozenset[str] = frozenset()


class _Words(Struct, frozen=True):
    """The lists of boilerplate_words.toml: words, and pairs of words joined by a hyphen."""

    comments: str
    comment: str
    comment_heading: str
    strong: str
    weak: str
    strong_pairs: str
    weak_pairs: str
    end_headings: list[str]


def strip_small_suspects(page: LexborHTMLParser) -> None:
    """Remove the elements that never hold an article, and those with suspect tags that hold little unlinked text.

    Elements are visited in reverse document order, so that none is visited after an element around it was removed.
    """
    page.strip_tags(NON_CONTENT_TAGS, recursive=True)
    large = 0
    for node in reversed(page.css(_SUSPECTS)):
        size = len(node.text().strip())
        if size <= _MAX_STRIPPED or size - linked_chars(node) <= _MAX_STRIPPED:
            node.decompose()
        elif (large := large + 1) >= _MAX_LARGE:
            return


def find_evidence(node: LexborNode) -> frozenset[str]:
    """Return the evidence that an element is boilerplate: tag, role, "hidden", words and pairs; empty if none."""
    tag = node.tag or ""
    found = {f"<{tag}>"} if tag in _SUSPECT_TAGS else set()
    attributes = node.attributes
    if attributes:
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            found.add("@hidden")
        if _INVISIBLE.search(attributes.get("style") or ""):
            found.add("@hidden")
        if attributes.get("role") in _ROLES:
            found.add("@role")
        if tag not in _LAYOUT:
            name = attributes.get("id") or ""
            names = f"{attributes.get('class') or ''} {name if len(name) <= _MAX_ID else ''}"
            found |= _named_evidence(names[:MAX_ATTRIBUTE_CHARS])
    return frozenset(found) if found else _NO_EVIDENCE


def is_strong(evidence: str) -> bool:
    """Return whether the evidence is a tag, a role or a word that is rare around articles."""
    return evidence[0] in "<@" or evidence in _words().strong


def names_comments(evidence: frozenset[str]) -> bool:
    """Return whether the evidence names the comments of readers."""
    return not _words().comments.isdisjoint(evidence)


def names_comment(evidence: frozenset[str]) -> bool:
    """Return whether the evidence names one comment."""
    return not _words().comment.isdisjoint(evidence)


def is_comments_heading(text: str) -> bool:
    """Return whether a heading is that of the comments of readers: "3 Comments", "Leave a Reply"."""
    if len(text.strip()) > _MAX_COMMENTS_HEADING:
        return False
    words = {word for word in _WORD.findall(text.casefold()) if not word.isdecimal()}
    nouns = words & (_words().comments | _words().comment)
    return bool(nouns or {"leave", "reply"} <= words) and words - nouns <= _words().comment_heading


def is_end_heading(key: str) -> bool:
    """Return whether nothing of the article comes after a heading, given as its words in lower case."""
    return key in _words().end_headings


@lru_cache(maxsize=8_192)
def _named_evidence(names: str) -> frozenset[str]:
    """Return the words and pairs in a class and id that suggest boilerplate.

    Names are split at camelCase and punctuation; those of states ("has-sidebar") are left out.
    """
    names = _CAMEL_CASE.sub("-", names).lower()
    words = _WORD.findall(_STATE_WORDS.sub(" ", names) if "-" in names or "_" in names else names)
    found = _words().words.intersection(words)
    if len(words) > 1:
        found |= _words().pairs.intersection(map("-".join, pairwise(words)))
    return found


class _WordSets(Struct, frozen=True):
    """The lists of boilerplate_words.toml as sets."""

    comments: frozenset[str]
    comment: frozenset[str]
    comment_heading: frozenset[str]
    strong: frozenset[str]
    """Words and pairs."""
    words: frozenset[str]
    pairs: frozenset[str]
    end_headings: frozenset[str]


@cache
def _words() -> _WordSets:
    data = read_data_file("boilerplate_words.toml")
    lists = msgspec.toml.decode(data, type=_Words)
    comments, comment = frozenset(lists.comments.split()), frozenset(lists.comment.split())
    strong, strong_pairs = frozenset(lists.strong.split()), frozenset(lists.strong_pairs.split())
    return _WordSets(
        comments=comments,
        comment=comment,
        comment_heading=frozenset(lists.comment_heading.split()),
        strong=comments | comment | strong | strong_pairs,
        words=comments | comment | strong | frozenset(lists.weak.split()),
        pairs=strong_pairs | frozenset(lists.weak_pairs.split()),
        end_headings=frozenset(lists.end_headings),
    )
