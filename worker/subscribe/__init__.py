"""The event streams as an iterator: typed, filtered, merged in order of arrival, resumable, standalone or in a group.

The order of arrival is that of the entry ids, which have a resolution of 1 ms.  Within a millisecond, events of
different kinds may come in any order.

    async with subscribe(url, ["statement"], country="FI", after="0") as events:
        async for event in events:
            ...

*Standalone* (without `group`): the subscriber gets every event after `after`.  To resume, it stores its `position`.
*In a group*: the subscribers share the events, and Redis stores the position.  An event is acknowledged when the next
one is requested.  After a crash it is delivered again: at once to the consumer of the same name, after `CLAIM_AFTER_S`
to any other one.

Retractions are among the events: `Retraction` withdraws an event of its kind.  Entries of an unknown type are skipped.

An event that cannot be delivered is reported: EventStreamError is raised once for entries that were trimmed away
unread, and for an entry that does not decode.  The subscription has moved past them; iteration can continue.

While Redis is unavailable, it is retried with growing delays for `patience_s`; then redis-py's error is raised.

`subscribe_sync` is the same for scripts and notebooks.
"""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Final, Unpack

import msgspec

from worker.errors import EventStreamError, UsageError
from worker.filters.keywords import Filters, make_filter
from worker.schema import KINDS, Event, Kind, Retraction, event_stream
from worker.streams import connect
from worker.subscribe.blocking import BlockingSubscription
from worker.subscribe.cursor import CursorError
from worker.subscribe.entry_readers import GroupReader, StandaloneReader
from worker.subscribe.start import END, After, resume_positions, start_positions
from worker.subscribe.subscription import EVENT_BLOCK_S, Received, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis.asyncio import Redis

__all__ = [
    "After",
    "BlockingSubscription",
    "EventStreamError",
    "Filters",
    "Received",
    "Subscription",
    "events_per_kind",
    "resume_positions",
    "subscribe",
    "subscribe_sync",
    "to_json",
]

SUBSCRIPTION_RETRY_TIMEOUT_S: Final = 60.0
"""How long an unavailable Redis is retried before a subscription fails; `math.inf`: without limit."""


def subscribe(
    redis: Redis | str,
    kinds: Iterable[Kind] = KINDS,
    *,
    prefix: str = "communique",
    group: str | None = None,
    consumer: str | None = None,
    after: After = END,
    stop: asyncio.Event | None = None,
    patience_s: float = SUBSCRIPTION_RETRY_TIMEOUT_S,
    idle_s: float | None = None,
    **filters: Unpack[Filters],
) -> Subscription:
    """Subscribe to events of some kinds (empty: all), through a Redis URL or a client that returns bytes.

    `after`: "$" for events published from now on (that is, from `open` or the first `anext`), "0" for the oldest kept;
    a duration ("1h", "30m", "2d", or a `timedelta`) for those published so long ago or later, by this computer's clock;
    a time (RFC 3339, Unix ms, or a `datetime` with a zone) for those published then or later; an entry id or an event
    id of the gateway for what follows it; or a mapping of kinds to these, such as `position` (see `resume_positions`
    for a kind that is missing).  An existing group continues where it stopped, whatever `after` is.
    `consumer` is the subscriber's name in its group (default: the host name): unique, and the same after a restart.
    `stop` ends the iteration, also while it waits for an event.  `filters` are those of `Filters`; events that they
    reject count as read.  `idle_s` ends the iteration after that long without an event (None: never), so that a program
    can read what there is; it can be continued.

    UsageError for an unknown kind or filter, a malformed start or URL.  The first `anext` raises redis-py's
    ConnectionError if Redis is unavailable.

    >>> async def names_of_participants() -> list[str]:
    ...     async with subscribe("redis://localhost:6379/0", ["meeting"], after="0", country="FI") as events:
    ...         meeting = await anext(events)
    ...     return [party.name for party in meeting.participants]
    >>> asyncio.run(names_of_participants())
    ['Liis Tamm', 'Aino Ranta']
    """
    names = tuple(dict.fromkeys(kinds)) or KINDS
    if unknown := [kind for kind in names if kind not in KINDS]:
        raise UsageError(f"unknown kind {unknown[0]!r}: one of {', '.join(KINDS)}")
    wanted = make_filter(names, filters)
    client = connect(redis, block_s=EVENT_BLOCK_S) if isinstance(redis, str) else redis
    streams = {event_stream(prefix, kind): kind for kind in wanted.kinds}
    positions = _parse_after(after)
    start = {stream: positions[kind] for stream, kind in streams.items()}
    return Subscription(
        client,
        GroupReader(client, start, group, consumer or socket.gethostname())
        if group
        else StandaloneReader(client, start),
        streams,
        wanted,
        stop or asyncio.Event(),
        patience_s=patience_s,
        idle_s=idle_s,
        owns_client=isinstance(redis, str),
    )


def subscribe_sync(
    redis_url: str,
    kinds: Iterable[Kind] = KINDS,
    *,
    prefix: str = "communique",
    group: str | None = None,
    consumer: str | None = None,
    after: After = END,
    patience_s: float = SUBSCRIPTION_RETRY_TIMEOUT_S,
    idle_s: float | None = None,
    **filters: Unpack[Filters],
) -> BlockingSubscription:
    """Subscribe as `subscribe` does, in code without a running event loop or in a notebook.

    >>> from worker.schema import Retraction
    >>> with subscribe_sync("redis://localhost:6379/0", after="0", idle_s=0.5) as events:
    ...     for event in events:
    ...         if not isinstance(event, Retraction):
    ...             print(type(event).__name__, event.sentence.text)
    Statement "We will keep the harbour open all winter," Estonian Transport Minister Liis Tamm said on Tuesday.
    Meeting She had met Finnish Prime Minister Aino Ranta on Monday.

    Resume where the previous run stopped:

    >>> with subscribe_sync("redis://localhost:6379/0", after="0") as events:
    ...     first, position = next(events), events.position
    >>> with subscribe_sync("redis://localhost:6379/0", after=position) as events:
    ...     type(first).__name__, type(next(events)).__name__
    ('Statement', 'Meeting')
    """
    subscription = subscribe(
        redis_url,
        kinds,
        prefix=prefix,
        group=group,
        consumer=consumer,
        after=after,
        patience_s=patience_s,
        idle_s=idle_s,
        **filters,
    )
    return BlockingSubscription(subscription)


def to_json(event: Event | Retraction) -> str:
    """Return an event or retraction as JSON on one line: the same fields and values as on the streams."""
    return msgspec.json.encode(event).decode()


async def events_per_kind(redis: Redis | str, prefix: str = "communique") -> dict[Kind, int]:
    """Return kind -> number of events kept in its stream."""
    if isinstance(redis, str):
        async with connect(redis) as client:
            return await events_per_kind(client, prefix)
    pipe = redis.pipeline(transaction=False)
    for kind in KINDS:
        pipe.xlen(event_stream(prefix, kind))
    return dict(zip(KINDS, await pipe.execute(), strict=True))


def _parse_after(after: After) -> dict[Kind, str]:
    """Return kind -> start; UsageError for a value of no accepted form."""
    try:
        return start_positions(after, round(time.time() * 1000))
    except CursorError as e:
        raise UsageError(f"after {str(after)[:100]!r}: {e}") from None
