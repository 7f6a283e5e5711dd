"""Who wrote it: names from JSON-LD, meta tags, or the line under the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse import jsonld
from worker.parse.jsonld import Linked
from worker.parse.markup import attribute, clean, words

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
"""Most telling first; the first that yields a name decides."""
_MAX_NAMES = 20
_MAX_CHARS = 80
_MAX_WORDS = 7

_BY = re.compile(
    r"^(?:(?:written|reported|posted|published|story|text|words|analysis|review(?:ed)?|opinion|report|edited)\s+by|"
    r"by|von|par|por|di|de la redacción de|af|av|door|autor(?:in|es|e|i)?|author|escrito por|"
    r"text|words|texte|texto|oleh|автор)\b(?!['\u2019-])\s*:?\s+",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*[;|•·/\n]\s*|\s+(?:and|und|et|y|e|og|och|en|ja|i|und|&|dan)\s+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?:|www\.|@|\.(?:com|org|net)/|\d{4}")
_AFTER = re.compile(r"\s*[(\[<].*$|\s+(?:in|for|at)\s+(?=[A-Z]).*$|\s+-\s+.*$")
_NOBODY = frozenset(
    (
        *("admin", "administrator", "webmaster", "staff", "editor", "editors", "author", "authors", "autor", "news"),
        *("redaktion", "redaktor", "redacción", "redaction", "unknown", "none", "null", "undefined", "guest"),
        *("anonymous", "n/a"),
    )
)
_NAME = re.compile(r"[^\W\d_]")


def byline(page: LexborHTMLParser, linked: Linked) -> list[str]:
    """Names of those who sign: persons, or the agency or desk where only that is given; each once, in order."""
    persons, organisations = _of_jsonld(linked)
    for source in (persons, _of_meta(page), _of_text(page), organisations):
        names = list(dict.fromkeys(name for written in source for name in split(written)))
        if names:
            return names[:_MAX_NAMES]
    return []


def split(written: str) -> list[str]:
    """Part "By Ann Lee and Bo Ek, PhD" into ["Ann Lee", "Bo Ek"]; what is no name is left out."""
    if len(written) > _MAX_NAMES * _MAX_CHARS or _ADDRESS.search(written):
        return []
    pieces = (name for part in _AND.split(_BY.sub("", written)) for name in _by_comma(part))
    return [name for name in map(_name, pieces) if name]


def _by_comma(part: str) -> list[str]:
    """Split at commas, which part full names ("A B, C D"); else what follows one is a role, a place or a degree."""
    pieces = [p.strip() for p in part.split(",") if p.strip()]
    if len(pieces) > 1 and len(pieces[0].split()) == 1:
        return [part] if len(pieces) == 2 else pieces[:1]  # noqa: PLR2004 - "AFP, Manila" is one signature
    full = [p for p in pieces if len(p.split()) > 1]
    return full if len(full) == len(pieces) else pieces[:1]


def _name(written: str) -> str:
    name = _AFTER.sub("", _BY.sub("", clean(written))).strip(" ,.:;-\u2013\u2014|")
    fits = len(name) <= _MAX_CHARS and len(name.split()) <= _MAX_WORDS and _NAME.search(name)
    return name if fits and name.casefold() not in _NOBODY else ""


def _of_jsonld(linked: Linked) -> tuple[list[str], list[str]]:
    """Persons and organisations that the first node with an author names."""
    persons: list[str] = []
    organisations: list[str] = []
    for node in linked.articles:
        for author in map(linked.resolve, jsonld.values(node.get("author") or node.get("creator"))):
            named = organisations if _is_organisation(author) else persons
            named.append(_called(author))
        if any(persons) or any(organisations):
            break
    return persons, organisations


def _is_organisation(author: Any) -> bool:
    kinds = jsonld.values(author.get("@type")) if isinstance(author, dict) else []
    return any(isinstance(kind, str) and kind.endswith("Organization") for kind in kinds)


def _called(author: Any) -> str:
    if isinstance(author, dict):
        names = jsonld.values(author.get("name"))
        return " ; ".join(jsonld.text(name) for name in names[:_MAX_NAMES])
    return jsonld.text(author)


def _of_meta(page: LexborHTMLParser) -> Iterator[str]:
    for meta in page.css(_META)[:_MAX_NAMES]:
        yield attribute(meta, "content")


def _of_text(page: LexborHTMLParser) -> Iterator[str]:
    """Read the first line that names somebody: all authors of an article stand side by side, those of others below."""
    for selector in _VISIBLE:
        found = [node for node in page.css(selector)[:_MAX_NAMES] if split(words(node))]
        if found:
            line = {_outer(node) for node in found[:1]}
            yield from (words(node) for node in found if _outer(node) in line)
            return


def _outer(node: LexborNode) -> int | None:
    parent = node.parent
    return parent.mem_id if parent is not None else None
