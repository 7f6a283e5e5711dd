"""Read the details that a page declares about its article: last update, section, keywords, picture, description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct

from worker.parse.dates import parse_datetime
from worker.parse.jsonld import JsonLd, as_list, literal_text
from worker.parse.meta_tags import MetaTags
from worker.parse.template_values import is_unfilled, is_unfilled_address
from worker.urls import MAX_LENGTH

_MODIFIED = (
    *("article:modified_time", "og:updated_time", "article:modified", "datemodified", "last-modified", "lastmod"),
    *("dcterms.modified", "dc.date.modified", "revised"),
)
_SECTION = ("article:section", "parsely-section", "cxenseparse:recs:category", "section", "category")
_KEYWORDS = ("news_keywords", "keywords", "parsely-tags")
_IMAGE = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
_LIST = re.compile(r"\s*[,;|]\s*")
_MAX_TAGS = 50
_MAX_KEYWORDS = 30
_MAX_KEYWORD_CHARS = 100
_MAX_SECTION_CHARS = 100
_MAX_DESCRIPTION_CHARS = 1_000


class Details(Struct, frozen=True, kw_only=True):
    """Details of an article, None or empty where the page has none."""

    updated_at: datetime | None
    section: str | None
    keywords: list[str]
    image: str | None
    """Absolute address."""
    description: str | None


def read_details(json_ld: JsonLd, tags: MetaTags, base: str, descriptions: Iterable[str]) -> Details:
    """Read the details of the article of a page; `base` is the address to which that of the picture is relative."""
    nodes = json_ld.articles[:1]
    modified = [literal_text(node.get("dateModified")) for node in nodes]
    modified.extend(tags[name][0] for name in _MODIFIED if name in tags)
    sections = [text for node in nodes for text in _texts(node.get("articleSection"))]
    sections.extend(tags[name][0] for name in _SECTION if name in tags)
    description = next((text for text in descriptions if not is_unfilled(text)), None)
    return Details(
        updated_at=next(filter(None, map(parse_datetime, modified)), None),
        section=next((text for text in sections if len(text) <= _MAX_SECTION_CHARS and not is_unfilled(text)), None),
        keywords=_keywords([text for node in nodes for text in _texts(node.get("keywords"))], tags),
        image=_image(json_ld, tags, base),
        description=description and description[:_MAX_DESCRIPTION_CHARS],
    )


def _texts(value: Any) -> list[str]:
    return [text for text in map(literal_text, as_list(value)[:_MAX_TAGS]) if text]


def _keywords(declared: list[str], tags: MetaTags) -> list[str]:
    """Return the keywords in JSON-LD, else in meta tags, each once."""
    lists = (declared, tags.get("article:tag", []), *(tags.get(name, []) for name in _KEYWORDS))
    texts: list[str] = next((found for found in lists if any(found)), [])
    words = (word.strip() for text in texts for word in _LIST.split(text))
    return list(dict.fromkeys(w for w in words if len(w) <= _MAX_KEYWORD_CHARS and not is_unfilled(w)))[:_MAX_KEYWORDS]


def _image(json_ld: JsonLd, tags: MetaTags, base: str) -> str | None:
    """Return the absolute address of the first usable picture."""
    for address in (*(tags[name][0] for name in _IMAGE if name in tags), *_jsonld_images(json_ld)):
        if address and not is_unfilled_address(address):
            try:
                found = urljoin(base, address)
            except ValueError:
                continue
            if found.startswith(("http://", "https://")) and len(found) <= MAX_LENGTH:
                return found
    return None


def _jsonld_images(json_ld: JsonLd) -> Iterator[str]:
    for node in json_ld.articles[:1]:
        for image in map(json_ld.resolve, as_list(node.get("image"))[:_MAX_TAGS]):
            yield literal_text(image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image)
