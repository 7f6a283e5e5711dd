"""What settles a delivery: the entries to publish, the record of the reading, the next visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from worker import urls
from worker.queue.delivery import Delivery
from worker.queue.host_policy import HOST_KEYS
from worker.queue.markers import article_prefix, band_marker, make_marker
from worker.schema import Reading, Task, task_id
from worker.streams import Arg, StreamWrite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.queue.keys import QueueKeys
    from worker.queue.markers import OldMarkers
    from worker.settings.sections import QueueSettings

Outcome = Literal["done", "duplicate", "gone", "fenced"]
"""Outcome of a settle.  Only `done` has written anything.

`done`: acknowledged and written.  `duplicate`: acknowledged; task or publication was written before.  `gone`: the entry
is not pending any more (settled before, possibly by an earlier attempt of this call whose reply was lost).  `fenced`:
the entry has been delivered to another worker since.
"""


class ReadingWrite(Struct, frozen=True, kw_only=True):
    """The record of a reading, to be written in the step that publishes."""

    article: str
    """Id of the article."""
    reading: Reading
    replaces: Reading | None = None
    """The record with which a visit was compared: if its revision is not the stored one, the settlement is a duplicate.

    None: the first reading; the record is written unless there is one.
    """


class NextVisit(Struct, frozen=True):
    """A visit to schedule."""

    task: Task
    due_at: datetime


class Settlement(Struct, frozen=True):
    """A processed delivery and what to write for it."""

    delivery: Delivery
    writes: Sequence[StreamWrite] = ()
    publication: str | None = None
    """Id of the publication (`publication_id`): if another task has published it, this one writes nothing.

    None: only the task's own done marker is checked.
    """
    folded_publication: str | None = None
    """Its id by the folded address of the article; None if there is no such id, or it is the same."""
    article: str | None = None
    """Id of the article, for the seen markers of its addresses; None: they are not set."""
    addresses: Sequence[str] = ()
    """Folded addresses that led to the article, that of the article first, without that of the task; see `lead_to`."""
    reading: ReadingWrite | None = None
    next_visit: NextVisit | None = None
    bands: Sequence[int] = ()
    """Bands of the text (`pipeline.text_sketch`) of the article of `reading`, by which later articles find it."""


def settle_arguments(
    it: Settlement, keys: QueueKeys, old_markers: OldMarkers, settings: QueueSettings
) -> tuple[list[str], list[Arg]]:
    """Return the keys and arguments of `settle.lua` for a settlement, without those of the host and the lease."""
    name, publication = it.delivery.task.id, it.publication or it.delivery.task.id
    streams = list(dict.fromkeys(write.stream for write in it.writes))
    old = old_markers.keys(("done", name), ("published", publication))
    args: list[Arg] = [
        make_marker("done", name),
        _publication_markers(it),
        settings.done_ttl_s,
        len(streams),
        *_address_arguments(it, settings.seen_ttl_s),
        *_reading_arguments(it.reading, settings.reading_ttl_s),
        *_visit_arguments(it.next_visit),
        *_text_arguments(it, settings.copy_ttl_s),
    ]
    for write in it.writes:
        flat = flatten(write.fields)
        args += [HOST_KEYS + 5 + streams.index(write.stream), write.maxlen, len(flat), *flat]
    article = it.reading.article if it.reading else ""
    return [keys.markers, keys.reading(article), keys.visits, keys.texts, *streams, *old], args


def _publication_markers(it: Settlement) -> bytes:
    """Return the markers of the publication; none for a visit that publishes nothing."""
    if it.publication is None and it.reading and it.reading.replaces:
        return b""
    publications = dict.fromkeys([it.publication or it.delivery.task.id, it.folded_publication])
    return b"".join(make_marker("published", name) for name in publications if name)


def _address_arguments(it: Settlement, ttl_s: int) -> list[Arg]:
    """Return the seen markers of the addresses that led to the article, the part of its id, and their TTL."""
    if it.article is None:
        return [b"", b"", ttl_s]
    addresses = dict.fromkeys([*it.addresses, urls.fold(it.delivery.task.url)])
    markers = b"".join(make_marker("seen", task_id(address)) for address in addresses)
    return [markers, article_prefix(it.article), ttl_s]


def _reading_arguments(write: ReadingWrite | None, ttl_s: int) -> list[Arg]:
    if write is None:
        return [b"", b"", 0, b""]
    if write.replaces is None:
        return [b"first", write.reading.encode(), ttl_s, b""]
    return [b"visit", write.reading.encode(), ttl_s, write.replaces.head]


def _visit_arguments(visit: NextVisit | None) -> list[Arg]:
    return [msgspec.json.encode(visit.task), unix_ms(visit.due_at)] if visit else [b"", 0]


def _text_arguments(it: Settlement, ttl_s: int) -> list[Arg]:
    if not it.bands or it.reading is None:
        return [b"", b"", ttl_s]
    return [bytes.fromhex(it.reading.article), b"".join(map(band_marker, it.bands)), ttl_s]


def unix_ms(at: datetime) -> int:
    """Return a time as Unix ms."""
    return round(at.timestamp() * 1000)


def flatten(fields: Mapping[Any, str | bytes]) -> list[str | bytes]:
    """Return the fields of a stream entry as arguments of XADD: field and value in turn."""
    return [*chain.from_iterable(fields.items())]
