"""The environment read into a struct; what is unknown or does not fit is refused by name, all of it at once."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from worker.errors import UsageError
from worker.settings.variables import PREFIX, Variable, variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T", bound=msgspec.Struct)


def read(settings: type[T], environ: Mapping[str, str]) -> T:
    """Make the struct of the variables that begin with PREFIX; UsageError says of each bad one what would fit."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    if mistakes := "; ".join(_mistakes(settings, given)):
        raise UsageError(mistakes)
    return msgspec.convert({_field(name): value for name, value in given.items()}, settings, strict=False)


def _field(name: str) -> str:
    return name.removeprefix(PREFIX).lower()


def _mistakes(settings: type[T], given: Mapping[str, str]) -> Iterator[str]:
    if not given:
        return
    known = {variable.name: variable for variable in variables(settings)}
    for name, value in given.items():
        if name not in known:
            yield f"unknown setting {name}{_suggestion(name, known)}"
        elif not value.strip():
            yield f"setting {name} is empty: give it a value or unset it"
        elif why := _refusal(settings, known[name], value):
            yield why


def _suggestion(name: str, known: Mapping[str, Variable]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=_LIKE)
    return f": did you mean {close[0]}?" if close else ""


_LIKE = 0.8
"""Names have the prefix in common, which alone makes two of them alike by half."""


def _refusal(settings: type[T], variable: Variable, value: str) -> str | None:
    """Convert one variable alone, so that the message can name it."""
    try:
        msgspec.convert({variable.field: value}, settings, strict=False)
    except msgspec.ValidationError:
        shown = "" if variable.secret else f" has value {value!r}:"
        limit = "" if variable.below is None else f" and less than {variable.below:,.0f}"
        return f"setting {variable.name}{shown} it takes {variable.takes}{limit}"
    return None
