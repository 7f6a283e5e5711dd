"""Where the next attribution of a sentence starts, which ends the content before it.

"She said the port would close | , adding …", "have said it is late | and claim …", "rejected the idea | saying …".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_LONG_DASHES
from worker.extract.statements.content.clause_start import starts_clause, starts_main_clause
from worker.extract.statements.content.content_start import find_content_start
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.source.controlled_subject import is_in_verb_series
from worker.extract.statements.source.relative_objects import relative_object

_APPOSITION = 12
"""Tokens of an apposition that are searched for the verb of its relative clause."""
_SAYING = frozenset({"saying", "claiming", "arguing", "insisting", "warning"})
"""Participles that resume the subject without a comma."""
_BEFORE_SAYING = frozenset({"NN", "NNS", "NNP", "VBG", "CD"})
"""Tags of a word before such a participle."""


def starts_attribution(doc: Document, at: int, limit: int) -> bool:
    """Return whether another attribution starts here: ", adding", "and called", ", according to", ", but said"."""
    text = doc.text
    if text.lower[at] == "according" and at + 1 < limit and text.lower[at + 1] == "to":
        return True
    if text.lower[at] in _SAYING:
        return _starts_saying(doc, at, limit)
    if text.tags[at] == "CC":
        resumed = _starts_participle_of_speech(doc, at + 1)  # "urging … and promising …"
        return resumed or _starts_coordinated_cue(doc, at, limit) or _starts_subject_and_cue(doc, at + 1, limit)
    if text.words[at] == "-":
        return _starts_participle_of_speech(doc, at + 1)  # a spaced hyphen as a dash
    return text.words[at] in COMMA_AND_LONG_DASHES and at + 1 < limit and _starts_after_comma(doc, at, limit)


def _starts_after_comma(doc: Document, at: int, limit: int) -> bool:
    """Return whether another attribution follows a comma or dash: ", adding", ", but said"."""
    text = doc.text
    verb = doc.chunks.verb_group(at + 1)
    if verb is not None and verb.first == at + 1 and verb.finite and is_speech_cue(doc, verb):
        return True  # "X, who said that it rained, denied …"
    if verb is not None and verb.first == at + 1 and is_in_verb_series(doc, verb, limit) and is_speech_cue(doc, verb):
        return True  # "thanked the crew, accused …, and promised …"
    if _starts_participle_of_speech(doc, at + 1):
        return True
    if _starts_participle_of_speech(doc, at + 2) and (
        text.lower[at + 1] in doc.lexicon.closed_classes.trailing_subordinators or text.tags[at + 1] == "CC"
    ):
        return True  # ", while acknowledging that …", ", but adding that …"
    if text.lower[at + 1] in {"a", "an"} and _starts_described_apposition(doc, at + 1, limit):
        return True  # ", a decision that the union has described as theft"
    if text.tags[at + 1] in {"CC", "SC"}:
        return _starts_coordinated_cue(doc, at + 1, limit) or _starts_subject_and_cue(doc, at + 2, limit)
    return _starts_subject_and_cue(doc, at + 1, limit)


def _starts_described_apposition(doc: Document, at: int, limit: int) -> bool:
    """Return whether an apposition starts whose relative clause is another attribution.

    "The council shut the park, | a decision that X called theft."
    """
    verb = next(
        (v for i in range(at, min(limit, at + _APPOSITION)) if (v := doc.chunks.verb_group(i)) is not None), None
    )
    relative = relative_object(doc, verb, at - 1) if verb is not None else None
    return relative is not None and relative.antecedent[0] == at


def _starts_participle_of_speech(doc: Document, at: int) -> bool:
    """Return whether an -ing participle of a speech cue starts here: "adding", "promising"."""
    verb = doc.chunks.verb_group(at)
    return verb is not None and verb.first == at and doc.text.tags[verb.head] == "VBG" and is_speech_cue(doc, verb)


def _starts_saying(doc: Document, at: int, limit: int) -> bool:
    """Return whether "saying" resumes the subject without a comma: "rejected the idea | saying it was late".

    It modifies a document before it instead: "a letter saying it was late".
    """
    after_quotation = doc.text.quotation_of[at - 1] >= 0 and doc.text.quotation_of[at] < 0
    if not (after_quotation or doc.text.tags[at - 1] in _BEFORE_SAYING) or not starts_clause(
        doc, at + 1, limit, after_cue=True
    ):
        return False
    return doc.text.lower[at - 1] not in doc.lexicon.documents


def _starts_coordinated_cue(doc: Document, conjunction: int, limit: int) -> bool:
    """Return whether a finite speech cue without a subject of its own follows the conjunction: "and | called"."""
    if conjunction + 1 >= limit:
        return False
    verb = doc.chunks.verb_group(conjunction + 1)
    return (
        verb is not None
        and verb.first == conjunction + 1
        and verb.finite
        and (
            doc.text.tags[verb.head] in {"VBD", "VBZ"}
            or doc.text.lower[verb.first] in doc.lexicon.have
            or verb.passive
            or _is_plural_cue(doc, verb, limit)
        )
        and (is_speech_cue(doc, verb) or _has_that_clause(doc, verb, limit))
    )


def _is_plural_cue(doc: Document, verb: VerbGroup, limit: int) -> bool:
    """Return whether a base form that resumes a plural subject reports a clause: "have said … | and claim it would"."""
    if verb.last - verb.first > 1 or verb.modal >= 0 or doc.text.tags[verb.head] not in {"VB", "VBP"}:
        return False
    before = doc.chunks.last_finite(doc.text.sentence_range(verb.first)[0], verb.first)
    cue = cue_of_verb(doc, verb)
    modal = before is not None and before.modal >= 0
    return not modal and cue is not None and cue.clause and starts_main_clause(doc, verb.last, limit)


def _has_that_clause(doc: Document, verb: VerbGroup, limit: int) -> bool:
    """Return whether a cue of thought with a that-clause follows: "but | believed that it rained"."""
    return cue_of_verb(doc, verb) is not None and verb.last < limit and doc.text.lower[verb.last] == "that"


def _starts_subject_and_cue(doc: Document, at: int, limit: int) -> bool:
    """Return whether a subject, its speech cue and that cue's content follow: ", and | he insisted that …"."""
    phrase = doc.chunks.noun_phrase(at) if at < limit else None
    if phrase is None or phrase.first != at or doc.text.quotation_of[at] >= 0 or phrase.last >= limit:
        return False
    name = doc.chunks.noun_phrase(phrase.last)
    phrase = name if name is not None and name.first == phrase.last < limit else phrase  # "his brother | Anton"
    verb = doc.chunks.verb_group(phrase.last)
    cue = (
        cue_of_verb(doc, verb)
        if verb is not None and verb.first == phrase.last and verb.finite and not verb.passive
        else None
    )
    if verb is None or cue is None or cue.thought or doc.text.tags[verb.head] == "VB":
        return False
    if not cue.clause:
        return (
            (
                doc.text.words[at - 1] == ","
                or doc.text.lower[at - 1] in doc.lexicon.closed_classes.adversative_conjunctions
            )
            and cue.phrase
            and doc.chunks.noun_phrase(verb.last) is not None
        )
    return find_content_start(doc, cue, verb.last, limit) is not None


def is_speech_cue(doc: Document, verb: VerbGroup) -> bool:
    """Return whether the verb is a cue of speech rather than of thought."""
    cue = cue_of_verb(doc, verb)
    return cue is not None and not cue.thought
