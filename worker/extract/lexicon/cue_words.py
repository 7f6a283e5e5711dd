"""Cues, the verbs and nouns that introduce reported speech, with the complements that they take."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from worker.extract.lexicon.inflection import inflected_forms
from worker.extract.lexicon.lexicon_file import LexiconFile, word_set
from worker.extract.lexicon.word_forms import with_plurals
from worker.schema import Act


class Cue(Struct, frozen=True):
    """A verb that introduces reported content (PARC: cue), and the complements it takes (`[frames]` of the file)."""

    lemma: str
    act: Act
    thought: bool
    """Whether the verb reports thought or feeling rather than speech, which the PolNeAR guideline makes optional."""
    clause: bool
    quotation: bool
    """Whether the verb takes a quotation but no bare clause: "continued: “…”", but "continued to rain"."""
    inverts: bool
    recipient: bool
    infinitive: bool
    object_infinitive: bool
    phrase: bool
    addressee: bool
    """Whether the verb's noun phrase is the addressee and not content: "addressed the crowd"."""
    predicative: bool
    """Whether an object complement follows the verb's object: "called the pledge unworkable"."""
    question: bool
    """Whether the verb introduces a question; the subject of its passive answers: "asked why it rained, she …"."""
    prepositions: frozenset[str]


class CueNoun(Struct, frozen=True):
    """A noun that introduces reported content: "his warning that …"."""

    act: Act
    thought: bool
    frames: frozenset[str]
    """Words that open the noun's content: "that", "whether", "to" before a verb, or a preposition."""


def _act_of(name: str) -> Act:
    return "say" if name == "think" else msgspec.convert(name, Act)


def read_cues(file: LexiconFile) -> dict[str, Cue]:
    """Return the cues by verb form; the first act that lists a form wins."""
    frames = {field: word_set(getattr(file.frames, field)) for field in file.frames.__struct_fields__}
    prepositions = {verb.replace("_", " "): word_set(taken) for verb, taken in file.prepositions.items()}
    cues: dict[str, Cue] = {}
    for act, verbs in file.acts.items():
        for lemma in sorted(word_set(verbs)):
            verb, _, particle = lemma.partition(" ")
            # "call for" takes the complements of "call" but has its own act; "call out" has its own complements too.
            own = any(lemma in listed for listed in frames.values()) or lemma in prepositions
            framed = lemma if own else verb
            cue = Cue(
                lemma=lemma,
                act=_act_of(act),
                thought=act == "think",
                **{frame: framed in taken for frame, taken in frames.items()},
                prepositions=prepositions.get(framed, frozenset()),
            )
            for form in inflected_forms(verb, file.irregular, file.spelling_variants):
                cues.setdefault(f"{form} {particle}" if particle else form, cue)
    return cues


def read_cue_nouns(file: LexiconFile) -> dict[str, CueNoun]:
    """Return form, singular or plural -> cue noun."""
    return {
        form: CueNoun(act=_act_of(act), thought=act == "think", frames=word_set(frames))
        for act, nouns in file.cue_nouns.items()
        for noun, frames in nouns.items()
        for form in sorted(with_plurals(noun))
    }
