"""Read the metadata of an article: from JSON-LD, else OpenGraph and meta tags, else visible elements."""

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
from worker.parse.byline import read_byline
from worker.parse.dates import EARLIEST, LATEST, parse_datetime
from worker.parse.jsonld import JsonLd, as_list, literal_text
from worker.parse.markup import attribute_text
from worker.parse.title import choose_headline
from worker.parse.visible_dates import find_visible_date
from worker.urls import canonicalise

_DATE_TAGS = (
    *("article:published_time", "article:published", "og:article:published_time", "og:published_time"),
    *("datepublished", "published_time", "published_at", "publish-date", "publishdate", "pubdate", "pdate", "ptime"),
    *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "article.published"),
    *("originalpublicationdate", "article_date_original", "citation_publication_date"),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date"),
    *("date.created", "created", "date"),
)
"""Meta tags with the date of first publication, most reliable first; tags with the last modification are left out."""
_DATE_SELECTORS = (
    "meta[itemprop~='datePublished']",
    "time[itemprop~='datePublished'], [itemprop~='datePublished']",
    "time[pubdate], time[class*='publish' i], time[class*='created' i]",
)
_MAX_SITE_CHARS = 120
_LIBRARY_FAILURES = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, LxmlError)
"""Exceptions that htmldate and lxml raise for invalid dates and markup; the page then has no date."""
_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None)


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


def read_metadata(page: LexborHTMLParser, json_ld: JsonLd, html: str, url: str, latest: datetime | None) -> Metadata:
    """Read a page's metadata; `url` is the fetched address, `latest` the time of the fetch, which limits dates."""
    address = _page_url(page, url)
    site = _site_name(page, json_ld)[:_MAX_SITE_CHARS].strip()
    return Metadata(
        url=address,
        title=choose_headline(page, json_ld, f"{site}.{_domain(url).partition('.')[0]}"),
        byline=read_byline(page, json_ld),
        published_at=_declared_date(page, json_ld) or _detected_date(page, html, url, latest),
        language=_declared_language(page, json_ld),
        site=site or None,
        descriptions=_descriptions(page, json_ld),
    )


def _page_url(page: LexborHTMLParser, url: str) -> str:
    """Return the canonical form of the address that the page declares, or else of `url`.

    A declared address is ignored on another registrable domain, and if it is the front page but `url` is not.  With an
    empty `url`, the first valid declared address is used.
    """
    own = canonicalise(url) if url else ""
    for declared in filter(None, _declared_urls(page)):
        try:
            candidate = canonicalise(urljoin(own, declared))
        except (Permanent, ValueError):
            continue
        if not own or (_domain(candidate) == _domain(own) and (_path(candidate) or not _path(own))):
            return candidate
    return own


def _declared_urls(page: LexborHTMLParser) -> Iterator[str]:
    yield attribute_text(page.css_first("link[rel~='canonical']"), "href")
    yield attribute_text(page.css_first("meta[property='og:url']"), "content")


def _domain(url: str) -> str:
    """Return the registrable domain; if the host has no public suffix, the IP address or the last two labels."""
    found = _suffixes(url)
    host = found.ipv4 or found.ipv6
    return host or found.top_domain_under_public_suffix or ".".join(f"{found.subdomain}.{found.domain}".split(".")[-2:])


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2]


def _site_name(page: LexborHTMLParser, json_ld: JsonLd) -> str:
    named = attribute_text(page.css_first("meta[property='og:site_name'], meta[name='og:site_name']"), "content")
    if named:
        return named
    for node in json_ld.articles:
        for publisher in map(json_ld.resolve, as_list(node.get("publisher"))):
            name = literal_text(publisher.get("name")) if isinstance(publisher, dict) else ""
            if name:
                return name
    return attribute_text(
        page.css_first("meta[name='application-name'], meta[name='cre'], meta[name='publisher' i]"), "content"
    )


def _declared_date(page: LexborHTMLParser, json_ld: JsonLd) -> datetime | None:
    for node in (*json_ld.articles, *json_ld.pages):
        found = parse_datetime(literal_text(node.get("datePublished")))
        if found:
            return found
    return next(filter(None, map(parse_datetime, _tagged_dates(page))), None)


def _tagged_dates(page: LexborHTMLParser) -> Iterator[str]:
    tags: dict[str, str] = {}
    for meta in page.css("meta[content]"):
        name = attribute_text(meta, "property") or attribute_text(meta, "name")
        tags.setdefault(name.lower(), attribute_text(meta, "content"))
    yield from (tags[name] for name in _DATE_TAGS if name in tags)
    for selector in _DATE_SELECTORS:
        for node in page.css(selector)[:5]:
            yield attribute_text(node, "content") or attribute_text(node, "datetime")


def _detected_date(page: LexborHTMLParser, html: str, url: str, latest: datetime | None) -> datetime | None:
    """Return the date in the address or in the text, in many languages; not after the day following `latest`.

    January 1 is discarded: htmldate returns it for a year without month and day.
    """
    until = latest + timedelta(days=1) if latest else LATEST
    found = _date_by_htmldate(html, url, until)
    if found and not found.endswith("-01-01"):
        return parse_datetime(found)
    written = find_visible_date(page)
    return written if written and EARLIEST <= written <= until else None


def _date_by_htmldate(html: str, url: str, until: datetime) -> str | None:
    """Return the date that htmldate finds without dateparser, which is slow and large."""
    try:
        return htmldate.find_date(
            html,
            url=url,
            original_date=True,
            min_date=EARLIEST,
            max_date=until,
            deferred_url_extractor=True,
            extensive_search=False,
        )
    except _LIBRARY_FAILURES:
        return None


def _declared_language(page: LexborHTMLParser, json_ld: JsonLd) -> str | None:
    declared = [literal_text(node.get("inLanguage")) for node in json_ld.articles[:1]]
    declared.append(attribute_text(page.css_first("html"), "lang"))
    declared.append(attribute_text(page.css_first("meta[property='og:locale']"), "content"))
    declared.append(
        attribute_text(page.css_first("meta[http-equiv='content-language' i], meta[name='language' i]"), "content")
    )
    return next((d for d in declared if d), None)


def _descriptions(page: LexborHTMLParser, json_ld: JsonLd) -> list[str]:
    found = [literal_text(node.get("description")) for node in json_ld.articles]
    tags = "meta[name='description' i], meta[property='og:description'], meta[name='twitter:description']"
    found.extend(attribute_text(meta, "content") for meta in page.css(tags))
    return [text for text in found if text]
