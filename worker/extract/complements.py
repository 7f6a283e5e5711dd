"""What a cue announces: its content to the right of the verb, from where it opens to where it ends.

"told reporters on Monday that the talks had failed, adding …": from "that" to before ", adding".
"""

from __future__ import annotations

from msgspec import Struct, structs

from worker.extract.document import Doc
from worker.extract.lexicon import Cue
from worker.extract.openings import Form, adjunct_end, clause_at, cue_of, is_bare_time, opening
from worker.extract.phrases import VerbGroup
from worker.extract.sources import text_is_venue

_LONG_TIME = 3
"""Tokens from which a time is no bare adverbial ("the last day of the talks")."""
_CIRCUMSTANCES = frozenset({"after", "when", "while", "during", "before", "although", "though", "because", "since"})
"""Words that open a clause or phrase of circumstance."""
_TOPICAL = frozenset({"about", "of", "on", "against", "for"})
"""Prepositions of what is spoken of, rather than of who is spoken to."""
_BEFORE_TOPIC = 3
"""Adverbs and recipients between a cue and its topic."""
FINAL = frozenset({".", "!", "?", "…", "...", ";"})
"""Marks that end a clause for good."""


class Complement(Struct, frozen=True, gc=False):
    """The content's tokens and the form it has; `cue_last` is where the cue ends, its preposition included."""

    first: int
    last: int
    form: Form
    cue_last: int


def complement(doc: Doc, verb: VerbGroup, cue: Cue, limit: int) -> Complement | None:
    """Return the content to the right of a cue, up to token `limit`; None where the verb announces nothing."""
    found = _complement(doc, verb, cue, limit)
    relative = verb.first > 0 and doc.text.tags[verb.first - 1] == "WP"
    if found is None or not relative or found.form not in {"phrase", "infinitive"}:
        return found
    return structs.replace(found, last=_relative_end(doc, found.first, found.last))


def _complement(doc: Doc, verb: VerbGroup, cue: Cue, limit: int) -> Complement | None:
    at = verb.last
    found = _after_adjuncts(doc, cue, at, limit) if cue.clause or cue.infinitive or cue.object_infinitive else None
    preposition = _preposition(doc, cue, at, limit)
    if found is not None and (preposition == at or found.form in {"that", "quotation", "clause"}):
        return found
    if preposition > at:
        return _phrase(doc, preposition, limit, cue_last=preposition)
    topic = _topic(doc, cue, at, limit)
    if topic > at:
        return _phrase(doc, topic, limit, cue_last=at)
    if cue.phrase:
        return _phrase(doc, at, limit, cue_last=at)
    return None


def _topic(doc: Doc, cue: Cue, at: int, limit: int) -> int:
    """Where a topic begins that the cue's preposition opens after adverbs and a recipient, or `at`.

    "asked him | about | the fees", "spoke warmly to voters | of | his youth".
    """
    start = at
    for _ in range(_BEFORE_TOPIC):
        step = adjunct_end(doc, at, limit) if at < limit and doc.text.quoted[at] < 0 else None
        if step is None or doc.text.words[at] in {",", "and", "(", "—", "–", "--", "-"}:
            return start
        at = step
        if at + 1 < limit and doc.text.lower[at] in _TOPICAL and doc.text.lower[at] in cue.prepositions:
            return at + 1
    return start


def _preposition(doc: Doc, cue: Cue, at: int, limit: int) -> int:
    """Where the cue's own preposition ends ("called for" …), or `at`."""
    for size in (3, 2, 1):
        if at + size < limit and " ".join(doc.text.lower[at : at + size]) in cue.prepositions:
            return at + size
    return at


def _after_adjuncts(doc: Doc, cue: Cue, at: int, limit: int) -> Complement | None:
    """Step over recipient, time and place to a quotation, that-clause, question, bare clause or infinitive."""
    found = opening(doc, cue, at, limit)
    if found is None:
        return None
    first, form = found
    return Complement(first, content_end(doc, first, limit, form), form, at)


def content_end(doc: Doc, first: int, limit: int, form: Form = "that") -> int:
    """Where clausal content ends: before the next cue of the same speaker, "according to", or the final stop.

    A bare clause ends before another main clause too ("said it rained, and the port closed"), as there is no
    "that" for both.
    """
    text = doc.text
    at = first
    while at < limit:
        if text.quoted[at] >= 0:
            at = text.quotations[text.quoted[at]].last
            if at < limit and _ends_in_comma(doc, at) and _breaks_off(doc, at, limit, form, quoted=True):
                break
            continue
        if at > first and (text.words[at] == ";" or _next_attribution(doc, at, limit)):
            break
        if at > first and text.words[at] == "," and _breaks_off(doc, at + 1, limit, form, quoted=False):
            break
        at += 1
    return trim(doc, first, min(at, limit))


def _ends_in_comma(doc: Doc, after: int) -> bool:
    """Whether the comma stands inside the quotation before a token: “… together,” adding …"""
    inner = doc.text.quotations[doc.text.quoted[after - 1]].inner[1] - 1
    return inner >= 0 and doc.text.words[inner] == ","


def _breaks_off(doc: Doc, at: int, limit: int, form: Form, *, quoted: bool) -> bool:
    """Whether what follows a comma is no part of the content: a participle, another main clause, a circumstance.

    `quoted`: the comma is the last of a quotation, which ends more than a comma within a clause does.
    """
    text = doc.text
    if at >= limit or text.quoted[at] >= 0:
        return False
    at += text.lower[at] == "not"
    verb = doc.phrases.verb(at) if at < limit else None
    if verb is not None and verb.first == at and text.tags[verb.head] == "VBG":
        return quoted or form == "infinitive"
    if quoted and text.lower[at] in _CIRCUMSTANCES:
        return True
    joint = text.lower[at] in {"and", "but"}
    return joint and (quoted or form in {"clause", "question"}) and _main_clause(doc, at + 1, limit)


def _main_clause(doc: Doc, at: int, limit: int) -> bool:
    """Whether a subject and its finite verb stand here."""
    phrase = doc.phrases.noun(at) if at < limit and doc.text.quoted[at] < 0 else None
    if phrase is None or phrase.first != at or phrase.last >= limit:
        return False
    verb = doc.phrases.verb(phrase.last)
    return verb is not None and verb.finite and verb.first == phrase.last


def _next_attribution(doc: Doc, at: int, limit: int) -> bool:
    """Does another attribution begin here: ", adding", "and called", ", according to", ", but said"?"""
    text = doc.text
    if text.lower[at] == "according" and at + 1 < limit and text.lower[at + 1] == "to":
        return True
    if text.words[at] in {",", "—", "–", "--"} and at + 1 < limit:
        verb = doc.phrases.verb(at + 1)
        if verb is not None and verb.first == at + 1 and verb.finite and is_speech(doc, verb):
            return True  # "X, who said that it rained, denied …"
        if verb is not None and verb.first == at + 1 and text.tags[verb.head] == "VBG" and is_speech(doc, verb):
            return True
        if text.tags[at + 1] in {"CC", "SC"}:
            return _shares_subject(doc, at + 1, limit) or _new_speaker(doc, at + 2, limit)
        return _new_speaker(doc, at + 1, limit)
    return text.tags[at] == "CC" and (_shares_subject(doc, at, limit) or _new_speaker(doc, at + 1, limit))


def _shares_subject(doc: Doc, conjunction: int, limit: int) -> bool:
    """Is a finite speech verb right after the conjunction, without a subject of its own?"""
    if conjunction + 1 >= limit:
        return False
    verb = doc.phrases.verb(conjunction + 1)
    return (
        verb is not None
        and verb.first == conjunction + 1
        and verb.finite
        and (doc.text.tags[verb.head] in {"VBD", "VBZ"} or doc.text.lower[verb.first] in doc.lexicon.have)
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
    if verb is None or cue is None or cue.thought or doc.text.tags[verb.head] == "VB":
        return False
    if not cue.clause:
        return doc.text.words[at - 1] == "," and cue.phrase and doc.phrases.noun(verb.last) is not None
    return opening(doc, cue, verb.last, limit) is not None


def is_speech(doc: Doc, verb: VerbGroup) -> bool:
    """Is the verb a cue of speech rather than of thought?"""
    cue = cue_of(doc, verb)
    return cue is not None and not cue.thought


def trim(doc: Doc, first: int, last: int) -> int:
    """Step back over what does not belong to content: final stop, comma, conjunction; quotation marks stay."""
    text = doc.text
    while (
        last > first
        and text.quoted[last - 1] < 0
        and (
            text.words[last - 1] in FINAL
            or text.words[last - 1] in {",", "—", "–", "--", ":"}
            or text.tags[last - 1] == "CC"
        )
    ):
        last -= 1
    return last


def _phrase(doc: Doc, first: int, limit: int, cue_last: int) -> Complement | None:
    """A phrase as content: to the end of the clause, without a final adverbial of venue or time."""
    text = doc.text
    if first >= limit or text.words[first] in FINAL or text.words[first] in {",", ":"} or text.tags[first] == "CC":
        return None
    phrase = doc.phrases.noun(first)
    if (
        text.tags[first] in {"IN", "SC", "RB", "RP"}
        and text.quoted[first] < 0
        and (phrase is None or phrase.first != first)
    ):
        return None
    if phrase is not None and phrase.first == first and is_bare_time(doc, phrase):
        return None
    last = phrase_end(doc, first, limit)
    return Complement(first, last, "phrase", cue_last) if last > first else None


def _relative_end(doc: Doc, first: int, last: int) -> int:
    """Where the relative clause ends whose content this is: before the main verb ("who back the fees | agree that")."""
    text = doc.text
    for at in range(first + 1, last):
        verb = doc.phrases.verb(at) if text.quoted[at] < 0 else None
        if verb is None or verb.first != at or not verb.finite:
            continue
        if text.tags[at - 1] not in {"WP", "SC", "CC"} and not _has_subject(doc, at, first):
            return trim(doc, first, at)
    return last


def _has_subject(doc: Doc, verb: int, first: int) -> bool:
    """Whether the noun phrase before a verb stands there to be its subject: after a conjunction, or as a pronoun."""
    phrase = doc.phrases.noun(verb - 1)
    if phrase is None or phrase.first <= first:
        return False
    pronoun = doc.text.tags[phrase.head] in {"PRP", "WP"}
    return pronoun or doc.text.tags[phrase.first - 1] in {"SC", "WP", "CC"}


def phrase_end(doc: Doc, first: int, limit: int) -> int:
    """Return where a phrase as content ends: before an adverbial of venue, a new clause or another attribution."""
    text = doc.text
    at = first
    while at < limit:
        if text.quoted[at] >= 0:
            at = text.quotations[text.quoted[at]].last
            if at < limit and _ends_in_comma(doc, at) and _comma_ends_phrase(doc, at, limit):
                break
            continue
        if at > first and (
            text.words[at] == ";"
            or _next_attribution(doc, at, limit)
            or _phrase_stop(doc, at, limit)
            or (text.tags[at] == "CC" and _next_predicate(doc, first, at, limit))
        ):
            break
        at += 1
    return trim(doc, first, min(at, limit))


def _next_predicate(doc: Doc, first: int, conjunction: int, limit: int) -> bool:
    """ "backed the plan | and left": a finite verb that a phrase without one of its own cannot share."""
    verb = doc.phrases.verb(conjunction + 1) if conjunction + 1 < limit else None
    if verb is None or verb.first != conjunction + 1:
        return False
    past = verb.finite or (doc.text.tags[verb.head] in {"VBN", "VBD"} and not verb.passive)
    return past and not doc.phrases.finite_between(first, conjunction)


def _phrase_stop(doc: Doc, at: int, limit: int) -> bool:
    """An adverbial of venue or time, a clause of circumstance, or a comma that opens a new clause ends a phrase."""
    text = doc.text
    if text.lower[at] == "as":
        return clause_at(doc, at + 1, limit, sure=True)  # "described it as a shame", but "spoke to him as he left"
    if text.tags[at] in {"IN", "SC"}:
        return text.lower[at] in _CIRCUMSTANCES or _is_venue(doc, at, limit)
    if text.words[at] == "," and at + 1 < limit:
        return _comma_ends_phrase(doc, at + 1, limit)
    phrase = doc.phrases.noun(at)
    bare_time = phrase is not None and phrase.first == at and is_bare_time(doc, phrase)
    return bare_time and phrase is not None and phrase.last - at < _LONG_TIME and _is_final(doc, phrase.last, limit)


def _is_venue(doc: Doc, preposition: int, limit: int) -> bool:
    """Whether a preposition opens an adverbial of venue, or a final one of time: "in an interview", "on Friday"."""
    phrase = doc.phrases.noun(preposition + 1) if preposition + 1 < limit else None
    if phrase is None or phrase.first != preposition + 1 or not text_is_venue(doc, phrase):
        return False
    if doc.text.lower[preposition] not in {"in", "on", "at", "during"}:
        return False
    return not is_bare_time(doc, phrase) or _is_final(doc, phrase.last, limit)


def _comma_ends_phrase(doc: Doc, at: int, limit: int) -> bool:
    """Whether what follows a comma is no part of the phrase before it."""
    text = doc.text
    if text.quoted[at] >= 0 or text.lower[at] == "including":
        return False
    opens = text.tags[at] in {"CC", "VBG", "SC"} or text.lower[at] in {"which", "who", "but"}
    return opens or clause_at(doc, at, limit, sure=True)


def _is_final(doc: Doc, at: int, limit: int) -> bool:
    """Whether nothing of a phrase follows: the end, a mark, or a joint."""
    return at >= limit or doc.text.tags[at] in {"PUNCT", "CC"}
