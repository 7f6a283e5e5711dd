"""What is known of each variable: read off the annotations of the struct that holds them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Meta, Struct, inspect

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "COMMUNIQUE_"


def means(text: str, *, takes: str = "", section: str = "", secret: bool = False) -> Meta:
    """Annotate a setting with what it means (Markdown, whole sentences).

    `takes` says in words what fits where the type does not tell.  `section` opens one: it holds for the fields that
    follow, too.  The value of a `secret` is shown to nobody.
    """
    return Meta(description=text, extra={"takes": takes, "section": section, "secret": secret})


class Variable(Struct, frozen=True, kw_only=True):
    """One environment variable."""

    name: str
    """In capitals, with the prefix."""
    field: str
    """Its name in the struct."""
    section: str
    meaning: str
    """Whole sentences, in Markdown."""
    takes: str
    """What fits, in words: "seconds, more than 0"."""
    below: float | None = None
    """A limit so far away that only a slip reaches it; None where there is none."""
    default: str | None = None
    """As it would be spelt in the environment; None: unset."""
    secret: bool = False


# ---------------------------------------------------------------- as people say it
_SCALES: Final = {
    "_s": {"days": 86_400, "hours": 3_600, "minutes": 60},
    "_bytes": {"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10},
}


def readable(name: str, value: str | None) -> str:
    """Return a large duration or size as people say it ("30 days", "8 MiB"), or nothing."""
    for suffix, scale in _SCALES.items():
        if name.lower().endswith(suffix) and value and value.isdecimal():
            return _in_units(int(value), scale)
    return ""


def _in_units(amount: int, scale: Mapping[str, int]) -> str:
    for unit, size in scale.items():
        count, rest = divmod(amount, size)
        if count and not rest:
            return f"{count} {unit.removesuffix('s') if count == 1 else unit}"
    return ""


# ---------------------------------------------------------------- what there is
def variables(settings: type[Struct]) -> list[Variable]:
    """Return every variable, in the order of the fields."""
    found: list[Variable] = []
    info = inspect.type_info(settings)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - what a Struct is
    for field in info.fields:
        found.append(_variable(field, found[-1].section if found else ""))
    return found


def _variable(field: inspect.Field, section: str) -> Variable:
    about = field.type
    assert isinstance(about, inspect.Metadata)  # noqa: S101 - every field is annotated with what it means
    told = about.extra or {}
    of = _not_none(about.type)
    return Variable(
        name=PREFIX + field.name.upper(),
        field=field.name,
        section=told["section"] or section,
        meaning=(about.extra_json_schema or {})["description"],
        takes=told["takes"] or _takes(of, field.name),
        below=getattr(of, "lt", None),
        default=spelt(field.default),
        secret=told["secret"],
    )


def _not_none(of: inspect.Type) -> inspect.Type:
    if isinstance(of, inspect.UnionType):
        (of,) = (t for t in of.types if not isinstance(t, inspect.NoneType))
    return of


def _takes(of: inspect.Type, name: str) -> str:
    """Say in words what fits a type."""
    match of:
        case inspect.BoolType():
            return "`true` or `false`"
        case inspect.IntType() | inspect.FloatType():
            return _unit(of, name) + _bounds(of)
        case _:
            return "text"


def _unit(of: inspect.IntType | inspect.FloatType, name: str) -> str:
    whole = isinstance(of, inspect.IntType)
    if name.endswith("_bytes"):
        return "bytes"
    if name.endswith("_s") and not name.endswith("_per_s"):
        return "whole seconds" if whole else "seconds"
    return "a whole number" if whole else "a number"


def _bounds(of: inspect.IntType | inspect.FloatType) -> str:
    if of.ge is not None and of.le is not None:
        return f" from {of.ge} to {of.le}"
    if of.gt is not None:
        return f", more than {of.gt:g}"
    return "" if of.ge is None else f", at least {of.ge:g}"


def spelt(value: Any) -> str | None:
    """Return a value as the environment would spell it; None where it would not stand there."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
