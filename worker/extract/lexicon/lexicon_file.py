"""Schema of `lexicon/<language>.toml` and of its given names: one struct per table, one string per word list."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

Words = frozenset[str]


class StrictTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a lexicon file; an unknown key is an error that names its path."""


class QuotationTable(StrictTable, frozen=True):
    """Quotation marks by function, and words with an initial apostrophe."""

    opening: str
    closing: str
    single: str
    elisions: str


class AbbreviationTable(StrictTable, frozen=True):
    """Abbreviations that end in a full stop."""

    titles: str
    other: str
    ambiguous: str


class FunctionWordTable(StrictTable, frozen=True):
    """Function words, and verbs and nouns with a grammatical function."""

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
    mandative_verbs: str
    mandative_words: str
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
    """Type of complement -> verbs that take it."""

    clause: str
    quotation: str
    inverts: str
    recipient: str
    infinitive: str
    object_infinitive: str
    phrase: str
    addressee: str
    predicative: str
    question: str


class CueAdjectiveTable(StrictTable, frozen=True):
    """Type of complement -> adjectives that take it."""

    that: str
    of: str
    infinitive: str


class AttributionTable(StrictTable, frozen=True):
    """Phrases that introduce a source: "according to", "in the words of"."""

    phrases: str
    in_x_of: str
    kickers: str


class VenueTable(StrictTable, frozen=True):
    """Nouns and names of the places, platforms and documents in which statements are made."""

    nouns: str
    platforms: str
    documents: str


class JudgementTable(StrictTable, frozen=True):
    """Evaluative words, by which a statement is criticism, accusation or praise."""

    wrong: str
    failing: str
    copulas: str
    needed: str
    claims: str
    guilty: str
    harm: str
    bad: str
    good: str


class OutletTable(StrictTable, frozen=True):
    """News media, and the verbs that credit them."""

    names: str
    heads: str
    programmes: str
    credit_verbs: str
    document_credits: str
    citing_verbs: str
    media_nouns: str
    quoting_verbs: str
    interview_nouns: str
    interview_participles: str
    question_participles: str


class PeopleTable(StrictTable, frozen=True):
    """Nouns and modifiers for people: roles, offices, titles, groups."""

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
    title_acronyms: str
    post_nominals: str
    given_name_roles: str
    not_given_names: str
    masculine_names: str
    feminine_names: str
    thing_nouns: str
    thing_surnames: str
    family_names_first: str
    masculine: str
    feminine: str
    groups: str


class OrganisationTable(StrictTable, frozen=True):
    """Head nouns, acronyms and names of organisations."""

    heads: str
    body_heads: str
    conjoined_names: str
    acronyms: str
    international: str


class GivenNamesTable(StrictTable, frozen=True):
    """Given names by gender: `<language>_given_names.toml`, written by `tools/given_names.py`."""

    masculine: str
    feminine: str
    either: str


class LexiconFile(StrictTable, frozen=True):
    """The whole file."""

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
    deeds: dict[str, str]
    venues: VenueTable
    judgement: JudgementTable
    attitudes: dict[str, str]
    speaker_kinds: dict[str, str]
    cue_kinds: dict[str, str]
    outlets: OutletTable
    people: PeopleTable
    organisations: OrganisationTable


@cache
def word_set(*lists: str) -> Words:
    """Return the words of some lists: separated by blanks, with "_" for a blank inside an entry."""
    return frozenset(word.replace("_", " ") for text in lists for word in text.split())
