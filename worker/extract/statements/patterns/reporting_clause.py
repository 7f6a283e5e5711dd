"""Tag lines: the verb and the speaker that stand after what they announce, "…," X said · "…," said X."""

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
from worker.extract.lexicon.lexicon import Cue
from worker.extract.statements.content.complements import find_complement
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.patterns.interrupted_quotations import quotation_continues_clause
from worker.extract.statements.phrase_kinds import TokenRange, is_animate, is_party, is_venue_or_time
from worker.extract.statements.source.postverbal_source import postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject

FRONTED = frozenset({"SC", "WP", "IN", "TO", "VBN", "VBG"})
"""Classes with which an adverbial or subordinate clause opens a sentence."""

_CLOSING = COMMA_AND_LONG_DASHES | SENTENCE_FINAL
"""Marks within a quotation after which its tag line may follow at once."""


class ReportingClause(Struct, frozen=True, gc=False):
    """Who says and the verb, in a sentence from `first` to `last`."""

    verb: VerbGroup
    cue: Cue | None
    source: TokenRange
    first: int
    last: int

    @property
    def inverted(self) -> bool:
        """Does the speaker follow the verb?"""
        return self.source[0] >= self.verb.last

    @property
    def token_before(self) -> int:
        """The token before the line."""
        return min(self.source[0], self.verb.first) - 1

    @property
    def token_after(self) -> int:
        """The token after the line."""
        return max(self.verb.last, self.source[1])


def match_reporting_clause(doc: Document, verb: VerbGroup, first: int, last: int) -> ReportingClause | None:
    """Return the line that a verb may be the tag of; None where it has no subject, or nothing stands before."""
    cue = cue_of_verb(doc, verb)
    if verb.passive or not (verb.finite or _is_past_tag(doc, verb, cue, first, last)):
        return None
    source = _inverted(doc, verb, cue, first, last) or preverbal_subject(doc, verb, first)
    if source is not None and doc.text.tags[source[0]] == "WP":
        return None  # "“…,” which would …"
    reporting = (
        ReportingClause(verb=verb, cue=cue, source=source, first=first, last=last) if source is not None else None
    )
    return reporting if reporting is not None and reporting.token_before >= first else None


def _inverted(doc: Document, verb: VerbGroup, cue: Cue | None, first: int, last: int) -> TokenRange | None:
    """The speaker after the verb, where a quotation or a mark stands right before it."""
    before = verb.first - 1
    quoted = before >= first and quotation_ending_at(doc, before) >= first
    if before < first or not (quoted or doc.text.words[before] in COMMA_AND_DASHES):
        return None
    source = postverbal_source(doc, verb.last, last)
    if source is None or not _inverts(doc, cue, source, last, quoted=quoted):
        return None
    somebody = quoted or is_animate(doc, source) or doc.text.words[source[1] : last] == ["."]
    return source if somebody else None


def _inverts(doc: Document, cue: Cue | None, source: TokenRange, last: int, *, quoted: bool) -> bool:
    """May the speaker follow this verb?  After a quotation any's may ("…?" bristled Hale.), if nothing else does."""
    if cue is not None:
        return cue.inverts
    person = quoted and doc.text.tags[source[1] - 1] == "NNP" and is_animate(doc, source)
    return person and _ends(doc, source[1], last)


def _is_past_tag(doc: Document, verb: VerbGroup, cue: Cue | None, first: int, last: int) -> bool:
    """Whether a "participle" is the past tense of a tag line: "No ferry will sail, insisted Hale's office." """
    if cue is None or not cue.inverts or verb.first <= first or doc.text.tags[verb.head] != "VBN":
        return False
    source = postverbal_source(doc, verb.last, last) if doc.text.words[verb.first - 1] in COMMA_AND_DASHES else None
    return source is not None and _ends(doc, source[1], last)


def _ends(doc: Document, at: int, last: int) -> bool:
    return at >= last or doc.text.words[at] in CLAUSE_FINAL


def quotation_ending_at(doc: Document, token: int) -> int:
    """Return the first token of the quotation that ends at a token or at the comma's before it; else -1."""
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
    whole = ended or doc.chunks.has_finite_verb(*quotation.inner)  # its comma forgotten
    return quotation.first if whole else -1


def is_clause_final(doc: Document, reporting: ReportingClause) -> bool:
    """Whether nothing else follows: a verb that is no known cue still is one in "…," she shrugged."""
    after = reporting.token_after
    return after >= reporting.last or doc.text.words[after] in CLAUSE_BOUNDARIES


def is_parenthetical(doc: Document, reporting: ReportingClause) -> bool:
    """Whether nothing that could be content follows the line: the end, a comma, or an adverbial."""
    text, last = doc.text, reporting.last
    after = reporting.source[1] if reporting.inverted else _after_recipient(doc, reporting)
    if after + 1 < last and text.words[after] in COMMA_AND_DASHES and text.quotation_of[after + 1] >= 0:
        return reporting.inverted or quotation_continues_clause(
            doc, after + 1
        )  # "When she left, X said, "…"": there is the content
    if after >= last or text.words[after] in CLAUSE_BOUNDARIES:
        return True
    if text.words[after] == ":":
        return after + 1 < last and text.quotation_of[after + 1] >= 0 and _follows_clause(doc, reporting)
    if text.quotation_of[after] >= 0:
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


def _follows_clause(doc: Document, reporting: ReportingClause) -> bool:
    """Does the sentence open with a clause of its own: "They have much in common, Hale suggested: “…”"?"""
    return doc.text.tags[reporting.first] not in FRONTED and doc.chunks.has_finite_verb(
        reporting.first, reporting.token_before
    )


def recipient_after(doc: Document, cue: Cue | None, at: int, last: int) -> TokenRange | None:
    """Return who is told: "told the crowd", "explained to reporters in Oslo"."""
    text = doc.text
    to = at < last and text.lower[at] == "to"
    if at >= last or not (to or (cue is not None and cue.recipient)):
        return None
    phrase = doc.chunks.noun_phrase(at + to)
    told = phrase is not None and phrase.first == at + to and is_party(doc, phrase)
    return postverbal_source(doc, at + to, last) if told else None


def _after_recipient(doc: Document, reporting: ReportingClause) -> int:
    told = recipient_after(doc, reporting.cue, reporting.verb.last, reporting.last)
    return told[1] if told else reporting.verb.last
