"""News outlets credited for a statement, from the nearest to the outermost.

"…, said X, quoted by Reuters and Lusa" · "…, notes Reuters" · "…, reported AFP, quoted by Lusa" · "as reported by AP" ·
"X said …, according to local media".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.extract.statements.source.postverbal_source import postverbal_source

_JOINTS = frozenset({",", "and", "&"})
"""Tokens that join several outlets."""


def is_outlet(doc: Document, source: TokenRange) -> bool:
    """Return whether the phrase names a news outlet: a listed one, or by its head noun ("the Daily Post")."""
    first, last = source
    text = doc.text
    start = first + 1 if text.tags[first] == "DT" and last - first > 1 else first
    name = text.slice(start, last).lower()
    if name in doc.lexicon.outlets or text.lower[last - 1] in doc.lexicon.media_nouns:
        return True
    if text.lower[last - 1] in doc.lexicon.programmes:
        return any(text.tags[i] == "NNP" for i in range(start, last - 1))  # "the Harbour Breakfast programme"
    named = text.words[last - 1][0].isupper() and last - start > 1
    if named and text.lower[last - 1] in doc.lexicon.outlet_heads:
        return True
    before = _name_start(doc, start, last) - 1
    return named and before >= start and text.lower[before] in doc.lexicon.outlet_heads  # "the agency Baltic Wire"


def _name_start(doc: Document, first: int, last: int) -> int:
    """Return where the capitalised words at the end of a phrase start."""
    at = last
    while at > first and doc.text.words[at - 1][0].isupper():
        at -= 1
    return at


def outlet_name(doc: Document, first: int, last: int) -> str:
    """Return an outlet's name without its article and without the noun before it ("the agency Baltic Wire")."""
    start = _name_start(doc, first, last)
    if first < start < last and doc.text.lower[start - 1] in doc.lexicon.outlet_heads:
        return doc.text.slice(start, last)
    return doc.text.slice(first + 1 if doc.text.tags[first] == "DT" and last - first > 1 else first, last)


def credited_outlets(doc: Document, at: int, last: int) -> list[str]:
    """Return the outlets credited in tokens [at, last), in text order."""
    found: list[str] = []
    while at < last:
        if doc.text.quotation_of[at] < 0 and _is_credit(doc, at):
            at = _add_outlets(doc, at + 1, last, found)
        else:
            at += 1
    return found


def _is_credit(doc: Document, at: int) -> bool:
    """Return whether a credit starts at a token: "reported", "quoted by", "according to"."""
    return doc.text.lower[at] in doc.lexicon.credit_verbs or doc.text.lower[at : at + 2] == ["according", "to"]


def told_outlet(doc: Document, at: int, last: int) -> list[str]:
    """Return the outlet addressed by a speaker, at the token after the cue, at most one.

    "told Reuters", "told the BBC's morning programme", "in comments to Channel Nine".
    """
    at += at < last and doc.text.lower[at] == "to"
    phrase = doc.chunks.noun_phrase(at) if at < last else None
    if phrase is None or phrase.first != at:
        return []
    end = _possessed_end(doc, phrase.last, last)
    return [outlet_name(doc, phrase.first, end)] if is_outlet(doc, (phrase.first, end)) else []


def _possessed_end(doc: Document, at: int, last: int) -> int:
    """Return the end of a noun phrase directly after another, which it owns: "Radio 4's | morning programme"."""
    phrase = doc.chunks.noun_phrase(at) if at < last else None
    owned = phrase is not None and phrase.first == at and (doc.text.tags[at - 1] == "POS" or doc.text.tags[at] == "POS")
    return phrase.last if phrase is not None and owned else at


def source_cited_by_outlet(doc: Document, at: int, last: int) -> tuple[TokenRange, TokenRange] | None:
    """Return cue and source of the words after an outlet's report: "NRK reported, | citing Hale"; else None."""
    text = doc.text
    at += at < last and text.words[at] == ","
    if at + 1 >= last or text.lower[at] not in doc.lexicon.citing_verbs:
        return None
    source = postverbal_source(doc, at + 1, last)
    if source is None or not is_animate(doc, source) or is_outlet(doc, source):
        return None
    return (at, at + 1), source


def interviewing_outlet(doc: Document, first: int, last: int) -> list[str]:
    """Return the outlet of an interview, broadcast or document in tokens [first, last), at most one.

    "in an interview with Channel Nine", "speaking on Channel Nine", "in a letter seen by the Daily Post".
    """
    lexicon = doc.lexicon
    interview = _outlet_after(doc, first, last, lexicon.interview_nouns | lexicon.interview_participles, None)
    return interview or _outlet_after(doc, first, last, lexicon.document_credits, "by")


def asking_outlet(doc: Document, first: int, last: int) -> list[str]:
    """Return the outlet that asked a question in tokens [first, last): "asked by Channel Nine"; at most one."""
    return _outlet_after(doc, first, last, doc.lexicon.question_participles, "by")


def _outlet_after(doc: Document, first: int, last: int, openers: frozenset[str], preposition: str | None) -> list[str]:
    """Return the outlet after an opener and a preposition, at most one; any preposition if `preposition` is None."""
    text = doc.text
    if openers.isdisjoint(text.lower[first:last]):
        return []  # fast path for most sentences
    for at in range(first, last - 2):
        if text.lower[at] not in openers or text.quotation_of[at] >= 0:
            continue
        if text.lower[at + 1] != preposition if preposition else text.tags[at + 1] not in {"IN", "TO"}:
            continue
        phrase = doc.chunks.noun_phrase(at + 2)
        end = _possessed_end(doc, phrase.last, last) if phrase is not None else at
        if phrase is not None and is_outlet(doc, (phrase.first, end)):
            return [outlet_name(doc, phrase.first, end)]
    return []


def _add_outlets(doc: Document, at: int, last: int, found: list[str]) -> int:
    """Append the outlets listed from token `at` ("by Reuters and BTA") to `found`; return the token after them."""
    if at < last and doc.text.lower[at] in {"by", "to"}:
        at += 1
    while at < last:
        phrase = doc.chunks.noun_phrase(at)
        if phrase is None or phrase.first != at or not is_outlet(doc, (phrase.first, phrase.last)):
            return at
        found.append(outlet_name(doc, at, phrase.last))
        at = phrase.last
        if at >= last or doc.text.lower[at] not in _JOINTS or doc.chunks.noun_phrase(at + 1) is None:
            return at
        at += 1
    return at
