"""Features from which the confidence of a meeting or decision is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.confidence import Features
    from worker.extract.events.event_coreference import EventCandidate

_PARTIES = ("none", "one", "two", "more")


def candidate_features(best: EventCandidate, status: str, mentions: int) -> Features:
    """Return the feature values of an event with the given status and number of mentions, by feature group."""
    return {
        "status": status,
        "parties": _PARTIES[min(len(best.parties), len(_PARTIES) - 1)],
        "mentions": "one" if mentions == 1 else "several",
    }
