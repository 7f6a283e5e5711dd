"""The actors and spans inside an event."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from worker.schema import Actor, Span


def parts(value: object) -> Iterator[Actor | Span]:
    """Yield the actors and spans of an event, nested ones included."""
    if isinstance(value, Actor | Span):
        yield value
    if isinstance(value, msgspec.Struct):
        yield from parts(list(msgspec.structs.asdict(value).values()))
    elif isinstance(value, list):
        for one in value:
            yield from parts(one)
