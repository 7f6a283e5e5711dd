"""Adjectives and nouns that announce: "is skeptical that …", "his warning that …", "made the claim that …"."""

from __future__ import annotations

from worker.extract.complements import content_end
from worker.extract.document import Doc
from worker.extract.finds import Find
from worker.extract.phrases import NounPhrase, VerbGroup
from worker.extract.sources import Range, subject
from worker.extract.subjects import main_subject


def adjective(doc: Doc, verb: VerbGroup, first: int, last: int) -> Find | None:
    """X is skeptical that … · X is critical of … · X is willing to …"""
    text = doc.text
    if text.lower[verb.head] not in doc.lexicon.be or verb.last >= last:
        return None
    at = verb.last
    while at < last and text.tags[at] == "RB":
        at += 1
    if at + 1 >= last:
        return None
    phrase = doc.phrases.noun(at)
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
    source = subject(doc, verb, first)
    if source is None or text.lower[source[0]] in {"it", "there", "that", "this"}:
        return None
    limit = last
    stop = content_end(doc, start, limit)
    if stop <= start:
        return None
    return Find(
        source=source,
        cue=(verb.first, cue_last),
        pieces=[(start, stop)],
        rule="adjective",
        thought=True,
    )


def nominals(doc: Doc, first: int, last: int) -> list[Find]:
    """His warning that … · Hale's criticism of … · made the claim that …"""
    finds = []
    at = first
    while at < last:
        phrase = doc.phrases.noun(at)
        at = phrase.last if phrase is not None else at + 1
        if phrase is not None and doc.text.quoted[phrase.first] < 0 and phrase.last < last:
            find = _nominal_at(doc, phrase, first, last)
            if find is not None:
                finds.append(find)
    return finds


def _nominal_at(doc: Doc, phrase: NounPhrase, first: int, last: int) -> Find | None:
    text, nouns = doc.text, doc.lexicon.cue_nouns
    noun, following = text.lower[phrase.last - 1], text.lower[phrase.last]
    if (following == "that" and noun in nouns["that"] and text.tags[phrase.last] in {"SC", "IN", "WP"}) or (
        following == "to" and noun in nouns["infinitive"] and doc.phrases.verb(phrase.last) is not None
    ):
        start, cue_last = phrase.last, phrase.last
    elif following in {"of", "for"} and noun in nouns[following]:
        start, cue_last = phrase.last + 1, phrase.last + 1
    else:
        return None
    source, cue_first = _possessor(doc, phrase)
    if source is None and following == "that":
        source, cue_first = _light_subject(doc, phrase, first)
    if source is None:
        return None
    stop = content_end(doc, start, last)
    if following != "that":
        stop = min(stop, _nominal_stop(doc, start, stop))
    elif not doc.phrases.finite_between(first, phrase.first):
        stop = _predicate(doc, start, stop)
    if stop <= start:
        return None
    return Find(source=source, cue=(cue_first, cue_last), pieces=[(start, stop)], rule="nominal")


def _predicate(doc: Doc, start: int, stop: int) -> int:
    """Where the main clause's verb follows a that-clause in the subject: "his claim that X was shut | surprised"."""
    seen = False
    at = start
    while at < stop:
        verb = doc.phrases.verb(at)
        if verb is None:
            at += 1
            continue
        adjacent = doc.phrases.verb(at - 1) is not None and doc.text.tags[verb.head] in {"VBD", "VBN", "VBZ", "MD"}
        if seen and adjacent and not verb.infinitive:
            return at
        seen = seen or verb.finite
        at = verb.last
    return stop


def _nominal_stop(doc: Doc, start: int, stop: int) -> int:
    """A noun's complement ends before the main verb or a comma."""
    for i in range(start + 1, stop):
        verb = doc.phrases.verb(i)
        if (verb is not None and verb.finite and verb.first == i) or doc.text.words[i] == ",":
            return i
    return stop


def _possessor(doc: Doc, phrase: NounPhrase) -> tuple[Range | None, int]:
    text = doc.text
    if text.tags[phrase.first] == "PRP$":
        return (phrase.first, phrase.first + 1), phrase.first + 1
    for i in range(phrase.last - 1, phrase.first, -1):
        if text.tags[i] == "POS":
            return (phrase.first, i), i + 1
    return None, phrase.first


def _light_subject(doc: Doc, phrase: NounPhrase, first: int) -> tuple[Range | None, int]:
    verb = doc.phrases.verb(phrase.first - 1) if phrase.first > first else None
    if verb is None or doc.text.lower[verb.head] not in doc.lexicon.light:
        return None, phrase.first
    source = subject(doc, verb, first) or main_subject(doc, verb.first, first)
    return source, verb.first
