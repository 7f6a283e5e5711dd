"""Tags of cues that the tagger takes for nouns or names: beside quotations, and in -ing at the start of a sentence."""

from __future__ import annotations

from worker.extract.grammar.noun_or_verb import has_verb_before
from worker.extract.grammar.quotes import Quotation
from worker.extract.grammar.tokens import Tokens
from worker.extract.lexicon.lexicon import Lexicon

_MAX_REPORTING_CLAUSE = 6
"""Tokens of a reporting clause after a quotation: speaker and verb."""
_IN_REPORTING_CLAUSE = frozenset({"DT", "NN", "NNS", "NNP", "CD", "JJ", "POS"})


def retag_cues(tags: list[str], tokens: Tokens, found: list[Quotation], lexicon: Lexicon) -> list[str]:
    """Retag cues beside quotations that were tagged as nouns.

    “…,” Hale notes. · “…,” the text read. · Hale notes: “…”
    """
    for quotation in found:
        before = quotation.first - 2
        if before > 0 and tokens.words[before + 1] in {":", ","}:
            _retag_as_verb(tags, tokens, before, lexicon)
        _retag_inverted_verb(tags, tokens, quotation.last, lexicon)
        for at in range(quotation.last + 1, min(quotation.last + _MAX_REPORTING_CLAUSE, len(tags))):
            if tags[at] not in _IN_REPORTING_CLAUSE:
                break
            if at + 1 == len(tags) or tags[at + 1] in {"PUNCT", "IN", "RB"}:
                _retag_as_verb(tags, tokens, at, lexicon)
                break
    return tags


def _retag_inverted_verb(tags: list[str], tokens: Tokens, at: int, lexicon: Lexicon) -> None:
    """Retag a plural at `at`, directly after a quotation, as the verb of its speaker: “…,” [recalls] Hale."""
    at += at < len(tags) and tokens.words[at] == ","
    if at + 1 >= len(tags) or tags[at] != "NNS" or tags[at + 1] not in {"NNP", "DT", "PRP", "PRP$"}:
        return
    cue = lexicon.cues.get(tokens.lower[at])
    if cue is not None and cue.inverts:
        tags[at] = "VBZ"


def _retag_as_verb(tags: list[str], tokens: Tokens, at: int, lexicon: Lexicon) -> None:
    """Retag a noun as the verb of a reporting clause if it is a cue that takes a clause and has no verb before it."""
    cue = lexicon.cues.get(tokens.lower[at])
    if (
        cue is not None
        and cue.clause
        and tags[at] in {"NN", "NNS"}
        and tags[at - 1] in _IN_REPORTING_CLAUSE - {"DT", "JJ"}
        and not tokens.lower[at].endswith("ing")
        and not has_verb_before(tags, at)
    ):
        tags[at] = "VBZ" if tokens.lower[at].endswith("s") else "VBD"


def retag_opening_participles(
    tags: list[str], lower: list[str], sentences: list[tuple[int, int]], lexicon: Lexicon
) -> None:
    """Retag a cue in -ing that opens its sentence before an object as a participle: "[Praising] Hale, she …"."""
    for first, last in sentences:
        if tags[first] in {"NNP", "NN"} and lower[first].endswith("ing") and last - first > 1:
            cue = lexicon.cues.get(lower[first])
            if cue is not None and cue.phrase and not cue.thought and tags[first + 1] in {"NNP", "DT", "PRP", "PRP$"}:
                tags[first] = "VBG"
