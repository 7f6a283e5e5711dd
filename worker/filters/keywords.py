"""Filters as keyword arguments of a Python call or a command line; `worker.filters` documents each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from worker.errors import UsageError
from worker.filters import CONFIDENCE, Filter, FilterError, build_filter
from worker.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable


class Filters(TypedDict, total=False):
    """The filters of a subscription besides the kind: one value or several alternatives each; all must match."""

    speaker: str | Iterable[str]
    """Statements whose speaker's name contains these words: "Stoltenberg" matches Jens Stoltenberg."""
    actor: str | Iterable[str]
    """Events with an actor of this name, in any role."""
    country: str | Iterable[str]
    """Events with an actor that represents this country (ISO 3166-1 alpha-2)."""
    outlet: str | Iterable[str]
    """Events from this host or a subdomain, or with this outlet credited in `via`."""
    act: str | Iterable[str]
    """Statements with this act: "accuse", "promise", …"""
    status: str | Iterable[str]
    """Meetings and decisions with this status: "held", "taken", …"""
    category: str | Iterable[str]
    """Decisions of this category: "court", "legislative", …"""
    text: str | Iterable[str]
    """Events whose evidence, content, topic or object contains this."""
    language: str | Iterable[str]
    """Events from articles in this language (BCP 47)."""
    min_confidence: float
    """From 0 to 1."""


def make_filter(kinds: Iterable[str], filters: Filters) -> Filter:
    """Return the filter of some kinds (empty: all) and keyword filters; UsageError names an invalid one and the reason.

    >>> make_filter(["statement"], {"country": ["FI", "EE"], "min_confidence": 0.8}).country
    ('ee', 'fi')
    >>> make_filter(["meeting"], {"act": "promise"})
    Traceback (most recent call last):
    worker.errors.UsageError: filter act: no kind of event can pass kind and act together
    """
    query = {name: [value] if isinstance(value, str) else [*value] for name, value in _set_filters(filters)}
    if named := list(kinds):
        query["kind"] = named
    try:
        return build_filter(query)
    except FilterError as e:
        raise UsageError(f"filter {e.parameter}: {e}") from None


def _set_filters(filters: Filters) -> Iterable[tuple[str, str | Iterable[str]]]:
    """Yield the filters that are set, the confidence as text as in a query; UsageError for an unknown filter."""
    for name, value in filters.items():
        if name not in Filters.__annotations__:
            known = Filters.__annotations__
            raise UsageError(f"unknown filter {name!r}: one of {', '.join(known)}{did_you_mean(name, known)}")
        if name == CONFIDENCE:
            yield name, str(value)
        elif value:
            yield name, value  # type: ignore[misc]  # all but the confidence are text
