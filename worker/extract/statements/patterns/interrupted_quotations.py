"""Content that continues after a reporting clause.

"…," he said, "…" · The plan, he said, would fail · In Rome, he said, …
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import CLAUSE_BOUNDARIES, COMMA_AND_DASHES
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.content.content_end import content_end, trim_end
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange

_GLUE = COMMA_AND_DASHES | {":", "."}
"""Punctuation between a reporting clause and the continued quotation."""


def resumed_content(doc: Document, at: int, last: int, *, quoted: bool, is_clause: bool) -> TokenRange | None:
    """Return the rest of the content after an inserted reporting clause: B in "A, he said, B"; None for no content.

    `at`: first token after the reporting clause.  `quoted`: A is a quotation.  `is_clause`: A has a finite verb.
    """
    if quoted:
        return _quotation(doc, at, last)
    text = doc.text
    if at + 1 < last and text.words[at] == ":" and text.quotation_of[at + 1] >= 0:
        return _continued_quotation(doc, at + 1, last)
    if at + 1 >= last or text.words[at] not in COMMA_AND_DASHES or text.tags[at + 1] in {"VBG", "CC", "WP"}:
        return None
    verb = doc.chunks.verb_group(at + 1 + quotation_continues_clause(doc, at + 1))
    is_phrase = (
        text.tags[at + 1] in {"DT", "IN", "SC", "TO"}
        and text.lower[at + 1] not in doc.lexicon.closed_classes.setting_openers
    )
    completes = not is_clause and (text.tags[at + 1] == "SC" or starts_clause(doc, at + 1, last, after_cue=True))
    if (verb is not None and verb.finite) or is_phrase or completes:
        return at + 1, trim_end(doc, at + 1, content_end(doc, at + 1, last))
    return None


def _quotation(doc: Document, at: int, last: int) -> TokenRange | None:
    """Return the next quotation from token `at` on; None if there is none or if another cue precedes it."""
    for i in range(at, last):
        if doc.text.quotation_of[i] >= 0:
            return _continued_quotation(doc, i, last)
        verb = doc.chunks.verb_group(i)
        cue = cue_of_verb(doc, verb) if verb is not None and i > at else None
        if verb is not None and cue is not None and cue.clause and not _is_participle_of_manner(doc, verb, last):
            return None
    return None


def _continued_quotation(doc: Document, at: int, last: int) -> TokenRange | None:
    """Return the quotation that starts at `at`; a conjunction just before it is part of the result: [and "…"].

    None if no quotation starts there, or if it has a reporting clause of its own.
    """
    text = doc.text
    quotation = text.quotation_starting_at(at)
    joined = text.tags[at - 1] == "CC"
    if (
        quotation is None
        or not (joined or text.words[at - 1] in _GLUE)
        or _has_reporting_clause(doc, quotation.last, last)
    ):
        return None
    return at - joined, trim_end(doc, at, _to_sentence_end(doc, quotation.last, last))


def _has_reporting_clause(doc: Document, at: int, last: int) -> bool:
    """Return whether a quotation that ends before a token has its own reporting clause: "…," said X · "…," X said."""
    verb = doc.chunks.verb_group(at) if at < last else None
    if verb is None:
        phrase = doc.chunks.noun_phrase(at) if at < last else None
        verb = doc.chunks.verb_group(phrase.last) if phrase is not None and phrase.first == at else None
    cue = cue_of_verb(doc, verb) if verb is not None and verb.finite else None
    return cue is not None and cue.inverts


def _is_participle_of_manner(doc: Document, verb: VerbGroup, last: int) -> bool:
    """Return whether a participle only describes the speaker, and the quotation continues.

    "…," she said, laughing, "is …".
    """
    text, at = doc.text, verb.last + 1
    participle = text.tags[verb.head] == "VBG" and at + 1 < last and text.words[verb.last] == ","
    return participle and text.quotation_of[at] >= 0 and text.words[at + 1][0].islower()


def quotation_continues_clause(doc: Document, at: int) -> bool:
    """Return whether the quotation at a token starts with the verb of the words before.

    The league, X said, | “never paid”.
    """
    verb = doc.chunks.verb_group(at + 1) if doc.text.quotation_of[at] >= 0 and at + 1 < len(doc.text.words) else None
    return verb is not None and verb.finite and verb.first == at + 1


def _to_sentence_end(doc: Document, after: int, last: int) -> int:
    """Return the end of the quotation, or that of the clause that continues after it."""
    return content_end(doc, after, last) if after < last and doc.text.words[after] not in CLAUSE_BOUNDARIES else after
