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
    """1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict."""
    modes: str
    """Parted by blanks."""


class CameoCode(Struct, frozen=True, array_like=True):
    """A CAMEO code: its name, and its PLOVER type or type-mode and contexts, "" where there are none."""

    name: str
    plover: str = ""
    contexts: str = ""


class _Contexts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    general: str
    special: str
    category: dict[str, str]


class _Ontology(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    types: dict[str, PloverType]
    contexts: _Contexts


def _read(name: str) -> bytes:
    return (files("worker.codes") / name).read_bytes()


CAMEO: dict[str, CameoCode] = msgspec.toml.decode(_read("cameo.toml"), type=dict[str, CameoCode])
"""Code -> what it is."""

_PLOVER = msgspec.toml.decode(_read("plover.toml"), type=_Ontology)

TYPES: dict[str, PloverType] = _PLOVER.types
"""PLOVER type -> what it is."""

CONTEXTS: frozenset[str] = frozenset(f"{_PLOVER.contexts.general} {_PLOVER.contexts.special}".split())
"""Every context there is."""


def plover(written: str) -> Plover:
    """Return the type and mode written "TYPE" or "TYPE-mode"; ValueError for what the ontology does not have."""
    name, _, mode = written.partition("-")
    if name not in TYPES:
        raise ValueError(f"PLOVER has no type {name!r}")
    if mode and mode not in TYPES[name].modes.split():
        raise ValueError(f"PLOVER has no mode {mode!r} of {name}")
    return Plover(type=name, mode=mode or None)


def contexts(cameo: str | None, category: str | None = None) -> list[str]:
    """Return the contexts that a code, and the category of a decision, say of an event."""
    of_code = CAMEO[cameo].contexts.split() if cameo in CAMEO else []
    of_category = _PLOVER.contexts.category.get(category or "", "").split()
    return list(dict.fromkeys([*of_code, *of_category]))
