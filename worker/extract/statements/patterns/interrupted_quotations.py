"""What goes on after an interruption: "…," he said, "…" · The plan, he said, would fail · In Rome, he said, …"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import CLAUSE_BOUNDARIES, COMMA_AND_DASHES
from worker.extract.statements.content.content_end import content_end, trim_end
from worker.extract.statements.content.content_start import starts_clause
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange

_GLUE = COMMA_AND_DASHES | {":", "."}
"""Marks between a cue and the quotation that goes on."""


def resumed_content(doc: Document, at: int, last: int, *, quoted: bool, whole: bool) -> TokenRange | None:
    """Return the content that goes on after a cue that ends at a token.

    `quoted`: a quotation stands before the cue.  `whole`: a clause does, and no verb is missing.
    """
    if quoted:
        return _quotation(doc, at, last)
    text = doc.text
    if at + 1 < last and text.words[at] == ":" and text.quotation_of[at + 1] >= 0:
        return _resumed(doc, at + 1, last)
    if at + 1 >= last or text.words[at] not in COMMA_AND_DASHES or text.tags[at + 1] in {"VBG", "CC", "WP"}:
        return None
    verb = doc.chunks.verb_group(at + 1 + quotation_continues_clause(doc, at + 1))
    phrase = (
        text.tags[at + 1] in {"DT", "IN", "SC", "TO"}
        and text.lower[at + 1] not in doc.lexicon.closed_classes.setting_openers
    )
    clause = not whole and (text.tags[at + 1] == "SC" or starts_clause(doc, at + 1, last, after_cue=True))
    if (verb is not None and verb.finite) or phrase or clause:
        return at + 1, trim_end(doc, at + 1, content_end(doc, at + 1, last))
    return None


def _quotation(doc: Document, at: int, last: int) -> TokenRange | None:
    """The quotation that goes on before another one's cue begins."""
    for i in range(at, last):
        if doc.text.quotation_of[i] >= 0:
            return _resumed(doc, i, last)
        verb = doc.chunks.verb_group(i)
        cue = cue_of_verb(doc, verb) if verb is not None and i > at else None
        if verb is not None and cue is not None and cue.clause and not _is_manner(doc, verb, last):
            return None
    return None


def _resumed(doc: Document, at: int, last: int) -> TokenRange | None:
    """The quotation that goes on at a token, with the conjunction before it; not one that has its own speaker."""
    text = doc.text
    quotation = text.quotation_starting_at(at)
    joined = text.tags[at - 1] == "CC"
    if quotation is None or not (joined or text.words[at - 1] in _GLUE) or _is_tagged(doc, quotation.last, last):
        return None
    return at - joined, trim_end(doc, at, _to_sentence_end(doc, quotation.last, last))


def _is_tagged(doc: Document, at: int, last: int) -> bool:
    """Does a speaker of its own follow a quotation: "…," said X · "…," X said?"""
    verb = doc.chunks.verb_group(at) if at < last else None
    if verb is None:
        phrase = doc.chunks.noun_phrase(at) if at < last else None
        verb = doc.chunks.verb_group(phrase.last) if phrase is not None and phrase.first == at else None
    cue = cue_of_verb(doc, verb) if verb is not None and verb.finite else None
    return cue is not None and cue.inverts


def _is_manner(doc: Document, verb: VerbGroup, last: int) -> bool:
    """ "…," she said, laughing, "is all …": after the participle the same sentence goes on."""
    text, at = doc.text, verb.last + 1
    participle = text.tags[verb.head] == "VBG" and at + 1 < last and text.words[verb.last] == ","
    return participle and text.quotation_of[at] >= 0 and text.words[at + 1][0].islower()


def quotation_continues_clause(doc: Document, at: int) -> bool:
    """ "The league, X said, "never paid": does the quotation that opens here begin with a verb for the words before?"""
    verb = doc.chunks.verb_group(at + 1) if doc.text.quotation_of[at] >= 0 and at + 1 < len(doc.text.words) else None
    return verb is not None and verb.finite and verb.first == at + 1


def _to_sentence_end(doc: Document, after: int, last: int) -> int:
    """A quotation's end, or the sentence's where the quotation is part of a clause that goes on."""
    return content_end(doc, after, last) if after < last and doc.text.words[after] not in CLAUSE_BOUNDARIES else after
