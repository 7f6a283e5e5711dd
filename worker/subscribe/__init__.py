"""The event streams as an iterator: typed, filtered, merged in arrival order, resumable, alone or in a group.

Arrival order is that of the entry ids, a millisecond fine; within one, events of one kind keep their order.

    async with subscribe(url, ["statement"], country="FI", after="0") as events:
        async for event in events:
            ...

*Alone* (no group) a subscriber sees every event behind `after`; its `position` is all it needs to resume.
*In a group* the subscribers share the events; Redis keeps the place.  An event is acknowledged when the next one is
asked for, so one that was being worked on in a crash comes again: at once to the consumer of the same name, after
`CLAIM_AFTER_S` to any other.

Whatever cannot be handed over is said, never skipped in silence: EventStreamError for what was trimmed away before it
was read, and for an entry that does not decode.  It is raised once; the subscription has then moved past it, and
asking for the next event goes on behind.

A Redis that is away is waited for, with growing pauses, for `patience_s`; then redis-py's error comes out.

`subscribe_sync` is the twin for scripts and notebooks.
"""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING, Final, Unpack

from worker.errors import EventStreamError, UsageError
from worker.filters.keywords import Filters, make_filter
from worker.schema import KINDS, ORIGINAL_KINDS, Kind, event_stream
from worker.streams import connect
from worker.subscribe.blocking import BlockingSubscription
from worker.subscribe.sources import GroupReader, StandaloneReader
from worker.subscribe.subscription import BLOCK_S, Received, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redis.asyncio import Redis

__all__ = [
    "BlockingSubscription",
    "EventStreamError",
    "Filters",
    "Received",
    "Subscription",
    "events_per_kind",
    "resume_positions",
    "subscribe",
    "subscribe_sync",
]

PATIENCE_S: Final = 60.0
"""How long Redis may be away before a subscription fails: `math.inf` waits for ever."""
STREAM_ID: Final = re.compile(r"\d{1,20}(-\d{1,20})?")


def subscribe(
    redis: Redis | str,
    kinds: Iterable[Kind] = KINDS,
    *,
    prefix: str = "communique",
    group: str | None = None,
    consumer: str | None = None,
    after: str | Mapping[Kind, str] = "$",
    stop: asyncio.Event | None = None,
    patience_s: float = PATIENCE_S,
    **filters: Unpack[Filters],
) -> Subscription:
    """Subscribe to the kinds (none named: all) on a Redis URL, or with a client of one's own that answers bytes.

    `after`: "$" from now on (from the first `anext`, or `open`), "0" from the oldest kept, an entry id (or a Unix time
    in ms), or one a kind, as `position` gives them (a kind that is missing: "$").  A group that exists goes on where it
    stopped, whatever `after` says.  `consumer` names the subscriber within its group (default: the host's name): each
    needs a name of its own and keeps it over restarts.  `stop` ends the iteration, a wait for events too.  The filters
    are those of `Filters`; what they pass over counts as read.

    UsageError for an unknown kind or filter, a malformed id or URL; at the first `anext` redis-py's ConnectionError
    for a Redis that is not there.

    >>> async def who_met() -> list[str]:
    ...     async with subscribe("redis://localhost:6379/0", ["meeting"], after="0", country="FI") as events:
    ...         meeting = await anext(events)
    ...     return [party.name for party in meeting.participants]
    >>> asyncio.run(who_met())
    ['Liis Tamm', 'Aino Ranta']
    """
    names = tuple(dict.fromkeys(kinds)) or KINDS
    if unknown := [kind for kind in names if kind not in KINDS]:
        raise UsageError(f"unknown kind {unknown[0]!r}: one of {', '.join(KINDS)}")
    asked = make_filter(names, filters)
    client = connect(redis, block_s=BLOCK_S) if isinstance(redis, str) else redis
    streams = {event_stream(prefix, kind): kind for kind in asked.kinds}
    start = {stream: _start(after, kind) for stream, kind in streams.items()}
    return Subscription(
        client,
        GroupReader(client, start, group, consumer or socket.gethostname())
        if group
        else StandaloneReader(client, start),
        streams,
        asked,
        stop or asyncio.Event(),
        patience_s=patience_s,
        owns_client=isinstance(redis, str),
    )


def subscribe_sync(
    redis_url: str,
    kinds: Iterable[Kind] = KINDS,
    *,
    prefix: str = "communique",
    group: str | None = None,
    consumer: str | None = None,
    after: str | Mapping[Kind, str] = "$",
    patience_s: float = PATIENCE_S,
    idle_s: float | None = None,
    **filters: Unpack[Filters],
) -> BlockingSubscription:
    """Subscribe as `subscribe` does, for code without an event loop of its own, or inside a notebook that has one.

    `idle_s` ends the iteration when no event has come for that long (None: never): "what there is, then stop".

    >>> with subscribe_sync("redis://localhost:6379/0", after="0", idle_s=0.5) as events:
    ...     for event in events:
    ...         print(type(event).__name__, event.sentence.text)
    Statement "We will keep the harbour open all winter," Estonian Transport Minister Liis Tamm said on Tuesday.
    Meeting She had met Finnish Prime Minister Aino Ranta on Monday.

    Resume where the last run stopped:

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
        **filters,
    )
    return BlockingSubscription(subscription, idle_s)


async def events_per_kind(redis: Redis | str, prefix: str = "communique") -> dict[Kind, int]:
    """Count the events that are kept of each kind."""
    if isinstance(redis, str):
        async with connect(redis) as client:
            return await events_per_kind(client, prefix)
    pipe = redis.pipeline(transaction=False)
    for kind in KINDS:
        pipe.xlen(event_stream(prefix, kind))
    return dict(zip(KINDS, await pipe.execute(), strict=True))


def resume_positions(stored: Mapping[Kind, str], first: str = "$") -> dict[Kind, str]:
    """Return where each kind begins for a reader that stored its positions: the stored one, `first` or "0".

    `first` ("$" or "0") is for a reader that has stored none yet, and for a kind that it did not subscribe to.  A kind
    that is missing because it did not exist when the positions were stored begins at the oldest entry: nothing of it
    has been received, so nothing is lost and nothing comes twice.
    """
    later = "0" if stored else first
    return {kind: stored.get(kind, first if kind in ORIGINAL_KINDS else later) for kind in KINDS}


def _start(after: str | Mapping[Kind, str], kind: Kind) -> str:
    """Return where a kind begins: "$", "0" or an entry id; UsageError for anything else."""
    start = after if isinstance(after, str) else resume_positions(after)[kind]
    if start != "$" and not STREAM_ID.fullmatch(start):
        raise UsageError(f'no place in a stream: {start!r} ("$", "0", or an entry id such as "1726560000000-0")')
    return start
