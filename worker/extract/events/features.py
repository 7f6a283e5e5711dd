"""What tells a sure meeting or decision from a doubtful one: the traits that its confidence is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.confidence import Features
    from worker.extract.events.event_coreference import EventCandidate

_PARTIES = ("none", "one", "two", "more")


def candidate_features(best: EventCandidate, status: str, mentions: int) -> Features:
    """Return what tells a sure meeting or decision from a doubtful one."""
    return {
        "status": status,
        "parties": _PARTIES[min(len(best.parties), len(_PARTIES) - 1)],
        "told": "once" if mentions == 1 else "again",
    }
