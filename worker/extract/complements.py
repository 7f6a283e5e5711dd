"""What a cue announces: where its content begins and ends to the right of the verb.

The content of "told reporters on Monday that the talks had failed, adding …" begins at "that" and ends before ", adding".
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from worker.extract.document import Doc
from worker.extract.lexicon import Cue
from worker.extract.phrases import NounPhrase, VerbGroup
from worker.extract.sources import Range, text_is_venue

Form = Literal["quotation", "that", "question", "clause", "infinitive", "phrase"]

_FINAL = frozenset({".", "!", "?", "…", "...", ";"})
_MAX_ADJUNCTS = 14
"""Phrases between a cue and its content: "said in an interview with X on Monday in Y that …"."""


class Complement(Struct, frozen=True, gc=False):
    """The content's tokens and the form it has; `cue_last` is where the cue ends, its preposition included."""

    first: int
    last: int
    form: Form
    cue_last: int


def complement(doc: Doc, verb: VerbGroup, cue: Cue, limit: int) -> Complement | None:
    """Return the content to the right of a cue, up to token `limit`; None where the verb announces nothing."""
    at = verb.last
    found = _after_adjuncts(doc, cue, at, limit) if cue.clause or cue.infinitive or cue.object_infinitive else None
    preposition = _preposition(doc, cue, at, limit)
    if found is not None and (preposition == at or found.form in {"that", "quotation", "clause"}):
        return found
    if preposition > at:
        return _phrase(doc, preposition, limit, cue_last=preposition)
    if cue.phrase:
        return _phrase(doc, at, limit, cue_last=at)
    return None


def _preposition(doc: Doc, cue: Cue, at: int, limit: int) -> int:
    """Where the cue's own preposition ends ("called for" …), or `at`."""
    for size in (3, 2, 1):
        if at + size < limit and " ".join(doc.text.lower[at : at + size]) in cue.prepositions:
            return at + size
    return at


# ---------------------------------------------------------------- where content begins
def _after_adjuncts(doc: Doc, cue: Cue, at: int, limit: int) -> Complement | None:
    """Step over recipient, time and place to a quotation, that-clause, question, bare clause or infinitive."""
    opening = _opening(doc, cue, at, limit)
    if opening is None:
        return None
    first, form = opening
    return Complement(first, content_end(doc, first, limit), form, at)


def _opening(doc: Doc, cue: Cue, at: int, limit: int) -> tuple[int, Form] | None:
    """Where the content after a cue begins, and its form; None where the cue announces nothing."""
    text, start = doc.text, at
    recipient = False
    for hop in range(_MAX_ADJUNCTS):
        if at >= limit:
            return None
        form = _form_at(doc, cue, at, limit, direct=hop == 0, recipient=recipient)
        if form is not None:
            if form == "infinitive" and cue.object_infinitive and recipient and not cue.recipient:
                return start, form
            return at + (text.words[at] in {":", ","}), form
        step = _adjunct_end(doc, at, limit)
        if step is None:
            return None
        phrase = doc.phrases.noun(at)
        recipient = recipient or (phrase is not None and not text_is_venue(doc, phrase))
        at = step
    return None


def _form_at(doc: Doc, cue: Cue, at: int, limit: int, *, direct: bool, recipient: bool) -> Form | None:
    """Which kind of content begins at a token, if any may after this cue."""
    text = doc.text
    word, tag = text.lower[at], text.tags[at]
    after_mark = at + (word in {":", ","})
    if after_mark < limit and text.quoted[after_mark] >= 0 and _opens(doc, after_mark):
        return "quotation" if cue.clause else None
    if word == ":" and at + 1 < limit:
        return "clause" if cue.clause else None
    if tag == "TO" and doc.phrases.verb(at) is not None:
        return "infinitive" if (cue.infinitive and not recipient) or (cue.object_infinitive and recipient) else None
    if not cue.clause:
        return None
    if word == "that" and tag in {"SC", "IN", "WP", "DT"} and _clause_ahead(doc, at + 1, limit):
        return "that"
    if (
        word in doc.lexicon.wh_openers
        and tag in {"WP", "SC", "IN"}
        and (direct or recipient or word not in {"when", "where", "who", "which"})
    ):
        return "question" if _verb_ahead(doc, at + 1, limit) else None
    return "clause" if _clause_at(doc, at, limit, sure=not direct or recipient) else None


def _opens(doc: Doc, at: int) -> bool:
    return doc.text.quotations[doc.text.quoted[at]].first == at


def _verb_ahead(doc: Doc, at: int, limit: int) -> bool:
    return any(doc.phrases.verb_at[i] >= 0 for i in range(at, min(limit, at + 12)))


def _clause_ahead(doc: Doc, at: int, limit: int) -> bool:
    """Is there a finite verb soon, so that "that" is a conjunction?"""
    for i in range(at, min(limit, at + 25)):
        verb = doc.phrases.verb(i)
        if verb is not None and (verb.finite or verb.infinitive or verb.modal >= 0):
            return True
        if doc.text.quoted[i] >= 0 and i < at + 3:
            return True
    return False


def _clause_at(doc: Doc, at: int, limit: int, *, sure: bool) -> bool:
    """Does a bare clause begin here: a noun phrase, widened, and then a finite verb?"""
    text = doc.text
    if text.lower[at] in {"both", "either", "neither", "not", "only", "even"} and at + 1 < limit:
        return _clause_at(doc, at + 1, limit, sure=sure)
    if text.tags[at] == "SC" and text.lower[at] not in {"that", "so"}:
        return text.lower[at] in {"if", "because", "while", "although", "though", "unless"} and _clause_ahead(
            doc, at, limit
        )
    if text.tags[at] == "IN" and sure:
        return False
    phrase = doc.phrases.noun(at)
    if phrase is None or phrase.first != at:
        if text.tags[at] in {"VBG"} and doc.phrases.verb(at) is not None:
            return _clause_ahead(doc, at + 1, limit)
        return False
    if text_is_venue(doc, phrase) and sure is False and _is_bare_time(doc, phrase):
        return False
    end = phrase.last
    for _ in range(8):
        if end >= limit:
            return False
        verb = doc.phrases.verb(end)
        if verb is not None:
            if verb.finite:
                return True
            end = verb.last
            continue
        following = doc.phrases.noun(end)
        if following is not None and following.first == end:
            if sure or text.tags[following.head] == "PRP":
                return False
            return False
        if (
            text.tags[end] in {"IN", "CC", "RB", "RP"}
            or text.words[end] in {",", "(", ")", "—", "–"}
            or text.quoted[end] >= 0
        ):
            end += 1
            following = doc.phrases.noun(end)
            if following is not None and following.first == end:
                if text.words[end - 1] in {",", "and"} and text.tags[following.head] in {"PRP"}:
                    return False
                end = following.last
            continue
        if text.tags[end] == "WP":
            end += 1
            continue
        return False
    return False


def _is_bare_time(doc: Doc, phrase: NounPhrase) -> bool:
    return doc.text.lower[phrase.head] in doc.lexicon.time_nouns


def _adjunct_end(doc: Doc, at: int, limit: int) -> int | None:
    """End of the adverbial or recipient that begins at a token; None where something else begins."""
    text = doc.text
    if text.tags[at] in {"IN", "TO", "SC"} and at + 1 < limit:
        phrase = doc.phrases.noun(at + 1)
        if phrase is not None and phrase.first == at + 1:
            return phrase.last
        verb = doc.phrases.verb(at + 1)
        return verb.last if verb is not None and text.tags[verb.head] == "VBG" else None
    if text.tags[at] == "RB":
        return at + 1
    phrase = doc.phrases.noun(at)
    if phrase is not None and phrase.first == at:
        return phrase.last
    if text.words[at] in {",", "and", "(", "—", "–", "--", "-"} and at + 1 < limit:
        return _aside_end(doc, at, limit)
    return None


def _aside_end(doc: Doc, at: int, limit: int) -> int | None:
    """A short aside between commas or brackets: "said, to applause, that …"."""
    closing = {"(": ")"}.get(doc.text.words[at], doc.text.words[at])
    if doc.text.words[at] == "and":
        phrase = doc.phrases.noun(at + 1)
        return phrase.last if phrase is not None and phrase.first == at + 1 else None
    for i in range(at + 1, min(limit, at + 14)):
        if doc.text.words[i] == closing:
            return i + 1
        if doc.phrases.verb_at[i] >= 0 and doc.phrases.verbs[doc.phrases.verb_at[i]].finite:
            return None
    return None


# ---------------------------------------------------------------- where content ends
def content_end(doc: Doc, first: int, limit: int) -> int:
    """Where clausal content ends: before the next cue of the same speaker, "according to", or the final stop."""
    text = doc.text
    at = first
    while at < limit:
        if text.quoted[at] >= 0:
            at = text.quotations[text.quoted[at]].last
            continue
        if at > first and (text.words[at] == ";" or _next_attribution(doc, at, limit)):
            break
        at += 1
    return trim(doc, first, min(at, limit))


def _next_attribution(doc: Doc, at: int, limit: int) -> bool:
    """Does another attribution begin here: ", adding", "and called", ", according to", ", but said"?"""
    text = doc.text
    if text.lower[at] == "according" and at + 1 < limit and text.lower[at + 1] == "to":
        return True
    if text.words[at] in {",", "—", "–", "--"} and at + 1 < limit:
        verb = doc.phrases.verb(at + 1)
        if verb is not None and verb.first == at + 1 and text.tags[verb.head] == "VBG" and is_speech(doc, verb):
            return True
        if text.tags[at + 1] in {"CC", "SC"}:
            return _shares_subject(doc, at + 1, limit) or _new_speaker(doc, at + 2, limit)
        return _new_speaker(doc, at + 1, limit)
    return text.tags[at] == "CC" and _shares_subject(doc, at, limit)


def _shares_subject(doc: Doc, conjunction: int, limit: int) -> bool:
    """Is a finite speech verb right after the conjunction, without a subject of its own?"""
    if conjunction + 1 >= limit:
        return False
    verb = doc.phrases.verb(conjunction + 1)
    return (
        verb is not None
        and verb.first == conjunction + 1
        and verb.finite
        and doc.text.tags[verb.head] in {"VBD", "VBZ"}
        and is_speech(doc, verb)
    )


def _new_speaker(doc: Doc, at: int, limit: int) -> bool:
    """ ", and he insisted that …": a subject of its own, a speech verb and a complement begin another attribution."""
    phrase = doc.phrases.noun(at) if at < limit else None
    if phrase is None or phrase.first != at or doc.text.quoted[at] >= 0 or phrase.last >= limit:
        return False
    verb = doc.phrases.verb(phrase.last)
    cue = (
        cue_of(doc, verb)
        if verb is not None and verb.first == phrase.last and verb.finite and not verb.passive
        else None
    )
    if verb is None or cue is None or cue.thought or not cue.clause or doc.text.tags[verb.head] == "VB":
        return False
    return _opening(doc, cue, verb.last, limit) is not None


def is_speech(doc: Doc, verb: VerbGroup) -> bool:
    """Is the verb a cue of speech rather than of thought?"""
    cue = cue_of(doc, verb)
    return cue is not None and not cue.thought


def cue_of(doc: Doc, verb: VerbGroup) -> Cue | None:
    """Return the cue that a verb group is, its particle considered first."""
    text, cues = doc.text, doc.lexicon.cues
    word = text.lower[verb.head]
    if verb.head + 1 < len(text.words):
        with_particle = cues.get(f"{word} {text.lower[verb.head + 1]}")
        if with_particle is not None:
            return with_particle
    return cues.get(word)


def trim(doc: Doc, first: int, last: int) -> int:
    """Step back over what does not belong to content: final stop, comma, conjunction; quotation marks stay."""
    text = doc.text
    while (
        last > first
        and text.quoted[last - 1] < 0
        and (
            text.words[last - 1] in _FINAL
            or text.words[last - 1] in {",", "—", "–", "--", ":"}
            or text.tags[last - 1] == "CC"
        )
    ):
        last -= 1
    return last


def _phrase(doc: Doc, first: int, limit: int, cue_last: int) -> Complement | None:
    """A phrase as content: to the end of the clause, without a final adverbial of venue or time."""
    text = doc.text
    if first >= limit or text.words[first] in _FINAL or text.words[first] in {",", ":"} or text.tags[first] == "CC":
        return None
    phrase = doc.phrases.noun(first)
    if (
        text.tags[first] in {"IN", "SC", "RB", "RP"}
        and text.quoted[first] < 0
        and (phrase is None or phrase.first != first)
    ):
        return None
    if phrase is not None and phrase.first == first and _is_bare_time(doc, phrase):
        return None
    last = _phrase_end(doc, first, limit)
    return Complement(first, last, "phrase", cue_last) if last > first else None


def _phrase_end(doc: Doc, first: int, limit: int) -> int:
    text = doc.text
    at = first
    while at < limit:
        if text.quoted[at] >= 0:
            at = text.quotations[text.quoted[at]].last
            continue
        if at > first and (text.words[at] == ";" or _next_attribution(doc, at, limit) or _phrase_stop(doc, at, limit)):
            break
        at += 1
    return trim(doc, first, min(at, limit))


def _phrase_stop(doc: Doc, at: int, limit: int) -> bool:
    """An adverbial of venue or time, a clause of circumstance, or a comma that opens a new clause ends a phrase."""
    text = doc.text
    if text.tags[at] in {"IN", "SC"}:
        if text.lower[at] in {
            "after",
            "when",
            "while",
            "as",
            "during",
            "before",
            "although",
            "though",
            "because",
            "since",
        }:
            return text.lower[at] != "as" or text.tags[at] == "SC"
        phrase = doc.phrases.noun(at + 1) if at + 1 < limit else None
        return (
            phrase is not None
            and phrase.first == at + 1
            and text_is_venue(doc, phrase)
            and text.lower[at] in {"in", "on", "at", "during"}
        )
    if text.words[at] != "," or at + 1 >= limit:
        phrase = doc.phrases.noun(at)
        return (
            phrase is not None and phrase.first == at and _is_bare_time(doc, phrase) and phrase.last - phrase.first <= 2
        )
    return (
        text.tags[at + 1] in {"CC", "VBG", "SC"}
        or text.lower[at + 1] in {"which", "who", "but"}
        or _clause_at(doc, at + 1, limit, sure=True)
    )


def ranges_text(doc: Doc, ranges: list[Range]) -> str:
    """The ranges' words, for ids and debugging."""
    return " ".join(doc.text.slice(*r) for r in ranges)
