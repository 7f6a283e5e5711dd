"""Grouping the mentions of events, with invented candidates."""

from worker.extract.events.event_coreference import EventCandidate, cluster_candidates
from worker.schema import Actor, Span


def candidate(first: int, *names: str) -> EventCandidate:
    parties = [Actor(name=name, mention=Span(start=0, end=1, text="x"), type="person") for name in names]
    return EventCandidate(first=first, last=first + 1, kind="talks", status="held", parties=parties, rule="meet")


def is_same(old: EventCandidate, new: EventCandidate) -> bool:
    return len(old.parties) < len(new.parties)


def test_a_mention_joins_the_event_mentioned_last_whichever_party_they_share() -> None:
    for earlier, later in (("Berg", "Dahl"), ("Dahl", "Berg"), ("Ozola", "Tamm"), ("Tamm", "Ozola")):
        found = [candidate(1, earlier), candidate(5, later), candidate(9, earlier, later)]
        clusters = cluster_candidates(found, is_same, is_same)
        assert [[c.first for c in cluster.members] for cluster in clusters] == [[1], [5, 9]]


def test_the_number_of_comparisons_is_linear_in_the_number_of_mentions() -> None:
    def comparisons(size: int) -> int:
        calls: list[int] = []

        def never(old: EventCandidate, new: EventCandidate) -> bool:
            calls.append(old.first + new.first)
            return False

        cluster_candidates([candidate(n, "Berg", f"Dahl {n}") for n in range(size)], never, never)
        return len(calls)

    assert comparisons(800) <= 2.2 * comparisons(400)
