"""Vocabulary that the page needs: rules, CAMEO codes, enumerations and country names, collected from their modules."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from worker.coding.ontology import CAMEO
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import KINDS, Kind, allowed_values, has_field, values_of_all_kinds
from worker.schema.rules import rule_descriptions

LANGUAGES: Final = ("en",)
"""Languages of the country names that the page looks for in the text of events."""


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Vocabulary of the page, served as JSON."""

    rules: dict[Kind, dict[str, str]]
    """Description of each extraction rule, by kind and rule name."""
    cameo: dict[str, str]
    """Name of each CAMEO code."""
    acts: tuple[str, ...]
    """Speech acts of statements."""
    statuses: dict[Kind, tuple[str, ...]]
    """Possible statuses of each kind; statements have none."""
    places: dict[str, dict[str, str]]
    """ISO 3166-1 alpha-2 code for each name of a country, its people or its seat of government, by language."""


def make_vocabulary() -> Vocabulary:
    """Collect the vocabulary from the lexicons, the codebook and the schema."""
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
