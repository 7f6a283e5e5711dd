"""Parse feeds: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed and (news) sitemaps; tolerate deviations from the standards.

The XML parser recovers from errors, expands no declared entities, loads no DTD and has no network access.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

import msgspec
from lxml import etree
from msgspec import Struct

from worker.errors import Permanent

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRIES: Final = frozenset({"item", "entry", "url"})
"""Elements of one article in RSS, Atom and sitemaps."""

DATES: Final = ("published", "pubdate", "publication_date", "issued", "date", "updated", "modified", "lastmod")
"""Elements with the date of an entry, publication before modification; "date" is that of Dublin Core."""

_FEED_ROOTS: Final = frozenset({"rss", "rdf", "feed", "channel", "urlset"})
_XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_TITLE_CHARACTERS: Final = 1000
_STRAY_AMPERSAND = re.compile(
    rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)", re.DOTALL
)
"""An ampersand that begins no reference; the group matches CDATA sections, in which all are allowed."""
_HTML = re.compile(rb"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_HTML_TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


class FeedLink(Struct, frozen=True, kw_only=True):
    """An article listed by a feed; `url` is absolute, but not canonical."""

    url: str
    title: str = ""
    published_at: datetime | None = None


def parse_feed(body: bytes, base_url: str) -> list[FeedLink]:
    """Return the articles of a feed in its order, each URL once; entries without a URL are left out.

    Relative URLs are resolved against xml:base and `base_url`.  Raises Permanent("not_a_feed") with a description of
    the body.
    """
    text = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _json_links(text, base_url) if text.startswith(b"{") else _xml_links(text, base_url)
    first: dict[str, FeedLink] = {}
    for link in found:
        first.setdefault(link.url, link)
    return list(first.values())


# ---------------------------------------------------------------- RSS, Atom, sitemaps
def _xml_links(text: bytes, base_url: str) -> Iterator[FeedLink]:
    root = _parse_xml(text)
    if root is None or _local_name(root) not in _FEED_ROOTS:
        raise Permanent("not_a_feed", _describe(text, root))
    for entry in root.iter():
        if _local_name(entry) in ENTRIES and len(entry):
            link = _read_entry(entry, base_url)
            if link is not None:
                yield link


def _parse_xml(text: bytes) -> Any:
    """Return the root element; None if there is no element.

    Unescaped ampersands, the most frequent error, are escaped first: the parser would drop them from URLs.
    """
    is_utf16 = b"\x00" in text[:4]
    mended = text if is_utf16 else _STRAY_AMPERSAND.sub(lambda m: m[1] or b"&amp;", text)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(mended, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _local_name(element: Any) -> str:
    """Return the local name in lower case; "" for an entity reference, which is not an element."""
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _read_entry(entry: Any, base_url: str) -> FeedLink | None:
    parts: dict[str, list[Any]] = {}
    for child in entry.iterchildren():
        in_news = _local_name(child) == "news"  # a news sitemap has title and date one level down
        for element in child if in_news else (child,):
            parts.setdefault(_local_name(element), []).append(element)
    address, at = _entry_url(entry, parts)
    url = _resolve(address, at, base_url)
    if not url:
        return None
    title = _plain_title(next(map(_element_text, parts.get("title", [])), ""))
    dates = (_parse_date(_element_text(element)) for name in DATES for element in parts.get(name, []))
    return FeedLink(url=url, title=title, published_at=next((d for d in dates if d), None))


def _entry_url(entry: Any, parts: dict[str, list[Any]]) -> tuple[str, Any]:
    """Return (URL as written, element that contains it) of an entry: link, loc, a permalink guid, or rdf:about."""
    for link in parts.get("link", []):
        href = link.get("href")
        if (
            href is not None
            and (link.get("rel") or "alternate") == "alternate"
            and "html" in (link.get("type") or "html")
        ):
            return href.strip(), link
        if href is None and (text := _element_text(link).strip()):
            return text, link
    for loc in parts.get("loc", []):
        return _element_text(loc).strip(), loc
    for guid in parts.get("guid", []) + parts.get("id", []):
        text = _element_text(guid).strip()
        if guid.get("isPermaLink", "true").strip().lower() != "false" and text.startswith(("http://", "https://")):
            return text, guid
    about = (value for name, value in entry.attrib.items() if name.rpartition("}")[2] == "about")
    return next(about, "").strip(), entry


def _resolve(address: str, at: Any, base_url: str) -> str:
    """Resolve against base_url and every xml:base from the root inwards (XML Base, section 4)."""
    if not address:
        return ""
    bases = [base for element in (at, *at.iterancestors()) if (base := element.get(_XML_BASE))]
    try:
        for base in reversed(bases):
            base_url = urljoin(base_url, base)
        return urljoin(base_url, address)
    except ValueError:
        return address  # malformed: rejected when it is made canonical


def _element_text(element: Any) -> str:
    """Return all text inside the element, with unexpanded entity references as written."""
    return "".join(element.itertext())


def _plain_title(title: str) -> str:
    """Return the title without escaping and tags, white space collapsed, at most 1,000 characters."""
    unescaped = re.sub(r"<[^<>]{1,200}>", "", html.unescape(title[: 2 * _TITLE_CHARACTERS]))
    return _SPACE.sub(" ", unescaped).strip()[:_TITLE_CHARACTERS]


def _parse_date(text: str) -> datetime | None:
    """Parse RFC 822 (RSS), RFC 3339 and W3CDTF (Atom, Dublin Core); default zone UTC.  None for any other text."""
    text = text.strip()
    if not text or len(text) > 60:  # noqa: PLR2004 - no date is that long
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


# ---------------------------------------------------------------- JSON Feed
def _json_links(text: bytes, base_url: str) -> Iterator[FeedLink]:
    """Yield the items of a JSON Feed 1.1 that have a `url`."""
    try:
        feed = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as e:
        raise Permanent("not_a_feed", f"looks like JSON, but {e}") from None
    items = feed.get("items")
    if not isinstance(items, list):
        raise Permanent("not_a_feed", "JSON, but not a JSON Feed: it has no list of items")
    for item in items:
        if isinstance(item, dict) and isinstance(url := item.get("url"), str) and url.strip():
            title, date = (v if isinstance(v := item.get(k), str) else "" for k in ("title", "date_published"))
            yield FeedLink(
                url=_resolve_json(url.strip(), base_url), title=_plain_title(title), published_at=_parse_date(date)
            )


def _resolve_json(url: str, base_url: str) -> str:
    try:
        return urljoin(base_url, url)
    except ValueError:
        return url


# ---------------------------------------------------------------- not a feed
def _describe(text: bytes, root: Any) -> str:
    """Return a description of a body that is not a feed, for the error message."""
    if not text:
        return "the body is empty"
    if _HTML.match(text) or (root is not None and _local_name(root) == "html"):
        title = _HTML_TITLE.search(text[:20_000])
        return (
            f"looks like an HTML page titled {_plain_title(title[1].decode('utf-8', 'replace'))!r}"
            if title
            else "looks like an HTML page"
        )
    if root is None:
        return f"is neither XML nor JSON; it begins with {text[:40].decode('utf-8', 'replace')!r}"
    if _local_name(root) == "sitemapindex":
        return "is an index of sitemaps: name one of those that it lists"
    return f"is XML, but its root is <{_local_name(root)[:50]}>"
