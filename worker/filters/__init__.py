"""What a client asks to see: the query's filters, and whether an event passes them.

Values of one filter are alternatives; filters narrow each other down.  An event that lacks what a filter asks about
(a meeting has no act) does not pass it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker.filters.facets import Facets, fold, fold_name
from worker.schema import KIND_SPECS, KINDS, Event, Kind, allowed_values, has_field, values_of_all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MOST_VALUES: Final = 50
"""Of one filter in one request."""
LONGEST_VALUE: Final = 200
"""Characters."""
CONFIDENCE: Final = "min_confidence"


class Parameter(Struct, frozen=True, kw_only=True):
    """One filter as the API describes it; it may be repeated."""

    name: str
    description: str
    values: tuple[str, ...] = ()
    """All that may be given; empty: any text."""
    pattern: str | None = None
    fold: Callable[[str], str] = fold
    """How a value is spelt for comparison."""


def _kinds_with(field: str) -> str:
    """Return the plurals of the kinds that have a field, as the beginning of a sentence: "Meetings and decisions"."""
    return " and ".join(spec.plural for kind, spec in KIND_SPECS.items() if has_field(kind, field)).capitalize()


PARAMETERS: Final = (
    Parameter(name="kind", description="Events of this kind.", values=KINDS),
    Parameter(
        name="speaker",
        description="Statements whose speaker's name contains these words, whole and in this order: `Stoltenberg` and "
        "`jens stoltenberg` find Jens Stoltenberg, `stolten` does not. Case and accents do not count.",
        fold=fold_name,
    ),
    Parameter(
        name="actor",
        description="Events with a party so named, compared as `speaker` is: speaker or target of a statement, "
        "participant of a meeting, decider of a decision.",
        fold=fold_name,
    ),
    Parameter(
        name="country",
        description="Events with a party (as for `actor`) that represents this country: ISO 3166-1 alpha-2; case does "
        "not count.",
        pattern="^[A-Za-z]{2}$",
    ),
    Parameter(
        name="outlet",
        description="Events from this host or a subdomain of it (`bbc.co.uk` finds www.bbc.co.uk), or with an outlet "
        "of just this name credited in `via` (`DPA`). Case and accents do not count.",
    ),
    Parameter(
        name="act",
        description=f"{_kinds_with('act')} that do this. Case does not count.",
        values=values_of_all_kinds("act"),
    ),
    Parameter(
        name="status",
        description=f"{_kinds_with('status')} of this status. Case does not count.",
        values=values_of_all_kinds("status"),
    ),
    Parameter(
        name="category",
        description=f"{_kinds_with('category')} of this category. Case does not count.",
        values=values_of_all_kinds("category"),
    ),
    Parameter(
        name="text",
        description="Events whose own words (evidence, content, topic or object) contain this text. Case, accents and "
        "the width of spaces do not count.",
    ),
    Parameter(
        name="language",
        description="Events from articles in this language, or in a variety of it: BCP 47; `en` finds `en-GB`. Case "
        "does not count.",
        pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
    ),
)
_CLOSED_LISTS: Final = ("act", "status", "category")
"""Filters that compare a field of the same name, which holds one of a closed list of values."""
_VALUES: Final = {name: {kind: frozenset(allowed_values(kind, name)) for kind in KINDS} for name in _CLOSED_LISTS}


class FilterError(ValueError):
    """A filter that means nothing; `parameter` is its name."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(why)
        self.parameter = parameter


class Filter(Struct, frozen=True, kw_only=True):
    """The filters of one request, folded, sorted, without repetition: who asks for the same has an equal one."""

    kind: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    act: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    min_confidence: float = 0.0

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that an event which passes can have."""
        return tuple(kind for kind in KINDS if self._allows(kind))

    def _allows(self, kind: Kind) -> bool:
        return not (
            (self.kind and kind not in self.kind)
            or (self.speaker and not has_field(kind, "speaker"))
            or any(asked and _VALUES[name][kind].isdisjoint(asked) for name, asked in self._closed_lists())
        )

    def _closed_lists(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each filter that compares a value of a closed list, with the values asked for."""
        yield "act", self.act
        yield "status", self.status
        yield "category", self.category

    def matches(self, event: Event, facets: Facets) -> bool:
        """Tell whether an event, whose facets these are, is one that was asked for; cheap questions come first."""
        return (
            event.confidence >= self.min_confidence
            and self._passes_kind(event)
            and (not self.language or any(_is_variety(facets.language, asked) for asked in self.language))
            and (not self.country or not facets.countries.isdisjoint(self.country))
            and (not self.outlet or not facets.outlets.isdisjoint(self.outlet))
            and (not self.speaker or any(name in facets.speaker for name in self.speaker))
            and (not self.actor or any(name in party for party in facets.actors for name in self.actor))
            and (not self.text or any(words in facets.words for words in self.text))
        )

    def _passes_kind(self, event: Event) -> bool:
        if self.kind and event.__struct_config__.tag not in self.kind:
            return False
        return all(not asked or getattr(event, name, None) in asked for name, asked in self._closed_lists())


EVERYTHING: Final = Filter()


def _is_variety(language: str, asked: str) -> bool:
    return language == asked or language.startswith(f"{asked}-")


def parse(query: Mapping[str, Sequence[str]]) -> Filter:
    """Make the filter of a query (names with their values; those of no filter are left alone); FilterError."""
    folded = {p.name: _values(p, query[p.name]) for p in PARAMETERS if p.name in query}
    made = Filter(**folded, min_confidence=_confidence(query.get(CONFIDENCE, ())))
    if not made.kinds:
        asked = [name for name in ("kind", "speaker", "act", "status", "category") if name in folded]
        raise FilterError(asked[-1], f"no kind of event can pass {' and '.join(asked)} together")
    return made


def _values(parameter: Parameter, given: Sequence[str]) -> tuple[str, ...]:
    if len(given) > MOST_VALUES:
        raise FilterError(parameter.name, f"{len(given)} values; {MOST_VALUES} are the most")
    return tuple(sorted({_value(parameter, text) for text in given}))


def _value(parameter: Parameter, text: str) -> str:
    if len(text) > LONGEST_VALUE:
        raise FilterError(parameter.name, f"longer than {LONGEST_VALUE} characters")
    if parameter.pattern and not re.fullmatch(parameter.pattern, text):
        raise FilterError(parameter.name, f"{text!r} does not match {parameter.pattern}")
    folded = parameter.fold(text)
    if not folded.strip():
        raise FilterError(parameter.name, f"{text!r} has nothing to look for")
    if parameter.values and folded not in parameter.values:
        raise FilterError(parameter.name, f"{text!r} is none of {', '.join(parameter.values)}")
    return folded


def _confidence(given: Sequence[str]) -> float:
    if not given:
        return 0.0
    if len(given) > 1:
        raise FilterError(CONFIDENCE, "given twice")
    try:
        least = float(given[0])
    except ValueError:
        least = -1.0
    if not 0.0 <= least <= 1.0:
        raise FilterError(CONFIDENCE, f"{given[0]!r} is no number from 0 to 1")
    return least
