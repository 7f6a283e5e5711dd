"""Choose the headline of an article among the titles of its page by weighted vote."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from worker.parse.jsonld import JsonLd, literal_text
from worker.parse.markup import attribute_text, clean_text, node_text
from worker.parse.meta_tags import MetaTags
from worker.parse.template_values import is_unfilled

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(r" (?:[-\u2013\u2014\u2015*·•»«\u203a\u2039:~/]|::|--) | ?[|\uff5c] ?|--|_ ")
_MAX_CHARS = 400
_SECTION_WORDS = 2
_MIN_AGREEING = 3
"""Other titles that must be one for a headline that differs to be the separate one."""
_MIN_HEADLINE_WORDS = 4
_MIN_SITE_CHARS = 3
_WEIGHTS = {"jsonld": 1.0, "heading": 0.95, "og": 0.9, "itemprop": 0.4, "meta": 0.35, "name": 0.3, "title": 0.25}
"""Weight of each source of a title, highest first; two sources that agree outweigh any single one."""
_SOURCES_WITHOUT_SITE = frozenset({"heading", "itemprop"})
"""Sources to which pages do not add their name."""
_META_TITLES = (*("twitter:title", "title", "sailthru.title", "parsely-title", "dc.title", "headline", "hdl"),)


class _TitleCandidate(Struct, frozen=True):
    source: str
    """A key of `_WEIGHTS`."""
    text: str
    key: str
    """The words only, so that different spellings of a title are equal."""


def choose_headline(page: LexborHTMLParser, json_ld: JsonLd, tags: MetaTags, site: str) -> str:
    """Return the headline without the site's name; "" if the page has no title.

    `site` contains the names of the site, separated by full stops.
    """
    candidates = list(_title_candidates(page, json_ld, tags, site))
    votes: dict[str, float] = defaultdict(float)
    for candidate in candidates:
        votes[_shared_key(candidate, candidates)] += _WEIGHTS[candidate.source]
    if not votes:
        return ""
    best = _separate_headline(candidates) or max(votes, key=lambda key: votes[key])
    return next(c for source in _WEIGHTS for c in candidates if c.source == source and c.key == best).text


def is_title_of(page: LexborHTMLParser) -> Callable[[str], bool]:
    """Return a function that says whether a headline shares most of its words with a title of the page."""

    def is_title(headline: str) -> bool:
        titles = [node_text(page.css_first("head title")), node_text(page.css_first("h1"))]
        titles.append(attribute_text(page.css_first("meta[property='og:title']"), "content"))
        shown = [set(_WORD.findall(title.casefold())) for title in titles]
        words = set(_WORD.findall(headline.casefold()))
        return any(2 * len(words & title) > len(words) for title in shown)

    return is_title


def _title_candidates(page: LexborHTMLParser, json_ld: JsonLd, tags: MetaTags, site: str) -> Iterator[_TitleCandidate]:
    for source, text in _titles(page, json_ld, tags):
        if len(text) <= _MAX_CHARS:
            title = text if source in _SOURCES_WITHOUT_SITE else _strip_site(text, site)
            if (key := _key(title)) and not is_unfilled(title):
                yield _TitleCandidate(source, title, key)


def _titles(page: LexborHTMLParser, json_ld: JsonLd, tags: MetaTags) -> Iterator[tuple[str, str]]:
    """Yield the titles of the page with their sources; missing titles are ""."""
    title = node_text(page.css_first("head title") or page.css_first("title"))
    og = tags.get("og:title", [""])[0]
    for node in json_ld.articles[:1]:
        yield "jsonld", literal_text(node.get("headline"))
        yield "name", literal_text(node.get("name"))
    yield "heading", _first_level_heading(page, " ".join(text for text in (title, og) if not is_unfilled(text)))
    yield "og", og
    yield "itemprop", node_text(page.css_first("h1[itemprop~='headline'], h2[itemprop~='headline']"))
    yield "meta", next((values[0] for name, values in tags.items() if name in _META_TITLES), "")
    yield "title", title


def _separate_headline(candidates: list[_TitleCandidate]) -> str:
    """Return the key of the headline in JSON-LD if it was written separately; else "".

    That is so if it is none of the other titles nor a part of them, and all of these are one: the title for search
    engines, from which templates fill the heading and the rest.
    """
    others = [c.key for c in candidates if c.source != "jsonld"]
    keys = {c.key for c in candidates if c.source in {"heading", "og", "title"}}
    own = next((c for c in candidates if c.source == "jsonld"), None)
    if own is None or len(keys) != 1 or len(others) < _MIN_AGREEING or own.text.endswith(("...", "…")):
        return ""
    (shared,) = keys
    is_about_same = not set(own.key.split()).isdisjoint(shared.split())
    is_part = any(own.key in other or other in own.key for other in others)
    return own.key if is_about_same and not is_part and _word_count(own.text) >= _MIN_HEADLINE_WORDS else ""


def _first_level_heading(page: LexborHTMLParser, other_titles: str) -> str:
    """Return the <h1> most similar to the other titles; "" if none shares a word with them: a logo or a section.

    Without other titles the first <h1> is returned.
    """
    expected = set(_WORD.findall(other_titles.casefold()))
    headings = [text for text in map(node_text, page.css("h1")[:50]) if text and len(text) <= _MAX_CHARS]
    best = max(headings, key=lambda text: _jaccard(text, expected), default="")
    return best if not expected or not expected.isdisjoint(_WORD.findall(best.casefold())) else ""


def _jaccard(text: str, expected: set[str]) -> float:
    """Return the Jaccard similarity of the words of a text and the expected words."""
    own = set(_WORD.findall(text.casefold()))
    return len(own & expected) / (len(own | expected) or 1)


def _key(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _shared_key(candidate: _TitleCandidate, candidates: list[_TitleCandidate]) -> str:
    """Return the candidate's key, or that of its part before a separator if another candidate has that key."""
    for separator in _SEPARATOR.finditer(candidate.text):
        key = _key(candidate.text[: separator.start()])
        if any(key == other.key for other in candidates):
            return key
    return candidate.key


def _strip_site(title: str, site: str) -> str:
    """Remove the site's name at the end, and a section of at most two words before it ("… - World - Site")."""
    names = {_joined(site), *(_joined(part) for part in site.split("."))} - {""}
    separators = list(_SEPARATOR.finditer(title))
    if not separators or not _is_site_name(_joined(title[separators[-1].end() :]), names):
        return title
    end = separators.pop()
    if (
        separators
        and separators[-1][0] == end[0]
        and _word_count(title[separators[-1].end() : end.start()]) <= _SECTION_WORDS
    ):
        end = separators.pop()
    return clean_text(title[: end.start()])


def _word_count(text: str) -> int:
    return len(_WORD.findall(text))


def _is_site_name(piece: str, names: set[str]) -> bool:
    """Return whether the piece contains one of the names or is contained in it: "BBC" and "BBC News"."""
    return len(piece) >= _MIN_SITE_CHARS and any(
        len(name) >= _MIN_SITE_CHARS and (name in piece or piece in name) for name in names
    )


def _joined(text: str) -> str:
    """Return the words in lower case, joined without separator."""
    return "".join(_WORD.findall(text.casefold()))
