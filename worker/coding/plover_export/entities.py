"""Actors as PLOVER entities: alpha-3 country code, sector code, office.

The sector is determined by the head of the role, or of the name of a group or organisation.  Its words are in
`worker/coding/lexicon/<language>_sectors.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import iso3166
import msgspec
from msgspec import Struct

from worker.extract.lexicon.lexicon import Lexicon, load_lexicon
from worker.schema import Actor

_WORD = re.compile(r"[^\W_]+(?:[-'\u2019.][^\W_]+)*\.?")
_MAX_ENTRY_WORDS = 4
_PREPOSITIONS = frozenset({"of", "for", "at", "in", "on", "to", "from", "and"})
"""Words that end the head of a role: "head [of] the army"."""
_DETERMINERS = frozenset({"the", "a", "an", "his", "her", "their", "its"})


class PloverEntity(Struct, frozen=True, kw_only=True):
    """A PLOVER actor or recipient."""

    entity_text: str
    """The actor as worded in the article."""
    entity_name: str
    country_code: str | None
    """ISO 3166-1 alpha-3, or PLOVER's code of an international body: UNO, EUR, IGO, NGO, IMG."""
    sector_code: str | None
    office: str | None


class _WordList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: str


class _SectorFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    language: str
    former: str
    generic: str
    sectors: dict[str, str]
    sectorless: _WordList
    beyond: dict[str, str]


class SectorWords:
    """The sector words of one language, indexed for lookup."""

    def __init__(self, file: _SectorFile) -> None:
        self.former = frozenset(file.former.split())
        self.generic = frozenset(file.generic.split())
        sectorless = dict.fromkeys(_split_entries(file.sectorless.words))
        self.sector_of: dict[str, str | None] = _invert(file.sectors) | sectorless
        self.international: dict[str, str | None] = _invert(file.beyond)


@cache
def load_sector_words(language: str) -> SectorWords | None:
    """Return the sector words of a language; None if it has no file.  An invalid file raises a msgspec error."""
    file = files("worker.coding") / "lexicon" / f"{language}_sectors.toml"
    return SectorWords(msgspec.toml.decode(file.read_bytes(), type=_SectorFile)) if file.is_file() else None


def actor_entity(actor: Actor, language: str) -> PloverEntity:
    """Return an actor as a PLOVER entity; codes are None if the article does not determine them."""
    sectors, words = load_sector_words(language), load_lexicon(language)
    international = _international_code(actor, sectors) if sectors and actor.country is None else None
    has_sector = international is None  # the United Nations and their officials belong to no sector of a state
    return PloverEntity(
        entity_text=actor.mention.text if actor.mention else actor.name,
        entity_name=actor.name,
        country_code=alpha3_code(actor.country) or international,
        sector_code=_actor_sector(actor, sectors, words) if has_sector and sectors and words else None,
        office=actor.role,
    )


def country_entity(name: str, alpha2: str) -> PloverEntity:
    """Return a country as the entity of its government; `name` is its wording in the article."""
    country_code = alpha3_code(alpha2)
    return PloverEntity(entity_text=name, entity_name=name, country_code=country_code, sector_code="GOV", office=None)


def alpha3_code(alpha2: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-3 code for an alpha-2 code; None for None and for an unknown code."""
    country = iso3166.countries_by_alpha2.get(alpha2 or "")
    return country.alpha3 if country else None


# ---------------------------------------------------------------- sectors
def _actor_sector(actor: Actor, sectors: SectorWords, words: Lexicon) -> str | None:
    """Return the sector code of an actor; None if the actor's role and name do not determine one."""
    if actor.type == "country":
        return "GOV"
    description = _split_words(_description(actor))
    if any(word in sectors.former for word in description):
        return "ELI"
    governs = actor.name in words.seats_of_power or (actor.country and _leads_a_country(description, sectors, words))
    return _described_sector(description, sectors) or ("GOV" if governs else None)


def _described_sector(description: list[str], sectors: SectorWords) -> str | None:
    """Return the sector of the description's head; None if it has none.

    For a generic head, the words before it decide, then those after it.
    """
    office = next((e for e in _find_entries(description, sectors.sector_of) if " of " in e), None)
    if office is not None:
        return sectors.sector_of[office]  # "secretary of state": "of state" is part of the head
    end = next((i for i, word in enumerate(description) if i and word in _PREPOSITIONS), len(description))
    role, rest = description[:end], description[end:]
    sizes = range(_MAX_ENTRY_WORDS, 0, -1)
    size = next((n for n in sizes if len(role) >= n and " ".join(role[-n:]) in sectors.sector_of), 0)
    head = " ".join(role[-size:]) if size else ""
    if head and head not in sectors.generic:
        return sectors.sector_of[head]
    before = [word for word in role[: len(role) - max(size, 1)] if word not in sectors.generic]
    found = (sectors.sector_of[entry] for entry in _find_entries([*before, "", *rest], sectors.sector_of))
    return next((s for s in found if s), None) or sectors.sector_of.get(head)


def _leads_a_country(description: list[str], sectors: SectorWords, words: Lexicon) -> bool:
    """Return whether only nationalities modify a generic head: "the Turkish leader", "her Danish counterpart"."""
    modifiers = [word for word in description[:-1] if word not in _DETERMINERS]
    nationalities = all(word.title() in words.demonyms or word.upper() in words.demonyms for word in modifiers)
    return bool(description) and description[-1] in sectors.generic and bool(modifiers) and nationalities


def _international_code(actor: Actor, sectors: SectorWords) -> str | None:
    """Return the PLOVER code of the international body that the actor is or that the actor's role names; else None."""
    entries = _find_entries(_split_words(_description(actor)), sectors.international)
    return next((sectors.international[entry] for entry in entries), None)


def _description(actor: Actor) -> str:
    """Return the actor's role, or else the name unless the actor is a person; "" otherwise."""
    return actor.role or ("" if actor.type == "person" else actor.name)


def _find_entries(words: list[str], table: dict[str, str | None]) -> Iterator[str]:
    """Yield the table's entries among the words, the longest at each position, without overlaps."""
    at = 0
    while at < len(words):
        size = next((n for n in range(_MAX_ENTRY_WORDS, 0, -1) if " ".join(words[at : at + n]) in table), 0)
        if size:
            yield " ".join(words[at : at + size])
        at += size or 1


def _split_words(text: str) -> list[str]:
    """Return the words in lower case, without possessive "'s"; full stops remain in abbreviations only."""
    words = [word.lower().replace("\u2019", "'").removesuffix("'s") for word in _WORD.findall(text)]
    return [word if "." in word[:-1] else word.rstrip(".") for word in words]


def _split_entries(words: str) -> list[str]:
    return [word.replace("_", " ") for word in words.split()]


def _invert(section: dict[str, str]) -> dict[str, str | None]:
    return {word: code for code, listed in section.items() for word in _split_entries(listed)}
