"""What settles a task: the entries of its article, the record of its reading, and the next visit of its page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from worker.fetch.client import Validators
from worker.publish import record_entries, retraction_entries, with_provenance
from worker.queue import NextVisit, ReadingWrite, Settlement
from worker.schema import (
    MAX_REVISION,
    EventKey,
    KnownArticle,
    Reading,
    Retraction,
    Task,
    pack_events,
    short_hash,
    unpack_events,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.consume.page_reader import ReadPage
    from worker.pipeline.encode_page import EncodedPage
    from worker.queue import Delivery
    from worker.schema import RetractionReason
    from worker.settings import RedisSettings
    from worker.streams import StreamWrite

REMOVED_REASONS: Final = frozenset({"http_404", "http_410"})
"""Failures of a visit that say that the page was removed (RFC 9110, 15.5.5 and 15.5.11)."""
MAX_VALIDATOR_LENGTH: Final = 200
"""Characters of the longest ETag or Last-Modified that is remembered; a longer one makes no request conditional."""


class Settlements:
    """Makes the settlements of one worker."""

    def __init__(self, redis: RedisSettings, worker: str) -> None:
        """`redis`: names and lengths of the streams.  `worker`: name of the worker."""
        self._redis = redis
        self._worker = worker

    def of_page(self, delivery: Delivery, read: ReadPage, now: datetime, trace: str) -> Settlement:
        """Return the settlement of a task whose page was read; `trace`: `traceparent` of the entries."""
        if read.known is None:
            return self._first(delivery, read, _page_of(read), now, trace)
        if read.is_unchanged:
            validators = _short(read.validators)
            kept = replace(read.known.reading, etag=validators.etag, last_modified=validators.last_modified)
            if read.body_hash:
                kept = replace(kept, body_hash=read.body_hash)
            return self._visit(delivery, read.known, kept, now)
        return self._revision(delivery, read, _page_of(read), now, trace)

    def _first(self, delivery: Delivery, read: ReadPage, page: EncodedPage, now: datetime, trace: str) -> Settlement:
        task, validators = delivery.task, _short(read.validators)
        reading = Reading(
            revision=0,
            text_hash=page.text_hash,
            body_hash=read.body_hash,
            page=short_hash(task.url),
            read_at_ms=round(1000 * now.timestamp()),
            published_at=page.published_at.timestamp() if page.published_at else None,
            url="" if page.url == task.url else page.url,
            events=pack_events(page.keys),
            fingerprint=page.sketch.fingerprint if page.sketch else 0,
            etag=validators.etag,
            last_modified=validators.last_modified,
        )
        return Settlement(
            delivery,
            self._entries(delivery, page, now, trace),
            publication=page.publication,
            folded_publication=page.folded_publication,
            article=page.article.id,
            addresses=page.addresses,
            reading=ReadingWrite(article=page.article.id, reading=reading),
            next_visit=next_visit(task, page.article.id, reading, now),
            bands=page.sketch.bands if page.sketch else (),
        )

    def _revision(self, delivery: Delivery, read: ReadPage, page: EncodedPage, now: datetime, trace: str) -> Settlement:
        """Publish what is new in a page that changed, and retract the events that are gone."""
        known, validators = known_of(read), _short(read.validators)
        reading = replace(
            known.reading,
            revision=page.revision,
            text_hash=page.text_hash,
            body_hash=read.body_hash,
            published_at=page.published_at.timestamp() if page.published_at else known.reading.published_at,
            events=pack_events(page.keys),
            fingerprint=page.sketch.fingerprint if page.sketch else 0,
            etag=validators.etag,
            last_modified=validators.last_modified,
        )
        gone = gone_events(known, page)
        retractions = _retractions(gone, known, page.revision, now, reason="changed", url=page.url)
        settlement = self._visit(delivery, known, reading, now)
        writes = [
            *self._entries(delivery, page, now, trace),
            *retraction_entries(retractions, self._redis, trace),
        ]
        return replace(
            settlement,
            writes=writes,
            publication=page.publication,
            folded_publication=page.folded_publication,
            article=known.id,
            addresses=page.addresses,
            bands=page.sketch.bands if page.sketch else (),
        )

    def of_removed(self, delivery: Delivery, known: KnownArticle, now: datetime, trace: str) -> Settlement:
        """Return the settlement of a visit that finds that the page was removed: all its events are retracted."""
        old = known.reading
        if not old.text_hash:  # an earlier visit has found it
            return self._visit(delivery, known, old, now)
        revision = min(old.revision + 1, MAX_REVISION)
        reading = replace(
            old, revision=revision, text_hash=b"", body_hash=b"", etag=None, last_modified=None, events=b""
        )
        url, events = old.url or delivery.task.url, unpack_events(old.events)
        retractions = _retractions(events, known, revision, now, reason="removed", url=url)
        settlement = self._visit(delivery, known, reading, now)
        return replace(settlement, writes=retraction_entries(retractions, self._redis, trace))

    def of_missed(self, delivery: Delivery, known: KnownArticle | None, now: datetime) -> Settlement | None:
        """Return the settlement of a visit that failed, which schedules the next one; None if that was the last."""
        if known is None or not (following := next_visit(delivery.task, known.id, known.reading, now)):
            return None
        return Settlement(delivery, next_visit=following)

    @staticmethod
    def _visit(delivery: Delivery, known: KnownArticle, reading: Reading, now: datetime) -> Settlement:
        """Return the settlement of a visit that publishes nothing and replaces the record."""
        return Settlement(
            delivery,
            reading=ReadingWrite(article=known.id, reading=reading, replaces=known.reading),
            next_visit=next_visit(delivery.task, known.id, reading, now),
        )

    def _entries(self, delivery: Delivery, page: EncodedPage, now: datetime, trace: str) -> list[StreamWrite]:
        records = [page.article, *page.events]
        first, *rest = record_entries(page.url, records, self._redis, now, trace, revision=page.revision)
        return [with_provenance(first, delivery.task, self._worker), *rest]


def next_visit(task: Task, article: str, reading: Reading, now: datetime) -> NextVisit | None:
    """Return the next visit of the task's schedule that is not over; None if there is none."""
    for i, age_s in enumerate(task.revisit_s):
        due_at = reading.age_base + timedelta(seconds=age_s)
        if due_at > now:
            later = task.revisit_s[i + 1 :]
            visit = Task.visit(task.url, due_at, source=task.source, revisit_s=later, article=article)
            return NextVisit(visit, due_at)
    return None


def gone_events(known: KnownArticle, page: EncodedPage) -> list[EventKey]:
    """Return the published events that are not on the page any more."""
    present = {key.id for key in page.keys}
    return [event for event in unpack_events(known.reading.events) if event.id not in present]


def known_of(read: ReadPage) -> KnownArticle:
    """Return the known reading of a visit."""
    if read.known is None:
        raise ValueError("a first reading")
    return read.known


def _page_of(read: ReadPage) -> EncodedPage:
    if read.page is None:
        raise ValueError("the page was not processed")
    return read.page


def _retractions(
    events: Sequence[EventKey],
    article: KnownArticle,
    revision: int,
    now: datetime,
    *,
    reason: RetractionReason,
    url: str,
) -> list[Retraction]:
    """Return the retractions of events that the article loses with a revision; `url`: its canonical URL."""
    return [
        Retraction.of_event(
            it.kind,
            it.id,
            url=url,
            published_at=_instant(article.reading.published_at),
            now=now,
            reason=reason,
            occasion=f"{article.id} {revision}",
        )
        for it in events
    ]


def _short(found: Validators) -> Validators:
    """Return the validators without those that are too long to be remembered."""
    kept = [
        value if value and len(value) <= MAX_VALIDATOR_LENGTH else None for value in (found.etag, found.last_modified)
    ]
    return Validators(etag=kept[0], last_modified=kept[1])


def _instant(unix_s: float | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)
