"""Idioms of telling: "made it clear that …", "made plain her view that …", "let it be known that …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.content.content_end import content_end
from worker.extract.statements.source.controlled_subject import find_source

_MAKE = frozenset({"make", "makes", "made", "making"})
_CLEAR = frozenset({"clear", "plain", "known", "public", "explicit"})
_LET_KNOWN = ["it", "be", "known"]
_BEFORE_THAT = 4
"""Maximum number of tokens between the adjective and the clause: "made clear | to reporters | that …"."""


def match_made_clear(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Return the attribution of an idiom of telling to the subject of its verb; None if there is none."""
    text = doc.text
    word = text.lower[verb.head]
    if (word not in _MAKE and word != "let") or verb.passive or verb.negated or verb.modal >= 0:
        return None
    end = _idiom_end(doc, word, verb.last, last)
    start = _clause_start(doc, end, last) if end > 0 else -1
    found = find_source(doc, verb, first, candidates) if start > 0 else None
    if found is None:
        return None
    content = (start, content_end(doc, start, last))
    cue = (found.cue_first, end)
    return StatementCandidate(source=found.source, cue=cue, content=[content], rule=f"{found.construction}_that")


def _idiom_end(doc: Document, word: str, at: int, last: int) -> int:
    """Return the end of "(it) very clear" or "it be known"; -1 if neither follows the verb."""
    lower = doc.text.lower
    if word == "let":
        return at + len(_LET_KNOWN) if lower[at : at + len(_LET_KNOWN)] == _LET_KNOWN else -1
    at += lower[at : at + 1] == ["it"]
    while at < last and doc.text.tags[at] == "RB":
        at += 1
    return at + 1 if at < last and lower[at] in _CLEAR else -1


def _clause_start(doc: Document, at: int, last: int) -> int:
    """Return where the clause after the idiom starts; -1 if none follows."""
    for i in range(at, min(last - 1, at + _BEFORE_THAT)):
        if doc.text.lower[i] == "that" and doc.text.tags[i] in {"SC", "IN", "DT"}:
            return i
        if doc.chunks.verb_group_of[i] >= 0 or doc.text.tags[i] == "PUNCT":
            break
    return at if at < last and starts_clause(doc, at, last, after_cue=False) else -1
