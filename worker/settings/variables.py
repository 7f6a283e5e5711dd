"""Documentation of the environment variables, read from the annotations of the sections' fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Meta, Struct, inspect

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "COMMUNIQUE_"


def doc(text: str, *, takes: str = "", secret: bool = False) -> Meta:
    """Return the annotation of a setting with its documentation: `text` is Markdown, in whole sentences.

    `takes` describes the valid values if the type does not say enough.  The value of a `secret` is never shown.
    """
    return Meta(description=text, extra={"takes": takes, "secret": secret})


class Variable(Struct, frozen=True, kw_only=True):
    """One environment variable."""

    name: str
    """Name of the variable, in capitals and with the prefix."""
    section: str
    """Attribute of the settings that holds the section."""
    field: str
    """Attribute of the section that holds the value."""
    title: str
    """Title of the section."""
    meaning: str
    """Documentation in whole sentences, in Markdown."""
    takes: str
    """The valid values in words: "seconds, more than 0"."""
    below: float | None = None
    """An upper bound that no sensible value reaches, so that `takes` leaves it out; None if there is none."""
    default: str | None = None
    """Default as the environment would give it; None: unset."""
    secret: bool = False

    def value(self, settings: Struct) -> Any:
        """Return the value of this variable in `settings`."""
        return getattr(getattr(settings, self.section), self.field)


# ---------------------------------------------------------------- large numbers
_SCALES: Final = {
    "_s": {"days": 86_400, "hours": 3_600, "minutes": 60},
    "_bytes": {"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10},
}


def humanise(name: str, value: str | None) -> str:
    """Return a duration or size in the largest unit that divides it ("30 days", "8 MiB").

    The suffix of `name` tells a duration from a size.  "" if the value is neither, or if no unit above seconds and
    bytes divides it.
    """
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


# ---------------------------------------------------------------- inspection
def section_types(settings: type[Struct]) -> dict[str, type[Struct]]:
    """Return attribute of the settings -> struct of its section, in the order of the fields."""
    return {name: section.cls for name, _, section in _sections(settings)}


def variables(settings: type[Struct]) -> list[Variable]:
    """Return every variable, in the order of sections and fields."""
    return [_variable(field, name, title) for name, title, section in _sections(settings) for field in section.fields]


def _sections(settings: type[Struct]) -> list[tuple[str, str, inspect.StructType]]:
    """Return attribute, title and type of each section."""
    info = inspect.type_info(settings)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - what a Struct is
    found = []
    for field in info.fields:
        assert isinstance(field.type, inspect.Metadata)  # noqa: S101 - every section is annotated with its title
        assert isinstance(field.type.type, inspect.StructType)  # noqa: S101 - what a section is
        found.append((field.name, (field.type.extra_json_schema or {})["title"], field.type.type))
    return found


def _variable(field: inspect.Field, section: str, title: str) -> Variable:
    annotated = field.type
    assert isinstance(annotated, inspect.Metadata)  # noqa: S101 - every setting is annotated with its documentation
    extra = annotated.extra or {}
    of = _not_none(annotated.type)
    return Variable(
        name=PREFIX + field.encode_name.upper(),
        section=section,
        field=field.name,
        title=title,
        meaning=(annotated.extra_json_schema or {})["description"],
        takes=extra["takes"] or _takes(of, field.encode_name),
        below=getattr(of, "lt", None),
        default=to_env(field.default),
        secret=extra["secret"],
    )


def _not_none(of: inspect.Type) -> inspect.Type:
    if isinstance(of, inspect.UnionType):
        (of,) = (t for t in of.types if not isinstance(t, inspect.NoneType))
    return of


def _takes(of: inspect.Type, name: str) -> str:
    """Describe the valid values of a type."""
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


def to_env(value: Any) -> str | None:
    """Return a value as the environment would give it; None for None, which no variable can express."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
