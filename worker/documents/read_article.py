"""The article in the bytes of a document: an HTML page, a plain text, or JSON with a text."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.documents.article_input import decode_article
from worker.errors import Permanent
from worker.schema import Article, Page, article_id

if TYPE_CHECKING:
    from datetime import datetime

_FEED_ROOT: Final = re.compile(
    rb"(?:<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*>|\s)*<(?:[A-Za-z]+:)?(rss|rdf|feed|urlset|sitemapindex)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
"""The root element of a feed or a sitemap, after declarations and comments."""
_FEED_HEAD_BYTES: Final = 4_096
_FEED_NAMES: Final = {
    b"rss": "an RSS feed",
    b"rdf": "an RSS feed",
    b"feed": "an Atom feed",
    b"urlset": "a sitemap",
    b"sitemapindex": "an index of sitemaps",
}
_BINARY_FORMATS: Final = (
    (b"%PDF-", "a PDF document: convert it to text first (pdftotext)"),
    (b"PK\x03\x04", "an archive or an office document: save it as text or HTML"),
    (b"\xd0\xcf\x11\xe0", "an office document: save it as text or HTML"),
    (b"{\\rtf", "an RTF document: save it as text or HTML"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
_TAR_MAGIC: Final = slice(257, 262)


class NamedArticle(NamedTuple):
    """An article, and the name of the file from which `parse` read it; None if the document does not give one."""

    article: Article
    file: str | None = None


def read_article(
    body: bytes, *, url: str = "", published_at: datetime | None = None, published_offset_s: int = 0
) -> NamedArticle:
    """Return the article in a document; `url` and the date apply where the document has none.

    Permanent with a reason and a description if it is no article: "empty", "feed", "not_text", "not_an_article" and the
    others of `parse_article`.
    """
    start = body.removeprefix(codecs.BOM_UTF8).lstrip()[:_FEED_HEAD_BYTES]
    if not start:
        raise Permanent("empty", "nothing but white space")
    if is_feed := _FEED_ROOT.match(start):
        raise Permanent("feed", f"{_FEED_NAMES[is_feed[1].lower()]}, not an article")
    if start.startswith(b"<"):
        from worker.parse import parse_article

        return NamedArticle(parse_article(Page(url=url, body=body)))
    _reject_binary(body)
    if is_json(start):
        given = decode_article(body.removeprefix(codecs.BOM_UTF8))
        return NamedArticle(given.to_article(url), given.file)
    text = decode_text(body)
    return NamedArticle(
        Article(
            id=article_id(url),
            url=url,
            text=text,
            published_at=published_at,
            published_offset_s=published_offset_s,
        )
    )


def is_json(start: bytes) -> bool:
    """Return whether a document begins like a JSON object, or an array of objects."""
    return re.match(rb'\s*(?:\[\s*)?\{\s*["}]', start.removeprefix(codecs.BOM_UTF8)) is not None


def decode_text(body: bytes) -> str:
    """Decode a plain text: UTF-8, or UTF-16 with a byte order mark.  Permanent("not_text") for any other bytes."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise Permanent("not_text", f"not UTF-8 text: byte 0x{body[e.start]:02x} at offset {e.start}") from None
    if "\0" in text:
        raise Permanent("not_text", f"not text: a NUL character at offset {text.index(chr(0))}")
    return text


def _reject_binary(body: bytes) -> None:
    for magic, name in _BINARY_FORMATS:
        if body.startswith(magic):
            raise Permanent("not_text", name)
    if body[_TAR_MAGIC] == b"ustar":
        raise Permanent("not_text", "a tar archive: unpack it, and name the folder")
