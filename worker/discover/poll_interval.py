"""How long to wait before a source is polled again: shorter after news, longer without; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from worker.discover.sources import Source
    from worker.settings import DiscoverSettings

FASTER: Final = 0.5
"""Factor of the interval after a poll with new links."""
SLOWER: Final = 1.5
"""Factor of the interval after a poll without new links."""
MAX_BACKOFF_S: Final = 6 * 3600.0
"""Longest interval after consecutive failures, unless the source's own interval or a Retry-After is longer."""


def current_interval_s(source: Source, settings: DiscoverSettings, adapted_s: float | None) -> float:
    """Return the interval of a source: its own, else the one that its polls led to, else that of the settings.

    `adapted_s`: the interval after the last poll, as `adapt_interval_s` returned it; None before the first.
    """
    return source.interval_s or adapted_s or settings.interval_s


def adapt_interval_s(source: Source, settings: DiscoverSettings, interval_s: float, *, has_news: bool) -> float:
    """Return the interval after a poll; `interval_s` is that before it.

    It stays between the bounds of the settings, which never exclude the settings' own interval.  An interval that the
    sources file sets does not change.
    """
    if source.interval_s is not None:
        return source.interval_s
    shortest = min(settings.min_interval_s, settings.interval_s)
    longest = max(settings.max_interval_s, settings.interval_s)
    return min(max(interval_s * (FASTER if has_news else SLOWER), shortest), longest)


def next_poll_s(source: Source, settings: DiscoverSettings, interval_s: float, *requested_s: float | None) -> float:
    """Return the seconds until the next poll: the interval, or longer if the server or the feed requests that.

    `requested_s`: the freshness of the response (Cache-Control) and the interval in the feed; honoured up to the
    longest interval of the settings, and not if the sources file sets an interval.
    """
    if source.interval_s is not None:
        return interval_s
    longest = max(settings.max_interval_s, settings.interval_s)
    return max(interval_s, min(max((it for it in requested_s if it), default=0.0), longest))


def backoff_s(interval_s: float, pause_s: float, failures: int) -> float:
    """Return the seconds until the next poll after a failure: the interval doubled with every consecutive failure.

    At most MAX_BACKOFF_S, but at least the interval and the server's Retry-After (`pause_s`).
    """
    return max(interval_s, pause_s, min(interval_s * 2.0 ** min(failures, 20), MAX_BACKOFF_S))
