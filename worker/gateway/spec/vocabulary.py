"""What the page knows of our words: gathered from where each has its home, so that there is no second list of any."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from worker.coding.ontology import CAMEO
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import KINDS, Kind, allowed_values, has_field, values_of_all_kinds
from worker.schema.rules import rule_descriptions

LANGUAGES: Final = ("en",)
"""Whose names of countries the page looks for in what was said."""


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Served to the page as JSON."""

    rules: dict[Kind, dict[str, str]]
    """Kind -> rule -> the construction that it names, in a linguist's words."""
    cameo: dict[str, str]
    """Code -> its name."""
    acts: tuple[str, ...]
    statuses: dict[Kind, tuple[str, ...]]
    """Kind -> what may become of it; statements have none."""
    places: dict[str, dict[str, str]]
    """Language -> name of a country, its people or its seat of power -> ISO 3166-1 alpha-2."""


def vocabulary() -> Vocabulary:
    """Gather it."""
    return Vocabulary(
        rules=rule_descriptions(),
        cameo={code: known.name for code, known in CAMEO.items()},
        acts=values_of_all_kinds("act"),
        statuses={kind: allowed_values(kind, "status") for kind in KINDS if has_field(kind, "status")},
        places={language: _places(language) for language in LANGUAGES},
    )


def _places(language: str) -> dict[str, str]:
    words = load_lexicon(language)
    return {**words.seats_of_power, **words.demonyms, **words.countries} if words else {}
