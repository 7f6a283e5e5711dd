"""Second-hand quotes: "Y was quoted (by X) as saying …" · "X quoted Y as saying …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.complements import find_complement
from worker.extract.statements.content.content_end import content_end
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.patterns.outlet_credits import is_outlet, outlet_name
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.extract.statements.source.postverbal_source import passive_agent, postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject

_BETWEEN = 16
"""Maximum number of tokens of the quoted or quoting party before "as saying"."""


def match_second_hand_quote(doc: Document, verb: VerbGroup, first: int, last: int) -> StatementCandidate | None:
    """Return the attribution to the quoted party, with the quoting news outlet in `via`; None if there is none."""
    if doc.text.lower[verb.head] not in doc.lexicon.quoting_verbs:
        return None
    at = _as_saying(doc, verb.last, last)
    saying = doc.chunks.verb_group(at + 1) if at >= 0 else None
    cue = cue_of_verb(doc, saying) if saying is not None else None
    source, quoting = _parties(doc, verb, first, at)
    if saying is None or cue is None or source is None or not is_animate(doc, source):
        return None
    complement = find_complement(doc, saying, cue, last)
    content = (
        (complement.first, complement.last)
        if complement is not None
        else (saying.last, content_end(doc, saying.last, last))
    )
    return StatementCandidate(
        source=source,
        cue=(verb.first if verb.passive else at + (doc.text.lower[at] != "as"), saying.last),
        content=[content],
        act=cue.act,
        rule="quoted_as",
        via=[outlet_name(doc, *quoting)] if quoting is not None and _is_quoting_outlet(doc, quoting) else [],
    )


def _is_quoting_outlet(doc: Document, quoting: TokenRange) -> bool:
    """Return whether the quoting party is an outlet: a known one, or any name that is no person's."""
    names = [n for n in doc.mentions.registry.names_in(quoting[0]) if n.first == quoting[0]]
    named = bool(names) and names[0].kind != "person" and doc.text.words[quoting[0]].isupper()
    return is_outlet(doc, quoting) or named


def _as_saying(doc: Document, at: int, last: int) -> int:
    """Return the position of "as saying", or of the word before "telling".

    -1 where another verb, a quotation, colon or semicolon comes first.
    """
    for i in range(at, min(last - 1, at + _BETWEEN)):
        saying = doc.chunks.verb_group(i + 1)
        if doc.text.lower[i] == "as" and saying is not None and doc.text.tags[saying.head] == "VBG":
            return i
        telling = doc.chunks.verb_group(i)
        if telling is not None and i > at and doc.text.tags[telling.head] == "VBG":
            return i - 1 if cue_of_verb(doc, telling) is not None else -1  # "quoted Hale | telling them that …"
        if doc.chunks.verb_group_of[i] >= 0 or doc.text.quotation_of[i] >= 0 or doc.text.words[i] in {";", ":"}:
            return -1
    return -1


def _parties(doc: Document, verb: VerbGroup, first: int, at: int) -> tuple[TokenRange | None, TokenRange | None]:
    """Return the quoted and the quoting party, each None if not named."""
    if at < 0:
        return None, None
    if verb.passive or doc.text.tags[verb.head] == "VBN":
        return preverbal_subject(doc, verb, first), passive_agent(doc, verb.last, at)
    return postverbal_source(doc, verb.last, at), preverbal_subject(doc, verb, first)
