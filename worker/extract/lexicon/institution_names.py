"""Gazetteer of institutions: `lexicon/<language>_institutions.toml` and `<language>_regions.toml`, decoded strictly.

A name that the files list for one country belongs to it.  A name of several countries, and a generic name ("the
Supreme Court"), belongs to the country of its article: `worker.extract.coreference.countries` decides.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from worker.extract.lexicon.lexicon_file import StrictTable, word_set

InstitutionClass = Literal[
    "international",
    "non_governmental",
    "generic",
    "parliaments",
    "governments",
    "ministries",
    "parties",
    "central_banks",
    "courts",
    "agencies",
    "armed_forces",
    "police",
]
"""The classes in ascending precedence: a name of several classes ("the Senate") has the class of the last."""
Rows = dict[str, str]
"""Country code -> names separated by blanks, see `word_set`."""
Codes = tuple[str, ...]
"""ISO 3166-1 alpha-2 codes of the countries that use a name, sorted; `ANY_COUNTRY` first for a generic name.  Empty for
an international or non-governmental organisation.
"""
ANY_COUNTRY = ""
"""Code of a generic name, which any country may use."""
INTERNATIONAL = "*"
"""First code of a name that an organ of an international organisation shares with bodies of states: "Security Council".
"""
LOCAL = "?"
"""Mark after a name that means a country only in an article about it, and before the code of that country: readers
elsewhere think of another country ("the Tories"), or of none ("the Parole Board").
"""

_CLASSES: tuple[InstitutionClass, ...] = get_args(InstitutionClass)


class _NamesTable(StrictTable, frozen=True):
    """A class of names without a country."""

    names: str


class InstitutionsFile(StrictTable, frozen=True, kw_only=True):
    """The file of institutions as written."""

    parliaments: Rows
    governments: Rows
    ministries: Rows
    parties: Rows
    central_banks: Rows
    courts: Rows
    agencies: Rows
    armed_forces: Rows
    police: Rows
    titles: Rows
    lacking: Rows
    international: _NamesTable
    non_governmental: _NamesTable
    generic: _NamesTable


class RegionsFile(StrictTable, frozen=True, kw_only=True):
    """The file of regions, cities and currencies as written."""

    regions: Rows
    cities: Rows
    currencies: Rows


class Institutions(Struct, frozen=True):
    """Lookup tables of the gazetteer.  Names are spelled as written, titles and currencies in lower case."""

    codes: dict[str, Codes]
    """Name of an institution, as tokens joined by blanks -> the countries that use it."""
    classes: dict[str, InstitutionClass]
    """Name of an institution, as written and as tokens -> its class; titles are not included."""
    titles: dict[str, Codes]
    """Title of an office that few countries have ("home secretary") -> these countries."""
    lacking: dict[str, Codes]
    """Office or body -> the countries that have none of this name."""
    places: dict[str, Codes]
    """Name of a region or city -> its countries."""
    regions: frozenset[str]
    """The names of `places` that denote a region with a government of its own."""
    currencies: dict[str, Codes]
    """Currency, or number word of a country -> the countries that use it."""

    def class_of(self, name: str) -> InstitutionClass | None:
        """Return the class of an institution by its name, with or without "the"; None for any other name."""
        bare = name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        return self.classes.get(bare) or self.classes.get(bare[4:] if bare[:4] in {"the ", "The "} else "")

    def lacks(self, country: str, words: list[str]) -> bool:
        """Return whether the lower-case words contain an office or body that the country has not: a US minister."""
        if any(country in self.lacking.get(word, ()) for word in words):
            return True
        return any(country in self.lacking.get(f"{word} {after}", ()) for word, after in pairwise(words))

    def is_public(self, name: str) -> bool:
        """Return whether a name denotes a public body, party or intergovernmental organisation."""
        return self.class_of(name) not in {None, "non_governmental"}


@cache
def load_institutions(language: str) -> Institutions:
    """Return the gazetteer of a language, read once per process.

    Raises FileNotFoundError for a language without a file and `msgspec.ValidationError` for an invalid one.
    """
    folder = files("worker.extract") / "lexicon"
    bodies = msgspec.toml.decode((folder / f"{language}_institutions.toml").read_bytes(), type=InstitutionsFile)
    parts = msgspec.toml.decode((folder / f"{language}_regions.toml").read_bytes(), type=RegionsFile)
    names = {
        field: _names_of(getattr(bodies, field), (ANY_COUNTRY,) if field == "generic" else ()) for field in _CLASSES
    }
    classes = {name: field for field in _CLASSES for name in names[field]}
    return Institutions(
        codes={_tokenised(name): codes for name, codes in _merge(list(names.values())).items()},
        classes=classes | {_tokenised(name): field for name, field in classes.items()},
        titles={_tokenised(name): codes for name, codes in _codes_of(bodies.titles).items()},
        lacking=_codes_of(bodies.lacking),
        places=_merge([_codes_of(parts.regions), _codes_of(parts.cities)]),
        regions=frozenset(_codes_of(parts.regions)),
        currencies=_codes_of(parts.currencies),
    )


def _names_of(table: Rows | _NamesTable, codes: Codes) -> dict[str, Codes]:
    """Return name -> codes; `codes` for the names of a table without countries."""
    if isinstance(table, _NamesTable):
        return dict.fromkeys(word_set(table.names), codes)
    return _codes_of(table)


def _codes_of(rows: Rows) -> dict[str, Codes]:
    """Return name -> codes of the countries that list it."""
    found: dict[str, set[str]] = {}
    for code, listed in rows.items():
        for entry in word_set(listed):
            local = entry.endswith(LOCAL)
            found.setdefault(entry.removesuffix(LOCAL), set()).add(LOCAL + code if local else code)
    return {name: tuple(sorted(codes)) for name, codes in found.items()}


def _merge(tables: list[dict[str, Codes]]) -> dict[str, Codes]:
    """Return the union of several tables; a name in two of them has the codes of both.

    A name of states' bodies that is also listed without a country has `INTERNATIONAL` before its codes.
    """
    merged: dict[str, Codes] = {}
    for table in tables:
        for name, codes in table.items():
            known = merged.get(name)
            if known is None:
                merged[name] = codes
            elif known and codes:
                merged[name] = tuple(sorted({*known, *codes}))
            elif known or codes:
                merged[name] = (INTERNATIONAL, *(known or codes))
    return merged


def _tokenised(name: str) -> str:
    """Return a name as its tokens joined by blanks: "Prime Minister 's Office"."""
    if name.isalpha():
        return name
    for mark in "(),/":
        name = name.replace(mark, f" {mark} ")
    return " ".join(name.replace("'s ", " 's ").replace("s' ", "s ' ").split())
