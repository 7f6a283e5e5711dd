"""Read the entries of RSS 0.9x, 1.0 and 2.0, Atom, and (news) sitemaps and their indexes, while the text arrives.

Each entry is removed from the tree once it is read, so memory does not grow with the feed.  The parser has no network
access and sees no DTD.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from worker.errors import Permanent
from worker.parse.feed.links import (
    FeedFormat,
    FeedLink,
    FeedMetadata,
    choose_link,
    is_absolute,
    is_relative,
    parse_date,
    plain_title,
    resolve,
)
from worker.parse.feed.mending import XmlMender

if TYPE_CHECKING:
    from collections.abc import Iterator

DATES: Final = ("published", "pubdate", "publication_date", "issued", "date", "updated", "modified", "lastmod")
"""Elements with the date of an entry, publication before modification; "date" is that of Dublin Core."""
ROOT_FORMATS: Final[dict[str, FeedFormat]] = {
    "rss": "rss",
    "channel": "rss",
    "rdf": "rdf",
    "feed": "atom",
    "urlset": "sitemap",
    "sitemapindex": "sitemap index",
}
"""Local name of the root element, in lower case -> format."""
MAX_ENTRY: Final = 8 << 20
"""Most characters without the end of an entry: 50 MiB without any would cost half a minute of CPU time."""
MAX_PENDING: Final = 10_000
"""Most entries that wait for the link of their channel."""
_FEED_ENTRIES: Final = frozenset({"item", "entry"})
_SITEMAP_ENTRIES: Final = frozenset({"url", "sitemap"})
"""Elements of one article, or one sitemap."""
_FOREIGN: Final = ("xhtml", "media", "mrss", "image", "video", "itunes", "pingback", "trackback", "wfw", "geo")
"""Prefixes and parts of namespaces of elements that are no link to the entry's page, whatever their local name."""
_XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_PERIODS_S: Final = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
"""Values of sy:updatePeriod."""
_MAX_TTL_MINUTES: Final = 525_600.0


class XmlReader:
    """Reads the entries of one document: `feed` its text in order, then call `finish`."""

    def __init__(self, base_url: str, metadata: FeedMetadata) -> None:
        self._base_url = base_url
        self._metadata = metadata
        self._mender = XmlMender()
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            recover=True,
        )
        self._root: Any = None
        self._entry_names: frozenset[str] = frozenset()
        """Local names of the entries in this format."""
        self._entry: Any = None
        """The open entry; None between entries."""
        self._since_entry = 0
        """Characters read since the last entry."""
        self._own_link = ""
        """The channel's own link, absolute; "" until it is read."""
        self._pending: list[FeedLink] = []
        """Entries from the first one on that has a relative link and was read before the channel's own link."""
        self._ttl_s = self._period_s = self._frequency = 0.0

    def feed(self, text: str) -> list[FeedLink]:
        """Return the entries that the text completes; raises Permanent("not_a_feed") if it is no feed."""
        self._since_entry += len(text)
        found = self._parse(self._mender.feed(text))
        if self._since_entry > MAX_ENTRY:
            raise Permanent("not_a_feed", f"has {MAX_ENTRY >> 20} MiB without an entry")
        return found

    def finish(self) -> list[FeedLink]:
        """Return the remaining entries."""
        found = self._parse(self._mender.finish())
        if self._root is None:
            raise Permanent("not_a_feed", "is XML, but has no element")
        return found + self._release_pending()

    def _parse(self, mended: str) -> list[FeedLink]:
        if mended:
            self._parser.feed(mended.encode("utf-8", "replace"))
        found: list[FeedLink] = []
        for event, element in self._parser.read_events():
            if event == "start":
                self._start(element)
            else:
                found += self._end(element)
        return found

    def _start(self, element: Any) -> None:
        if self._root is None:
            self._root = element
            name = _local_name(element)
            if name not in ROOT_FORMATS:
                raise Permanent("not_a_feed", f"is XML, but its root is <{name[:50]}>")
            self._metadata.format = ROOT_FORMATS[name]
            self._entry_names = _SITEMAP_ENTRIES if "sitemap" in ROOT_FORMATS[name] else _FEED_ENTRIES
        elif self._entry is None and _local_name(element) in self._entry_names:
            self._entry = element

    def _end(self, element: Any) -> Iterator[FeedLink]:
        """Yield the link of an entry that has ended, and free the memory of everything before."""
        if element is self._entry:
            self._entry, self._since_entry = None, 0
            if len(element):
                yield from self._read_entry(element)
        elif self._entry is not None or element is self._root:
            return
        else:
            self._read_metadata(element)
        element.clear(keep_tail=True)
        parent = element.getparent()
        while element.getprevious() is not None:  # not the element itself: the parser may be reading its tail
            del parent[0]

    # ------------------------------------------------------------ entries
    def _read_entry(self, entry: Any) -> Iterator[FeedLink]:
        parts: dict[str, list[Any]] = {}
        for child in entry.iterchildren(tag=etree.Element):
            in_news = _local_name(child) == "news"  # a news sitemap has title and date one level down
            for element in child if in_news else (child,):
                parts.setdefault(_local_name(element), []).append(element)
        dates = (parse_date(_text(element)) for name in DATES for element in parts.get(name, []))
        link = choose_link(_candidates(entry, parts))
        if not link:
            self._metadata.without_link += 1
            return
        found = FeedLink(
            url=link,
            title=plain_title(next(map(_text, parts.get("title", [])), "")),
            published_at=next((date for date in dates if date), None),
            is_sitemap=_local_name(entry) == "sitemap",
        )
        yield from self._resolve(found, _bases(entry))

    def _resolve(self, link: FeedLink, bases: list[str]) -> Iterator[FeedLink]:
        """Yield a link made absolute: by xml:base (XML Base, section 4), else the channel's own link or the feed's URL.

        A relative link of RSS that is read before that of its channel is pending until then, with all after it.
        """
        if bases:
            base_url = self._base_url
            for base in bases:
                base_url = resolve(base_url, base)
            link = _with_base(link, base_url)
        elif self._own_link or self._metadata.format not in {"rss", "rdf"}:
            link = _with_base(link, self._own_link or self._base_url)
        if not self._pending and not is_relative(link.url):
            yield link
            return
        self._pending.append(link)
        if len(self._pending) >= MAX_PENDING:
            yield from self._release_pending()

    def _release_pending(self) -> list[FeedLink]:
        """Return the pending links, resolved against the channel's own link, or the feed's URL if it is not known."""
        pending, self._pending = self._pending, []
        return [_with_base(link, self._own_link or self._base_url) for link in pending]

    # ------------------------------------------------------------ the feed itself
    def _read_metadata(self, element: Any) -> None:
        """Read an element of the channel that is not in an entry."""
        parent = element.getparent()
        if parent is None or _local_name(parent) not in ROOT_FORMATS:  # that of an image or a text input
            return
        match _local_name(element):
            case "title" if not self._metadata.title:
                self._metadata.title = plain_title(_text(element))
            case "link" if not self._own_link and self._metadata.format in {"rss", "rdf"}:
                self._set_own_link(element)
            case "ttl":
                self._ttl_s = 60.0 * min(_number(_text(element)), _MAX_TTL_MINUTES)
            case "updateperiod":
                self._period_s = _PERIODS_S.get(_text(element).strip().lower(), 0.0)
            case "updatefrequency":
                self._frequency = _number(_text(element))
            case _:
                return
        # RSS 2.0, "ttl", and the syndication module of RSS 1.0: `updateFrequency` times per `updatePeriod`
        self._metadata.interval_s = max(self._ttl_s, self._period_s / (self._frequency or 1.0))

    def _set_own_link(self, element: Any) -> None:
        link = choose_link([_text(element)])
        if element.get("href") is None and link and is_absolute(url := resolve(self._base_url, link)):
            self._own_link = url


def _with_base(link: FeedLink, base_url: str) -> FeedLink:
    url = resolve(base_url, link.url)
    return FeedLink(url=url, title=link.title, published_at=link.published_at, is_sitemap=link.is_sitemap)


# ---------------------------------------------------------------- elements
def _local_name(element: Any) -> str:
    return _local(element.tag)


@lru_cache(maxsize=1000)
def _local(tag: str) -> str:
    """Return the local name of a tag in lower case, also of one whose prefix is not declared."""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _is_foreign(element: Any) -> bool:
    return _is_foreign_tag(element.tag)


@lru_cache(maxsize=1000)
def _is_foreign_tag(tag: str) -> bool:
    """Return whether a tag belongs to a vocabulary whose `link` and `loc` are not the entry's page."""
    namespace = tag.partition("}")[0] if tag.startswith("{") else tag.rpartition(":")[0]
    return any(part in namespace.lower() for part in _FOREIGN)


def _text(element: Any) -> str:
    """Return all text inside the element."""
    return "".join(element.itertext())


def _bases(entry: Any) -> list[str]:
    """Return every xml:base that applies to an entry, from the root inwards; that of its link included."""
    elements = [*reversed([entry, *entry.iterancestors()]), *entry.iterchildren(tag=etree.Element)]
    return [base for element in elements if (base := element.get(_XML_BASE))]


def _candidates(entry: Any, parts: dict[str, list[Any]]) -> Iterator[str]:
    """Yield the possible links of an entry as written, the most reliable first.

    FeedBurner's `origLink` is the article, `link` a redirect to it.  Links of foreign vocabularies (`xhtml:link`,
    `media:link`) come last, since they lead to translations, pictures or players.
    """
    links = parts.get("link", [])
    yield from map(_text, parts.get("origlink", []))
    yield from map(_text, (it for it in parts.get("loc", []) if not _is_foreign(it)))
    yield from (_link_of(it) for it in links if not _is_foreign(it))
    for guid in parts.get("guid", []) + parts.get("id", []):
        if guid.get("isPermaLink", "true").strip().lower() != "false" and is_absolute(_text(guid).strip()):
            yield _text(guid)
    yield from (value for name, value in entry.attrib.items() if name.rpartition("}")[2] in {"about", "href"})
    yield from (it.get("src") or "" for it in parts.get("content", []) if _is_page(it))
    yield from (_link_of(it) for it in links if _is_foreign(it) and not it.get("hreflang"))


def _link_of(link: Any) -> str:
    """Return the address of a `link` element: its text in RSS; its href in Atom if it leads to the entry's page."""
    href = link.get("href")
    if href is None:
        return _text(link)
    rel = (link.get("rel") or "alternate").strip().rpartition("/")[2].lower()
    return href if rel == "alternate" and _is_page(link) else ""


def _is_page(element: Any) -> bool:
    """Return whether the type of a link is that of a page, or is not given."""
    return "html" in (element.get("type") or "html").lower()


def _number(text: str) -> float:
    """Return a number that is not negative; 0.0 for any other text."""
    try:
        value = float(text.strip()[:20])
    except ValueError:
        return 0.0
    return value if 0.0 <= value < float("inf") else 0.0
