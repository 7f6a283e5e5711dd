"""Read the metadata of an article: from JSON-LD, else OpenGraph and meta tags, else visible elements."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser

from worker.parse.address import base_address, registrable_domain
from worker.parse.byline import read_byline
from worker.parse.details import Details, read_details
from worker.parse.jsonld import JsonLd, as_list, literal_text
from worker.parse.markup import attribute_text
from worker.parse.meta_tags import MetaTags, read_meta_tags
from worker.parse.publication_date import read_publication_date
from worker.parse.template_values import is_unfilled
from worker.parse.title import choose_headline

_MAX_SITE_CHARS = 120
_DESCRIPTIONS = ("description", "og:description", "twitter:description")


class Metadata(Struct, frozen=True, kw_only=True):
    """The metadata of an article."""

    url: str
    title: str
    byline: list[str]
    published_at: datetime | None
    """Time of publication, in the time zone that the page states."""
    language: str | None
    """Language as declared, in any spelling; not checked against the text."""
    site: str | None
    descriptions: list[str]
    """Summaries in the page's metadata; often identical to the standfirst."""
    details: Details


def read_metadata(page: LexborHTMLParser, json_ld: JsonLd, html: str, url: str, latest: datetime | None) -> Metadata:
    """Read a page's metadata; `url` is its address, `latest` the time of the fetch, which limits dates."""
    tags = read_meta_tags(page)
    site = _site_name(tags, json_ld)[:_MAX_SITE_CHARS].strip()
    names = f"{site}.{registrable_domain(url).partition('.')[0]}"
    descriptions = _descriptions(tags, json_ld)
    return Metadata(
        url=url,
        title=choose_headline(page, json_ld, tags, names),
        byline=read_byline(page, json_ld, tags, names),
        published_at=read_publication_date(page, json_ld, tags, html, url=url, latest=latest),
        language=_declared_language(page, json_ld),
        site=site or None,
        descriptions=descriptions,
        details=read_details(json_ld, tags, base_address(page, url), descriptions),
    )


def _site_name(tags: MetaTags, json_ld: JsonLd) -> str:
    named = tags.get("og:site_name", [""])[0]
    if not is_unfilled(named):
        return named
    for node in json_ld.articles:
        for publisher in map(json_ld.resolve, as_list(node.get("publisher"))):
            name = literal_text(publisher.get("name")) if isinstance(publisher, dict) else ""
            if not is_unfilled(name):
                return name
    return next((tags[name][0] for name in ("application-name", "cre", "publisher") if name in tags), "")


def _declared_language(page: LexborHTMLParser, json_ld: JsonLd) -> str | None:
    declared = [literal_text(node.get("inLanguage")) for node in json_ld.articles[:1]]
    declared.append(attribute_text(page.css_first("html"), "lang"))
    declared.append(attribute_text(page.css_first("meta[property='og:locale']"), "content"))
    declared.append(
        attribute_text(page.css_first("meta[http-equiv='content-language' i], meta[name='language' i]"), "content")
    )
    return next((d for d in declared if d), None)


def _descriptions(tags: MetaTags, json_ld: JsonLd) -> list[str]:
    found = [literal_text(node.get("description")) for node in json_ld.articles]
    found.extend(text for name in _DESCRIPTIONS for text in tags.get(name, []))
    return [text for text in found if text]
