"""Gazetteer of a lexicon: pronouns and titles by gender, given names, countries, demonyms and seats of power."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Literal

from worker.extract.lexicon.lexicon_file import GivenNamesTable, LexiconFile, word_set

Gender = Literal["masculine", "feminine"]
_PERSONAL = ("masculine", "feminine", "neuter", "plural", "first", "second")


def person_fields(file: LexiconFile) -> dict[str, object]:
    """Return the `Lexicon` fields about persons: pronouns, words of state roles, gender of titles and nouns."""
    pronouns, listed = file.pronouns, file.people
    return {
        "first_person": word_set(pronouns.first),
        "second_person": word_set(pronouns.second),
        "negative_pronouns": word_set(pronouns.negative),
        "pronouns": word_set(" ".join(getattr(pronouns, field) for field in _PERSONAL)),
        "state_words": word_set(listed.state_words, listed.role_modifiers),
        "gender_of": _genders(listed.masculine, listed.feminine),
    }


def place_fields(file: LexiconFile, rows: dict[str, list[str]], given_names: GivenNamesTable) -> dict[str, object]:
    """Return the `Lexicon` fields about places, and the given names that are neither places nor roles.

    `rows`: country code -> [names, demonyms, seats of power], each a list of words, see `word_set`.
    """
    countries, demonyms, seats = (
        {name: code for code, row in rows.items() for name in word_set(row[column])} for column in range(3)
    )
    every = [*countries, *demonyms, *seats]
    roles = word_set(file.people.roles, file.people.titles, file.people.not_given_names)
    return {
        "countries": countries,
        "demonyms": demonyms,
        "seats_of_power": seats,
        "max_place_words": max(name.count(" ") + 1 for name in every),
        "given_names": _given_names(given_names, file, roles | {name.lower() for name in every}),
    }


def _genders(masculine: str, feminine: str) -> dict[str, Gender]:
    genders: dict[str, Gender] = dict.fromkeys(word_set(masculine), "masculine")
    return genders | dict.fromkeys(word_set(feminine), "feminine")


def _given_names(names: GivenNamesTable, file: LexiconFile, other: AbstractSet[str]) -> dict[str, Gender | None]:
    """Return given name -> gender (None: either), without roles and places ("Dean", "Virginia")."""
    known = dict.fromkeys(word_set(names.either)) | _genders(names.masculine, names.feminine)
    known |= _genders(file.people.masculine_names, file.people.feminine_names)
    return {name: gender for name, gender in known.items() if name not in other}
