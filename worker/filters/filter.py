"""Filters of a client: which events it gets.

Values of one filter are alternatives; several filters must all match.  An event without the field of a filter (a
meeting has no act) does not match.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker.filters.countries import COUNTRY_FORM, country_error
from worker.filters.facets import Facets, fold, fold_name
from worker.schema import KIND_SPECS, KINDS, Event, Kind, allowed_values, has_field, values_of_all_kinds
from worker.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MAX_VALUES: Final = 50
"""Most values of one filter in one request."""
MAX_VALUE_CHARACTERS: Final = 200
CONFIDENCE: Final = "min_confidence"


class FilterParameter(Struct, frozen=True, kw_only=True):
    """A filter as the API documents it; a request may repeat it."""

    name: str
    description: str
    values: tuple[str, ...] = ()
    """The allowed values; empty: any text."""
    pattern: str | None = None
    """Regular expression that a value must match as a whole; None: any."""
    form: str = ""
    """The form that `pattern` describes, in words and with an example; "" without a pattern."""
    error: Callable[[str], str | None] | None = None
    """Returns a better message about an invalid value than `form` gives, None for a valid one; None: there is none."""
    fold: Callable[[str], str] = fold
    """Normalises a value for comparison."""


def _kinds_with(field: str) -> str:
    """Return the plurals of the kinds that have a field, as the beginning of a sentence: "Meetings and decisions"."""
    return " and ".join(spec.plural for kind, spec in KIND_SPECS.items() if has_field(kind, field)).capitalize()


PARAMETERS: Final = (
    FilterParameter(name="kind", description="Events of this kind.", values=KINDS),
    FilterParameter(
        name="speaker",
        description="Statements whose speaker's name contains these words, complete and in this order: `Stoltenberg` "
        "and `jens stoltenberg` match Jens Stoltenberg, `stolten` does not. Case and accents are ignored.",
        fold=fold_name,
    ),
    FilterParameter(
        name="actor",
        description="Events with an actor of this name, compared like `speaker`: speaker or target of a statement, "
        "participant of a meeting, decider of a decision, or an actor of another kind of event.",
        fold=fold_name,
    ),
    FilterParameter(
        name="country",
        description="Events with an actor (as for `actor`) that represents this country: ISO 3166-1 alpha-2 code, in "
        "either case.",
        pattern="^[A-Za-z]{2}$",
        form=COUNTRY_FORM,
        error=country_error,
    ),
    FilterParameter(
        name="outlet",
        description="Events from this host or a subdomain of it (`bbc.co.uk` matches www.bbc.co.uk), or with an "
        "outlet of exactly this name credited in `via` (`DPA`). Case and accents are ignored.",
    ),
    FilterParameter(
        name="act",
        description=f"{_kinds_with('act')} with this act. Case is ignored.",
        values=values_of_all_kinds("act"),
    ),
    FilterParameter(
        name="status",
        description=f"{_kinds_with('status')} with this status. Case is ignored.",
        values=values_of_all_kinds("status"),
    ),
    FilterParameter(
        name="category",
        description=f"{_kinds_with('category')} of this category. Case is ignored.",
        values=values_of_all_kinds("category"),
    ),
    FilterParameter(
        name="text",
        description="Events whose evidence, content, topic or object contains this text. Case, accents and the width "
        "of spaces are ignored.",
    ),
    FilterParameter(
        name="language",
        description="Events from articles in this language or a variety of it: BCP 47; `en` matches `en-GB`. Case is "
        "ignored.",
        pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
        form="a language tag of BCP 47, such as en or en-GB",
    ),
)
_CLOSED_LISTS: Final = ("act", "status", "category")
"""Filters on the field of the same name, whose values are a closed list."""
_VALUES: Final = {name: {kind: frozenset(allowed_values(kind, name)) for kind in KINDS} for name in _CLOSED_LISTS}


class FilterError(ValueError):
    """An invalid filter; `parameter` is its name, and the message completes a sentence about that parameter."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(why)
        self.parameter = parameter


class Filter(Struct, frozen=True, kw_only=True):
    """The filters of one request.

    Values are folded and sorted, without repetition, so requests for the same events have equal filters.  Empty: any
    value.
    """

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
        """The kinds of which an event can match."""
        return tuple(kind for kind in KINDS if self._allows(kind))

    def _allows(self, kind: Kind) -> bool:
        return not (
            (self.kind and kind not in self.kind)
            or (self.speaker and not has_field(kind, "speaker"))
            or any(wanted and _VALUES[name][kind].isdisjoint(wanted) for name, wanted in self._closed_lists())
        )

    def _closed_lists(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each filter on a closed list, with the values requested."""
        yield "act", self.act
        yield "status", self.status
        yield "category", self.category

    def matches(self, event: Event, facets: Facets) -> bool:
        """Return whether `event` matches every filter; `facets` are those of the event.

        Cheap comparisons come first.
        """
        return (
            event.confidence >= self.min_confidence
            and self._matches_kind(event)
            and (not self.language or any(_is_variety(facets.language, wanted) for wanted in self.language))
            and (not self.country or not facets.countries.isdisjoint(self.country))
            and (not self.outlet or not facets.outlets.isdisjoint(self.outlet))
            and (not self.speaker or any(name in facets.speaker for name in self.speaker))
            and (not self.actor or any(name in actor for actor in facets.actors for name in self.actor))
            and (not self.text or any(words in facets.words for words in self.text))
        )

    def _matches_kind(self, event: Event) -> bool:
        if self.kind and event.__struct_config__.tag not in self.kind:
            return False
        return (  # written out, as it runs for every event and filter
            (not self.act or getattr(event, "act", None) in self.act)
            and (not self.status or getattr(event, "status", None) in self.status)
            and (not self.category or getattr(event, "category", None) in self.category)
        )


MATCH_ALL: Final = Filter()
"""Matches every event."""


def _is_variety(language: str, wanted: str) -> bool:
    return language == wanted or language.startswith(f"{wanted}-")


def build_filter(query: Mapping[str, Sequence[str]]) -> Filter:
    """Return the filter of a query (parameter -> values); parameters that are no filters are ignored.

    FilterError for an invalid value, and if no kind of event can match all filters.
    """
    folded = {p.name: _values(p, query[p.name]) for p in PARAMETERS if p.name in query}
    made = Filter(**folded, min_confidence=_confidence(query.get(CONFIDENCE, ())))
    if not made.kinds:
        asked = [name for name in ("kind", "speaker", "act", "status", "category") if name in folded]
        raise FilterError(asked[-1], f"no kind of event can pass {' and '.join(asked)} together")
    return made


def _values(parameter: FilterParameter, given: Sequence[str]) -> tuple[str, ...]:
    if len(given) > MAX_VALUES:
        raise FilterError(parameter.name, f"{len(given)} values; {MAX_VALUES} are the most")
    return tuple(sorted({_value(parameter, text) for text in given}))


def _value(parameter: FilterParameter, text: str) -> str:
    if len(text) > MAX_VALUE_CHARACTERS:
        raise FilterError(parameter.name, f"longer than {MAX_VALUE_CHARACTERS} characters")
    if parameter.error and (message := parameter.error(text)):
        raise FilterError(parameter.name, message)
    if parameter.pattern and not re.fullmatch(parameter.pattern, text):
        raise FilterError(parameter.name, f"{text!r} is not {parameter.form}")
    folded = parameter.fold(text)
    if not folded.strip():
        raise FilterError(parameter.name, f"{text!r} has nothing to look for")
    if parameter.values and folded not in parameter.values:
        nearest = did_you_mean(text, parameter.values)
        raise FilterError(parameter.name, f"{text!r} is none of {', '.join(parameter.values)}{nearest}")
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
        raise FilterError(CONFIDENCE, f"{given[0]!r} is no number from 0 to 1, such as 0.8")
    return least
