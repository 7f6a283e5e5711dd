"""Cue nouns whose speaker nobody names: "there were claims that …", "amid calls for …", "reports emerged that …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.content_end import content_end, phrase_end
from worker.extract.statements.phrase_kinds import TokenRange

_PLURALS = frozenset({
    "accusations", "allegations", "claims", "complaints", "denials", "reports", "rumours", "rumors", "suggestions",
    "warnings", "demands", "calls",
})  # fmt: skip
"""Nouns of speech whose plural is often without a speaker."""
_DEMANDS = frozenset({"calls", "demands"})
_EMERGING = frozenset({"emerged", "emerge", "surfaced", "surface", "circulated", "circulate", "spread", "came"})
_ADVERBIAL = 8
"""Maximum number of tokens between the verb and its that-clause: "reports emerged | late on Monday | that …"."""


def match_agentless_noun(doc: Document, phrase: NounPhrase, last: int) -> StatementCandidate | None:
    """Return the attribution of a plural cue noun to nobody; None if it has no clause, or a demand no object."""
    text, word = doc.text, doc.text.lower[phrase.last - 1]
    if word not in _PLURALS or text.tags[phrase.first] in {"PRP$", "NNP"} or "POS" in text.tags[slice(*_range(phrase))]:
        return None
    content = _clause(doc, phrase.last, last) or _clause_after_verb(doc, phrase, last)
    if content is None and word in _DEMANDS:
        content = _object(doc, phrase, last)
    if content is None:
        return None
    noun = doc.lexicon.cue_nouns[word]
    return StatementCandidate(source=None, cue=_range(phrase), content=[content], act=noun.act, rule="nominal")


def _range(phrase: NounPhrase) -> TokenRange:
    return phrase.first, phrase.last


def _clause(doc: Document, at: int, last: int) -> TokenRange | None:
    """Return the that-clause at a token; None for a relative clause ("claims | that surfaced") and anything else."""
    text = doc.text
    if at + 2 >= last or text.lower[at] != "that" or text.tags[at] == "DT":
        return None
    if doc.chunks.verb_group(at + 1) is not None:
        return None
    end = content_end(doc, at, last)
    return (at, end) if doc.chunks.has_finite_verb(at, end) else None


def _clause_after_verb(doc: Document, phrase: NounPhrase, last: int) -> TokenRange | None:
    """Return the that-clause after a verb of emerging: "reports emerged on Monday | that …"."""
    verb = doc.chunks.verb_group(phrase.last)
    if verb is None or doc.text.lower[verb.head] not in _EMERGING:
        return None
    for at in range(verb.last, min(last, verb.last + _ADVERBIAL)):
        if doc.text.lower[at] == "that":
            return _clause(doc, at, last)
        if doc.chunks.verb_group_of[at] >= 0:
            return None
    return None


def _object(doc: Document, phrase: NounPhrase, last: int) -> TokenRange | None:
    """Return what is demanded, where the demand is not the subject: "prompted calls for | a ban"."""
    text, at = doc.text, phrase.last
    if at + 1 >= last or text.lower[at] != "for" or phrase.first == 0 or text.lower[phrase.first - 1] == "of":
        return None
    governed = doc.chunks.verb_group(phrase.first - 1) is not None or text.tags[phrase.first - 1] == "IN"
    end = phrase_end(doc, at + 1, last) if governed else at
    return (at + 1, end) if end > at + 1 else None
