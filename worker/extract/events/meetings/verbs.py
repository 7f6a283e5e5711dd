"""Verbal triggers of meetings: the reader of each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.encounters import (
    read_brief,
    read_call,
    read_convene,
    read_gather,
    read_host,
    read_meet,
    read_ring,
    read_talk,
)
from worker.extract.events.meetings.journeys import read_invite, read_travel, read_visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.grammar.chunker import VerbGroup


_FRAME_READERS: dict[str, Callable[[EventContext, VerbGroup], EventCandidate | None]] = {
    "meet": read_meet,
    "talk": read_talk,
    "host": read_host,
    "visit": read_visit,
    "travel": read_travel,
    "convene": read_convene,
    "gather": read_gather,
    "brief": read_brief,
    "call": read_call,
    "ring": read_ring,
    "invite": read_invite,
}
"""Frame of a verb (`EventLexicon.meeting_frames`) -> its reader."""


def read_verb(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate that the rules find in a verb; None for a verb without a frame and for any other use."""
    frame = ctx.lexicon.meeting_frames.get(ctx.lemma(group))
    return _FRAME_READERS[frame](ctx, group) if frame is not None else None
