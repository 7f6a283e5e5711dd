"""All words of a language: `lexicons/<language>.toml` decoded strictly, and the look-up tables derived from it.

A file names its words once; everything a rule asks for ("is this a cue, of which act, with which complement?") is
derived here, so that no second list can drift from the first.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

from worker.extract.inflect import forms
from worker.schema import Act

Gender = Literal["masculine", "feminine"]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: what is not a field is an error that names its path."""


class _Quotation(_Strict, frozen=True):
    opening: str
    closing: str
    single: str
    elisions: str


class _Abbreviations(_Strict, frozen=True):
    titles: str
    other: str


class _FunctionWords(_Strict, frozen=True):
    sentence_openers: str
    be: str
    have: str
    do: str
    modals: str
    negations: str
    chaining: str
    light: str
    focus: str
    raising: str
    aside_openers: str
    time_nouns: str
    particles: str
    clause_linkers: str
    subordinators: str
    wh_openers: str


class _Pronouns(_Strict, frozen=True):
    masculine: str
    feminine: str
    neuter: str
    plural: str
    first: str
    second: str
    relative: str
    indefinite: str


class _Frames(_Strict, frozen=True):
    clause: str
    inverts: str
    recipient: str
    infinitive: str
    object_infinitive: str
    phrase: str
    question: str


class _CueAdjectives(_Strict, frozen=True):
    that: str
    of: str
    infinitive: str


class _Attribution(_Strict, frozen=True):
    phrases: str
    in_x_of: str
    kickers: str


class _Venues(_Strict, frozen=True):
    nouns: str
    platforms: str
    documents: str


class _Judgement(_Strict, frozen=True):
    wrong: str
    failing: str
    copulas: str
    needed: str
    guilty: str
    harm: str
    bad: str
    good: str


class _Outlets(_Strict, frozen=True):
    names: str
    heads: str
    crediting: str
    media: str
    quoting: str
    interviews: str


class _People(_Strict, frozen=True):
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


class _Organisations(_Strict, frozen=True):
    heads: str
    acronyms: str
    international: str


class _GivenNames(_Strict, frozen=True):
    """`<language>_given_names.toml`, written by `tools/given_names.py`."""

    masculine: str
    feminine: str
    either: str


class _File(_Strict, frozen=True):
    """The file as it is written."""

    language: str
    quotation: _Quotation
    abbreviations: _Abbreviations
    function_words: _FunctionWords
    pronouns: _Pronouns
    irregular: dict[str, str]
    also: dict[str, str]
    acts: dict[str, str]
    frames: _Frames
    prepositions: dict[str, str]
    cue_nouns: dict[str, dict[str, str]]
    cue_adjectives: _CueAdjectives
    attribution: _Attribution
    venues: _Venues
    judgement: _Judgement
    outlets: _Outlets
    people: _People
    organisations: _Organisations


_PERSONAL = ("masculine", "feminine", "neuter", "plural", "first", "second")


class Cue(Struct, frozen=True):
    """A verb that announces content, and the complements it takes."""

    lemma: str
    act: Act
    thought: bool
    """Reported thought or feeling rather than speech: optional in the guideline."""
    clause: bool
    inverts: bool
    recipient: bool
    infinitive: bool
    object_infinitive: bool
    phrase: bool
    question: bool
    """Puts a question to somebody, who in the passive answers: "asked why it rained, she …"."""
    prepositions: frozenset[str]


class CueNoun(Struct, frozen=True):
    """A noun that announces content."""

    act: Act
    thought: bool
    frames: frozenset[str]
    """What opens its content: "that", "whether", "to" before a verb, or a preposition."""


class Lexicon(Struct, frozen=True):
    """What the rules look up.  All words are in lower case unless said otherwise."""

    language: str
    opening_marks: frozenset[str]
    closing_marks: frozenset[str]
    single_marks: frozenset[str]
    quotation_marks: frozenset[str]
    elisions: frozenset[str]
    abbreviations: frozenset[str]
    title_abbreviations: frozenset[str]
    sentence_openers: frozenset[str]
    be: frozenset[str]
    have: frozenset[str]
    do: frozenset[str]
    modals: frozenset[str]
    negations: frozenset[str]
    chaining: frozenset[str]
    """Forms of verbs that lend their subject to the infinitive after them."""
    raising: frozenset[str]
    aside_openers: frozenset[str]
    time_nouns: frozenset[str]
    particles: frozenset[str]
    clause_linkers: frozenset[str]
    subordinators: frozenset[str]
    wh_openers: frozenset[str]
    masculine: frozenset[str]
    feminine: frozenset[str]
    neuter: frozenset[str]
    plural: frozenset[str]
    first_person: frozenset[str]
    second_person: frozenset[str]
    relative: frozenset[str]
    indefinite: frozenset[str]
    pronouns: frozenset[str]
    """All personal ones."""
    cues: dict[str, Cue]
    """Verb form, or form and particle ("pointed out") -> cue."""
    lemmas: dict[str, str]
    """Every verb form known here -> its lemma."""
    cue_nouns: dict[str, CueNoun]
    """Noun, singular or plural -> act and frames."""
    focus: frozenset[str]
    """Words that single out the phrase after them."""
    light: frozenset[str]
    """Forms of light verbs."""
    cue_adjectives: dict[str, frozenset[str]]
    attribution: tuple[tuple[str, ...], ...]
    in_x_of: frozenset[str]
    kickers: frozenset[str]
    venues: frozenset[str]
    platforms: frozenset[str]
    documents: frozenset[str]
    outlets: frozenset[str]
    """Names with blanks."""
    outlet_heads: frozenset[str]
    judgement: dict[str, frozenset[str]]
    """Forms of verbs of wrongdoing ("wrong"), doing badly ("failing") and being ("copulas"); predicates of
    blame ("bad"), praise ("good"), need ("needed") and guilt ("guilty"); what one is threatened with ("harm")."""
    crediting: frozenset[str]
    media: frozenset[str]
    quoting: frozenset[str]
    """Forms of verbs that credit an outlet."""
    interviews: frozenset[str]
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
    """Without the full stop."""
    groups: frozenset[str]
    organisation_heads: frozenset[str]
    acronyms: frozenset[str]
    international: frozenset[str]
    gender_of: dict[str, Gender]
    """Title or noun for a person -> gender."""
    given_names: dict[str, Gender | None]
    """Given name -> gender of its bearers; None for names of both."""
    countries: dict[str, str]
    """Name of a country as written -> ISO 3166-1 alpha-2."""
    demonyms: dict[str, str]
    seats: dict[str, str]
    """Capital or other seat of power as written -> the country it may speak for."""
    longest_place: int
    """Words in the longest key of the three maps above."""


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


def _act_of(name: str) -> Act:
    return "say" if name == "think" else msgspec.convert(name, Act)


def _cues(file: _File) -> dict[str, Cue]:
    frames = {field: _words(getattr(file.frames, field)) for field in file.frames.__struct_fields__}
    prepositions = {verb.replace("_", " "): _words(taken) for verb, taken in file.prepositions.items()}
    cues: dict[str, Cue] = {}
    for act, verbs in file.acts.items():
        for lemma in sorted(_words(verbs)):
            verb, _, particle = lemma.partition(" ")
            # "call for" has the frames of "call" and an act of its own; "call out" has frames of its own.
            own = any(lemma in listed for listed in frames.values()) or lemma in prepositions
            framed = lemma if own else verb
            cue = Cue(
                lemma=lemma,
                act=_act_of(act),
                thought=act == "think",
                clause=framed in frames["clause"],
                inverts=framed in frames["inverts"],
                recipient=framed in frames["recipient"],
                infinitive=framed in frames["infinitive"],
                object_infinitive=framed in frames["object_infinitive"],
                phrase=framed in frames["phrase"],
                question=framed in frames["question"],
                prepositions=prepositions.get(framed, frozenset()),
            )
            for form in forms(verb, file.irregular, file.also):
                cues.setdefault(f"{form} {particle}" if particle else form, cue)
    return cues


def _cue_nouns(file: _File) -> dict[str, CueNoun]:
    return {
        form: CueNoun(act=_act_of(act), thought=act == "think", frames=_words(frames))
        for act, nouns in file.cue_nouns.items()
        for noun, frames in nouns.items()
        for form in sorted(_plurals(noun))
    }


def _lemmas(file: _File) -> dict[str, str]:
    lemmas = {w for verbs in file.acts.values() for w in verbs.split()}
    lemmas |= set(file.irregular) | set(file.function_words.chaining.split()) | set(file.function_words.raising.split())
    found: dict[str, str] = {}
    for lemma in sorted(w for w in lemmas if "_" not in w):
        for form in sorted(forms(lemma, file.irregular, file.also)):
            found.setdefault(form, lemma)
    return found


def _forms_of(verbs: str, file: _File) -> frozenset[str]:
    return frozenset(form for verb in verbs.split() for form in forms(verb, file.irregular, file.also))


def _plurals(nouns: str) -> frozenset[str]:
    """The nouns and their regular plurals."""
    plural = {w[:-1] + "ies" if w.endswith("y") and w[-2] not in "aeiou" else w + "s" for w in nouns.split()}
    return _words(nouns) | plural


def _genders(masculine: str, feminine: str) -> dict[str, Gender]:
    genders: dict[str, Gender] = dict.fromkeys(_words(masculine), "masculine")
    return genders | dict.fromkeys(_words(feminine), "feminine")


def _given_names(names: _GivenNames, other: AbstractSet[str]) -> dict[str, Gender | None]:
    """Every given name but those that are roles or places first ("Dean", "Virginia")."""
    known = dict.fromkeys(_words(names.either)) | _genders(names.masculine, names.feminine)
    return {name: gender for name, gender in known.items() if name not in other}


def _places(rows: dict[str, list[str]], column: int) -> dict[str, str]:
    return {name: code for code, row in rows.items() for name in _words(row[column])}


def _derive(file: _File, rows: dict[str, list[str]], given_names: _GivenNames) -> Lexicon:
    words, pronouns = file.function_words, file.pronouns
    places = [_places(rows, column) for column in range(3)]
    opening, closing, single = (
        _words(t) for t in (file.quotation.opening, file.quotation.closing, file.quotation.single)
    )
    titles = _words(file.abbreviations.titles)
    return Lexicon(
        language=file.language,
        opening_marks=opening,
        closing_marks=closing,
        single_marks=single,
        quotation_marks=opening | closing,
        elisions=_words(file.quotation.elisions),
        abbreviations=titles | _words(file.abbreviations.other),
        title_abbreviations=titles,
        sentence_openers=_words(words.sentence_openers),
        be=_words(words.be),
        have=_words(words.have),
        do=_words(words.do),
        modals=_words(words.modals),
        negations=_words(words.negations),
        chaining=_forms_of(words.chaining, file),
        raising=_forms_of(words.raising, file),
        aside_openers=_words(words.aside_openers),
        time_nouns=_words(words.time_nouns),
        particles=_words(words.particles),
        clause_linkers=_words(words.clause_linkers),
        subordinators=_words(words.subordinators),
        wh_openers=_words(words.wh_openers),
        masculine=_words(pronouns.masculine),
        feminine=_words(pronouns.feminine),
        neuter=_words(pronouns.neuter),
        plural=_words(pronouns.plural),
        first_person=_words(pronouns.first),
        second_person=_words(pronouns.second),
        relative=_words(pronouns.relative),
        indefinite=_words(pronouns.indefinite),
        pronouns=_words(" ".join(getattr(pronouns, field) for field in _PERSONAL)),
        cues=_cues(file),
        lemmas=_lemmas(file),
        cue_nouns=_cue_nouns(file),
        light=_forms_of(words.light, file),
        focus=_words(words.focus),
        cue_adjectives={
            "that": _words(file.cue_adjectives.that),
            "of": _words(file.cue_adjectives.of),
            "infinitive": _words(file.cue_adjectives.infinitive),
        },
        attribution=tuple(tuple(p.split("_")) for p in file.attribution.phrases.split()),
        in_x_of=_words(file.attribution.in_x_of),
        kickers=_words(file.attribution.kickers),
        venues=_words(file.venues.nouns),
        platforms=_words(file.venues.platforms),
        documents=_words(file.venues.documents),
        judgement={
            "wrong": _forms_of(file.judgement.wrong, file),
            "failing": _forms_of(file.judgement.failing, file),
            "copulas": _forms_of(file.judgement.copulas, file),
            "needed": _words(file.judgement.needed),
            "guilty": _words(file.judgement.guilty),
            "harm": _words(file.judgement.harm),
            "bad": _words(file.judgement.bad),
            "good": _words(file.judgement.good),
        },
        outlets=_words(file.outlets.names),
        outlet_heads=_words(file.outlets.heads),
        crediting=_forms_of(file.outlets.crediting, file),
        media=_words(file.outlets.media),
        quoting=_forms_of(file.outlets.quoting, file),
        interviews=_words(file.outlets.interviews),
        roles=_words(file.people.roles),
        offices=_words(file.people.offices),
        state_offices=_words(file.people.state_offices),
        state_words=_words(file.people.state_words + " " + file.people.role_modifiers),
        departments=_words(file.people.departments),
        any_office=_words(file.people.any_office),
        high_offices=_words(file.people.high_offices),
        role_modifiers=_words(file.people.role_modifiers),
        name_particles=_words(file.people.name_particles),
        titles=_words(file.people.titles),
        groups=_words(file.people.groups),
        organisation_heads=_words(file.organisations.heads),
        acronyms=_words(file.organisations.acronyms),
        international=_words(file.organisations.international),
        gender_of=_genders(file.people.masculine, file.people.feminine),
        given_names=_given_names(
            given_names,
            _words(file.people.roles + " " + file.people.titles) | {p.lower() for column in places for p in column},
        ),
        countries=places[0],
        demonyms=places[1],
        seats=places[2],
        longest_place=max(name.count(" ") + 1 for column in places for name in column),
    )


@cache
def lexicon(language: str) -> Lexicon | None:
    """Return the language's words, read once per process; None where there is no file for it.

    A file that is wrong raises `msgspec.ValidationError` with the path of the offending key.
    """
    folder = resources.files("worker.extract").joinpath("lexicons")
    words, places = folder.joinpath(f"{language}.toml"), folder.joinpath(f"{language}_countries.toml")
    given_names = folder.joinpath(f"{language}_given_names.toml")
    if not language.isalpha() or not words.is_file():
        return None
    return _derive(
        msgspec.toml.decode(words.read_bytes(), type=_File),
        msgspec.toml.decode(places.read_bytes(), type=dict[str, list[str]]),
        msgspec.toml.decode(given_names.read_bytes(), type=_GivenNames),
    )
