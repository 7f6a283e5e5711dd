"""What is published: which stream, which bytes.  The fields are CloudEvents attributes, readable by any client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from worker.schema import VERSION, Article, Event, article_stream, event_stream, hash_id, kind_of
from worker.streams import StreamWrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.settings import RedisSettings


def writes(
    article: Article, events: Sequence[Event], redis: RedisSettings, now: datetime, trace: str | None = None
) -> list[StreamWrite]:
    """Return the entries of one article and its events, in the order they are to be added.

    The article comes first, so that whoever sees an event can already resolve its spans.  `now` (aware) becomes
    `time`, the moment of publication, in UTC; `trace` becomes `traceparent`, CloudEvents' extension for Distributed
    Tracing, so that a subscriber's traces and our log lines can be laid side by side.
    """
    prefix, about_all = redis.key_prefix, {"v": str(VERSION), "time": _rfc3339(now), "source": article.url}
    extension = {} if trace is None else {"traceparent": trace}

    def write(stream: str, kind: str, about: Article | Event) -> StreamWrite:
        fields: dict[str, str | bytes] = {"id": about.id, "type": kind, **about_all, **extension}
        fields["data"] = msgspec.json.encode(about)
        return StreamWrite(stream=stream, fields=fields, maxlen=redis.stream_length)

    return [
        write(article_stream(prefix), "article", article),
        *(write(event_stream(prefix, kind_of(event)), kind_of(event), event) for event in events),
    ]


def traceparent(trace_id: str) -> str:
    """Return W3C Trace Context of the work on one URL where no spans are made: version, trace, publication, sampled.

    The flag says that "the caller may have recorded" something, and it has: the log.  Unset, it would tell the tracing
    of a subscriber to leave this out.
    """
    return f"00-{trace_id}-{hash_id('publish', trace_id)[:16]}-01"


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
