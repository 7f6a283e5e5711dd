"""Whose cue a verb is where its subject does not stand right before it: shared, lent, or the main clause's.

"Hale praised the crew and | accused the port": shared; "Hale went on to | say": lent; "Hale left, | saying …": the main
clause's.
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES, COMMA_AND_LONG_DASHES
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.phrase_kinds import TokenRange, is_party
from worker.extract.statements.source.postverbal_source import postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject

_PAST = frozenset({"VBD", "VBN"})
"""A past tense after a comma may be taken for a participle."""


def find_source(
    doc: Document, verb: VerbGroup, first: int, candidates: list[StatementCandidate]
) -> tuple[TokenRange | None, int, str]:
    """Source, where the cue begins, and the construction's name; "" where the verb is no cue here."""
    text = doc.text
    before = verb.first - 1
    tag = text.tags[verb.head]
    if verb.infinitive:
        return _of_infinitive(doc, verb, first, candidates)
    if tag == "VBG" and not verb.finite:
        return _of_participle(doc, verb, first, candidates)
    row = any(f.last == before for f in candidates) and is_in_verb_series(doc, verb, text.sentence_range(verb.head)[1])
    if before >= first and (_joins(doc, before) or row):
        shared = _shared(doc, before, first, candidates)
        return shared, verb.first, "coordinated" if shared else ""
    if not verb.finite and tag not in {"VBN", "VBD"} and not _is_headline(doc, verb.head):
        return None, verb.first, ""
    source = preverbal_subject(doc, verb, first)
    if source is None:
        return None, verb.first, ""
    if not verb.finite and tag == "VBN" and not _is_headline(doc, verb.head) and not _is_past_after_aside(doc, verb):
        return None, verb.first, ""
    if text.tags[source[0]] == "WP":
        speaks = text.lower[source[0]] == "who" or _reads(doc, source[0], verb) or _of_body(doc, source[0])
        return (source[0], source[0] + 1), verb.first, "relative" if speaks else ""
    return source, verb.first, "source_cue"


def _reads(doc: Document, pronoun: int, verb: VerbGroup) -> bool:
    """Does a thing speak, right before a quotation: "a sign that read “…”", "the report, which notes, “…”"?"""
    text = doc.text
    at = verb.last
    while at < len(text.words) and text.words[at] in {",", ":"}:
        at += 1
    return text.lower[pronoun] in {"that", "which"} and at < len(text.words) and text.quotation_of[at] >= 0


def _of_body(doc: Document, pronoun: int) -> bool:
    """Whether "which" stands for a body: "the bank, which said …"."""
    if doc.text.lower[pronoun] != "which" or pronoun < 1:
        return False
    antecedent = doc.chunks.noun_phrase(pronoun - 1 - (doc.text.words[pronoun - 1] == ","))
    return antecedent is not None and is_party(doc, antecedent)


def _is_past_after_aside(doc: Document, verb: VerbGroup) -> bool:
    """Whether a "participle" after an aside is a past tense: "X, who was abroad, called on …", not ", accused of …"."""
    text = doc.text
    particle = verb.last > verb.head + 1
    ends = verb.last == len(text.words) or text.tags[verb.last] in {"IN", "PUNCT"}
    return text.words[verb.first - 1] in COMMA_AND_LONG_DASHES | {")"} and (particle or not ends)


def _joins(doc: Document, token: int) -> bool:
    """ "and", "but", ", but" between a verb and the one before."""
    return doc.text.tags[token] == "CC" or (
        doc.text.lower[token] in {"then", "also"} and doc.text.tags[token - 1] == "CC"
    )


def is_in_verb_series(doc: Document, verb: VerbGroup, last: int) -> bool:
    """Whether a verb is one of a row: "thanked the crew, | accused the port of delays | and promised to stay"."""
    text, before = doc.text, verb.first - 1
    if text.words[before] != "," or text.tags[verb.head] not in _PAST or verb.passive or verb.last - verb.first > 1:
        return False
    for at in range(verb.last, last):
        following = doc.chunks.verb_group(at + 1) if text.tags[at] == "CC" and text.quotation_of[at] < 0 else None
        if following is not None and following.first == at + 1:
            return text.tags[following.head] in _PAST and not following.passive
        if doc.chunks.verb_group(at) is not None and doc.chunks.verb_groups[doc.chunks.verb_group_of[at]].finite:
            return False
    return False


def _is_headline(doc: Document, token: int) -> bool:
    """Headlines leave auxiliaries and tense out ("Minister accused of …"), and the tagger is lost there."""
    return doc.text.paragraph_of[token] == 0


def _shared(doc: Document, conjunction: int, first: int, candidates: list[StatementCandidate]) -> TokenRange | None:
    """The subject that a coordinated verb shares: that of the attribution before, else of the verb before."""
    known = [f for f in candidates if f.cue[0] < conjunction and f.source is not None and f.cue[0] >= first]
    if known:
        return max(known, key=lambda f: f.cue[0]).source
    return main_clause_subject(doc, conjunction, first)


def main_clause_subject(doc: Document, before: int, first: int) -> TokenRange | None:
    """The subject of the nearest finite verb to the left that has one of its own, no base form if it can."""
    at, other = before - 1, None
    while at >= first:
        verb = doc.chunks.verb_group(at)
        if verb is None or doc.text.quotation_of[at] >= 0:
            at -= 1
            continue
        found = preverbal_subject(doc, verb, first) if verb.finite else None
        if found is not None and doc.text.lower[found[0]] not in {"which", "that", "it", "there", "what"}:
            if not _is_governed(doc, verb):
                return found
            other = other or found
        at = verb.first - 1
    return other


def _is_governed(doc: Document, verb: VerbGroup) -> bool:
    """Whether a base form without an auxiliary is no main verb: "helped the crew | succeed"."""
    return doc.text.tags[verb.head] == "VB" and verb.modal < 0 and doc.text.lower[verb.first] not in doc.lexicon.do


def _of_participle(
    doc: Document, verb: VerbGroup, first: int, candidates: list[StatementCandidate]
) -> tuple[TokenRange | None, int, str]:
    """ ", saying …": the main clause's subject; "a letter saying …": the noun before; "Citing …, X": the noun after."""
    text, before = doc.text, verb.first - 1
    opens = before < first or text.words[before] in COMMA_AND_DASHES or text.tags[before] in {"IN", "SC", "CC"}
    if opens and not doc.chunks.has_finite_verb(first, max(first, before)):
        after = _subject_after_comma(doc, verb.last, text.sentence_range(verb.head)[1])
        return (after, verb.first, "participle") if after else (None, verb.first, "")
    if doc.chunks.noun_phrase(before) is not None and text.words[before] not in COMMA_AND_DASHES:
        source = preverbal_subject(doc, verb, first) or _accompanying(doc, before)
        return (source, verb.first, "participle") if source else (None, verb.first, "")
    known = [f for f in candidates if f.source is not None and f.cue[0] >= first and f.cue[0] < verb.head]
    source = max(known, key=lambda f: f.cue[0]).source if known else main_clause_subject(doc, verb.first, first)
    return (source, verb.first, "participle") if source else (None, verb.first, "")


def _object(doc: Document, at: int, first: int) -> TokenRange | None:
    """ "It led some | to speculate that …", "hard for some | to say …": a verb's object, or for whom."""
    phrase = doc.chunks.noun_phrase(at) if at >= first else None
    if phrase is None or phrase.first <= first or not is_party(doc, phrase):
        return None
    governed = doc.chunks.verb_group(phrase.first - 1) is not None or doc.text.lower[phrase.first - 1] == "for"
    return (phrase.first, phrase.last) if governed and not doc.text.lower[phrase.head].endswith("self") else None


def _accompanying(doc: Document, at: int) -> TokenRange | None:
    """ "with the union | calling it a shame": the phrase that a preposition sets beside the participle."""
    phrase = doc.chunks.noun_phrase(at)
    with_ = phrase is not None and phrase.first > 0 and doc.text.lower[phrase.first - 1] in {"with", "despite"}
    return (phrase.first, phrase.last) if phrase is not None and with_ else None


def _subject_after_comma(doc: Document, at: int, last: int) -> TokenRange | None:
    for i in range(at, last - 1):
        if doc.text.words[i] == "," and doc.text.quotation_of[i] < 0:
            source = postverbal_source(doc, i + 1, last)
            if source is not None and doc.chunks.verb_group(source[1]) is not None:
                return source
    return None


def _of_infinitive(
    doc: Document, verb: VerbGroup, first: int, candidates: list[StatementCandidate]
) -> tuple[TokenRange | None, int, str]:
    """ "went on to say": the verb before lends its subject, and belongs to the cue if it only leads to this one."""
    governor = doc.chunks.verb_group(verb.first - 1)
    if governor is None:
        source = _object(doc, verb.first - 1, first) or main_clause_subject(doc, verb.first, first)
        return (source, verb.first, "purpose") if source else (None, verb.first, "")
    if doc.text.lower[governor.head] not in doc.lexicon.subject_control_verbs or governor.passive:
        return None, verb.first, ""
    if governor.finite:
        before = governor.first - 1
        source = (
            _shared(doc, before, first, candidates)
            if before >= first and _joins(doc, before)
            else preverbal_subject(doc, governor, first)
        )
        return (source, governor.first, "chained") if source else (None, verb.first, "")
    source = main_clause_subject(doc, governor.first, first)
    return (source, governor.first, "chained") if source else (None, verb.first, "")
