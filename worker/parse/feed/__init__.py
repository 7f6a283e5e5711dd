"""Parse feeds: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed, (news) sitemaps, their indexes, lists of URLs, robots.txt.

The format is detected by the content, and deviations from the standards are tolerated: `mending` repairs XML.  All
formats but JSON are read piece by piece, in memory that does not grow with the feed.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, Protocol

from worker.errors import Permanent
from worker.parse.charset import codec_name
from worker.parse.feed.json_entries import JsonReader
from worker.parse.feed.links import FeedFormat, FeedLink, FeedMetadata, plain_title
from worker.parse.feed.text_entries import ListReader, RobotsReader, looks_like_list, looks_like_robots
from worker.parse.feed.xml_entries import XmlReader

if TYPE_CHECKING:
    from codecs import IncrementalDecoder

__all__ = ["FeedFormat", "FeedLink", "FeedMetadata", "FeedParser", "parse_feed"]

MAX_HEAD: Final = 1 << 16
"""First bytes in which the beginning of a feed is searched: PHP writes its warnings before it."""
_SNIFFED: Final = 1 << 12
"""First bytes by which the format is detected."""

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""First bytes -> encoding; the last four are those of XML without a mark."""
_DECLARED = re.compile(rb"""<\?xml[^<>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""", re.IGNORECASE)
_FEED_START = re.compile(r"<(?:\?xml\b|(?:\w+:)?(?:rss|rdf|feed|channel|urlset|sitemapindex)(?=[\s/>]))", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]{0,50})")
_HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_HTML_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_IGNORED: Final = "\ufeff\0 \t\r\n"
"""Characters before a feed that are ignored."""


class _Reader(Protocol):
    """Reads one format."""

    def feed(self, text: str) -> list[FeedLink]: ...

    def finish(self) -> list[FeedLink]: ...


class FeedParser:
    """Reads one feed piece by piece: `feed` its bytes in order, then call `finish`.

    Links are resolved against xml:base, the channel's own link, and `base_url`.  Both methods raise
    Permanent("not_a_feed") with a description of the body; `feed` does as soon as that is certain.
    """

    def __init__(self, base_url: str, charset: str | None = None) -> None:
        """`charset` is that of the Content-Type header; a byte order mark and an XML declaration precede it."""
        self.metadata = FeedMetadata()
        """What the feed says about itself; complete after `finish`."""
        self._base_url = base_url
        self._charset = charset
        self._head = b""
        self._decoder: IncrementalDecoder | None = None
        self._reader: _Reader | None = None

    def feed(self, data: bytes) -> list[FeedLink]:
        """Return the entries that the data completes; those without a link are counted in `metadata`."""
        if self._reader is not None:
            return self._reader.feed(self._decode(data))
        self._head += data
        return self._begin(final=False) if len(self._head) >= _SNIFFED else []

    def finish(self) -> list[FeedLink]:
        """Return the remaining entries."""
        found = [] if self._reader is not None else self._begin(final=True)
        reader = self._reader or self._make_reader("")  # which raises the error for a body that is not a feed
        return found + reader.feed(self._decode(b"", final=True)) + reader.finish()

    def _begin(self, *, final: bool) -> list[FeedLink]:
        """Detect the format by the first bytes, and read them; without `final`, more bytes may be needed for that."""
        self._decoder = None
        text = self._decode(self._head).lstrip(_IGNORED)
        start = _start_of_feed(text)
        if start < 0 and not final and len(self._head) < MAX_HEAD:
            return []
        self._head = b""
        text = text[max(start, 0) :]
        self._reader = self._make_reader(text)
        return self._reader.feed(text)

    def _decode(self, data: bytes, *, final: bool = False) -> str:
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder(_encoding(data, self._charset))("replace")
        return self._decoder.decode(data, final)

    def _make_reader(self, text: str) -> _Reader:
        """Return the reader of the format that the text begins with; raises Permanent("not_a_feed")."""
        line = _first_line(text)
        if text.startswith(("{", "[")):
            return JsonReader(self._base_url, self.metadata)
        if looks_like_list(line):
            return ListReader(self._base_url, self.metadata)
        if looks_like_robots(line):
            return RobotsReader(self._base_url, self.metadata)
        if _FEED_START.match(text):
            return XmlReader(self._base_url, self.metadata)
        raise Permanent("not_a_feed", _describe(text))


def _start_of_feed(text: str) -> int:
    """Return the position at which the feed begins; -1 if none does."""
    if text.startswith(("{", "[")) or looks_like_list(line := _first_line(text)) or looks_like_robots(line):
        return 0
    found = None if _HTML.match(text) else _FEED_START.search(text)
    return found.start() if found else -1


def _first_line(text: str) -> str:
    """Return the first line that is neither empty nor a comment."""
    return next((line for it in text.splitlines() if (line := it.strip()) and not line.startswith("#")), "")


def parse_feed(body: bytes, base_url: str, charset: str | None = None) -> list[FeedLink]:
    """Return the links of a whole feed in its order, each URL once; raises Permanent("not_a_feed")."""
    parser = FeedParser(base_url, charset)
    first: dict[str, FeedLink] = {}
    for link in parser.feed(body) + parser.finish():
        first.setdefault(link.url, link)
    return list(first.values())


def _encoding(head: bytes, charset: str | None) -> str:
    """Return the codec of a feed: by its byte order mark, its XML declaration, the header's charset; else UTF-8."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    found = _DECLARED.search(head[:_SNIFFED])
    labels = (found[1].decode("ascii", "replace") if found else None, charset)
    for name in (codec_name(label) for label in labels):
        if name and not name.startswith(("utf-16", "utf-32")):  # which the first bytes contradict
            return name
    return "utf-8"


# ---------------------------------------------------------------- not a feed
def _describe(text: str) -> str:
    """Return a description of a body that is not a feed, for the error message."""
    if not text:
        return "the body is empty"
    if _HTML.match(text):
        title = _HTML_TITLE.search(text[:20_000])
        return f"looks like an HTML page titled {plain_title(title[1])!r}" if title else "looks like an HTML page"
    if text.startswith("<") and (root := _ROOT.search(text)):
        return f"is XML, but its root is <{root[1]}>"
    return f"is neither XML nor JSON; it begins with {text[:40]!r}"
