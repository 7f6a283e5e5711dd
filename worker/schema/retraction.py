"""The retraction of an event: an entry of its own type in the stream of the event's kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self

from msgspec import Meta, Struct

from worker.schema.article import Id, Instant
from worker.schema.kinds import Kind
from worker.schema.names import hash_id
from worker.schema.values import one_of

RETRACTION: Final = "retraction"
"""Type of the stream entry of a retraction, and its `kind` in the wire form.  It is no kind of event."""

RetractionReason = Literal["changed", "removed", "forgotten"]
RETRACTION_REASONS: Final[Mapping[RetractionReason, str]] = {
    "changed": "The article changed, and the event is no longer in its text.",
    "removed": "The article was removed from its site.",
    "forgotten": "The operator removed the article and its events (`communique forget`).",
}


class Retraction(Struct, frozen=True, kw_only=True, tag_field="kind", tag=RETRACTION):
    """The withdrawal of an event that was published before.

    It is in the stream of the kind that it retracts, so a filter by kind passes it with that kind.  Filters on other
    fields pass every retraction of the kind.
    """

    id: Annotated[Id, Meta(description="Id of the retraction: 32 hex digits.")]
    of: Annotated[str, Meta(description="Id of the event that is retracted.")]
    of_kind: Annotated[Kind, Meta(description="Kind of the event that is retracted.")]
    url: Annotated[str, Meta(description="The canonical URL of the event's article.")]
    published_at: Annotated[
        Instant | None,
        Meta(description="Time of publication of the article (RFC 3339, UTC); null if unknown."),
    ] = None
    retracted_at: Annotated[Instant, Meta(description="Time of the retraction (RFC 3339, UTC).")]
    reason: Annotated[RetractionReason, one_of(RETRACTION_REASONS, "Why the event is retracted.")]

    @classmethod
    def of_event(
        cls,
        kind: Kind,
        event_id: str,
        *,
        url: str,
        published_at: datetime | None,
        now: datetime,
        reason: RetractionReason,
        occasion: str,
    ) -> Self:
        """Return the retraction of an event at `now` (aware).

        `occasion` distinguishes several retractions of one event; the same occasion gives the same id.
        """
        return cls(
            id=hash_id(RETRACTION, kind, event_id, occasion),
            of=event_id,
            of_kind=kind,
            url=url,
            published_at=published_at,
            retracted_at=now.astimezone(UTC),
            reason=reason,
        )
