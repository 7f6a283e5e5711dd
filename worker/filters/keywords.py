"""Filters as arguments: of a Python call, or of a command line; `worker.filters` says what each means."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from worker.errors import UsageError
from worker.filters import CONFIDENCE, Filter, FilterError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable


class Filters(TypedDict, total=False):
    """What narrows a subscription down besides the kind: one value or alternatives of each; all must be met."""

    speaker: str | Iterable[str]
    """Statements whose speaker's name contains these words: "Stoltenberg" finds Jens Stoltenberg."""
    actor: str | Iterable[str]
    """Events with a party so named, whatever its part."""
    country: str | Iterable[str]
    """Events with a party that represents this country (ISO 3166-1 alpha-2)."""
    outlet: str | Iterable[str]
    """Events from this host or below it, or with this outlet credited in `via`."""
    act: str | Iterable[str]
    """Statements that do this: "accuse", "promise", …"""
    status: str | Iterable[str]
    """Meetings and decisions of this status: "held", "taken", …"""
    category: str | Iterable[str]
    """Decisions of this category: "court", "legislative", …"""
    text: str | Iterable[str]
    """Events whose own words contain this."""
    language: str | Iterable[str]
    """Events from articles in this language (BCP 47)."""
    min_confidence: float
    """From 0 to 1."""


def make_filter(kinds: Iterable[str], filters: Filters) -> Filter:
    """Make the filter of some kinds (none: all) and filters; UsageError says which of them means nothing, and why.

    >>> make_filter(["statement"], {"country": ["FI", "EE"], "min_confidence": 0.8}).country
    ('ee', 'fi')
    >>> make_filter(["meeting"], {"act": "promise"})
    Traceback (most recent call last):
    worker.errors.UsageError: filter act: no kind of event can pass kind and act together
    """
    query = {name: [value] if isinstance(value, str) else [*value] for name, value in _given(filters)}
    if named := list(kinds):
        query["kind"] = named
    try:
        return parse(query)
    except FilterError as e:
        raise UsageError(f"filter {e.parameter}: {e}") from None


def _given(filters: Filters) -> Iterable[tuple[str, str | Iterable[str]]]:
    """Yield the filters that were given; a confidence as the text that a query has."""
    for name, value in filters.items():
        if name not in Filters.__annotations__:
            raise UsageError(f"unknown filter {name!r}: one of {', '.join(Filters.__annotations__)}")
        if name == CONFIDENCE:
            yield name, str(value)
        elif value:
            yield name, value  # type: ignore[misc]  # all but the confidence are words
