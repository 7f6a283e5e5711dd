"""Which of a page's many titles is the article's headline?  They vote."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from worker.parse import jsonld
from worker.parse.jsonld import Linked
from worker.parse.markup import attribute, clean, words

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(r" (?:[-\u2013\u2014\u2015*·•»«\u203a\u2039:~/]|::|--) | ?[|\uff5c] ?|--|_ ")
_MAX_CHARS = 400
_SECTION_WORDS = 2
_MIN_SITE_CHARS = 3
_WEIGHTS = {"jsonld": 1.0, "heading": 0.95, "og": 0.9, "itemprop": 0.4, "meta": 0.35, "name": 0.3, "title": 0.25}
"""What each place's word counts, most first; two that agree outvote any one."""
_WITHOUT_SITE = frozenset({"heading", "itemprop"})
"""Places where a page does not add its name."""
_META_TITLES = (
    "meta[name='twitter:title'], meta[property='twitter:title'], meta[name='title' i], meta[name='sailthru.title'],"
    "meta[name='parsely-title'], meta[name='dc.title' i], meta[name='headline' i], meta[name='hdl']"
)


class _Candidate(Struct, frozen=True):
    place: str
    text: str
    key: str
    """The words alone, so that spellings of one title agree."""


def headline(page: LexborHTMLParser, linked: Linked, site: str) -> str:
    """Return the headline without the site's name; empty where the page has no title of any kind."""
    found = list(_candidates(page, linked, site))
    votes: dict[str, float] = defaultdict(float)
    for candidate in found:
        votes[_core(candidate, found)] += _WEIGHTS[candidate.place]
    if not votes:
        return ""
    winner = max(votes, key=lambda key: votes[key])
    return next(c for place in _WEIGHTS for c in found if c.place == place and c.key == winner).text


def _candidates(page: LexborHTMLParser, linked: Linked, site: str) -> Iterator[_Candidate]:
    for place, text in _titles(page, linked):
        if len(text) <= _MAX_CHARS:
            bare = text if place in _WITHOUT_SITE else _without_site(text, site)
            if key := _key(bare):
                yield _Candidate(place, bare, key)


def _titles(page: LexborHTMLParser, linked: Linked) -> Iterator[tuple[str, str]]:
    title = words(page.css_first("head title") or page.css_first("title"))
    og = attribute(page.css_first("meta[property='og:title'], meta[name='og:title']"), "content")
    for node in linked.articles[:1]:
        yield "jsonld", jsonld.text(node.get("headline"))
        yield "name", jsonld.text(node.get("name"))
    yield "heading", _heading(page, f"{title} {og}")
    yield "og", og
    yield "itemprop", words(page.css_first("h1[itemprop~='headline'], h2[itemprop~='headline']"))
    yield "meta", attribute(page.css_first(_META_TITLES), "content")
    yield "title", title


def _heading(page: LexborHTMLParser, others: str) -> str:
    """Of several first-level headings (logo, teasers), the one that shares most words with the other titles."""
    expected = set(_WORD.findall(others.casefold()))
    headings = [text for text in map(words, page.css("h1")[:50]) if text and len(text) <= _MAX_CHARS]
    return max(headings, key=lambda text: _overlap(text, expected), default="")


def _overlap(text: str, expected: set[str]) -> float:
    own = set(_WORD.findall(text.casefold()))
    return len(own & expected) / (len(own | expected) or 1)


def _key(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _core(candidate: _Candidate, found: list[_Candidate]) -> str:
    """Of a title with something after a separator ("… - National | Site"), the part that another title is."""
    for cut in _SEPARATOR.finditer(candidate.text):
        key = _key(candidate.text[: cut.start()])
        if any(key == other.key for other in found):
            return key
    return candidate.key


def _without_site(title: str, site: str) -> str:
    """Drop the site's name from the title's end, and a section of one or two words before it ("… - World - Site")."""
    names = {_joined(site), *(_joined(part) for part in site.split("."))} - {""}
    cuts = list(_SEPARATOR.finditer(title))
    if not cuts or not _same(_joined(title[cuts[-1].end() :]), names):
        return title
    end = cuts.pop()
    if cuts and cuts[-1][0] == end[0] and _words(title[cuts[-1].end() : end.start()]) <= _SECTION_WORDS:
        end = cuts.pop()
    return clean(title[: end.start()])


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _same(piece: str, names: set[str]) -> bool:
    """Tell the site's name also where one says more than the other: "BBC" and "BBC News"."""
    return len(piece) >= _MIN_SITE_CHARS and any(
        len(name) >= _MIN_SITE_CHARS and (name in piece or piece in name) for name in names
    )


def _joined(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))
