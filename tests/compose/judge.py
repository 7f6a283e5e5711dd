"""Compare the events found in streams, groups, files and webhooks with those that must be there, by id."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from worker.schema import KINDS, event_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redis import Redis

PREFIX: Final = "communique"
BATCH: Final = 2_000


class Verdict(Struct, frozen=True):
    """Numbers of events, each counted by its id."""

    expected: int
    missing: int
    """Events of the direct reading that were not found as often as expected."""
    doubled: int
    """Events found more often than expected."""
    unknown: int
    """Events found that the direct reading does not have."""

    @property
    def holds(self) -> bool:
        """Whether every event was found exactly once."""
        return not (self.missing or self.doubled or self.unknown)

    @property
    def delivered(self) -> bool:
        """Whether every event was found at least once, and no other."""
        return not (self.missing or self.unknown)


def judge(expected: Iterable[str], found: Iterable[str]) -> Verdict:
    """Compare ids; one that is expected or found several times counts as often."""
    wanted, had = Counter(expected), Counter(found)
    more = had - wanted
    unknown = sum(count for name, count in more.items() if name not in wanted)
    return Verdict(
        expected=wanted.total(),
        missing=(wanted - had).total(),
        doubled=more.total() - unknown,
        unknown=unknown,
    )


def stream_ids(client: Redis) -> Iterator[str]:
    """Yield the id of each event in the streams of Redis, read with plain commands."""
    for kind in KINDS:
        after = "-"
        while entries := _range(client, event_stream(PREFIX, kind), after):
            yield from (fields[b"id"].decode() for _, fields in entries)
            after = f"({entries[-1][0].decode()}"


def _range(client: Redis, stream: str, after: str) -> list[Any]:
    found: Any = client.xrange(stream, after, "+", BATCH)
    return list(found)


def line_ids(lines: Iterable[str]) -> Iterator[str]:
    """Yield the ids of events as JSON lines, except an incomplete last one."""
    for line in lines:
        if line.endswith("\n"):
            yield str(json.loads(line)["id"])
