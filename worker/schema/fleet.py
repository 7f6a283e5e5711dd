"""What is known of a fleet: its services, its queue, its hosts and its subscribers, at one moment.

Everything here is read off Redis, so that any machine that reaches it sees the same.  `Beat` travels: a service writes
one every few seconds, and the others read it.  Instants are aware UTC datetimes, ages and durations seconds.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

BEAT_S = 5.0
"""How often a service says that it lives."""
SILENT_S = 20.0
"""After so long without a beat it does not: three were missed, and a moment to spare."""
FORGOTTEN_S = 900.0
"""A service silent for so long is no longer shown."""
MINUTE_S = 60.0
"""What the rates of a `Beat` are an average over."""


class Trouble(Struct, frozen=True, kw_only=True):
    """What a service failed at last."""

    at: datetime
    what: str
    """URL of an article, or name of a source."""
    reason: str


class Beat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a service tells of itself."""

    name: str
    """Of this process: host, number, and something random."""
    service: str
    """What it is: "worker", "discover", "run", …"""
    version: str
    started_at: datetime
    at: datetime
    """By Redis' clock, like every instant that is compared with it."""
    in_flight: int = 0
    rates: dict[str, float] = {}
    """A second, over the last minute: "articles", "failures", "new_urls", each kind of event as it is published, and
    "handed_on": events read by a gateway, delivered by a webhook, written by a sink."""
    late: dict[str, float] = {}
    """Parts of it that have been silent for longer than they may be, and for how long."""
    trouble: Trouble | None = None


class Host(Struct, frozen=True, kw_only=True):
    """A host that is not to be asked now."""

    host: str
    wait_s: float
    """Until the next request that is not reserved yet."""
    pause_s: float = 0.0
    """What is left of a pause that the host itself asked for; 0 where it asked for none."""


class Reader(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A webhook or a sink, which keep a place of their own, as its process told of it last."""

    name: str
    """"webhook:press", "sink:/var/lib/events"."""
    at: datetime
    """When it was told, by Redis' clock."""
    position: dict[str, str]
    """By kind: the entry behind which a webhook has not delivered, or a sink not read, everything."""
    pending: dict[str, int] = {}
    """By kind: events read that are not delivered yet, or not in a finished file."""
    pause_s: float = 0.0
    """What was left then of a pause that the receiver had asked for."""
    dead: int = 0
    """Dead letters kept."""
    ended: str | None = None
    """Why it has ended for good."""


class Lag(Struct, frozen=True, kw_only=True):
    """How far one group of subscribers, or one `Reader`, is behind on one stream."""

    stream: str
    """A kind of event, or "article"."""
    group: str
    """Name of the group or of the reader."""
    entries: int | None
    """Not delivered yet; None where nobody counts (a reader that is behind; before Redis 7, or after a deletion)."""
    pending: int
    """Delivered, and not acknowledged."""
    lag_s: float
    """Since the oldest entry that was not delivered came in; 0 where all are."""


class Letter(Struct, frozen=True, kw_only=True):
    """A dead letter, as far as an overview shows it."""

    at: datetime
    reason: str
    what: str


class Fleet(Struct, frozen=True, kw_only=True):
    """The whole of it."""

    at: datetime
    backlog: int
    """Tasks ready and not delivered yet."""
    pending: int
    """Tasks under way."""
    delayed: int
    """Tasks put off."""
    dead: int
    """Dead letters kept."""
    limit: int
    """Tasks above which the queue refuses more."""
    lag_s: float = 0.0
    """Since the oldest task that is not delivered yet became ready; 0 where there is none."""
    oldest_pending_s: float = 0.0
    """Since the oldest task under way became ready; 0 where there is none."""
    services: tuple[Beat, ...] = ()
    waiting_hosts: int = 0
    paused_hosts: int = 0
    hosts: tuple[Host, ...] = ()
    """Those with the longest waits, paused ones first; not all of them."""
    readers: tuple[Reader, ...] = ()
    lags: tuple[Lag, ...] = ()
    """Of groups and of readers."""
    letters: tuple[Letter, ...] = ()
    """The newest first; only where asked for."""
    memory_bytes: int = 0
    """Of Redis."""
    memory_limit_bytes: int = 0
    """0: none is set."""

    def silent_s(self, one: Beat | Reader) -> float:
        """Return how long ago a service or a reader gave its last sign of life."""
        return max(0.0, (self.at - one.at).total_seconds())

    def alive(self, one: Beat | Reader) -> bool:
        """Tell whether that is recent enough."""
        return self.silent_s(one) < SILENT_S

    def pause_s(self, reader: Reader) -> float:
        """Return what is left of a pause that its receiver asked for."""
        return max(0.0, reader.pause_s - self.silent_s(reader))
