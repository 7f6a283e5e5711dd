"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed and (news) sitemaps, as they are served: often not as specified.

The XML parser mends what it can, expands no entity that the feed declares, loads no DTD and knows no network.
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
"""What one article is called in RSS, in Atom and in a sitemap."""

DATES: Final = ("published", "pubdate", "publication_date", "issued", "date", "updated", "modified", "lastmod")
"""Where an entry's date stands, the moment of publication before the moment of change; "date" is Dublin Core's."""

_FEEDS: Final = frozenset({"rss", "rdf", "feed", "channel", "urlset"})
_XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_TITLE_CHARACTERS: Final = 1000
_STRAY_AMPERSAND = re.compile(
    rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)", re.DOTALL
)
"""One that begins no reference; the group is a CDATA section, where every one may stand."""
_HTML = re.compile(rb"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


class Link(Struct, frozen=True, kw_only=True):
    """One article as its feed names it; `url` is absolute but otherwise as it came."""

    url: str
    title: str = ""
    published_at: datetime | None = None


def links(body: bytes, base_url: str) -> list[Link]:
    """Return the articles of a feed in its order, each address once; entries without an address are left out.

    Relative addresses are resolved against xml:base and `base_url`.  Permanent("not_a_feed") says what the body
    looks like instead.
    """
    text = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _json_links(text, base_url) if text.startswith(b"{") else _xml_links(text, base_url)
    first: dict[str, Link] = {}
    for link in found:
        first.setdefault(link.url, link)
    return list(first.values())


# ---------------------------------------------------------------- RSS, Atom, sitemaps
def _xml_links(text: bytes, base_url: str) -> Iterator[Link]:
    root = _tree(text)
    if root is None or _name(root) not in _FEEDS:
        raise Permanent("not_a_feed", _looks_like(text, root))
    for entry in root.iter():
        if _name(entry) in ENTRIES and len(entry):
            link = _entry(entry, base_url)
            if link is not None:
                yield link


def _tree(text: bytes) -> Any:
    """Return the root, or None where there is no element at all.

    A bare "&" in an address, the commonest fault of all, is mended beforehand: the parser would drop the character.
    """
    mended = (
        _STRAY_AMPERSAND.sub(lambda m: m[1] or b"&amp;", text) if b"\x00" not in text[:4] else text
    )  # UTF-16 is left alone
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, recover=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(mended, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _name(element: Any) -> str:
    """Local name in lower case; "" for what is no element (an entity reference)."""
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _entry(entry: Any, base_url: str) -> Link | None:
    parts: dict[str, list[Any]] = {}
    for child in entry.iterchildren():
        for element in (
            child if _name(child) == "news" else (child,)
        ):  # a news sitemap has title and date one level down
            parts.setdefault(_name(element), []).append(element)
    address, at = _address(entry, parts)
    url = _resolved(address, at, base_url)
    if not url:
        return None
    title = _plain(next(map(_text, parts.get("title", [])), ""))
    dates = (_date(_text(element)) for name in DATES for element in parts.get(name, []))
    return Link(url=url, title=title, published_at=next((d for d in dates if d), None))


def _address(entry: Any, parts: dict[str, list[Any]]) -> tuple[str, Any]:
    """Return an entry's address and the element that gives it: link or loc, or the permanent guid, or rdf:about."""
    for link in parts.get("link", []):
        href = link.get("href")
        if (
            href is not None
            and (link.get("rel") or "alternate") == "alternate"
            and "html" in (link.get("type") or "html")
        ):
            return href.strip(), link
        if href is None and (text := _text(link).strip()):
            return text, link
    for loc in parts.get("loc", []):
        return _text(loc).strip(), loc
    for guid in parts.get("guid", []) + parts.get("id", []):
        text = _text(guid).strip()
        if guid.get("isPermaLink", "true").strip().lower() != "false" and text.startswith(("http://", "https://")):
            return text, guid
    about = (value for name, value in entry.attrib.items() if name.rpartition("}")[2] == "about")
    return next(about, "").strip(), entry


def _resolved(address: str, at: Any, base_url: str) -> str:
    """Resolve against every xml:base from the feed's address inwards (XML Base, 4)."""
    if not address:
        return ""
    bases = [base for element in (at, *at.iterancestors()) if (base := element.get(_XML_BASE))]
    try:
        for base in reversed(bases):
            base_url = urljoin(base_url, base)
        return urljoin(base_url, address)
    except ValueError:
        return address  # malformed: whoever uses it is told by parse.url


def _text(element: Any) -> str:
    """Return all text inside; an entity reference, which the parser leaves unexpanded, stands as it was written."""
    return "".join(element.itertext())


def _plain(title: str) -> str:
    """Undo the escaping that titles come in and fold white space; mark-up is cut away."""
    unescaped = re.sub(r"<[^<>]{1,200}>", "", html.unescape(title[: 2 * _TITLE_CHARACTERS]))
    return _SPACE.sub(" ", unescaped).strip()[:_TITLE_CHARACTERS]


def _date(text: str) -> datetime | None:
    """Read RFC 822 (RSS) or RFC 3339 and W3CDTF (Atom, Dublin Core); without a zone it is taken for UTC."""
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
def _json_links(text: bytes, base_url: str) -> Iterator[Link]:
    """Read JSON Feed 1.1: `items`, each with `url`."""
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
            yield Link(url=_resolved_json(url.strip(), base_url), title=_plain(title), published_at=_date(date))


def _resolved_json(url: str, base_url: str) -> str:
    try:
        return urljoin(base_url, url)
    except ValueError:
        return url


# ---------------------------------------------------------------- neither
def _looks_like(text: bytes, root: Any) -> str:
    if not text:
        return "the body is empty"
    if _HTML.match(text) or (root is not None and _name(root) == "html"):
        title = _TITLE.search(text[:20_000])
        return (
            f"looks like an HTML page titled {_plain(title[1].decode('utf-8', 'replace'))!r}"
            if title
            else "looks like an HTML page"
        )
    if root is None:
        return f"is neither XML nor JSON; it begins with {text[:40].decode('utf-8', 'replace')!r}"
    if _name(root) == "sitemapindex":
        return "is an index of sitemaps: name one of those that it lists"
    return f"is XML, but its root is <{_name(root)[:50]}>"
