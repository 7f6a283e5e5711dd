"""Event coreference: group the mentions of one meeting or decision in an article into one event.

A candidate that names its parties starts an event or joins a compatible one.  An anaphoric candidate ("the talks")
joins an event that it can refer to, or is dropped.  The most complete candidate provides the fields of the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from worker.schema import Actor, Span


class EventCandidate(Struct, kw_only=True, eq=False):
    """The reading of one trigger; `first` is its first token, `last` the token after it."""

    first: int
    last: int
    kind: str
    """Form of a meeting, category of a decision."""
    status: str
    explicit_status: bool = True
    """Whether a verb or adjective expresses the status; False if the status is the default."""
    parties: list[Actor]
    noun: str = ""
    """Head noun of a nominal trigger; "" for a verb."""
    place: Span | None = None
    when: Span | None = None
    day: date | None = None
    about: Span | None = None
    """Topic of a meeting, object of a decision."""
    anaphoric: bool = False
    """Whether the mention refers to an event reported elsewhere, so that it cannot start an event."""
    abbreviated: bool = False
    """Whether the mention is in the headline of the paragraph that reports the event."""
    rule: str
    score: float = 0.0
    """Score of the trigger, in log-odds; 0 where no scorer is used."""

    @property
    def completeness(self) -> int:
        """Two points per party, and one each for place, time and topic or object."""
        given = sum(x is not None for x in (self.place, self.when, self.about))
        return 2 * len(self.parties) + given


C = TypeVar("C", bound=EventCandidate)


class EventCluster(Struct, Generic[C], eq=False):
    """The candidates of one event, in text order."""

    members: list[C]

    @property
    def best(self) -> C:
        """The candidate that provides the event's fields: anaphoric ones last, then by completeness, then the first.

        A headline provides them only if it names more parties than the text.
        """
        return max(
            self.members,
            key=lambda c: (not c.anaphoric, len(c.parties) > 1, not c.abbreviated, c.completeness, -c.first),
        )

    @property
    def status(self) -> str:
        """The status of the event: "cancelled" if any candidate says so explicitly, else that of the best candidate.

        If the status of the best candidate is a default, that of the most complete candidate with an explicit status is
        used.
        """
        if any(c.status == "cancelled" and c.explicit_status for c in self.members):
            return "cancelled"  # a plan is often reported before its cancellation
        explicit = [c for c in self.members if c.explicit_status and not c.anaphoric] or [
            c for c in self.members if c.explicit_status
        ]
        if not explicit or self.best.explicit_status:
            return self.best.status
        return max(explicit, key=lambda c: (c.completeness, -c.first)).status


def party_names(candidate: EventCandidate) -> set[str]:
    """Return the case-folded names of a candidate's parties."""
    return {actor.name.casefold() for actor in candidate.parties}


def cluster_candidates(
    candidates: list[C],
    is_same: Callable[[C, C], bool],
    can_refer_to: Callable[[C, C], bool],
    are_apart: Callable[[C, C], bool] | None = None,
) -> list[EventCluster[C]]:
    """Cluster candidates, given in text order, into events in the order of their first non-anaphoric mention.

    `is_same(old, new)` decides whether two candidates with parties mention one event, `can_refer_to(old, new)` whether
    an anaphoric candidate can refer to the event of `old`.  A candidate joins no event of which `are_apart(old, new)`
    excludes a mention: "Oslo's talks" may be those with Riga or those with Vilnius, but these are two.  Only candidates
    with a common party or place are compared, at most 24 per key, so that the cost is linear in the number of
    candidates.
    """
    clusters: list[EventCluster[C]] = []
    cluster_of: dict[C, EventCluster[C]] = {}
    by_key: dict[str, list[EventCluster[C]]] = {}
    for candidate in candidates:
        if candidate.anaphoric:
            continue
        near = {id(c): c for key in _shared_keys(candidate) for c in by_key.get(key, [])[-_MAX_COMPARED:]}
        latest_first = sorted(near.values(), key=lambda c: -c.members[-1].first)
        cluster = next(
            (c for c in latest_first if _can_join(c.members[-_MAX_COMPARED:], candidate, is_same, are_apart)),
            None,
        )
        if cluster is None:
            cluster = EventCluster(members=[])
            clusters.append(cluster)
        cluster.members.append(candidate)
        cluster_of[candidate] = cluster
        for key in _shared_keys(candidate):
            if cluster not in by_key.setdefault(key, [])[-_MAX_COMPARED:]:
                by_key[key].append(cluster)
    _attach_anaphora(candidates, cluster_of, can_refer_to)
    for cluster in clusters:
        cluster.members.sort(key=lambda c: c.first)
    return clusters


def _can_join(
    members: list[C], new: C, is_same: Callable[[C, C], bool], are_apart: Callable[[C, C], bool] | None
) -> bool:
    """Return whether a candidate mentions the event of `members`."""
    if not any(is_same(old, new) for old in members):
        return False
    return are_apart is None or not any(are_apart(old, new) for old in members)


_MAX_COMPARED = 24
"""Number of events, and of mentions of an event, that are compared with a new candidate."""


def _shared_keys(candidate: EventCandidate) -> set[str]:
    """Return the keys by which mentions of one event are found: party names and the place."""
    return party_names(candidate) | ({f"in {candidate.place.text}"} if candidate.place else set())


def _attach_anaphora(
    candidates: list[C], cluster_of: dict[C, EventCluster[C]], can_refer_to: Callable[[C, C], bool]
) -> None:
    """Add each anaphoric candidate to the nearest event that it can refer to.

    Events mentioned before the candidate are tried before those mentioned after it; without a match it is dropped.
    """
    full = [c for c in candidates if not c.anaphoric]
    at = 0
    for anaphor in (c for c in candidates if c.anaphoric):
        while at < len(full) and full[at].first < anaphor.first:
            at += 1
        near = [*reversed(full[max(0, at - _MAX_COMPARED) : at]), *full[at : at + _MAX_COMPARED]]
        target = next((c for c in near if can_refer_to(c, anaphor)), None)
        if target is not None:
            cluster_of[target].members.append(anaphor)
