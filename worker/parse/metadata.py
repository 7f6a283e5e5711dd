"""What a page says about its article: JSON-LD first, then OpenGraph and meta tags, then what is visible."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin

import htmldate
from lxml.etree import LxmlError
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser
from tldextract import TLDExtract

from worker.errors import Permanent
from worker.parse import jsonld
from worker.parse.byline import byline
from worker.parse.dates import EARLIEST, LATEST, instant
from worker.parse.jsonld import Linked
from worker.parse.markup import attribute
from worker.parse.title import headline
from worker.urls import canonical

_DATE_TAGS = (
    *("article:published_time", "article:published", "og:article:published_time", "og:published_time"),
    *("datepublished", "published_time", "published_at", "publish-date", "publishdate", "pubdate", "pdate", "ptime"),
    *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "article.published"),
    *("originalpublicationdate", "article_date_original", "citation_publication_date"),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date"),
    *("date.created", "created", "date"),
)
"""Names of meta tags that give the first publication, most telling first; none that gives the last change."""
_PUBLISHED = (
    "meta[itemprop~='datePublished']",
    "time[itemprop~='datePublished'], [itemprop~='datePublished']",
    "time[pubdate], time[class*='publish' i], time[class*='created' i]",
)
_MAX_SITE_CHARS = 120
_LIBRARY_FAILURES = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, LxmlError)
"""What htmldate and lxml let through on dates and markup that are broken: such a page has no date."""
_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None)


class Metadata(Struct, frozen=True, kw_only=True):
    """Everything about an article but its text."""

    url: str
    title: str
    byline: list[str]
    published_at: datetime | None
    """In the zone in which the page states it."""
    language: str | None
    """As declared, unchecked; any case and form."""
    site: str | None
    descriptions: list[str]
    """Summaries that the page gives of itself; often its standfirst."""


def metadata(page: LexborHTMLParser, linked: Linked, html: str, url: str, latest: datetime | None) -> Metadata:
    """Read a page's metadata; `url` is where it was fetched, `latest` when (no date after it is believed)."""
    address = _address(page, url)
    site = _site(page, linked)[:_MAX_SITE_CHARS].strip()
    return Metadata(
        url=address,
        title=headline(page, linked, f"{site}.{_domain(url).partition('.')[0]}"),
        byline=byline(page, linked),
        published_at=_published(page, linked) or _searched(html, url, latest),
        language=_declared_language(page, linked),
        site=site or None,
        descriptions=_descriptions(page, linked),
    )


def _address(page: LexborHTMLParser, url: str) -> str:
    """Canonical form of the page's own idea of its address, if that is on the same domain and no front page.

    A page that came without an address (`url` is empty) is taken at its word.
    """
    own = canonical(url) if url else ""
    for claim in filter(None, _claims(page)):
        try:
            claimed = canonical(urljoin(own, claim))
        except (Permanent, ValueError):
            continue
        if not own or (_domain(claimed) == _domain(own) and (_path(claimed) or not _path(own))):
            return claimed
    return own


def _claims(page: LexborHTMLParser) -> Iterator[str]:
    yield attribute(page.css_first("link[rel~='canonical']"), "href")
    yield attribute(page.css_first("meta[property='og:url']"), "content")


def _domain(url: str) -> str:
    """Registrable domain; where the public suffix list has no answer, the address or the last two labels."""
    found = _suffixes(url)
    host = found.ipv4 or found.ipv6
    return host or found.top_domain_under_public_suffix or ".".join(f"{found.subdomain}.{found.domain}".split(".")[-2:])


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2]


def _site(page: LexborHTMLParser, linked: Linked) -> str:
    named = attribute(page.css_first("meta[property='og:site_name'], meta[name='og:site_name']"), "content")
    if named:
        return named
    for node in linked.articles:
        for publisher in map(linked.resolve, jsonld.values(node.get("publisher"))):
            name = jsonld.text(publisher.get("name")) if isinstance(publisher, dict) else ""
            if name:
                return name
    return attribute(
        page.css_first("meta[name='application-name'], meta[name='cre'], meta[name='publisher' i]"), "content"
    )


def _published(page: LexborHTMLParser, linked: Linked) -> datetime | None:
    for node in (*linked.articles, *linked.pages):
        found = instant(jsonld.text(node.get("datePublished")))
        if found:
            return found
    return next(filter(None, map(instant, _tagged_dates(page))), None)


def _tagged_dates(page: LexborHTMLParser) -> Iterator[str]:
    tags: dict[str, str] = {}
    for meta in page.css("meta[content]"):
        name = attribute(meta, "property") or attribute(meta, "name")
        tags.setdefault(name.lower(), attribute(meta, "content"))
    yield from (tags[name] for name in _DATE_TAGS if name in tags)
    for selector in _PUBLISHED:
        for node in page.css(selector)[:5]:
            yield attribute(node, "content") or attribute(node, "datetime")


def _searched(html: str, url: str, latest: datetime | None) -> datetime | None:
    """Ask htmldate, which reads dates out of the text and the address in many languages.

    Its first of January is nearly always a year alone that it found somewhere, and worse than no date.
    """
    until = latest + timedelta(days=1) if latest else LATEST
    try:
        found = htmldate.find_date(
            html, url=url, original_date=True, min_date=EARLIEST, max_date=until, deferred_url_extractor=True
        )
    except _LIBRARY_FAILURES:
        return None
    return instant(found) if found and not found.endswith("-01-01") else None


def _declared_language(page: LexborHTMLParser, linked: Linked) -> str | None:
    declared = [jsonld.text(node.get("inLanguage")) for node in linked.articles[:1]]
    declared.append(attribute(page.css_first("html"), "lang"))
    declared.append(attribute(page.css_first("meta[property='og:locale']"), "content"))
    declared.append(
        attribute(page.css_first("meta[http-equiv='content-language' i], meta[name='language' i]"), "content")
    )
    return next((d for d in declared if d), None)


def _descriptions(page: LexborHTMLParser, linked: Linked) -> list[str]:
    found = [jsonld.text(node.get("description")) for node in linked.articles]
    tags = "meta[name='description' i], meta[property='og:description'], meta[name='twitter:description']"
    found.extend(attribute(meta, "content") for meta in page.css(tags))
    return [text for text in found if text]
