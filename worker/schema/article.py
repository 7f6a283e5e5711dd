"""What is published beside the events: the text that their spans point into."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Annotated

from msgspec import Meta, Struct

Id = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9a-f]{32}$"})]
Instant = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]
"""Aware, UTC."""
# What a schema may promise without being a limit: who reads is to be more lenient than who writes.


class Article(Struct, frozen=True, kw_only=True):
    """One article as text, its paragraphs separated by an empty line."""

    id: Annotated[
        Id, Meta(description="32 hex digits that depend on the canonical URL alone: the same for every fetch.")
    ]
    url: Annotated[str, Meta(description="Canonical URL; may be empty for a text that came without one.")]
    text: Annotated[
        str,
        Meta(
            description="Without the title, unless the page repeats it in the body. Offsets of spans count its code "
            "points."
        ),
    ]
    title: Annotated[str, Meta(description="As the page gives it; may be empty.")] = ""
    byline: Annotated[list[str], Meta(description="The authors, a name each; none where the page names none.")] = []
    published_at: Annotated[
        Instant | None, Meta(description="When it was published (RFC 3339, UTC); null where the page does not tell.")
    ] = None
    published_offset_s: Annotated[
        int,
        Meta(
            description="Seconds east of UTC of the clock by which the page dates itself: `published_at` there is the "
            "newspaper's day, from which “on Tuesday” is counted."
        ),
    ] = 0
    language: Annotated[
        str | None, Meta(description='BCP 47, lower case primary tag ("en"); null where it could not be told.')
    ] = None
    site: Annotated[str | None, Meta(description="Name of the outlet as the page gives it, or null.")] = None
    fetched_at: Annotated[
        Instant | None, Meta(description="When the page was fetched; null for a text that was not.")
    ] = None

    def published_there(self) -> datetime | None:
        """Return `published_at` by the page's own clock: its day is the one that the newspaper prints."""
        zone = timezone(timedelta(seconds=self.published_offset_s))
        return self.published_at and self.published_at.astimezone(zone)
