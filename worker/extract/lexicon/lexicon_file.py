"""How `lexicon/<language>.toml` and its given names are written: a struct a table, a list of words a string."""

from __future__ import annotations

from msgspec import Struct


class StrictTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: what is not a field is an error that names its path."""


class QuotationTable(StrictTable, frozen=True):
    """Quotation marks by what they can do, and what an apostrophe shortens."""

    opening: str
    closing: str
    single: str
    elisions: str


class AbbreviationTable(StrictTable, frozen=True):
    """Words that end in a full stop of their own."""

    titles: str
    other: str
    ambiguous: str


class FunctionWordTable(StrictTable, frozen=True):
    """Closed classes, and verbs and nouns that matter to the grammar of a clause."""

    sentence_openers: str
    be: str
    have: str
    do: str
    modals: str
    negations: str
    subject_control_verbs: str
    light_verbs: str
    focus_particles: str
    raising_verbs: str
    aside_openers: str
    weekdays: str
    deictic_days: str
    holiday_modifiers: str
    time_adjectives: str
    time_names: str
    time_nouns: str
    particles: str
    subordinators: str
    wh_openers: str


class PronounTable(StrictTable, frozen=True):
    """Pronouns by gender, number and person."""

    masculine: str
    feminine: str
    neuter: str
    plural: str
    first: str
    second: str
    relative: str
    negative: str
    indefinite: str


class FrameTable(StrictTable, frozen=True):
    """Complement -> the verbs that take it."""

    clause: str
    inverts: str
    recipient: str
    infinitive: str
    object_infinitive: str
    phrase: str
    addressee: str
    predicative: str
    question: str


class CueAdjectiveTable(StrictTable, frozen=True):
    """Complement -> the adjectives that take it."""

    that: str
    of: str
    infinitive: str


class AttributionTable(StrictTable, frozen=True):
    """Phrases that name a source: according to, in the words of."""

    phrases: str
    in_x_of: str
    kickers: str


class VenueTable(StrictTable, frozen=True):
    """Where things are said."""

    nouns: str
    platforms: str
    documents: str


class JudgementTable(StrictTable, frozen=True):
    """What is said of somebody else, for better or worse."""

    wrong: str
    failing: str
    copulas: str
    needed: str
    guilty: str
    harm: str
    bad: str
    good: str


class OutletTable(StrictTable, frozen=True):
    """News media, and how they are credited."""

    names: str
    heads: str
    credit_verbs: str
    media_nouns: str
    quoting_verbs: str
    interview_nouns: str


class PeopleTable(StrictTable, frozen=True):
    """What people are called by: roles, offices, titles, kinds of people."""

    roles: str
    offices: str
    state_offices: str
    state_words: str
    departments: str
    any_office: str
    high_offices: str
    role_modifiers: str
    name_particles: str
    titles: str
    masculine: str
    feminine: str
    groups: str


class OrganisationTable(StrictTable, frozen=True):
    """What organisations are called by."""

    heads: str
    acronyms: str
    international: str


class GivenNamesTable(StrictTable, frozen=True):
    """`<language>_given_names.toml`, written by `tools/given_names.py`."""

    masculine: str
    feminine: str
    either: str


class LexiconFile(StrictTable, frozen=True):
    """The file as it is written."""

    language: str
    quotation: QuotationTable
    abbreviations: AbbreviationTable
    function_words: FunctionWordTable
    closed_classes: dict[str, str]
    pronouns: PronounTable
    irregular: dict[str, str]
    spelling_variants: dict[str, str]
    acts: dict[str, str]
    frames: FrameTable
    prepositions: dict[str, str]
    cue_nouns: dict[str, dict[str, str]]
    cue_adjectives: CueAdjectiveTable
    attribution: AttributionTable
    venues: VenueTable
    judgement: JudgementTable
    outlets: OutletTable
    people: PeopleTable
    organisations: OrganisationTable


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list, their blanks written as underscores."""
    return frozenset(word.replace("_", " ") for word in text.split())
