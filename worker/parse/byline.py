"""Read the authors of an article: from JSON-LD, meta tags, or the visible byline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse.jsonld import JsonLd, as_list, literal_text
from worker.parse.markup import attribute_text, clean_text, node_text

_META = ",".join(
    f"meta[name='{name}' i], meta[property='{name}' i]"
    for name in (
        "author",
        "article:author",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "dcterms.creator",
        "byl",
        "citation_author",
        "cxenseparse:author",
        "shareaholic:article_author_name",
        "mrf:authors",
    )
)
_VISIBLE = (
    "[itemprop~='author'] [itemprop~='name']",
    "[itemprop~='author']",
    "a[rel~='author']",
    "[class*='byline' i] a[href*='/author' i], [class*='author' i] a[href*='/author' i]",
    "[class~='byline' i], [class~='author' i]",
    "[class*='author-name' i], [class*='author_name' i], [class*='authorname' i]",
    "[class*='byline' i]",
)
"""Selectors of visible bylines, most reliable first; the first that yields a name decides."""
_MAX_NAMES = 20
_MAX_CHARS = 80
_MAX_WORDS = 7

_BY = re.compile(
    r"^(?:(?:written|reported|posted|published|story|text|words|analysis|review(?:ed)?|opinion|report|edited)\s+by|"
    r"by|von|par|por|di|de la redacción de|af|av|door|autor(?:in|es|e|i)?|author|escrito por|"
    r"text|words|texte|texto|oleh|автор)\b(?!['\u2019-])\s*:?\s+",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[;|•·/\n]\s*|\s+(?:and|und|et|y|e|og|och|en|ja|i|und|&|dan)\s+", re.IGNORECASE)
_URL_OR_YEAR = re.compile(r"https?:|www\.|@|\.(?:com|org|net)/|\d{4}")
_TRAILING_DETAILS = re.compile(r"\s*[(\[<].*$|\s+(?:in|for|at)\s+(?=[A-Z]).*$|\s+-\s+.*$")
_PLACEHOLDERS = frozenset(
    (
        *("admin", "administrator", "webmaster", "staff", "editor", "editors", "author", "authors", "autor", "news"),
        *("redaktion", "redaktor", "redacción", "redaction", "unknown", "none", "null", "undefined", "guest"),
        *("anonymous", "n/a"),
    )
)
_LETTER = re.compile(r"[^\W\d_]")


def read_byline(page: LexborHTMLParser, json_ld: JsonLd) -> list[str]:
    """Return the authors' names in order, each once, at most 20: persons if there are any, else the agency or desk."""
    persons, organisations = _jsonld_authors(json_ld)
    for source in (persons, _meta_authors(page), _visible_authors(page), organisations):
        names = list(dict.fromkeys(name for byline in source for name in split_names(byline)))
        if names:
            return names[:_MAX_NAMES]
    return []


def split_names(byline: str) -> list[str]:
    """Split "By Ann Lee and Bo Ek, PhD" into ["Ann Lee", "Bo Ek"].

    Degrees, roles and places are removed, placeholders such as "admin" are dropped.  Empty if the byline contains a
    URL, an e-mail address or a year.
    """
    if len(byline) > _MAX_NAMES * _MAX_CHARS or _URL_OR_YEAR.search(byline):
        return []
    pieces = (name for part in _SEPARATOR.split(_BY.sub("", byline)) for name in _split_at_commas(part))
    return [name for name in map(_clean_name, pieces) if name]


def _split_at_commas(part: str) -> list[str]:
    """Split "A B, C D" into two names; otherwise a comma is followed by a role, place or degree, which is removed."""
    pieces = [p.strip() for p in part.split(",") if p.strip()]
    if len(pieces) > 1 and len(pieces[0].split()) == 1:
        return [part] if len(pieces) == 2 else pieces[:1]  # noqa: PLR2004 - "AFP, Manila" is one name
    full = [p for p in pieces if len(p.split()) > 1]
    return full if len(full) == len(pieces) else pieces[:1]


def _clean_name(text: str) -> str:
    """Return the name without "by" and trailing details; "" if it is too long, has no letter or is a placeholder."""
    name = _TRAILING_DETAILS.sub("", _BY.sub("", clean_text(text))).strip(" ,.:;-\u2013\u2014|")
    is_name = len(name) <= _MAX_CHARS and len(name.split()) <= _MAX_WORDS and _LETTER.search(name)
    return name if is_name and name.casefold() not in _PLACEHOLDERS else ""


def _jsonld_authors(json_ld: JsonLd) -> tuple[list[str], list[str]]:
    """Return (names of persons, names of organisations) of the first article node with an author."""
    persons: list[str] = []
    organisations: list[str] = []
    for node in json_ld.articles:
        for author in map(json_ld.resolve, as_list(node.get("author") or node.get("creator"))):
            names = organisations if _is_organisation(author) else persons
            names.append(_author_name(author))
        if any(persons) or any(organisations):
            break
    return persons, organisations


def _is_organisation(author: Any) -> bool:
    types = as_list(author.get("@type")) if isinstance(author, dict) else []
    return any(isinstance(type_, str) and type_.endswith("Organization") for type_ in types)


def _author_name(author: Any) -> str:
    if isinstance(author, dict):
        names = as_list(author.get("name"))
        return " ; ".join(literal_text(name) for name in names[:_MAX_NAMES])
    return literal_text(author)


def _meta_authors(page: LexborHTMLParser) -> Iterator[str]:
    for meta in page.css(_META)[:_MAX_NAMES]:
        yield attribute_text(meta, "content")


def _visible_authors(page: LexborHTMLParser) -> Iterator[str]:
    """Yield the texts of the first visible byline and of the bylines beside it.

    Bylines elsewhere on the page belong to other articles.
    """
    for selector in _VISIBLE:
        found = [node for node in page.css(selector)[:_MAX_NAMES] if split_names(node_text(node))]
        if found:
            parent = {_parent_id(node) for node in found[:1]}
            yield from (node_text(node) for node in found if _parent_id(node) in parent)
            return


def _parent_id(node: LexborNode) -> int | None:
    parent = node.parent
    return parent.mem_id if parent is not None else None
