"""Reporting clauses after or inside their content: "…," X said · "…," said X."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase, VerbGroup
from worker.extract.grammar.punctuation import (
    CLAUSE_BOUNDARIES,
    CLAUSE_FINAL,
    COMMA_AND_DASHES,
    COMMA_AND_LONG_DASHES,
    SENTENCE_FINAL,
)
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.content.complements import find_complement
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.patterns.interrupted_quotations import quotation_continues_clause
from worker.extract.statements.phrase_kinds import TokenRange, is_animate, is_party, is_venue_or_time
from worker.extract.statements.source.postverbal_source import postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject

FRONTED = frozenset({"SC", "WP", "IN", "TO", "VBN", "VBG"})
"""Tags of the first word of an adverbial or subordinate clause that opens a sentence."""

_CLOSING = COMMA_AND_LONG_DASHES | SENTENCE_FINAL
"""Final punctuation inside a quotation, which a reporting clause may directly follow."""


class ReportingClause(Struct, frozen=True, gc=False):
    """A verb and its source, in the sentence [first, last)."""

    verb: VerbGroup
    cue: Cue | None
    source: TokenRange
    first: int
    last: int

    @property
    def inverted(self) -> bool:
        """Whether the source follows the verb."""
        return self.source[0] >= self.verb.last

    @property
    def token_before(self) -> int:
        """Index of the token before the clause."""
        return min(self.source[0], self.verb.first) - 1

    @property
    def token_after(self) -> int:
        """Index of the token after the clause."""
        return max(self.verb.last, self.source[1])


def match_reporting_clause(doc: Document, verb: VerbGroup, first: int, last: int) -> ReportingClause | None:
    """Return the reporting clause that a verb may be the head of.

    None where it has no source or nothing precedes it.
    """
    cue = cue_of_verb(doc, verb)
    if verb.passive or not (verb.finite or _is_mistagged_past(doc, verb, cue, first, last)):
        return None
    source = _inverted_source(doc, verb, cue, first, last) or preverbal_subject(doc, verb, first)
    if source is not None and doc.text.tags[source[0]] == "WP":
        return None  # "“…,” which would …"
    reporting = (
        ReportingClause(verb=verb, cue=cue, source=source, first=first, last=last) if source is not None else None
    )
    return reporting if reporting is not None and reporting.token_before >= first else None


def _inverted_source(doc: Document, verb: VerbGroup, cue: Cue | None, first: int, last: int) -> TokenRange | None:
    """Return the source after the verb, where a quotation or a comma or dash directly precedes the verb; else None."""
    before = verb.first - 1
    quoted = before >= first and quotation_ending_at(doc, before) >= first
    if before < first or not (quoted or doc.text.words[before] in COMMA_AND_DASHES):
        return None
    source = postverbal_source(doc, verb.last, last)
    if source is None or not _allows_inversion(doc, cue, source, last, quoted=quoted):
        return None
    can_speak = quoted or is_animate(doc, source) or doc.text.words[source[1] : last] == ["."]
    return source if can_speak else None


def _allows_inversion(doc: Document, cue: Cue | None, source: TokenRange, last: int, *, quoted: bool) -> bool:
    """Return whether the source may follow this verb.

    Cues say so in the lexicon.  After a quotation any other verb may precede a name that ends the clause: "…?" bristled
    Hale.
    """
    if cue is not None:
        return cue.inverts
    person = quoted and doc.text.tags[source[1] - 1] == "NNP" and is_animate(doc, source)
    return person and _is_clause_end(doc, source[1], last)


def _is_mistagged_past(doc: Document, verb: VerbGroup, cue: Cue | None, first: int, last: int) -> bool:
    """Return whether a "participle" is a past tense in a reporting clause.

    "No ferry will sail, insisted Hale's office."
    """
    if cue is None or not cue.inverts or verb.first <= first or doc.text.tags[verb.head] != "VBN":
        return False
    if _is_clause_end(doc, verb.last, last):
        subject = doc.chunks.noun_phrase(verb.first - 1)  # "…, our correspondent | added"
        return subject is not None and subject.first > first and doc.text.words[subject.first - 1] in COMMA_AND_DASHES
    source = postverbal_source(doc, verb.last, last) if doc.text.words[verb.first - 1] in COMMA_AND_DASHES else None
    return source is not None and _is_clause_end(doc, source[1], last)


def _is_clause_end(doc: Document, at: int, last: int) -> bool:
    """Return whether the clause ends at token `at`: at `last` or at final punctuation."""
    return at >= last or doc.text.words[at] in CLAUSE_FINAL


def quotation_ending_at(doc: Document, token: int) -> int:
    """Return the start of the quotation that ends at a token, or before the comma at it; -1 if none ends there.

    A quotation without final punctuation and without a finite verb (scare quotes, a title) does not count.
    """
    text = doc.text
    at = token
    if at > 0 and text.quotation_of[at] < 0 and text.words[at] in COMMA_AND_DASHES:
        at -= 1
    if at < 0 or text.quotation_of[at] < 0:
        return -1
    quotation = text.quotations[text.quotation_of[at]]
    if quotation.last != at + 1:
        return -1
    inner = quotation.inner[1] - 1
    while inner > quotation.first and text.words[inner] in doc.lexicon.quotation_marks:
        inner -= 1
    ended = at != token or text.words[inner] in _CLOSING or not quotation.closed
    is_speech = ended or doc.chunks.has_finite_verb(*quotation.inner)  # its final comma is missing
    return quotation.first if is_speech else -1


def is_clause_final(doc: Document, reporting: ReportingClause) -> bool:
    """Return whether nothing follows the reporting clause.

    Then a verb that is not in the lexicon counts as a cue too: "…," she shrugged.
    """
    after = reporting.token_after
    return after >= reporting.last or doc.text.words[after] in CLAUSE_BOUNDARIES


def is_parenthetical(doc: Document, reporting: ReportingClause) -> bool:
    """Return whether no content follows the reporting clause: its sentence ends, or a comma or adverbial follows."""
    text, last = doc.text, reporting.last
    after = reporting.source[1] if reporting.inverted else _after_recipient(doc, reporting)
    if after + 1 < last and text.words[after] in COMMA_AND_DASHES and text.quotation_of[after + 1] >= 0:
        # In "When she left, X said, "…"" the quotation is the content and the words before are not.
        return reporting.inverted or quotation_continues_clause(doc, after + 1)
    if after >= last or text.words[after] in CLAUSE_BOUNDARIES:
        return True
    if text.words[after] == ":":
        return after + 1 < last and text.quotation_of[after + 1] >= 0 and _follows_clause(doc, reporting)
    if text.quotation_of[after] >= 0:
        return False
    if _has_object(doc, reporting, after):
        return False
    complement = find_complement(doc, reporting.verb, reporting.cue, last) if reporting.cue is not None else None
    return complement is None or (
        complement.form == "phrase"
        and is_venue_or_time(
            doc,
            doc.chunks.noun_phrase(complement.first)
            or NounPhrase(complement.first, complement.first + 1, complement.first),
        )
    )


def _has_object(doc: Document, reporting: ReportingClause, at: int) -> bool:
    """Return whether an object follows a verb that takes neither object nor recipient: "… safety reflects a plan"."""
    cue, phrase = reporting.cue, doc.chunks.noun_phrase(at)
    if reporting.inverted or phrase is None or phrase.first != at or at != reporting.verb.last:
        return False
    return cue is not None and not (cue.recipient or cue.phrase or is_venue_or_time(doc, phrase))


def _follows_clause(doc: Document, reporting: ReportingClause) -> bool:
    """Return whether the sentence starts with a main clause: "They have much in common, Hale suggested: “…”"."""
    return doc.text.tags[reporting.first] not in FRONTED and doc.chunks.has_finite_verb(
        reporting.first, reporting.token_before
    )


def recipient_after(doc: Document, cue: Cue | None, at: int, last: int) -> TokenRange | None:
    """Return the recipient at token `at`: "told | the crowd", "explained | to reporters in Oslo"; else None."""
    text = doc.text
    to = at < last and text.lower[at] == "to"
    if at >= last or not (to or (cue is not None and cue.recipient)):
        return None
    phrase = doc.chunks.noun_phrase(at + to)
    is_recipient = phrase is not None and phrase.first == at + to and is_party(doc, phrase)
    return postverbal_source(doc, at + to, last) if is_recipient else None


def _after_recipient(doc: Document, reporting: ReportingClause) -> int:
    """Return the end of the recipient after the verb; the end of the verb if it has no recipient."""
    recipient = recipient_after(doc, reporting.cue, reporting.verb.last, reporting.last)
    return recipient[1] if recipient else reporting.verb.last
