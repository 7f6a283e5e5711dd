"""Parse a feed while it is transferred: decompressed if it is a gzip file, in a thread, in constant memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from worker.fetch.decoding import Decoder
from worker.fetch.resource_types import FEED
from worker.parse.feed import FeedLink, FeedMetadata, FeedParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PARSED_BYTES: Final = 1 << 16
"""Bytes that are collected before they are parsed: a thread for each piece of the network would cost more."""
MAX_BYTES: Final = FEED.max_bytes or 0
"""Largest feed after decompression."""

_GZIP: Final = b"\x1f\x8b"


class FeedBody:
    """Receives the body of one response and passes on its links.

    After the transfer, call `finish`.  Raises Permanent("not_a_feed"), Permanent("too_large") or, for a damaged gzip
    file, what `Decoder` raises.
    """

    def __init__(self, add_links: Callable[[Iterable[FeedLink]], None]) -> None:
        """`add_links` is called, in a thread, with the links in the order of the feed."""
        self._add_links = add_links
        self._parser = FeedParser("")
        self._gunzip: Decoder | None = None
        self._pending = bytearray()
        self._is_first = True

    @property
    def metadata(self) -> FeedMetadata:
        """What the feed says about itself."""
        return self._parser.metadata

    def begin(self, url: str, charset: str | None) -> None:
        """Prepare for the body of the response at `url`, the base of its relative links."""
        self._parser = FeedParser(url, charset)

    async def receive(self, piece: bytes) -> None:
        """Parse the next piece of the body."""
        self._pending += piece
        if len(self._pending) >= PARSED_BYTES:
            await asyncio.to_thread(self._parse)

    async def finish(self) -> None:
        """Parse the rest of the body."""
        await asyncio.to_thread(self._parse, final=True)

    def _parse(self, *, final: bool = False) -> None:
        data = bytes(self._pending)
        self._pending.clear()
        if self._is_first and data:
            self._is_first = False
            self._gunzip = Decoder("gzip", MAX_BYTES) if data.startswith(_GZIP) else None
        for piece in (data,) if self._gunzip is None else self._gunzip.pieces(data):
            self._add_links(self._parser.feed(piece))
        if final:
            if self._gunzip is not None:
                self._gunzip.finish()
            self._add_links(self._parser.finish())
