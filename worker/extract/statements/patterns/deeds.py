"""Verbs of speech that report an act or a fact: "slammed the gates", "rejected the bill" in a vote, "found herself"."""

from __future__ import annotations

from worker.extract.coreference.roles import is_role
from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.content.complements import Complement
from worker.extract.statements.phrase_kinds import TokenRange, is_party


def is_deed(doc: Document, cue: Cue, source: TokenRange, complement: Complement) -> bool:
    """Return whether a cue with this source and complement reports an act or a fact rather than words.

    A quotation or clause as the complement always reports words.
    """
    if complement.form != "phrase":
        return False
    quoted = any(doc.text.quotation_of[i] >= 0 for i in range(complement.first, complement.last))
    phrase = doc.chunks.noun_phrase(complement.first)
    if quoted or phrase is None or phrase.first > complement.first:
        return False
    words = doc.text.lower[complement.first : complement.last]
    if words[0].endswith(("self", "selves")) and cue.thought:
        return True  # "found herself in the crosshairs"
    deeds = doc.lexicon.deeds
    if cue.lemma in deeds["as_verbs"]:
        return "as" not in words and not cue.predicative  # "cast their ballots", but "cast it as a betrayal"
    if cue.lemma in deeds["echoing"] and is_party(doc, phrase):
        return True  # "echoing her predecessor"
    if cue.lemma in deeds["naming"]:
        return "as" in words or "to" in words or is_role(doc.text, phrase, doc.lexicon)  # "named a new head"
    if cue.lemma in deeds["support"] and _is_done_by(doc, complement):
        return True  # "supported the UN by intervening"
    if cue.lemma in deeds["votes"] and _is_voted(doc, source, phrase):
        return True  # "Parliament rejected the amendments"
    return cue.lemma in deeds["blows"] and doc.text.lower[phrase.head] in deeds["things"]  # "slammed the gates"


def _is_done_by(doc: Document, complement: Complement) -> bool:
    """Return whether the phrase names the means: "by intervening"."""
    text = doc.text
    return any(
        text.lower[i] == "by" and text.tags[i + 1] == "VBG" for i in range(complement.first, complement.last - 1)
    )


def _is_voted(doc: Document, source: TokenRange, phrase: NounPhrase) -> bool:
    """Return whether a body that votes or rules decides on a proposal."""
    deeds = doc.lexicon.deeds
    body = any(word in deeds["bodies"] for word in doc.text.lower[slice(*source)])
    return body and doc.text.lower[phrase.head] in deeds["proposals"]
