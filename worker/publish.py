"""Articles and events to stream entries.  Their fields are CloudEvents attributes, readable by any client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from worker.schema import (
    KINDS,
    VERSION,
    Article,
    EncodedRecord,
    Event,
    article_stream,
    encode_record,
    event_stream,
    hash_id,
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
    return record_entries(article.url, [encode_record(it) for it in (article, *events)], redis, now, trace)


def record_entries(
    url: str, records: Sequence[EncodedRecord], redis: RedisSettings, now: datetime, trace: str | None = None
) -> list[StreamWrite]:
    """Return the stream entries of an article and its events, in the order in which they must be added.

    The article is first, so that a subscriber that receives an event can already resolve its spans.  `url` is its
    canonical URL.  `now` (aware) becomes `time`, the time of publication in UTC.  `trace` becomes `traceparent`
    (CloudEvents' Distributed Tracing extension), which connects a subscriber's traces with our log lines; None leaves
    it out.
    """
    about_all = {"v": str(VERSION), "time": _rfc3339(now), "source": url}
    extension = {} if trace is None else {"traceparent": trace}
    streams = {kind: event_stream(redis.key_prefix, kind) for kind in KINDS}
    return [
        StreamWrite(
            stream=article_stream(redis.key_prefix) if it.kind == "article" else streams[it.kind],
            fields={"id": it.id, "type": it.kind, **about_all, **extension, "data": it.data},
            maxlen=redis.stream_length,
        )
        for it in records
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
