"""Nouns and adjectives as cues: "his warning that …", "made the claim that …", "is sceptical that …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase, VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.lexicon.cue_words import CueNoun
from worker.extract.statements.candidate import StatementCandidate, content_limit
from worker.extract.statements.content.adjuncts import is_bare_time
from worker.extract.statements.content.content_end import content_end, phrase_end, trim_end
from worker.extract.statements.content.matrix_clause import end_before_main_clause, end_before_matrix_verb
from worker.extract.statements.patterns.agentless_nouns import match_agentless_noun
from worker.extract.statements.phrase_kinds import TokenRange, is_party
from worker.extract.statements.source.controlled_subject import main_clause_subject
from worker.extract.statements.source.postverbal_source import passive_agent, postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject


def match_adjective_cue(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Match a predicative adjective: "X is sceptical that …", "X is critical of …", "X is willing to …"."""
    text = doc.text
    if text.lower[verb.head] not in doc.lexicon.be:
        return None
    at, last = verb.last, content_limit(candidates, verb.head, last)
    while at < last and text.tags[at] == "RB":
        at += 1
    if at + 1 >= last:
        return None
    phrase = doc.chunks.noun_phrase(at)
    end = phrase.last if phrase is not None else at + 1
    word, following = text.lower[end - 1], text.lower[end] if end < last else ""
    frames = doc.lexicon.cue_adjectives
    if following == "that" and word in frames["that"]:
        start, cue_last = end, end
    elif following in {"of", "about"} and word in frames["of"]:
        start, cue_last = end + 1, end + 1
    elif following == "to" and word in frames["infinitive"]:
        start, cue_last = end, end
    else:
        return None
    source = preverbal_subject(doc, verb, first)
    if source is None or text.lower[source[0]] in {"it", "there", "that", "this"}:
        return None
    stop = content_end(doc, start, last, "clause")
    if stop <= start:
        return None
    return StatementCandidate(
        source=source,
        cue=(verb.first, cue_last),
        content=[(start, stop)],
        rule="adjective",
        thought=True,
    )


def match_nominal_cues(doc: Document, first: int, last: int) -> list[StatementCandidate]:
    """Return the attributions of cue nouns in the sentence: "his warning that …", "Hale's criticism of …"."""
    candidates: list[StatementCandidate] = []
    if doc.lexicon.cue_nouns.keys().isdisjoint(doc.text.lower[first:last]):
        return candidates  # fast path for most sentences
    for number in sorted({n for n in doc.chunks.noun_phrase_of[first:last] if n >= 0}):
        phrase = doc.chunks.noun_phrases[number]
        is_cue_noun = doc.text.lower[phrase.last - 1] in doc.lexicon.cue_nouns
        if is_cue_noun and doc.text.quotation_of[phrase.first] < 0 and phrase.last < last:
            candidate = (
                _match_noun_with_complement(doc, phrase, first, last)
                or _match_noun_as_subject(doc, phrase, last)
                or match_agentless_noun(doc, phrase, last)
            )
            if candidate is not None:
                candidates.append(candidate)
    return candidates


def _match_noun_with_complement(doc: Document, phrase: NounPhrase, first: int, last: int) -> StatementCandidate | None:
    """Match a cue noun before its content; the source is its agent, possessor or the subject of its light verb."""
    noun = doc.lexicon.cue_nouns.get(doc.text.lower[phrase.last - 1])
    if noun is None:
        return None
    has_possessor = possessor(doc, phrase)[0] is not None
    by = passive_agent(doc, phrase.last, last) or (
        None if has_possessor else _source_after_noun(doc, phrase.last, last)
    )
    start, cue_last = _complement_start(doc, noun, by[1] if by else phrase.last, last)
    if start < 0:
        return None
    source, cue_first = (by, phrase.first) if by else _light_verb_subject(doc, phrase, first)
    if source is None:
        source, cue_first = possessor(doc, phrase)
    if source is None:
        return None
    stop = _complement_end(doc, phrase, start, first, last)
    if stop <= start:
        return None
    return StatementCandidate(
        source=source,
        cue=(cue_first, phrase.last if by else cue_last),
        content=[(start, stop)],
        act=noun.act,
        thought=noun.thought,
        rule="nominal",
    )


def _source_after_noun(doc: Document, at: int, last: int) -> TokenRange | None:
    """Return the source between a noun and its clause.

    "a warning | from the ministry | that …", "the call of the union to …".
    """
    phrase = doc.chunks.noun_phrase(at + 1)
    if doc.text.lower[at] not in {"of", "from"} or phrase is None or not is_party(doc, phrase):
        return None
    source = postverbal_source(doc, at + 1, last)
    if source is None or source[1] >= last:
        return None
    return source if doc.text.lower[source[1]] in {"that", "to"} else None


def _match_noun_as_subject(doc: Document, phrase: NounPhrase, last: int) -> StatementCandidate | None:
    """Match a cue noun with its content as predicate: "Her answer was that …", "Hale's demand is to …"."""
    text, noun = doc.text, doc.lexicon.cue_nouns.get(doc.text.lower[phrase.last - 1])
    verb = doc.chunks.verb_group(phrase.last)
    if noun is None or verb is None or text.lower[verb.head] not in doc.lexicon.be or verb.last + 1 >= last:
        return None
    source, cue_first = possessor(doc, phrase)
    at = verb.last
    clause = text.lower[at] in {"that", "whether"} and doc.chunks.verb_group(at + 1) is None
    infinitive = text.tags[at] == "TO" and "infinitive" in noun.frames
    if source is None or not (clause or infinitive or text.quotation_of[at] >= 0):
        return None
    return StatementCandidate(
        source=source,
        cue=(cue_first, verb.last),
        content=[(at, content_end(doc, at, last))],
        act=noun.act,
        thought=noun.thought,
        rule="nominal",
    )


def _complement_start(doc: Document, noun: CueNoun, at: int, last: int) -> tuple[int, int]:
    """Return where the noun's content starts and where its cue ends; (-1, -1) without content."""
    if at + 1 >= last:
        return -1, -1
    text, word = doc.text, doc.text.lower[at]
    relative = doc.chunks.verb_group(at + 1) is not None and text.tags[at + 1] != "VBG"  # "the claim that emerged"
    opens = text.tags[at] in {"SC", "IN", "WP"} and not relative
    clause = word in {"that", "whether"} and word in noun.frames and opens
    infinitive = word == "to" and "infinitive" in noun.frames and doc.chunks.verb_group(at) is not None
    if clause or infinitive:
        return at, at
    topic = doc.chunks.noun_phrase(at + 1)
    timed = topic is not None and is_bare_time(doc, topic)
    if text.tags[at] in {"IN", "TO"} and word in noun.frames and not timed:
        return at + 1, at + 1
    return -1, -1


def _complement_end(doc: Document, phrase: NounPhrase, start: int, first: int, last: int) -> int:
    """Return where the content of a cue noun ends: with its clause, or before the verb whose subject is the noun."""
    if doc.text.lower[start] not in {"that", "whether"}:
        stop = phrase_end(doc, start, last) if doc.text.tags[start] != "TO" else content_end(doc, start, last)
        return min(stop, _phrase_complement_end(doc, start, stop))
    stop = content_end(doc, start, last)
    if doc.chunks.verb_group(phrase.first - 1) is not None or doc.chunks.has_finite_verb(first, phrase.first):
        return stop
    if doc.text.tags[first] in {"IN", "SC", "TO"}:
        return end_before_main_clause(doc, start, stop)
    return end_before_matrix_verb(doc, start, stop, open_clauses=1)


def _phrase_complement_end(doc: Document, start: int, stop: int) -> int:
    """Return where a noun's phrase complement ends: before the main verb or a coordinated cue noun."""
    for i in range(start + 1, stop):
        verb = doc.chunks.verb_group(i)
        main = verb is not None and verb.finite and verb.first == i and doc.text.tags[i - 1] != "WP"
        if main or doc.text.words[i] in COMMA_AND_DASHES - {","} or _is_coordinated_cue_noun(doc, i):
            return trim_end(doc, start, i)
    return stop


def _is_coordinated_cue_noun(doc: Document, at: int) -> bool:
    """Return whether another cue noun is coordinated: "his attacks on the crew | and his promise to …"."""
    phrase = doc.chunks.noun_phrase(at + 1) if doc.text.tags[at] == "CC" else None
    return phrase is not None and phrase.first == at + 1 and doc.text.lower[phrase.last - 1] in doc.lexicon.cue_nouns


def possessor(doc: Document, phrase: NounPhrase) -> tuple[TokenRange | None, int]:
    """Return the possessor of a cue noun ("[his] warning", "[Hale]'s warning"), or None, and the cue's first token.

    The cue starts after the possessive, or at the start of the phrase if it has no possessive.
    """
    text = doc.text
    if text.tags[phrase.first] == "PRP$":
        return (phrase.first, phrase.first + 1), phrase.first + 1
    for i in range(phrase.last - 1, phrase.first, -1):
        if text.tags[i] == "POS":
            return (phrase.first, i), i + 1
    named = phrase.last - 2
    if named >= phrase.first and text.tags[named] == "NNP" and text.lower[phrase.last : phrase.last + 1] == ["that"]:
        while named > phrase.first and text.tags[named - 1] == "NNP":
            named -= 1
        return (named, phrase.last - 1), phrase.last - 1  # "a UN announcement | that …"
    return None, phrase.first


def _light_verb_subject(doc: Document, phrase: NounPhrase, first: int) -> tuple[TokenRange | None, int]:
    """Return the subject of a light verb with the cue noun as object ("made the claim"), and the cue's first token.

    The subject is None if the verb is no light verb or the noun has another possessor.
    """
    verb = doc.chunks.verb_group(phrase.first - 1) if phrase.first > first else None
    possessed_by = possessor(doc, phrase)[0]
    has_other_possessor = possessed_by is not None and doc.text.tags[possessed_by[0]] != "PRP$"
    if verb is None or has_other_possessor or verb.passive or doc.text.lower[verb.head] not in doc.lexicon.light_verbs:
        return None, phrase.first
    source = preverbal_subject(doc, verb, first) or main_clause_subject(doc, verb.first, first)
    return source, verb.first
