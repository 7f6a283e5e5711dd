"""The meta tags of a page by name."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from worker.parse.markup import clean_text

MetaTags = dict[str, list[str]]
"""Name or property in lower case -> contents in document order."""
_MAX_VALUES = 50


def read_meta_tags(page: LexborHTMLParser) -> MetaTags:
    """Return the contents of the meta tags, at most 50 of each name."""
    tags: MetaTags = {}
    for meta in page.css("meta[content]"):
        attributes = meta.attributes
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        values = tags.setdefault(name, [])
        if len(values) < _MAX_VALUES:
            values.append(clean_text(attributes.get("content") or ""))
    return tags
