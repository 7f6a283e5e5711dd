"""Which sitemaps of an index are read: those that are new or changed, the latest first, a number of them per poll."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from worker import schema
from worker.fetch.client import Validators

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from worker.discover.link_selector import LinkSelector
    from worker.parse.feed import FeedLink

MAX_SITEMAPS: Final = 50
"""Most sitemaps requested in one poll of a source."""
MAX_SITEMAP_STATES: Final = 2000
"""Most sitemaps whose state is kept."""


class SitemapState(Struct, frozen=True, array_like=True):
    """What is known of a sitemap from the last time that it was read."""

    last_modified_at: float | None
    """Its date in the index (Unix seconds)."""
    read_at: float
    """When it was read (Unix seconds)."""
    validators: Validators


SitemapStates = dict[str, SitemapState]
"""Hash of the sitemap's URL -> its state."""


class SitemapPool:
    """The sitemaps of an index that are to be read."""

    def __init__(self, known: SitemapStates, selector: LinkSelector) -> None:
        """`known`: the states of earlier polls.  `selector`: its `since` leaves out sitemaps that are too old."""
        self.states: SitemapStates = {}
        """States of the sitemaps that the index lists, for the next poll."""
        self.has_undated = False
        """Whether a sitemap has no date, so that its changes cannot be recognised by the index."""
        self._known = known
        self._selector = selector
        self._seen: set[str] = set()
        self._waiting: list[tuple[float, float, int, FeedLink, int]] = []
        """A heap: the latest date first; those without a date last, of these the one that was read longest ago."""

    @property
    def waiting(self) -> int:
        """Number of sitemaps that are still to be read."""
        return len(self._waiting)

    def add(self, sitemaps: Iterable[FeedLink], depth: int) -> None:
        """Add the sitemaps of an index; `depth`: 1 for those of the source itself, 2 for those of such an index."""
        for sitemap in sitemaps:
            key = sitemap_key(sitemap.url)
            if key in self._seen:
                continue
            self._seen.add(key)
            date, state = sitemap.published_at, self._known.get(key)
            self.has_undated |= date is None
            if state and len(self.states) < MAX_SITEMAP_STATES:
                self.states[key] = state
            if self._selector.is_too_old(date) or (state and date and state.last_modified_at == date.timestamp()):
                continue
            order = (-date.timestamp() if date else 1.0, state.read_at if state else 0.0, len(self._seen))
            heapq.heappush(self._waiting, (*order, sitemap, depth))

    def take(self) -> tuple[FeedLink, int]:
        """Return the next sitemap to be read, with its depth."""
        *_, sitemap, depth = heapq.heappop(self._waiting)
        return sitemap, depth

    def validators(self, sitemap: FeedLink) -> Validators:
        """Return the validators of the response to the last request of a sitemap."""
        state = self._known.get(sitemap_key(sitemap.url))
        return state.validators if state else Validators()

    def record(self, sitemap: FeedLink, validators: Validators, now: datetime) -> None:
        """Record that a sitemap has been read."""
        key = sitemap_key(sitemap.url)
        if key in self.states or len(self.states) < MAX_SITEMAP_STATES:
            date = sitemap.published_at.timestamp() if sitemap.published_at else None
            self.states[key] = SitemapState(date, now.timestamp(), validators)


def sitemap_key(url: str) -> str:
    """Return the key of a sitemap in `SitemapStates`."""
    return schema.hash_id(url)[:16]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(SitemapStates)


def encode_states(states: SitemapStates) -> bytes:
    """Return the stored form of the states."""
    return _ENCODER.encode(states)


def decode_states(stored: bytes | None) -> SitemapStates:
    """Return the states of a stored form; none for one of another version."""
    try:
        return _DECODER.decode(stored) if stored else {}
    except msgspec.DecodeError:
        return {}
