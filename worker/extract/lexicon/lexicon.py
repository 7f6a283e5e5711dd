"""The main lexicon of a language: `lexicon/<language>.toml`, decoded strictly, and lookup tables derived from it.

The file lists each word once.  Every table that a rule looks up (cue, act, complement) is derived here, so that no two
lists can disagree.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct

from worker.extract.lexicon.closed_classes import ClosedClasses, closed_classes
from worker.extract.lexicon.cue_words import Cue, CueNoun, read_cue_nouns, read_cues
from worker.extract.lexicon.gazetteer import Gender, person_fields, place_fields
from worker.extract.lexicon.lexicon_file import GivenNamesTable, LexiconFile, word_set
from worker.extract.lexicon.word_forms import forms_of, verb_lemmas_of, with_plurals


class Lexicon(Struct, frozen=True):
    """Lookup tables of the rules.  All words are in lower case unless noted otherwise."""

    language: str
    opening_marks: frozenset[str]
    closing_marks: frozenset[str]
    single_marks: frozenset[str]
    quotation_marks: frozenset[str]
    elisions: frozenset[str]
    abbreviations: frozenset[str]
    title_abbreviations: frozenset[str]
    ambiguous_abbreviations: frozenset[str]
    """Abbreviations that are also words, such as "no."."""
    sentence_openers: frozenset[str]
    be: frozenset[str]
    have: frozenset[str]
    do: frozenset[str]
    modals: frozenset[str]
    negations: frozenset[str]
    subject_control_verbs: frozenset[str]
    """Forms of verbs that share their subject with the infinitive after them: "tried to explain"."""
    raising_verbs: frozenset[str]
    mandative: frozenset[str]
    """Verb forms, nouns and adjectives that govern a clause in the subjunctive: "demanded that it stop"."""
    aside_openers: frozenset[str]
    weekdays: frozenset[str]
    deictic_days: frozenset[str]
    """Days relative to today, which take no preposition: "yesterday"."""
    holiday_modifiers: frozenset[str]
    """Words that turn a weekday into the name of a holiday: "Good Friday"."""
    time_adjectives: frozenset[str]
    time_names: frozenset[str]
    """Months and seasons, which are also given names and surnames: "May"."""
    time_nouns: frozenset[str]
    """All nouns of time, the weekdays, deictic days, months and seasons included."""
    particles: frozenset[str]
    subordinators: frozenset[str]
    wh_openers: frozenset[str]
    closed_classes: ClosedClasses
    masculine: frozenset[str]
    feminine: frozenset[str]
    neuter: frozenset[str]
    plural: frozenset[str]
    first_person: frozenset[str]
    second_person: frozenset[str]
    negative_pronouns: frozenset[str]
    relative: frozenset[str]
    indefinite: frozenset[str]
    pronouns: frozenset[str]
    """All personal pronouns."""
    cues: dict[str, Cue]
    """Verb form, or form and particle ("pointed out") -> cue."""
    cue_forms: frozenset[str]
    """The verb form of every cue, without its particle."""
    lemmas: dict[str, str]
    """Verb form -> lemma, for every verb of the file."""
    cue_nouns: dict[str, CueNoun]
    """Noun, singular or plural -> its act and complements."""
    focus_particles: frozenset[str]
    """Adverbs and determiners that focus the phrase after them: "only the fees"."""
    light_verbs: frozenset[str]
    """Forms of light verbs, whose subject is also that of their noun: "issued a warning"."""
    cue_adjectives: dict[str, frozenset[str]]
    attribution_phrases: tuple[tuple[str, ...], ...]
    in_x_of: frozenset[str]
    kickers: frozenset[str]
    venues: frozenset[str]
    platforms: frozenset[str]
    documents: frozenset[str]
    outlets: frozenset[str]
    """Names of news media; with blanks if of several words."""
    outlet_heads: frozenset[str]
    judgement: dict[str, frozenset[str]]
    """Evaluative words by kind.  Verb forms: wrongdoing ("wrong"), failure ("failing"), being ("copulas").  Predicates:
    blame ("bad"), praise ("good"), necessity ("needed"), guilt ("guilty").  Nouns: threatened harm ("harm").
    """
    programmes: frozenset[str]
    attitudes: dict[str, frozenset[str]]
    """Words of content that hint at an act, by kind: ills, boons, plans, forms of verbs of intention."""
    speaker_kinds: dict[str, frozenset[str]]
    """Words of a speaker's role or name, by kind of speaker."""
    cue_kinds: dict[str, frozenset[str]]
    """Kind of speech ("argue", "disclose", "reply", …) -> lemmas of its verbs."""
    deeds: dict[str, frozenset[str]]
    """Kind -> lemmas of speech verbs that also denote a deed, and the subjects and objects that mark a deed."""
    credit_verbs: frozenset[str]
    document_credits: frozenset[str]
    """Participles before "by" and an outlet: "a letter seen by …"."""
    citing_verbs: frozenset[str]
    media_nouns: frozenset[str]
    quoting_verbs: frozenset[str]
    """Forms of the verbs of "was quoted as saying"."""
    interview_nouns: frozenset[str]
    interview_participles: frozenset[str]
    """Participles before a preposition and the outlet of an interview: "speaking on Radio Four"."""
    question_participles: frozenset[str]
    """Participles before "by" and an outlet: "asked by Reuters"."""
    roles: frozenset[str]
    offices: frozenset[str]
    state_offices: frozenset[str]
    state_words: frozenset[str]
    departments: frozenset[str]
    any_office: frozenset[str]
    high_offices: frozenset[str]
    role_modifiers: frozenset[str]
    name_particles: frozenset[str]
    titles: frozenset[str]
    """Titles before a name, without the full stop."""
    title_acronyms: frozenset[str]
    """Titles that are written in capitals only: "FM" (foreign minister)."""
    post_nominals: frozenset[str]
    """Letters after a name, in lower case: "KC"."""
    given_name_roles: frozenset[str]
    """Roles that are given names before a surname: "Dean"."""
    thing_surnames: frozenset[str]
    """The words of `thing_nouns` that are surnames, too: "Hill"."""
    thing_nouns: frozenset[str]
    """Last words of the names of laws, events, buildings and places: "Gambling Bill"."""
    family_names_first: frozenset[str]
    """Chinese, Korean and Vietnamese surnames, which precede the given name."""
    groups: frozenset[str]
    organisation_heads: frozenset[str]
    body_heads: frozenset[str]
    """Head nouns of bodies that are named after their field: "ministry", "commission"."""
    conjoined_names: frozenset[str]
    """Names of organisations that are two names joined by "and"."""
    acronyms: frozenset[str]
    international: frozenset[str]
    gender_of: dict[str, Gender]
    """Title or noun for a person -> gender."""
    given_names: dict[str, Gender | None]
    """Given name -> gender; None if both men and women bear it."""
    countries: dict[str, str]
    """Name of a country as written -> ISO 3166-1 alpha-2 code."""
    demonyms: dict[str, str]
    seats_of_power: dict[str, str]
    """Capital or other metonym of a government as written -> country code."""
    max_place_words: int
    """Number of words of the longest key in `countries`, `demonyms` and `seats_of_power`."""


def _build(file: LexiconFile, rows: dict[str, list[str]], given_names: GivenNamesTable) -> Lexicon:
    derived = (
        _same_named_lists(file) | _punctuation_and_abbreviations(file) | _verbs(file) | _nouns_and_adjectives(file)
    )
    return msgspec.convert(derived | person_fields(file) | place_fields(file, rows, given_names), Lexicon)


def _same_named_lists(file: LexiconFile) -> dict[str, object]:
    """Return every list that has the same name in the file and in `Lexicon`."""
    tables = (file.function_words, file.people, file.organisations, file.attribution, file.venues, file.outlets)
    return {
        field: word_set(getattr(table, field))
        for table in (*tables, file.pronouns)
        for field in table.__struct_fields__
        if field in Lexicon.__struct_fields__
    }


def _punctuation_and_abbreviations(file: LexiconFile) -> dict[str, object]:
    marks = file.quotation
    titles = word_set(file.abbreviations.titles)
    return {
        "language": file.language,
        "closed_classes": closed_classes(file.closed_classes),
        "opening_marks": word_set(marks.opening),
        "closing_marks": word_set(marks.closing),
        "single_marks": word_set(marks.single),
        "quotation_marks": word_set(marks.opening, marks.closing),
        "elisions": word_set(marks.elisions),
        "title_abbreviations": titles,
        "ambiguous_abbreviations": word_set(file.abbreviations.ambiguous),
        "abbreviations": titles | word_set(file.abbreviations.other),
    }


def _verbs(file: LexiconFile) -> dict[str, object]:
    function_words, judgement = file.function_words, file.judgement
    w = function_words
    time_nouns = f"{w.time_nouns} {w.weekdays} {w.deictic_days} {w.time_names}"
    inflected, cues = {"wrong", "failing", "copulas"}, read_cues(file)
    return {
        "cues": cues,
        "cue_forms": {form.partition(" ")[0] for form in cues},
        "lemmas": verb_lemmas_of(file),
        "time_nouns": word_set(time_nouns),
        "subject_control_verbs": forms_of(function_words.subject_control_verbs, file),
        "raising_verbs": forms_of(function_words.raising_verbs, file),
        "light_verbs": forms_of(function_words.light_verbs, file),
        "mandative": forms_of(w.mandative_verbs, file) | with_plurals(w.mandative_words),
        "credit_verbs": forms_of(file.outlets.credit_verbs, file),
        "quoting_verbs": forms_of(file.outlets.quoting_verbs, file),
        "attitudes": {kind: word_set(listed) for kind, listed in file.attitudes.items()},
        "speaker_kinds": {kind: word_set(listed) for kind, listed in file.speaker_kinds.items()},
        "cue_kinds": {kind: word_set(listed) for kind, listed in file.cue_kinds.items()},
        "deeds": {kind: word_set(listed) for kind, listed in file.deeds.items()},
        "judgement": {
            kind: forms_of(listed, file) if kind in inflected else word_set(listed)
            for kind, listed in msgspec.structs.asdict(judgement).items()
        },
    }


def _nouns_and_adjectives(file: LexiconFile) -> dict[str, object]:
    return {
        "cue_nouns": read_cue_nouns(file),
        "cue_adjectives": {
            frame: word_set(listed) for frame, listed in msgspec.structs.asdict(file.cue_adjectives).items()
        },
        "attribution_phrases": tuple(tuple(phrase.split("_")) for phrase in file.attribution.phrases.split()),
        "venues": word_set(file.venues.nouns),
        "outlets": word_set(file.outlets.names),
        "outlet_heads": word_set(file.outlets.heads),
        "organisation_heads": word_set(file.organisations.heads),
    }


@cache
def load_lexicon(language: str) -> Lexicon | None:
    """Return the lexicon of a language, read once per process; None if the language has no file.

    Raises `msgspec.ValidationError`, with the path of the offending key, for an invalid file.
    """
    folder = resources.files("worker.extract").joinpath("lexicon")
    listed, rows = folder.joinpath(f"{language}.toml"), folder.joinpath(f"{language}_countries.toml")
    given_names = folder.joinpath(f"{language}_given_names.toml")
    if not language.isalpha() or not listed.is_file():
        return None
    return _build(
        msgspec.toml.decode(listed.read_bytes(), type=LexiconFile),
        msgspec.toml.decode(rows.read_bytes(), type=dict[str, list[str]]),
        msgspec.toml.decode(given_names.read_bytes(), type=GivenNamesTable),
    )
