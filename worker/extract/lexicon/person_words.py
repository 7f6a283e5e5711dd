"""Words that describe people and organisations: `lexicon/<language>_people.toml`, decoded strictly.

The linguistic comments are in the file, beside each list.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from worker.extract.lexicon.lexicon_file import Words, word_set


class _PersonWordFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as written: lists of words as strings, see `word_set`."""

    past_modifiers: str
    renowned_roles: str
    unofficial_roles: str
    private_roles: str
    kinship_terms: str
    relational_roles: str
    court_documents: str
    speaker_documents: str
    state_bodies: str
    servant_roles: str
    envoy_roles: str
    rank_words: str
    unnamed_roles: str
    sovereign_roles: str
    additional_roles: str
    deputy_modifiers: str
    sovereign_offices: str
    institution_roles: str
    department_roles: str
    state_modifiers: str
    quantity_nouns: str
    public_modifiers: str
    civil_roles: str
    body_nouns: str
    private_bodies: str
    agent_like_nouns: str
    organisation_endings: str
    organisation_openings: str
    place_name_endings: str
    business_nouns: str
    business_roles: str
    media_documents: str
    media_modifiers: str
    company_forms: str
    surname_prefixes: str
    role_prefixes: tuple[str, ...]
    agent_suffixes: tuple[str, ...]
    affiliation_suffixes: tuple[str, ...]
    abbreviations: dict[str, str]
    hyponyms: dict[str, str]
    name_heads: dict[str, str]
    document_kinds: dict[str, str]
    party_tags: dict[str, str]


class PersonWords(Struct, frozen=True, kw_only=True):
    """Nouns and modifiers by which coreference recognises roles and organisations.  All words are in lower case."""

    past_modifiers: Words
    """Modifiers of a role that is no longer held: "former", "late"."""
    renowned_roles: Words
    """Roles whose holder readers are expected to know without an introduction: "the president"."""
    unofficial_roles: Words
    """Renowned roles that can be held beside an office: "candidate"."""
    private_roles: Words
    """Renowned roles that are not offices: "billionaire"."""
    kinship_terms: Words
    """"wife", "father", …"""
    relational_roles: Words
    """Roles that only exist relative to another person: "rival", "counterpart"."""
    court_documents: Words
    """Documents named for the court that issued them (metonymy): "the ruling said"."""
    speaker_documents: Words
    """Documents named for the last speaker (metonymy): "the statement said"."""
    state_bodies: Words
    """Head nouns of bodies of states, parties and armed forces."""
    servant_roles: Words
    """Roles that serve a state or a party without being an office: "adviser"."""
    envoy_roles: Words
    """Roles whose "to" phrase names the host country, not the represented one: "envoy to Riga"."""
    rank_words: Words
    """Ranks and courtesy titles: "general", "mr"."""
    sovereign_offices: Words
    """Offices and bodies that only states have, whatever modifies them: "the Oakdale MP"."""
    institution_roles: Words
    """Roles that represent the country of an institution that they name: "member" of "the Labour member"."""
    department_roles: Words
    """Heads of roles in a department of government: "official" of "the trade official"."""
    state_modifiers: Words
    """Modifiers by which any group represents a state or its opposition: "state-run"."""
    quantity_nouns: Words
    """Words before "of" that count or collect what the noun after it denotes: "two", "group"."""
    public_modifiers: Words
    """Modifiers that make a role one of the state or a party: "committee" of "committee chairman"."""
    agent_like_nouns: Words
    """Nouns with the suffix of agent nouns that denote things: "letter"."""
    organisation_endings: Words
    """Last words of the names of organisations that are no common nouns for one: "International"."""
    place_name_endings: Words
    """Last words of names that begin with the name of a city but denote another place: "County" of "Vienna County"."""
    organisation_openings: Words
    """First words of names of things and organisations: "Hurricane", "Hotel"."""
    business_nouns: Words
    """Nouns after the name of a company or body: "shareholders"."""
    business_roles: Words
    """Roles before a preposition and the name of a company or body: "analyst" at."""
    media_documents: Words
    """Documents of media: "an article in the Baltic Times"."""
    media_modifiers: Words
    """Modifiers of a document that do not name its issuer: "press" of "press release"."""
    company_forms: Words
    """Legal forms at the end of a company's name, without the full stop."""
    surname_prefixes: Words
    """Prefixes, as written, after which a surname has a second capital: "Mc"."""
    role_prefixes: tuple[str, ...]
    """Prefixes of a role, hyphen included: "co-"."""
    agent_suffixes: tuple[str, ...]
    """Suffixes of nouns that denote a person by what the person does: "ist"."""
    affiliation_suffixes: tuple[str, ...]
    """Suffixes of an adjective before a full name, hyphen included: "-based"."""
    body_nouns: Words
    """Nouns for a body that do not end names of organisations: "brokerage"."""
    civil_roles: Words
    """Roles that do not include a rank after them: "spokesman" of "spokesman Inspector"."""
    private_bodies: Words
    """Words of private bodies and their roles, which represent no country: "company", "editor"."""
    unnamed_roles: Words
    """Roles whose holders news reports leave unnamed: "spokesman", "source"."""
    sovereign_roles: Words
    """Heads of states and governments, whom a report may mention by their office alone."""
    additional_roles: Words
    """Roles that the holder of any office may have beside it: "mp", "candidate"."""
    deputy_modifiers: Words
    """Modifiers by which an office becomes another one: "shadow"."""
    abbreviations: dict[str, tuple[str, ...]]
    """Abbreviation without its full stop -> the words of its long form."""
    hyponyms: dict[str, Words]
    """Role -> more specific or equal roles by which its holder may have been introduced."""
    name_heads: dict[str, Words]
    """Common noun for an organisation -> last words of the names of such organisations, the noun itself included."""
    party_tags: dict[str, str]
    """Abbreviation of a party or state after a legislator's name, without the last full stop -> its words."""
    kind_of_document: dict[str, str]
    """Document -> the word under which its issuer is recorded, where that is another one: "release" -> "statement"."""

    def expand(self, words: list[str]) -> Words:
        """Return the words of a role with abbreviations in their long forms and punctuation left out.

        "sen" and "sen." give "senator"; other words keep their full stop unless they are ranks.
        """
        expanded: set[str] = set()
        for word in words:
            bare = word.rstrip(".") or word
            expanded.update(self.abbreviations.get(bare, (bare if bare in self.rank_words else word,)))
        return frozenset(w for w in expanded if w[0].isalnum())


@cache
def load_person_words(language: str) -> PersonWords:
    """Return a language's words, read once per process.

    Raises FileNotFoundError for a language without a file and `msgspec.ValidationError` for an invalid one.
    """
    content = (files("worker.extract") / "lexicon" / f"{language}_people.toml").read_bytes()
    file = msgspec.toml.decode(content, type=_PersonWordFile)
    lists = {name: word_set(listed) for name, listed in msgspec.structs.asdict(file).items() if isinstance(listed, str)}
    return PersonWords(
        **lists,
        role_prefixes=file.role_prefixes,
        agent_suffixes=file.agent_suffixes,
        affiliation_suffixes=file.affiliation_suffixes,
        abbreviations={short: tuple(long.split()) for short, long in file.abbreviations.items()},
        hyponyms={role: word_set(listed) for role, listed in file.hyponyms.items()},
        name_heads={noun: word_set(listed) | {noun} for noun, listed in file.name_heads.items()},
        party_tags=file.party_tags,
        kind_of_document={word: kind for kind, listed in file.document_kinds.items() for word in listed.split()},
    )
