"""Ids of tasks and articles, names of streams, and the fields of a stream entry."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, cast

from worker.schema.kinds import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

VERSION: Final = 1
"""Version of the wire form, the field `v` of every stream entry."""

ENTRY: Final[Mapping[str, str]] = {
    "id": "Id of the event, retraction or article, as in `data`. (Not the id of the entry, which Redis assigns.)",
    "type": f"{', '.join(f'`{kind}`' for kind in KINDS)}, or `retraction` for the withdrawal of an event of "
    "the stream's kind; `article` on the stream of articles. Skip entries of any other type.",
    "v": "Version of the wire form.",
    "time": "Time of publication: RFC 3339, UTC, with milliseconds.",
    "source": "The article's canonical URL.",
    "traceparent": "W3C Trace Context of the work on the article; log lines have the same trace id. Optional.",
    "data": "The event, retraction or article: a JSON object in UTF-8.",
}
"""Field of a stream entry -> its meaning; named like the attributes of CloudEvents."""

ARTICLE_ENTRY: Final[Mapping[str, str]] = {
    "task": "The task that led to the article: a JSON object with the URL that was enqueued, when, by which source, "
    "and the failures before. Optional.",
    "worker": "Name of the worker that published it. Optional.",
    "revision": "Revision of the article, as in `data`. Missing if it is 0.",
}
"""Further fields of an entry on the stream of articles -> their meaning; `communique why` reads them."""


ARTICLE: Final = "article"
"""Type of the stream entry of an article, and the name of their stream where it stands beside the kinds."""


def hash_id(*parts: str) -> str:
    """Return the first 128 bits of SHA-256 over the parts, separated by U+001F, as 32 hex digits."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def task_id(canonical_url: str) -> str:
    """Return the id of the task that processes a URL.

    The id depends on the wire version: after a new version, every URL is a new task and is processed again.
    """
    return hash_id("task", str(VERSION), canonical_url)


def visit_id(canonical_url: str, at: datetime) -> str:
    """Return the id of the task that visits a URL again at a time."""
    return hash_id("visit", str(VERSION), canonical_url, at.isoformat())


def article_id(canonical_url: str) -> str:
    """Return the id of an article, the same for every fetch."""
    return hash_id("article", canonical_url)


def publication_id(canonical_url: str, text: str) -> str:
    """Return the id under which an article is published only once, whatever URL it was fetched from.

    The text is part of the hash because some sites give every page the same canonical URL.
    """
    return hash_id("publication", str(VERSION), canonical_url, text)


def event_stream(prefix: str, kind: Kind) -> str:
    """Return the name of the Redis stream of one kind."""
    return f"{prefix}:events:{kind}"


def article_stream(prefix: str) -> str:
    """Return the name of the Redis stream of articles."""
    return f"{prefix}:articles"


def record_stream(prefix: str, name: str) -> str:
    """Return the name of the Redis stream of articles ("article") or of a kind of event."""
    return article_stream(prefix) if name == ARTICLE else event_stream(prefix, cast("Kind", name))
