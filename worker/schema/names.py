"""Names and ids: of tasks, articles and streams, and of the fields of a stream's entries."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from worker.schema.kinds import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1
"""Version of the wire form, the field `v` of every stream entry."""

ENTRY: Final[Mapping[str, str]] = {
    "id": "The event's or the article's id, the same as in `data`. (The entry's own id is Redis'.)",
    "type": f"{', '.join(f'`{kind}`' for kind in KINDS)}; `article` on the stream of articles.",
    "v": "Version of the wire form.",
    "time": "The moment of publication: RFC 3339, UTC, with milliseconds.",
    "source": "The article's canonical URL.",
    "traceparent": "The trace of the article's way here, as W3C Trace Context spells it; the log lines have the same "
    "trace id. An entry may be without it.",
    "data": "The event or the article: a JSON object in UTF-8.",
}
"""The fields of a stream's entry, named as CloudEvents names its attributes, and their meanings."""


def hash_id(*parts: str) -> str:
    """Return 128 bits of SHA-256 over the parts, as 32 hex digits: the form of every id here."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def task_id(canonical_url: str) -> str:
    """Id of the work on one URL under this wire version."""
    return hash_id("task", str(VERSION), canonical_url)


def article_id(canonical_url: str) -> str:
    """Id of an article, the same for every fetch of it."""
    return hash_id("article", canonical_url)


def publication_id(canonical_url: str, text: str) -> str:
    """Id of what is published of an article, from whichever address it was read.

    The text is part of it: there are sites whose every page names the same one as its canonical address.
    """
    return hash_id("publication", str(VERSION), canonical_url, text)


def event_stream(prefix: str, kind: Kind) -> str:
    """Name of the Redis stream of one kind."""
    return f"{prefix}:events:{kind}"


def article_stream(prefix: str) -> str:
    """Name of the Redis stream of articles."""
    return f"{prefix}:articles"
