"""Select which links of a source are enqueued: by date, by address, and at most a number of the newest."""

from __future__ import annotations

import heapq
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from worker.durations import parse_duration_s

if TYPE_CHECKING:
    from worker.discover.sources import Source
    from worker.parse.feed import FeedLink

_UNDATED: Final = float("-inf")


class LinkSelector:
    """Keeps the newest links of a source that its filters allow; the memory does not grow with the others."""

    def __init__(self, source: Source, limit: int, now: datetime) -> None:
        """`limit`: most links kept; the source's own limit lowers it.  `now`: aware; `since` counts back from it."""
        self.oldest = oldest_date(source.since, now) if source.since else None
        """Links with an earlier date are left out; None: no limit."""
        self.links = 0
        """Links seen."""
        self.excluded = 0
        """Links left out by `since`, `include` or `exclude`."""
        self.newest: datetime | None = None
        """Latest date of the links seen; None if none has a date."""
        self.first: FeedLink | None = None
        """First link that the filters allow."""
        self._limit = min(source.limit or limit, limit)
        self._include = _compile(source.include)
        self._exclude = _compile(source.exclude)
        self._kept: list[tuple[float, int, str]] = []
        """A heap of (time, minus position, URL): the oldest first, and of those without a date the last."""
        self._urls: set[str] = set()

    def add(self, link: FeedLink) -> None:
        """Take the next link of the source; one that is kept already is not counted."""
        if link.url in self._urls:
            return
        self.links += 1
        if link.published_at is not None:
            self.newest = max(self.newest or link.published_at, link.published_at)
        if self._is_excluded(link):
            self.excluded += 1
        else:
            self.first = self.first or link
            self._keep(link)

    @property
    def omitted(self) -> int:
        """Links that the filters allow, but that are not among the newest."""
        return self.links - self.excluded - len(self._kept)

    def is_too_old(self, date: datetime | None) -> bool:
        """Return whether something of this date is left out by `since`."""
        return date is not None and self.oldest is not None and date < self.oldest

    def selected(self) -> list[str]:
        """Return the URLs kept, in the order of the source."""
        return [url for _, _, url in sorted(self._kept, key=lambda kept: -kept[1])]

    def _is_excluded(self, link: FeedLink) -> bool:
        return (
            self.is_too_old(link.published_at)
            or (self._include is not None and not self._include.search(link.url))
            or (self._exclude is not None and self._exclude.search(link.url) is not None)
        )

    def _keep(self, link: FeedLink) -> None:
        time = link.published_at.timestamp() if link.published_at else _UNDATED
        item = (time, -self.links, link.url)
        self._urls.add(link.url)
        if len(self._kept) < self._limit:
            heapq.heappush(self._kept, item)
        else:
            _, _, dropped = heapq.heappushpop(self._kept, item)
            self._urls.discard(dropped)


def oldest_date(since: str, now: datetime) -> datetime:
    """Return the time that `since` means: a time before `now` ("36h", "7d"), or a date or time (ISO 8601, default UTC).

    Raises ValueError for any other text.
    """
    age_s = parse_duration_s(since)
    if age_s is not None:
        try:
            return now - timedelta(seconds=age_s)
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    date = datetime.fromisoformat(since)
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _compile(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return a regular expression for any of the patterns; None if there are none.

    As in robots.txt, `*` matches any characters and a final `$` the end; a pattern may match anywhere in the URL.
    """
    if not patterns:
        return None
    return re.compile("|".join(_expression(pattern) for pattern in patterns))


def _expression(pattern: str) -> str:
    body = ".*".join(re.escape(part) for part in pattern.removesuffix("$").split("*"))
    return body + r"\Z" * pattern.endswith("$")
