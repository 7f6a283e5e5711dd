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


class Candidate(Struct, kw_only=True, eq=False):
    """What one trigger says.  `first` and `last` are its tokens."""

    first: int
    last: int
    kind: str
    """Form of a meeting, category of a decision."""
    status: str
    sure: bool = True
    """The status is said by a verb or adjective, not taken for granted."""
    parties: list[Actor]
    noun: str = ""
    """The noun of a nominal trigger, by which "the summit" finds its summit; "" for a verb."""
    place: Span | None = None
    when: Span | None = None
    day: date | None = None
    about: Span | None = None
    """Topic of a meeting, object of a decision."""
    back: bool = False
    """It points back to an event told elsewhere and opens none itself."""
    rule: str
    confidence: float

    @property
    def fullness(self) -> float:
        """How much it says; the fullest mention speaks for its event."""
        given = sum(x is not None for x in (self.place, self.when, self.about))
        return 2.0 * len(self.parties) + given + self.confidence


C = TypeVar("C", bound=Candidate)


class Cluster(Struct, Generic[C], eq=False):
    """The candidates of one event, in text order."""

    members: list[C]

    @property
    def best(self) -> C:
        """The fullest candidate, the first of equals."""
        return max(self.members, key=lambda c: (not c.back, c.fullness, -c.first))

    @property
    def status(self) -> str:
        """The status of the fullest candidate that says one."""
        told = [c for c in self.members if c.sure and not c.back] or [c for c in self.members if c.sure]
        if not told or self.best.sure:
            return self.best.status
        return max(told, key=lambda c: (c.fullness, -c.first)).status


def names_of(candidate: Candidate) -> set[str]:
    """Return the parties' names, for comparison."""
    return {actor.name.casefold() for actor in candidate.parties}


def gather(candidates: list[C], same: Callable[[C, C], bool], meant: Callable[[C, C], bool]) -> list[Cluster[C]]:
    """Gather candidates in text order; `same(old, new)` joins full ones, `meant(old, new)` those that point back.

    Events stay in the order of their first full mention.  A pointer before its event ("the visit" in a headline) joins
    it afterwards.
    """
    clusters: list[Cluster[C]] = []
    pointers: list[C] = []
    for candidate in candidates:
        if candidate.back:
            pointers.append(candidate)
            continue
        home = next((c for c in reversed(clusters) if any(same(old, candidate) for old in c.members)), None)
        if home is None:
            clusters.append(Cluster(members=[candidate]))
        else:
            home.members.append(candidate)
    for pointer in pointers:
        fitting = [c for c in clusters if any(meant(old, pointer) for old in c.members)]
        if fitting:
            _nearest(fitting, pointer).members.append(pointer)
    for cluster in clusters:
        cluster.members.sort(key=lambda c: c.first)
    return clusters


def _nearest(clusters: list[Cluster[C]], pointer: C) -> Cluster[C]:
    """Return the cluster told last before the pointer, else the first after it."""
    before = [
        (max(m.first for m in c.members if m.first < pointer.first), i)
        for i, c in enumerate(clusters)
        if any(m.first < pointer.first for m in c.members)
    ]
    return clusters[max(before)[1]] if before else clusters[0]
