"""Conversion of flat names and values, as the environment has them, into a struct of sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from worker.errors import UsageError
from worker.settings.variables import PREFIX, Variable, section_types, variables
from worker.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T", bound=msgspec.Struct)


def read_environ(settings: type[T], environ: Mapping[str, str]) -> T:
    """Convert the variables that begin with PREFIX; UsageError names each invalid variable and its valid values."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    if errors := "; ".join(_errors(settings, given)):
        raise UsageError(errors)
    return _convert(settings, {_flat(name): value for name, value in given.items()}, strict=False)


def override(settings: T, values: Mapping[str, object]) -> T:
    """Return a copy of `settings` with `values` changed, by flat names.

    TypeError for an unknown name, msgspec.ValidationError for an invalid value.
    """
    flat: dict[str, object] = {}
    for section in section_types(type(settings)):
        flat |= msgspec.to_builtins(getattr(settings, section))
    if unknown := values.keys() - flat.keys():
        raise TypeError(f"unknown settings: {', '.join(sorted(unknown))}")
    return _convert(type(settings), flat | dict(values), strict=True)


def _convert(settings: type[T], flat: Mapping[str, object], *, strict: bool) -> T:
    """Make each section from its flat names in `flat`; a name that `flat` lacks has its default."""
    sections = section_types(settings).items()
    return settings(**{name: msgspec.convert(flat, section, strict=strict) for name, section in sections})


def _flat(name: str) -> str:
    return name.removeprefix(PREFIX).lower()


def _errors(settings: type[T], given: Mapping[str, str]) -> Iterator[str]:
    if not given:
        return
    known = {variable.name: variable for variable in variables(settings)}
    for name, value in given.items():
        if name not in known:
            yield f"unknown setting {name}{did_you_mean(name, known, _MIN_SIMILARITY)}"
        elif not value.strip():
            yield f"setting {name} is empty: give it a value or unset it"
        elif error := _value_error(settings, known[name], value):
            yield error


_MIN_SIMILARITY = 0.8
"""Least ratio of `difflib` for a suggestion; the common prefix alone gives any two names about 0.5."""


def _value_error(settings: type[T], variable: Variable, value: str) -> str | None:
    """Convert the value of one variable and return an error message that names it; None for a valid value."""
    try:
        msgspec.convert({_flat(variable.name): value}, section_types(settings)[variable.section], strict=False)
    except msgspec.ValidationError:
        shown = "" if variable.secret else f" has value {value!r}:"
        limit = "" if variable.below is None else f" and less than {variable.below:,.0f}"
        return f"setting {variable.name}{shown} it takes {variable.takes}{limit}"
    return None
