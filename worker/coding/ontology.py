"""The ontologies as their codebooks define them: the codes of CAMEO 1.1b3; the types, modes, contexts of PLOVER 0.8."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from worker.schema import Plover


class PloverType(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A PLOVER event type."""

    quad: Annotated[int, Meta(ge=1, le=4)]
    """Quad class: 1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict."""
    modes: str
    """The modes of the type, separated by spaces."""


class CameoCode(Struct, frozen=True, array_like=True):
    """A CAMEO code's name and its conversion to PLOVER: "TYPE" or "TYPE-mode", and contexts separated by spaces.

    Both are "" where PLOVER has no equivalent.
    """

    name: str
    plover: str = ""
    contexts: str = ""


class _PloverContexts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    general: str
    special: str
    category: dict[str, str]


class _PloverFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    types: dict[str, PloverType]
    contexts: _PloverContexts


def read_data_file(name: str) -> bytes:
    """Return the content of a data file of this package."""
    return (files("worker.coding") / name).read_bytes()


CAMEO: dict[str, CameoCode] = msgspec.toml.decode(read_data_file("cameo.toml"), type=dict[str, CameoCode])
"""CAMEO code -> its name and conversion."""

_PLOVER = msgspec.toml.decode(read_data_file("plover.toml"), type=_PloverFile)

PLOVER_TYPES: dict[str, PloverType] = _PLOVER.types
"""Name of a PLOVER type -> its quad category and modes."""

PLOVER_CONTEXTS: frozenset[str] = frozenset(f"{_PLOVER.contexts.general} {_PLOVER.contexts.special}".split())
"""All contexts of PLOVER."""


def parse_plover(text: str) -> Plover:
    """Parse "TYPE" or "TYPE-mode"; raise ValueError if the ontology has no such type or mode."""
    name, _, mode = text.partition("-")
    if name not in PLOVER_TYPES:
        raise ValueError(f"PLOVER has no type {name!r}")
    if mode and mode not in PLOVER_TYPES[name].modes.split():
        raise ValueError(f"PLOVER has no mode {mode!r} of {name}")
    return Plover(type=name, mode=mode or None)


def plover_contexts(cameo: str | None, category: str | None = None) -> list[str]:
    """Return the PLOVER contexts that an event's CAMEO code and, for a decision, its category imply; no duplicates."""
    of_code = CAMEO[cameo].contexts.split() if cameo in CAMEO else []
    of_category = _PLOVER.contexts.category.get(category or "", "").split()
    return list(dict.fromkeys([*of_code, *of_category]))
