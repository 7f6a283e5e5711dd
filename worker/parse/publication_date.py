"""Find the time of publication of an article: declared by the page, else in its address, title or text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import chain

import htmldate
from lxml.etree import LxmlError
from selectolax.lexbor import LexborHTMLParser

from worker.parse.dates import EARLIEST, LATEST, parse_datetime
from worker.parse.jsonld import JsonLd, literal_text
from worker.parse.markup import attribute_text, node_text
from worker.parse.meta_tags import MetaTags
from worker.parse.visible_dates import find_date_by_headline, find_visible_date, parse_written_date
from worker.parse.zones import offset_of_domain

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
_LIBRARY_FAILURES = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, LxmlError)
"""Exceptions that htmldate and lxml raise for invalid dates and markup; the page then has no date."""
_DATED_PATH = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/_-]|$)", re.ASCII)
_TITLE_PARTS = re.compile(r"\s[|–—-]\s|\|")  # noqa: RUF001 - dashes are meant
_MAX_TITLE_DATE = 20
"""Characters up to which the part of a title that contains a date is a date."""
_MAX_OFFSET = timedelta(hours=14)


def read_publication_date(
    page: LexborHTMLParser, json_ld: JsonLd, tags: MetaTags, html: str, *, url: str, latest: datetime | None
) -> datetime | None:
    """Return the time of publication in the outlet's time zone, as far as it is known; None if there is none.

    `latest`: time of the fetch, which limits dates that are not declared.
    """
    declared = chain(_jsonld_dates(json_ld), _tagged_dates(page, tags))
    first = next(declared, None)
    if first is not None:
        return _in_local_zone(first, declared, url)
    return _detected_date(page, html, url, latest)


# ---------------------------------------------------------------- declared
def _jsonld_dates(json_ld: JsonLd) -> Iterator[datetime]:
    for node in (*json_ld.articles, *json_ld.pages):
        found = parse_datetime(literal_text(node.get("datePublished")))
        if found:
            yield found
            return


def _tagged_dates(page: LexborHTMLParser, tags: MetaTags) -> Iterator[datetime]:
    yield from filter(None, (parse_datetime(tags[name][0]) for name in _DATE_TAGS if name in tags))
    for selector in _DATE_SELECTORS:
        for node in page.css(selector)[:5]:
            found = parse_datetime(attribute_text(node, "content") or attribute_text(node, "datetime"))
            if found:
                yield found


def _in_local_zone(moment: datetime, others: Iterable[datetime], url: str) -> datetime:
    """Return a declared date in the outlet's time zone if it is given in UTC, so that its day is that of the outlet.

    The zone is that of another date with the same instant, one that fits the day in the address, or that of the domain.
    """
    if moment.utcoffset() or not (moment.hour or moment.minute):
        return moment
    local = next((other for other in others if other == moment and other.utcoffset()), None)
    if local is not None:
        return local
    offset = _offset_by_address(moment, url)
    if offset is None:
        offset = offset_of_domain(url.partition("://")[2].partition("/")[0].partition(":")[0], moment)
    return moment.astimezone(timezone(offset)) if offset else moment


def _offset_by_address(moment: datetime, url: str) -> timedelta | None:
    """Return the smallest offset in hours for which a moment in UTC is on the day in the address; None without one."""
    day = _day_in_address(url)
    if day is None:
        return None
    midnight = datetime.combine(day, datetime.min.time(), UTC)
    if midnight > moment:
        offset = timedelta(hours=-((moment - midnight) // timedelta(hours=1)))
    else:
        offset = -timedelta(hours=max(0, (moment - midnight - timedelta(days=1)) // timedelta(hours=1) + 1))
    return offset if abs(offset) <= _MAX_OFFSET else None


def _day_in_address(url: str) -> date | None:
    found = _DATED_PATH.search(url)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


# ---------------------------------------------------------------- detected
def _detected_date(page: LexborHTMLParser, html: str, url: str, latest: datetime | None) -> datetime | None:
    """Return the date in the title, the address or the text, in many languages; not after the day after `latest`."""
    until = latest + timedelta(days=1) if latest else LATEST
    shown = _date_in_title(page) or find_date_by_headline(page)
    if shown and EARLIEST <= shown <= until:
        return shown
    found = parse_datetime(_date_by_htmldate(html, url, until) or "")
    written = None if found and found.day != 1 else find_visible_date(page)
    if found and (found.day != 1 or found == written or _is_day_stated(found, html, url)):
        return found
    return written if written and EARLIEST <= written <= until else None


def _date_in_title(page: LexborHTMLParser) -> datetime | None:
    """Return the date that is a part of the title of its own: "Ferry talks go on | Post | 28.04.2023"."""
    last = _TITLE_PARTS.split(node_text(page.css_first("head title") or page.css_first("title")))[-1]
    return parse_written_date(last) if len(last) <= _MAX_TITLE_DATE else None


def _is_day_stated(found: datetime, html: str, url: str) -> bool:
    """Return whether the first of a month is stated: htmldate also returns it for a month without a day."""
    year, month = found.year, found.month
    stated = rf"{year}[-/.]?0?{month}[-/.]?0?1(?!\d)|(?<!\d)0?1[-/.]0?{month}[-/.]{year}"
    if month == 1:
        return bool(re.search(rf"{year}-01-01T|/{year}/01/01(?!\d)", f"{url}/ {html}"))
    return bool(re.search(stated, f"{url} {html}"))


def _without_scripts(html: str) -> str:
    """Return the page without scripts: JSON-LD has been read, and what else is in it is about other pages."""
    return "</script>".join(
        part[: at if (at := part.rfind("<script")) >= 0 else None] for part in html.split("</script>")
    )


def _date_by_htmldate(html: str, url: str, until: datetime) -> str | None:
    """Return the date that htmldate finds without dateparser, which is slow and large."""
    try:
        return htmldate.find_date(
            _without_scripts(html),
            url=url,
            original_date=True,
            min_date=EARLIEST,
            max_date=until,
            deferred_url_extractor=True,
            extensive_search=False,
        )
    except _LIBRARY_FAILURES:
        return None
