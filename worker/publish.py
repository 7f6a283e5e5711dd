"""Articles, events and retractions to stream entries.  Fields are CloudEvents attributes, which any client reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from worker.schema import (
    ARTICLE,
    RETRACTION,
    VERSION,
    Article,
    EncodedRecord,
    Event,
    Retraction,
    encode_record,
    event_stream,
    hash_id,
    record_stream,
)
from worker.streams import StreamWrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.schema import Task
    from worker.settings import RedisSettings


def publication_entries(
    article: Article, events: Sequence[Event], redis: RedisSettings, now: datetime, trace: str | None = None
) -> list[StreamWrite]:
    """Return the stream entries of one article and its events; see `record_entries`."""
    records = [encode_record(it) for it in (article, *events)]
    return record_entries(article.url, records, redis, now, trace, revision=article.revision)


def record_entries(
    url: str,
    records: Sequence[EncodedRecord],
    redis: RedisSettings,
    now: datetime,
    trace: str | None = None,
    *,
    revision: int = 0,
) -> list[StreamWrite]:
    """Return the stream entries of an article and its events, in the order in which they must be added.

    The article is first, so that a subscriber that receives an event can already resolve its spans.  `url` is its
    canonical URL.  `now` (aware) becomes `time`, the time of publication in UTC.  `trace` becomes `traceparent`
    (CloudEvents' Distributed Tracing extension), which connects a subscriber's traces with our log lines; None leaves
    it out.  `revision`: that of the article.
    """
    about_all = {"v": str(VERSION), "time": _rfc3339(now), "source": url}
    extension = {} if trace is None else {"traceparent": trace}
    of_article = {"revision": str(revision)} if revision else {}
    return [
        StreamWrite(
            stream=record_stream(redis.key_prefix, it.kind),
            fields={
                "id": it.id,
                "type": it.kind,
                **about_all,
                **extension,
                **(of_article if it.kind == ARTICLE else {}),
                "data": it.data,
            },
            maxlen=redis.stream_length,
        )
        for it in records
    ]


def retraction_fields(retraction: Retraction, trace: str | None = None) -> dict[str, str | bytes]:
    """Return the fields of the stream entry of a retraction; `trace` as in `record_entries`."""
    extension = {} if trace is None else {"traceparent": trace}
    return {
        "id": retraction.id,
        "type": RETRACTION,
        "v": str(VERSION),
        "time": _rfc3339(retraction.retracted_at),
        "source": retraction.url,
        **extension,
        "data": msgspec.json.encode(retraction),
    }


def retraction_entries(
    retractions: Sequence[Retraction], redis: RedisSettings, trace: str | None = None
) -> list[StreamWrite]:
    """Return the stream entries of retractions: each in the stream of the kind of its event."""
    return [
        StreamWrite(
            stream=event_stream(redis.key_prefix, it.of_kind),
            fields=retraction_fields(it, trace),
            maxlen=redis.stream_length,
        )
        for it in retractions
    ]


def with_provenance(article: StreamWrite, task: Task, worker: str) -> StreamWrite:
    """Return the entry of an article with the task that led to it and the name of the worker (`ARTICLE_ENTRY`)."""
    fields = {**article.fields, "task": msgspec.json.encode(task), "worker": worker}
    return msgspec.structs.replace(article, fields=fields)


def make_traceparent(trace_id: str) -> str:
    """Return a `traceparent` (W3C Trace Context) for the publication of one URL where no spans are exported.

    The sampled flag is set, since the log records the work; otherwise a subscriber's tracing would drop the trace.
    """
    return f"00-{trace_id}-{hash_id('publish', trace_id)[:16]}-01"


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
