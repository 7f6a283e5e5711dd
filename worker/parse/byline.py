"""Read the authors of an article: from JSON-LD, meta tags, or the visible byline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse.boilerplate import find_evidence
from worker.parse.jsonld import JsonLd, as_list, literal_text
from worker.parse.markup import clean_text, node_text
from worker.parse.meta_tags import MetaTags
from worker.parse.template_values import is_unfilled

_META = (
    *("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl"),
    *("citation_author", "cxenseparse:author", "shareaholic:article_author_name", "mrf:authors"),
)
_META_ENDS = ("_author", "_authors", ":authors")
"""Ends of the names of meta tags that outlets have of their own."""
_VISIBLE = (
    "[itemprop~='author'] [itemprop~='name']",
    "[itemprop~='author']",
    "a[rel~='author']",
    "[class*='byline' i] a[href*='/author' i], [class*='author' i] a[href*='/author' i]",
    "[class~='byline' i], [class~='author' i]",
    "[class*='author-name' i], [class*='author_name' i], [class*='authorname' i]",
    "[class*='byline' i], [class*='authorline' i]",
    "[class~='authors' i], [class*='__author' i], [class^='author-' i], [class*=' author-' i]",
)
"""Selectors of visible bylines, most reliable first; the first that yields a name decides."""
_WRITTEN_BY = re.compile(
    r"written|author|verfasst|geschrieben|écrit|auteur|escrito|autor|scritto|autore|geschreven|skriv|napisa|yazar",
    re.IGNORECASE,
)
_MAX_NAMES = 20
_MAX_CHARS = 80
_MAX_WORDS = 7

_BY = re.compile(
    r"^(?:(?:written|reported|posted|published|story|text|words|analysis|review(?:ed)?|opinion|report|edited)\s+by|"
    r"by|von|par|por|di|de la redacción de|af|av|door|autor(?:in|es|e|i)?|author|escrito por|"
    r"text|words|texte|texto|oleh|автор)\b(?!['\u2019-])\s*:?\s+",
    re.IGNORECASE,
)
_STRUCTURED_BY = re.compile(r"^by\s*:?\s+", re.IGNORECASE)
"""What precedes names that a page marks as such; other words may be the name ("Von Miller")."""
_SEPARATOR = re.compile(
    r"\s*[;|•·/\n]\s*|\s+(?:(?i:and|und|et|og|och|dan|en|ja)|&)\s+"
    r"|(?<=\w\w)(?<!^\w)\s+(?:[eyi])\s+(?=\w\w+\s\w)"
)
"""Between names.  A single letter is "and" only in lower case and before a full name; else it is an initial."""
_MAIL_OR_URL = re.compile(r"\S+@\S+|https?:\S+|\bwww\.\S+|\S+\.(?:com|org|net)/\S*")
_HANDLE = re.compile(r"(?:^|\s)@\w+")
_DIGIT = re.compile(r"\d")
_TRAILING_DETAILS = re.compile(r"\s*[(\[<].*$|\s+(?:in|for|at)\s+(?=[A-Z]).*$|\s+-\s+.*$")
_PLACEHOLDERS = frozenset(
    (
        *("admin", "administrator", "webmaster", "staff", "editor", "editors", "author", "authors", "autor", "news"),
        *("redaktion", "redaktor", "redacción", "redaction", "unknown", "none", "null", "undefined", "guest"),
        *("anonymous", "n/a", "nachrichten", "newsroom", "newsdesk", "guest author", "staff reporter", "staff writer"),
        *("web desk", "news desk", "editorial team", "editorial staff", "editorial board", "super user"),
    )
)
_ROLE = re.compile(
    r"\b(?:editors?|correspondents?|reporters?|writers?|journalists?|columnists?|analysts?|producers?|photographers?|"
    r"contributors?|specialist|staff|bureau|desk|professor|director|ph\.?d|redakteur(?:in)?|korrespondent(?:in)?|"
    r"reporterin|journalistin|rédact(?:eur|rice)|correspondante?|journaliste|redactora?|corresponsal|periodista|editora|"
    r"giornalista|corrispondente|inviat[oa]|redattore|redattrice|jornalista|correspondente|repórter|redaktør|redaktör)\b",
    re.IGNORECASE,
)
"""What a person does, not who."""
_OUTLET_WORDS = frozenset(
    (
        *("news", "staff", "online", "redaktion", "redaktionen", "redacción", "redacao", "redação", "rédaction"),
        *("redazione", "redactie", "nachrichten", "editorial", "team", "desk", "newsroom", "web", "digital", "the"),
        *("editors", "reporter", "com", "de", "org", "net", "media", "press", "agency", "la", "le", "il"),
    )
)
"""Words beside the name of an outlet that do not make it a person."""
_OUTLET_WORD = re.compile(r"\w+")
_ABOUT_ARTICLE = frozenset(
    (
        *("byline", "bio", "metadata", "author-bio", "author-info", "author-box", "author-card", "author-about"),
        *("author-details", "author-description", "author-name", "text-author", "post-meta", "entry-meta"),
        *("article-meta", "timestamp", "dateline", "credit", "credits", "tags", "read-time", "reading-time", "share"),
        *("sharing", "<form>", "<footer>", "footer", "<button>", "<figure>", "hidden", "d-none", "toolbar"),
    )
)
"""Evidence of boilerplate that bylines have, too."""
_MAX_STEPS = 6
_LETTER = re.compile(r"[^\W\d_]")


def read_byline(page: LexborHTMLParser, json_ld: JsonLd, tags: MetaTags, outlet: str = "") -> list[str]:
    """Return the authors' names in order, each once, at most 20: persons if there are any, else the agency or desk.

    `outlet`: names of the outlet, separated by full stops.  The outlet is an author only if the page names no other.
    """
    persons, texts, organisations = _jsonld_authors(json_ld)
    structured = [name for name in map(_structured_name, persons) if name]
    sources: tuple[Callable[[], list[str]], ...] = (
        lambda: [*structured, *_split_all(texts)],
        lambda: _split_all(_meta_authors(tags)),
        lambda: _split_all(_visible_authors(page, outlet)),
        lambda: [name for name in map(_structured_name, organisations) if name],
    )
    for read in sources:
        names = list(dict.fromkeys(name for name in read() if not _is_outlet(name, outlet)))
        if names:
            return names[:_MAX_NAMES]
    return list(dict.fromkeys(name for name in map(_structured_name, [*persons, *organisations]) if name))[:_MAX_NAMES]


def _split_all(bylines: Iterable[str]) -> list[str]:
    return [name for byline in bylines for name in split_names(byline)]


def split_names(byline: str) -> list[str]:
    """Split "By Ann Lee and Bo Ek, PhD" into ["Ann Lee", "Bo Ek"].

    Addresses, degrees, roles, places and dates are removed, placeholders such as "admin" are dropped.
    """
    if len(byline) > _MAX_NAMES * _MAX_CHARS:
        return []
    text = _BY.sub("", _without_addresses(byline).strip())
    pieces = (name for part in _SEPARATOR.split(text) for name in _split_at_commas(part))
    return [name for name in map(_clean_name, pieces) if name and not _DIGIT.search(name)]


def _without_addresses(text: str) -> str:
    return _HANDLE.sub(" ", _MAIL_OR_URL.sub(" ", text))


def _structured_name(text: str) -> str:
    """Return a name that a page marks as such, which is not split; "" for a placeholder or an address."""
    if len(text) > _MAX_CHARS:
        return ""
    text = _STRUCTURED_BY.sub("", _without_addresses(text).strip())
    first, comma, rest = text.partition(",")
    return _clean_name(first if comma and " " in first.strip() and _ROLE.search(rest) else text)


def _split_at_commas(part: str) -> list[str]:
    """Split "A B, C D" into two names; otherwise a comma is followed by a role, place or degree, which is removed."""
    pieces = [p.strip() for p in part.split(",") if p.strip()]
    pieces = [*pieces[:1], *(p for p in pieces[1:] if not _ROLE.search(p) and not p[0].islower())]
    if len(pieces) > 1 and len(pieces[0].split()) == 1:
        return [part] if len(pieces) == 2 else pieces[:1]  # noqa: PLR2004 - "AFP, Manila" is one name
    full = [p for p in pieces if len(p.split()) > 1]
    return full if len(full) == len(pieces) else pieces[:1]


def _clean_name(text: str) -> str:
    """Return the name without trailing details; "" if it is too long, has no letter, or is a role or placeholder."""
    name = _TRAILING_DETAILS.sub("", clean_text(text)).strip(" ,.:;-\u2013\u2014|")
    is_name = len(name) <= _MAX_CHARS and len(name.split()) <= _MAX_WORDS and _LETTER.search(name)
    if not is_name or name.casefold() in _PLACEHOLDERS or is_unfilled(name) or _ROLE.match(name):
        return ""
    return name


def _is_outlet(name: str, outlet: str) -> bool:
    """Return whether a name is that of the outlet, possibly with words such as "news" and "staff"."""
    words = _OUTLET_WORD.findall(name.casefold())
    joined = "".join(words)
    for own in filter(None, ("".join(_OUTLET_WORD.findall(part.casefold())) for part in outlet.split("."))):
        if joined == own:
            return True
        rest = [word for word in words if word not in _OUTLET_WORDS]
        if len(rest) < len(words) and "".join(rest) == own:
            return True
    return False


def _jsonld_authors(json_ld: JsonLd) -> tuple[list[str], list[str], list[str]]:
    """Return (names of persons, bylines, names of organisations) of the first article node with an author."""
    persons: list[str] = []
    texts: list[str] = []
    organisations: list[str] = []
    for node in json_ld.articles:
        for author in map(json_ld.resolve, as_list(node.get("author") or node.get("creator"))):
            if isinstance(author, dict):
                (organisations if _is_organisation(author) else persons).extend(_author_names(author))
            else:
                texts.append(literal_text(author))
        if any(persons) or any(texts) or any(organisations):
            break
    return persons, texts, organisations


def _is_organisation(author: Any) -> bool:
    types = as_list(author.get("@type")) if isinstance(author, dict) else []
    return any(isinstance(type_, str) and type_.endswith("Organization") for type_ in types)


def _author_names(author: dict[str, Any]) -> list[str]:
    return [literal_text(name) for name in as_list(author.get("name"))[:_MAX_NAMES]]


def _meta_authors(tags: MetaTags) -> Iterator[str]:
    for name, values in tags.items():
        if name in _META or name.endswith(_META_ENDS):
            yield from values[:_MAX_NAMES]
    for number in ("1", "2"):
        if _WRITTEN_BY.search(tags.get(f"twitter:label{number}", [""])[0]):
            yield from tags.get(f"twitter:data{number}", [])[:1]


def _visible_authors(page: LexborHTMLParser, outlet: str) -> Iterator[str]:
    """Yield the texts of the first visible byline with another name than the outlet's, and of the bylines beside it.

    Bylines elsewhere on the page belong to other articles.
    """
    for selector in _VISIBLE:
        nodes = page.css(selector)[:_MAX_NAMES]
        found = [node for node in nodes if _names_person(node_text(node), outlet) and not _is_foreign(node)]
        if found:
            parent = {_parent_id(node) for node in found[:1]}
            yield from (node_text(node) for node in found if _parent_id(node) in parent)
            return


def _names_person(byline: str, outlet: str) -> bool:
    return any(not _is_outlet(name, outlet) for name in split_names(byline))


def _is_foreign(node: LexborNode) -> bool:
    """Return whether a byline is inside a teaser, comments, or other boilerplate by name or tag."""
    above = node.parent
    for _ in range(_MAX_STEPS):
        if above is None:
            return False
        if find_evidence(above) - _ABOUT_ARTICLE:
            return True
        above = above.parent
    return False


def _parent_id(node: LexborNode) -> int | None:
    parent = node.parent
    return parent.mem_id if parent is not None else None
