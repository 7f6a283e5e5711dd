"""The source of a verbal cue, in particular where it is not the subject directly before the verb.

Shared: "Hale praised the crew and | accused the port".  Controlled: "Hale went on to | say", "Hale left, | saying …".
"""

from __future__ import annotations

from msgspec import Struct

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES, COMMA_AND_LONG_DASHES
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.phrase_kinds import TokenRange, is_animate, is_party
from worker.extract.statements.source.introduced_subject import introduced_subject
from worker.extract.statements.source.postverbal_source import postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject

_PAST = frozenset({"VBD", "VBN"})
"""A past tense after a comma may be tagged as a participle."""


_LATER = frozenset({"after", "afterwards", "later", "before", "earlier", "thereafter"})
_MAX_ASIDE = 15
"""Maximum number of tokens of an aside after a conjunction."""


class CueSource(Struct, frozen=True, gc=False):
    """The source of a verbal cue, the first token of the cue, and the construction (the first part of the rule)."""

    source: TokenRange
    cue_first: int
    construction: str


def find_source(doc: Document, verb: VerbGroup, first: int, candidates: list[StatementCandidate]) -> CueSource | None:
    """Return the source of a cue verb that precedes its content; None if it has no source or is no cue here.

    `first`: start of the sentence.  `candidates`: attributions of the sentence found so far, whose source the verb may
    share.
    """
    text, tag, before = doc.text, doc.text.tags[verb.head], verb.first - 1
    if verb.infinitive:
        return _source_of_infinitive(doc, verb, first, candidates)
    if tag == "VBG" and not verb.finite:
        return _source_of_participle(doc, verb, first, candidates)
    after_candidate = any(c.last == before for c in candidates)
    in_series = after_candidate and is_in_verb_series(doc, verb, text.sentence_range(verb.head)[1])
    before = _before_aside_of_coordinator(doc, before, first)
    if before >= first and (_is_coordinator(doc, before) or in_series):
        return _cue_source(_shared_source(doc, before, first, candidates), verb.first, "coordinated")
    if not verb.finite and tag not in _PAST and not _is_headline(doc, verb.head):
        return None
    source = preverbal_subject(doc, verb, first) or introduced_subject(doc, verb)
    if source is None:
        return None
    if not verb.finite and tag == "VBN" and not _is_headline(doc, verb.head) and not _is_past_after_aside(doc, verb):
        return None
    if text.tags[source[0]] == "WP":
        return _relative_pronoun_source(doc, source[0], verb)
    return CueSource(source, verb.first, "source_cue")


def _cue_source(source: TokenRange | None, cue_first: int, construction: str) -> CueSource | None:
    """Return the source with its construction; None without a source."""
    return CueSource(source, cue_first, construction) if source is not None else None


# ---------------------------------------------------------------- relative clauses
def _relative_pronoun_source(doc: Document, pronoun: int, verb: VerbGroup) -> CueSource | None:
    """Return a relative pronoun as the source if its antecedent can speak."""
    text = doc.text
    can_speak = (
        text.lower[pronoun] == "who"
        or _introduces_quotation(doc, pronoun, verb)
        or _refers_to_party(doc, pronoun, verb)
    )
    return CueSource((pronoun, pronoun + 1), verb.first, "relative") if can_speak else None


def _introduces_quotation(doc: Document, pronoun: int, verb: VerbGroup) -> bool:
    """Return whether a thing is quoted: "a sign that read “…”", "the report, which notes, “…”"."""
    text = doc.text
    at = verb.last
    while at < len(text.words) and text.words[at] in {",", ":"}:
        at += 1
    return text.lower[pronoun] in {"that", "which"} and at < len(text.words) and text.quotation_of[at] >= 0


def _refers_to_party(doc: Document, pronoun: int, verb: VerbGroup) -> bool:
    """Return whether "which", or "that" before a past tense, refers to an organisation: "the bank, which said …"."""
    if doc.text.lower[pronoun] not in {"which", "that"} or pronoun < 1:
        return False
    if doc.text.lower[pronoun] == "that" and doc.text.tags[verb.head] not in _PAST:
        return False  # "a service that boasts …"
    antecedent = doc.chunks.noun_phrase(pronoun - 1 - (doc.text.words[pronoun - 1] == ","))
    return antecedent is not None and is_party(doc, antecedent)


def _is_past_after_aside(doc: Document, verb: VerbGroup) -> bool:
    """Return whether a seeming participle after an aside is a past tense: "X, who was abroad, | called on …".

    A verb without a particle ("on") that a preposition or punctuation follows is a participle: ", accused of …".
    """
    text = doc.text
    particle = verb.last > verb.head + 1
    ends = verb.last == len(text.words) or text.tags[verb.last] in {"IN", "PUNCT"}
    return text.words[verb.first - 1] in COMMA_AND_LONG_DASHES | {")"} and (particle or not ends)


def _is_headline(doc: Document, token: int) -> bool:
    """Return whether the token is in the headline, where auxiliaries are left out ("Minister accused of …")."""
    return doc.text.paragraph_of[token] == 0


# ---------------------------------------------------------------- coordination
def _is_coordinator(doc: Document, token: int) -> bool:
    """Return whether a token coordinates two verbs: "and", "but", "and then", "but also"."""
    return doc.text.tags[token] == "CC" or (
        doc.text.lower[token] in {"then", "also"} and doc.text.tags[token - 1] == "CC"
    )


def _before_aside_of_coordinator(doc: Document, before: int, first: int) -> int:
    """Return the conjunction before the aside that ends at a comma: "but, in a letter, | rejected"; else the token."""
    if before < first:
        return before
    if doc.text.lower[before] in _LATER and doc.text.tags[before - 1] in {"RB", "NNS", "NN"}:
        opening = before - 1 - (doc.text.tags[before - 2] in {"CD", "DT", "JJ"})
        return opening - 1 if doc.text.tags[opening - 1] == "CC" else before  # "and | shortly after | announced"
    if doc.text.words[before] != ",":
        return before
    for at in range(before - 1, max(first, before - _MAX_ASIDE), -1):
        if doc.text.words[at] == "," and doc.text.quotation_of[at] < 0:
            opens = doc.text.tags[at - 1] == "CC" and doc.text.tags[at + 1] in {"IN", "RB", "SC"}
            return at - 1 if opens else before
        verb = doc.chunks.verb_group(at)
        if verb is not None and verb.finite:
            return before
    return before


def is_in_verb_series(doc: Document, verb: VerbGroup, last: int) -> bool:
    """Return whether a verb is inside a series of verbs that ends before token `last`.

    "thanked the crew, | accused the port of delays | and promised to stay"
    """
    text, before = doc.text, verb.first - 1
    if text.words[before] != "," or text.tags[verb.head] not in _PAST or verb.passive or verb.last - verb.first > 1:
        return False
    for at in range(verb.last, last):
        following = doc.chunks.verb_group(at + 1) if text.tags[at] == "CC" and text.quotation_of[at] < 0 else None
        if following is not None and following.first == at + 1:
            return text.tags[following.head] in _PAST and not following.passive
        verb_here = doc.chunks.verb_group(at)
        if verb_here is not None and verb_here.finite:
            return False
    return False


def _shared_source(
    doc: Document, conjunction: int, first: int, candidates: list[StatementCandidate]
) -> TokenRange | None:
    """Return the source that a coordinated verb shares: the last candidate's, else the main clause's subject."""
    return _last_source(candidates, first, conjunction) or main_clause_subject(doc, conjunction, first)


def _last_source(candidates: list[StatementCandidate], first: int, before: int) -> TokenRange | None:
    """Return the source of the last candidate whose cue is in tokens [first, before); None if there is none."""
    known = [c for c in candidates if c.source is not None and first <= c.cue[0] < before]
    return max(known, key=lambda c: c.cue[0]).source if known else None


def main_clause_subject(doc: Document, before: int, first: int) -> TokenRange | None:
    """Return the subject of the nearest finite verb with a subject in tokens [first, before); None if there is none.

    A bare infinitive tagged as finite ("helped the crew | succeed") is used only if there is no other verb.
    """
    at, fallback = before - 1, None
    while at >= first:
        verb = doc.chunks.verb_group(at)
        if verb is None or doc.text.quotation_of[at] >= 0:
            at -= 1
            continue
        found = preverbal_subject(doc, verb, first) if verb.finite else None
        if found is not None and doc.text.lower[found[0]] not in {"which", "that", "it", "there", "what"}:
            if not _is_bare_infinitive(doc, verb):
                return found
            fallback = fallback or found
        at = verb.first - 1
    return fallback


def _is_bare_infinitive(doc: Document, verb: VerbGroup) -> bool:
    """Return whether a base form has no auxiliary: "helped the crew | succeed"."""
    return doc.text.tags[verb.head] == "VB" and verb.modal < 0 and doc.text.lower[verb.first] not in doc.lexicon.do


# ---------------------------------------------------------------- participles
def _source_of_participle(
    doc: Document, verb: VerbGroup, first: int, candidates: list[StatementCandidate]
) -> CueSource | None:
    """Return the source of an -ing participle.

    ", saying …": the main clause's subject; "a letter saying …": the noun before; "Citing …, X": the subject after.
    """
    text, before = doc.text, verb.first - 1
    opens = before < first or text.words[before] in COMMA_AND_DASHES or text.tags[before] in {"IN", "SC", "CC"}
    if opens and not doc.chunks.has_finite_verb(first, max(first, before)):
        source = _subject_after_comma(doc, verb.last, text.sentence_range(verb.head)[1])
    elif doc.chunks.noun_phrase(before) is not None and text.words[before] not in COMMA_AND_DASHES:
        source = preverbal_subject(doc, verb, first) or _prepositional_subject(doc, before)
        sent = source is not None and _is_sent_document(doc, source)  # "Hale issued a statement | saying …"
        if source is not None and (sent or not is_animate(doc, source)):  # "Hale rejected that idea | saying …"
            main = main_clause_subject(doc, verb.first, first)
            source = main if main is not None and is_animate(doc, main) else source
    else:
        source = _last_source(candidates, first, verb.head) or main_clause_subject(doc, verb.first, first)
    return _cue_source(source, verb.first, "participle")


def _is_sent_document(doc: Document, source: TokenRange) -> bool:
    """Return whether the source is a document that the subject sends or issues: "sent | a letter | saying …"."""
    phrase = doc.chunks.noun_phrase(source[0])
    if phrase is None or doc.text.lower[phrase.head] not in doc.lexicon.documents or phrase.last != source[1]:
        return False
    sender = doc.chunks.verb_group(source[0] - 1) if source[0] > 0 else None
    return sender is not None and not sender.passive and doc.text.lower[sender.head] in doc.lexicon.light_verbs


def _prepositional_subject(doc: Document, at: int) -> TokenRange | None:
    """Return the subject of a participle after "with" or "despite": the noun phrase at `at`, before the participle.

    "with | the union | calling it unfair".  None if neither preposition precedes the noun phrase.
    """
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first == 0 or doc.text.lower[phrase.first - 1] not in {"with", "despite"}:
        return None
    return phrase.first, phrase.last


def _subject_after_comma(doc: Document, at: int, last: int) -> TokenRange | None:
    """Return the first noun phrase after a comma that a verb follows: "Citing the rain, | Hale left"."""
    for i in range(at, last - 1):
        if doc.text.words[i] == "," and doc.text.quotation_of[i] < 0:
            source = postverbal_source(doc, i + 1, last)
            if source is not None and doc.chunks.verb_group(source[1]) is not None:
                return source
    return None


# ---------------------------------------------------------------- infinitives
def _source_of_infinitive(
    doc: Document, verb: VerbGroup, first: int, candidates: list[StatementCandidate]
) -> CueSource | None:
    """Return the source of an infinitive: the subject or object that controls it.

    A governing verb that only leads to the infinitive ("went on to say") becomes part of the cue.
    """
    governor = doc.chunks.verb_group(verb.first - 1)
    if governor is None:
        source = _controlling_object(doc, verb.first - 1, first) or main_clause_subject(doc, verb.first, first)
        return _cue_source(source, verb.first, "purpose")
    if doc.text.lower[governor.head] not in doc.lexicon.subject_control_verbs or governor.passive:
        return None
    before = governor.first - 1
    if not governor.finite:
        source = main_clause_subject(doc, governor.first, first)
    elif before >= first and _is_coordinator(doc, before):
        source = _shared_source(doc, before, first, candidates)
    else:
        source = preverbal_subject(doc, governor, first)
    return _cue_source(source, governor.first, "chained")


def _controlling_object(doc: Document, at: int, first: int) -> TokenRange | None:
    """Return the object before an infinitive: "It led some | to speculate that …", "hard for some | to say …"."""
    phrase = doc.chunks.noun_phrase(at) if at >= first else None
    if phrase is None or phrase.first <= first or not is_party(doc, phrase):
        return None
    governed = doc.chunks.verb_group(phrase.first - 1) is not None or doc.text.lower[phrase.first - 1] == "for"
    return (phrase.first, phrase.last) if governed and not doc.text.lower[phrase.head].endswith("self") else None
