"""Gazetteer of companies and sports clubs: `lexicon/<language>_companies.toml`, decoded strictly."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from worker.extract.lexicon.lexicon_file import StrictTable, Words, word_set


class CompaniesFile(StrictTable, frozen=True, kw_only=True):
    """The file as written: sector or league -> names separated by blanks, see `word_set`."""

    companies: dict[str, str]
    clubs: dict[str, str]


@cache
def load_company_names(language: str) -> Words:
    """Return the names of companies and clubs as written, read once per process.

    Raises FileNotFoundError for a language without a file and `msgspec.ValidationError` for an invalid one.
    """
    path = files("worker.extract") / "lexicon" / f"{language}_companies.toml"
    listed = msgspec.toml.decode(path.read_bytes(), type=CompaniesFile)
    return frozenset(
        name for table in (listed.companies, listed.clubs) for row in table.values() for name in word_set(row)
    )
