"""Read the items of a JSON Feed (version 1 and 1.1); an item that is damaged does not affect the others."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from worker.errors import Permanent
from worker.parse.feed.links import FeedLink, FeedMetadata, choose_link, is_absolute, parse_date, plain_title, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_JSON_BYTES: Final = 8 << 20
"""Largest JSON feed: unlike the other formats, it is parsed as a whole."""

_ITEM_START: Final = re.compile(r"[\[,]\s*(?=\{)")


class JsonReader:
    """Reads a JSON Feed: `feed` its text in order, then call `finish`, which returns the items."""

    def __init__(self, base_url: str, metadata: FeedMetadata) -> None:
        self._base_url = base_url
        self._metadata = metadata
        self._pieces: list[str] = []
        self._size = 0

    def feed(self, text: str) -> list[FeedLink]:
        """Keep the text; raises Permanent("too_large") beyond MAX_JSON_BYTES."""
        self._size += len(text)
        if self._size > MAX_JSON_BYTES:
            raise Permanent("too_large", f"a JSON feed of more than {MAX_JSON_BYTES} bytes")
        self._pieces.append(text)
        return []

    def finish(self) -> list[FeedLink]:
        """Return the items with a link; raises Permanent("not_a_feed")."""
        feed = _decode("".join(self._pieces))
        items = feed.get("items") if isinstance(feed, dict) else None
        if not isinstance(items, list):
            raise Permanent("not_a_feed", "JSON, but not a JSON Feed: it has no list of items")
        self._metadata.format = "json"
        self._metadata.title = plain_title(_string(feed, "title"))
        home = _string(feed, "home_page_url").strip()
        base_url = home if is_absolute(home) else self._base_url
        return list(self._links(items, base_url))

    def _links(self, items: list[Any], base_url: str) -> Iterator[FeedLink]:
        for item in items:
            link = choose_link(_candidates(item)) if isinstance(item, dict) else ""
            if not link:
                self._metadata.without_link += 1
                continue
            date = parse_date(_string(item, "date_published")) or parse_date(_string(item, "date_modified"))
            yield FeedLink(url=resolve(base_url, link), title=plain_title(_string(item, "title")), published_at=date)


def _candidates(item: dict[str, Any]) -> Iterator[str]:
    """Yield the possible links of an item, the most reliable first; an id counts if it is a URL."""
    yield _string(item, "url")
    yield _string(item, "external_url")
    if is_absolute(_string(item, "id").strip()):
        yield _string(item, "id")


def _string(item: dict[str, Any], key: str) -> str:
    """Return a value that is a string, lone surrogates replaced; "" for any other."""
    value = item.get(key)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


# ---------------------------------------------------------------- damaged JSON
def _decode(text: str) -> Any:
    """Decode JSON; if it is damaged, return a feed with the items that are not."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as e:
        why = e
    try:
        return json.loads(text, strict=False)  # accepts lone surrogates and control characters
    except (ValueError, RecursionError):
        items = list(_undamaged_items(text))
    if not items:
        raise Permanent("not_a_feed", f"looks like JSON, but {why}")
    return {"items": items}


def _undamaged_items(text: str) -> Iterator[dict[str, Any]]:
    """Yield the objects with an `id` that can be decoded; objects inside an item, such as authors, have none."""
    decoder, at = json.JSONDecoder(strict=False), 0
    while found := _ITEM_START.search(text, at):
        try:
            item, at = decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            at = found.end()
            continue
        if isinstance(item, dict) and "id" in item:
            yield item
