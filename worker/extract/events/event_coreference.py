"""One event per article: the mentions of one meeting or decision gathered, however often it is told.

A candidate that names its parties opens an event or joins one it agrees with; one that only points back ("the talks")
joins the event it can mean, or is dropped.  The fullest candidate speaks for the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from worker.schema import Actor, Span


class EventCandidate(Struct, kw_only=True, eq=False):
    """What one trigger says.  `first` and `last` are its tokens."""

    first: int
    last: int
    kind: str
    """Form of a meeting, category of a decision."""
    status: str
    explicit_status: bool = True
    """The status is said by a verb or adjective, not taken for granted."""
    parties: list[Actor]
    noun: str = ""
    """The noun of a nominal trigger, by which "the summit" finds its summit; "" for a verb."""
    place: Span | None = None
    when: Span | None = None
    day: date | None = None
    about: Span | None = None
    """Topic of a meeting, object of a decision."""
    anaphoric: bool = False
    """It points back to an event told elsewhere and opens none itself."""
    rule: str

    @property
    def completeness(self) -> int:
        """How much it says; the fullest mention speaks for its event."""
        given = sum(x is not None for x in (self.place, self.when, self.about))
        return 2 * len(self.parties) + given


C = TypeVar("C", bound=EventCandidate)


class EventCluster(Struct, Generic[C], eq=False):
    """The candidates of one event, in text order."""

    members: list[C]

    @property
    def best(self) -> C:
        """The fullest candidate, the first of equals."""
        return max(self.members, key=lambda c: (not c.anaphoric, len(c.parties) > 1, c.completeness, -c.first))

    @property
    def status(self) -> str:
        """The status of the fullest candidate that says one."""
        if any(c.status == "cancelled" and c.explicit_status for c in self.members):
            return "cancelled"  # a plan told first, and then that it was called off
        told = [c for c in self.members if c.explicit_status and not c.anaphoric] or [
            c for c in self.members if c.explicit_status
        ]
        if not told or self.best.explicit_status:
            return self.best.status
        return max(told, key=lambda c: (c.completeness, -c.first)).status


def party_names(candidate: EventCandidate) -> set[str]:
    """Return the parties' names, for comparison."""
    return {actor.name.casefold() for actor in candidate.parties}


def cluster_candidates(
    candidates: list[C], same: Callable[[C, C], bool], meant: Callable[[C, C], bool]
) -> list[EventCluster[C]]:
    """Gather candidates in text order; `same(old, new)` joins full ones, `meant(old, new)` those that point back.

    Events stay in the order of their first full mention.  A pointer before its event ("the visit" in a headline) joins
    it afterwards.  Only candidates with a party or place in common are compared, so the cost stays linear.
    """
    clusters: list[EventCluster[C]] = []
    home_of: dict[C, EventCluster[C]] = {}
    known: dict[str, list[EventCluster[C]]] = {}
    for candidate in candidates:
        if candidate.anaphoric:
            continue
        near = {id(c): c for key in _keys(candidate) for c in known.get(key, [])[-_LOOK_BACK:]}
        home = next(
            (c for c in reversed(near.values()) if any(same(old, candidate) for old in c.members[-_LOOK_BACK:])), None
        )
        if home is None:
            home = EventCluster(members=[])
            clusters.append(home)
        home.members.append(candidate)
        home_of[candidate] = home
        for key in _keys(candidate):
            if home not in known.setdefault(key, [])[-_LOOK_BACK:]:
                known[key].append(home)
    _join_pointers(candidates, home_of, meant)
    for cluster in clusters:
        cluster.members.sort(key=lambda c: c.first)
    return clusters


_LOOK_BACK = 24
"""How many events and mentions are compared with a new one; an article tells of fewer."""


def _keys(candidate: EventCandidate) -> set[str]:
    """Return what two mentions of one event have in common: a party, or the place."""
    return party_names(candidate) | ({f"in {candidate.place.text}"} if candidate.place else set())


def _join_pointers(candidates: list[C], home_of: dict[C, EventCluster[C]], meant: Callable[[C, C], bool]) -> None:
    """Let each pointer join the event told last before it that it can mean, else the first after it."""
    full = [c for c in candidates if not c.anaphoric]
    at = 0
    for pointer in (c for c in candidates if c.anaphoric):
        while at < len(full) and full[at].first < pointer.first:
            at += 1
        near = [*reversed(full[max(0, at - _LOOK_BACK) : at]), *full[at : at + _LOOK_BACK]]
        target = next((c for c in near if meant(c, pointer)), None)
        if target is not None:
            home_of[target].members.append(pointer)
