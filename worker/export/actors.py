"""Our actors as PLOVER's entities: the country's alpha-3 code, the sector, the office.

The sector is read off the head of the role, or of the name of a body; the words are data, in
`extract/lexicon/<language>_sectors.toml`.
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
_LONGEST = 4
"""Words of the longest entry."""
_AFTER = frozenset({"of", "for", "at", "in", "on", "to", "from", "and"})
"""Words after which a role goes on about what its bearer is head of."""


class Entity(Struct, frozen=True, kw_only=True):
    """A PLOVER actor or recipient."""

    entity_text: str
    """As worded."""
    entity_name: str
    country_code: str | None
    """ISO 3166-1 alpha-3, or the code of what is no country's: UNO, EUR, IGO, NGO, IMG."""
    sector_code: str | None
    office: str | None


class _Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: str


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    language: str
    former: str
    generic: str
    sectors: dict[str, str]
    sectorless: _Words
    beyond: dict[str, str]


class Sectors:
    """The words of one language, ready to be looked up."""

    def __init__(self, file: _File) -> None:
        self.former = frozenset(file.former.split())
        self.generic = frozenset(file.generic.split())
        self.sector_of: dict[str, str | None] = _inverted(file.sectors) | dict.fromkeys(_listed(file.sectorless.words))
        self.beyond: dict[str, str | None] = _inverted(file.beyond)


@cache
def load(language: str) -> Sectors | None:
    """Return the language's words, None where there is no file for it; a broken file raises."""
    file = files("worker.extract") / "lexicon" / f"{language}_sectors.toml"
    return Sectors(msgspec.toml.decode(file.read_bytes(), type=_File)) if file.is_file() else None


def entity(actor: Actor, language: str) -> Entity:
    """Return a party as PLOVER has it; codes are None where the article does not tell."""
    sectors, words = load(language), load_lexicon(language)
    beyond = _beyond(actor, sectors) if sectors and actor.country is None else None
    of_state = beyond is None  # the United Nations and their servants are of no sector of a state
    return Entity(
        entity_text=actor.mention.text if actor.mention else actor.name,
        entity_name=actor.name,
        country_code=alpha3(actor.country) or beyond,
        sector_code=_sector(actor, sectors, words) if of_state and sectors and words else None,
        office=actor.role,
    )


def country(name: str, alpha2: str) -> Entity:
    """Return a country, named so in the article, as the government that acts for it."""
    return Entity(entity_text=name, entity_name=name, country_code=alpha3(alpha2), sector_code="GOV", office=None)


def alpha3(alpha2: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a country; None for none, and for what is no code."""
    known = iso3166.countries_by_alpha2.get(alpha2 or "")
    return known.alpha3 if known else None


# ---------------------------------------------------------------- whose
def _sector(actor: Actor, sectors: Sectors, words: Lexicon) -> str | None:
    """Return the sector code of a party, None where its words tell none."""
    if actor.type == "country":
        return "GOV"
    told = _words(_told(actor))
    if any(word in sectors.former for word in told):
        return "ELI"
    governs = actor.name in words.seats_of_power or (actor.country and _leads_a_country(told, sectors, words))
    return _of_words(told, sectors) or ("GOV" if governs else None)


def _of_words(told: list[str], sectors: Sectors) -> str | None:
    """Read the sector off the head; a generic one leaves it to the words before it, then to those after it."""
    office = next((e for e in _entries(told, sectors.sector_of) if " of " in e), None)
    if office is not None:
        return sectors.sector_of[office]  # "secretary of state": what follows "of" belongs to the head
    own = next((i for i, word in enumerate(told) if i and word in _AFTER), len(told))
    role, rest = told[:own], told[own:]
    size = next((n for n in range(_LONGEST, 0, -1) if len(role) >= n and " ".join(role[-n:]) in sectors.sector_of), 0)
    head = " ".join(role[-size:]) if size else ""
    if head and head not in sectors.generic:
        return sectors.sector_of[head]
    before = [word for word in role[: len(role) - max(size, 1)] if word not in sectors.generic]
    found = (sectors.sector_of[entry] for entry in _entries([*before, "", *rest], sectors.sector_of))
    return next((s for s in found if s), None) or sectors.sector_of.get(head)


def _leads_a_country(told: list[str], sectors: Sectors, words: Lexicon) -> bool:
    """Tell "the Turkish leader" and "her Danish counterpart", whom nothing but a country describes."""
    others = [word for word in told[:-1] if word not in {"the", "a", "an", "his", "her", "their", "its"}]
    adjectives = all(word.title() in words.demonyms or word.upper() in words.demonyms for word in others)
    return bool(told) and told[-1] in sectors.generic and bool(others) and adjectives


def _beyond(actor: Actor, sectors: Sectors) -> str | None:
    """Return the code of a body beyond one country that the party is, or that its role names."""
    return next((sectors.beyond[entry] for entry in _entries(_words(_told(actor)), sectors.beyond)), None)


def _told(actor: Actor) -> str:
    """Return the words that say what a party is: a person's name does not."""
    return actor.role or ("" if actor.type == "person" else actor.name)


def _entries(words: list[str], table: dict[str, str | None]) -> Iterator[str]:
    """Yield the table's entries among the words, the longest at each place."""
    at = 0
    while at < len(words):
        size = next((n for n in range(_LONGEST, 0, -1) if " ".join(words[at : at + n]) in table), 0)
        if size:
            yield " ".join(words[at : at + size])
        at += size or 1


def _words(text: str) -> list[str]:
    words = [word.lower().replace("\u2019", "'").removesuffix("'s") for word in _WORD.findall(text)]
    return [word if "." in word[:-1] else word.rstrip(".") for word in words]


def _listed(words: str) -> list[str]:
    return [word.replace("_", " ") for word in words.split()]


def _inverted(section: dict[str, str]) -> dict[str, str | None]:
    return {word: code for code, listed in section.items() for word in _listed(listed)}
