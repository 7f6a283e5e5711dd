"""Where content ends: before another attribution, another predicate or main clause, a circumstance, the final stop.

"She said the port would close | , adding …", "said it rained | , and the crew left", "praised the crew
| after the talks".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import CLAUSE_FINAL, COMMA_AND_LONG_DASHES
from worker.extract.statements.content.content_start import ContentForm, find_content_start, is_bare_time, starts_clause
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import is_venue_or_time
from worker.extract.statements.source.controlled_subject import is_in_verb_series
from worker.extract.statements.source.relative_objects import relative_object

_LONG_TIME = 3
"""Tokens from which a time is no bare adverbial ("the last day of the talks")."""
_TRIMMED = CLAUSE_FINAL | COMMA_AND_LONG_DASHES | {":"}
"""Marks at the end of content that are no part of it."""
_JUDGED = 12
"""Tokens of an apposition before the verb that judges it."""


def content_end(doc: Document, first: int, limit: int, form: ContentForm = "that") -> int:
    """Where clausal content ends: before the next cue of the same speaker, "according to", or the final stop.

    A bare clause ends before another main clause too ("said it rained, and the port closed"), as there is no
    "that" for both.
    """
    text = doc.text
    at = first
    while at < limit:
        if text.quotation_of[at] >= 0:
            at = text.quotations[text.quotation_of[at]].last
            if at < limit and quotation_ends_in_comma(doc, at) and _breaks_off(doc, at, limit, form, quoted=True):
                break
            continue
        if at > first and (text.words[at] == ";" or _next_attribution(doc, at, limit)):
            break
        if at > first and text.words[at] == "," and _breaks_off(doc, at + 1, limit, form, quoted=False):
            break
        at += 1
    return trim_end(doc, first, min(at, limit))


def quotation_ends_in_comma(doc: Document, after: int) -> bool:
    """Whether the comma stands inside the quotation before a token: “… together,” adding …"""
    inner = doc.text.quotations[doc.text.quotation_of[after - 1]].inner[1] - 1
    return inner >= 0 and doc.text.words[inner] == ","


def _breaks_off(doc: Document, at: int, limit: int, form: ContentForm, *, quoted: bool) -> bool:
    """Whether what follows a comma is no part of the content: a participle, another main clause, a circumstance.

    `quoted`: the comma is the last of a quotation, which ends more than a comma within a clause does.
    """
    text = doc.text
    if at >= limit or text.quotation_of[at] >= 0:
        return False
    at += text.lower[at] == "not"
    if at >= limit:
        return False
    verb = doc.chunks.verb_group(at)
    if verb is not None and verb.first == at and text.tags[verb.head] == "VBG":
        return quoted or form == "infinitive"
    if (
        form == "infinitive"
        and text.lower[at] in doc.lexicon.closed_classes.temporal_subordinators
        and starts_clause(doc, at + 1, limit, after_cue=False)
    ):
        return True  # "urged them to leave, after a dam had burst"
    if quoted and text.lower[at] in doc.lexicon.closed_classes.trailing_subordinators:
        return True
    joint = text.lower[at] in {"and", "but"}
    return joint and (quoted or form in {"clause", "question"}) and starts_main_clause(doc, at + 1, limit)


def starts_main_clause(doc: Document, at: int, limit: int) -> bool:
    """Whether a subject and its finite verb stand here."""
    phrase = doc.chunks.noun_phrase(at) if at < limit and doc.text.quotation_of[at] < 0 else None
    if phrase is None or phrase.first != at or phrase.last >= limit:
        return False
    verb = doc.chunks.verb_group(phrase.last)
    return verb is not None and verb.finite and verb.first == phrase.last


def _next_attribution(doc: Document, at: int, limit: int) -> bool:
    """Does another attribution begin here: ", adding", "and called", ", according to", ", but said"?"""
    text = doc.text
    if text.lower[at] == "according" and at + 1 < limit and text.lower[at + 1] == "to":
        return True
    if text.words[at] in COMMA_AND_LONG_DASHES and at + 1 < limit:
        verb = doc.chunks.verb_group(at + 1)
        if verb is not None and verb.first == at + 1 and verb.finite and is_speech_cue(doc, verb):
            return True  # "X, who said that it rained, denied …"
        if (
            verb is not None
            and verb.first == at + 1
            and is_in_verb_series(doc, verb, limit)
            and is_speech_cue(doc, verb)
        ):
            return True  # "thanked the crew, accused …, and promised …"
        if _participle_of_speech(doc, at + 1):
            return True
        if _participle_of_speech(doc, at + 2) and (
            text.lower[at + 1] in doc.lexicon.closed_classes.trailing_subordinators or text.tags[at + 1] == "CC"
        ):
            return True  # ", while acknowledging that …", ", but adding that …"
        if text.lower[at + 1] in {"a", "an"} and _judged_next(doc, at + 1, limit):
            return True  # ", a decision that the union has described as theft"
        if text.tags[at + 1] in {"CC", "SC"}:
            return _shares_subject(doc, at + 1, limit) or _new_speaker(doc, at + 2, limit)
        return _new_speaker(doc, at + 1, limit)
    if text.tags[at] == "CC" and _participle_of_speech(doc, at + 1):
        return True  # "urging … and promising …"
    return text.tags[at] == "CC" and (_shares_subject(doc, at, limit) or _new_speaker(doc, at + 1, limit))


def _judged_next(doc: Document, at: int, limit: int) -> bool:
    """Whether an apposition is judged by somebody else in a relative clause of its own."""
    verb = next((v for i in range(at, min(limit, at + _JUDGED)) if (v := doc.chunks.verb_group(i)) is not None), None)
    parts = relative_object(doc, verb, at - 1) if verb is not None else None
    return parts is not None and parts.antecedent[0] == at


def _participle_of_speech(doc: Document, at: int) -> bool:
    verb = doc.chunks.verb_group(at)
    return verb is not None and verb.first == at and doc.text.tags[verb.head] == "VBG" and is_speech_cue(doc, verb)


def _shares_subject(doc: Document, conjunction: int, limit: int) -> bool:
    """Is a finite speech verb right after the conjunction, without a subject of its own?"""
    if conjunction + 1 >= limit:
        return False
    verb = doc.chunks.verb_group(conjunction + 1)
    return (
        verb is not None
        and verb.first == conjunction + 1
        and verb.finite
        and (
            doc.text.tags[verb.head] in {"VBD", "VBZ"} or doc.text.lower[verb.first] in doc.lexicon.have or verb.passive
        )
        and is_speech_cue(doc, verb)
    )


def _new_speaker(doc: Document, at: int, limit: int) -> bool:
    """ ", and he insisted that …": a subject of its own, a speech verb and a complement begin another attribution."""
    phrase = doc.chunks.noun_phrase(at) if at < limit else None
    if phrase is None or phrase.first != at or doc.text.quotation_of[at] >= 0 or phrase.last >= limit:
        return False
    name = doc.chunks.noun_phrase(phrase.last)
    phrase = name if name is not None and name.first == phrase.last < limit else phrase  # "his brother | Anton"
    verb = doc.chunks.verb_group(phrase.last)
    cue = (
        cue_of_verb(doc, verb)
        if verb is not None and verb.first == phrase.last and verb.finite and not verb.passive
        else None
    )
    if verb is None or cue is None or cue.thought or doc.text.tags[verb.head] == "VB":
        return False
    if not cue.clause:
        return (
            (
                doc.text.words[at - 1] == ","
                or doc.text.lower[at - 1] in doc.lexicon.closed_classes.adversative_conjunctions
            )
            and cue.phrase
            and doc.chunks.noun_phrase(verb.last) is not None
        )
    return find_content_start(doc, cue, verb.last, limit) is not None


def is_speech_cue(doc: Document, verb: VerbGroup) -> bool:
    """Is the verb a cue of speech rather than of thought?"""
    cue = cue_of_verb(doc, verb)
    return cue is not None and not cue.thought


def trim_end(doc: Document, first: int, last: int) -> int:
    """Step back over what does not belong to content: final stop, comma, conjunction; quotation marks stay."""
    text = doc.text
    while (
        last > first
        and text.quotation_of[last - 1] < 0
        and (text.words[last - 1] in _TRIMMED or text.tags[last - 1] == "CC")
    ):
        last -= 1
    return last


def phrase_end(doc: Document, first: int, limit: int) -> int:
    """Return where a phrase as content ends: before an adverbial of venue, a new clause or another attribution."""
    text = doc.text
    at = first
    while at < limit:
        if text.quotation_of[at] >= 0:
            at = text.quotations[text.quotation_of[at]].last
            if at < limit and quotation_ends_in_comma(doc, at) and _comma_ends_phrase(doc, at, limit):
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
    return trim_end(doc, first, min(at, limit))


def _next_predicate(doc: Document, first: int, conjunction: int, limit: int) -> bool:
    """ "backed the plan | and left": a finite verb that a phrase without one of its own cannot share."""
    verb = doc.chunks.verb_group(conjunction + 1) if conjunction + 1 < limit else None
    if verb is None or verb.first != conjunction + 1:
        return False
    past = verb.finite or (doc.text.tags[verb.head] in {"VBN", "VBD"} and not verb.passive)
    return past and not doc.chunks.has_finite_verb(first, conjunction)


def _phrase_stop(doc: Document, at: int, limit: int) -> bool:
    """An adverbial of venue or time, a clause of circumstance, or a comma that opens a new clause ends a phrase."""
    text = doc.text
    if text.lower[at] == "as":
        return starts_clause(
            doc, at + 1, limit, after_cue=False
        )  # "described it as a shame", but "spoke to him as he left"
    if text.tags[at] in {"IN", "SC"}:
        return text.lower[at] in doc.lexicon.closed_classes.trailing_subordinators or _is_venue(doc, at, limit)
    if text.words[at] == "," and at + 1 < limit:
        return _comma_ends_phrase(doc, at + 1, limit)
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at or phrase.last - at >= _LONG_TIME or not is_bare_time(doc, phrase):
        return False
    return not _is_needed(doc, at) and _is_final(doc, phrase.last, limit)


def _is_needed(doc: Document, time: int) -> bool:
    """Whether a time belongs to the words before it: "within | a year", "was | late", "as too | late"."""
    tags = doc.text.tags
    if tags[time - 1] in {"IN", "TO", "SC"} or doc.text.lower[time - 1] in doc.lexicon.be:
        return True
    return tags[time] in {"JJ", "RB"} and tags[time - 1] == "RB"


def _is_venue(doc: Document, preposition: int, limit: int) -> bool:
    """Whether a preposition opens an adverbial of venue, or a final one of time: "in an interview", "on Friday"."""
    phrase = doc.chunks.noun_phrase(preposition + 1) if preposition + 1 < limit else None
    if phrase is None or phrase.first != preposition + 1 or not is_venue_or_time(doc, phrase):
        return False
    timed, word = is_bare_time(doc, phrase), doc.text.lower[preposition]
    closed = doc.lexicon.closed_classes
    if word not in closed.locative_prepositions and not (timed and word in closed.durative_prepositions):
        return False
    return not timed or _is_final(doc, phrase.last, limit)


def _comma_ends_phrase(doc: Document, at: int, limit: int) -> bool:
    """Whether what follows a comma is no part of the phrase before it."""
    text = doc.text
    if text.quotation_of[at] >= 0 or text.lower[at] == "including":
        return False
    opens = text.tags[at] in {"CC", "VBG", "SC"} or text.lower[at] in {"which", "who", "but"}
    return opens or starts_clause(doc, at, limit, after_cue=False)


def _is_final(doc: Document, at: int, limit: int) -> bool:
    """Whether nothing of a phrase follows: the end, a mark, or a joint."""
    return at >= limit or doc.text.tags[at] in {"PUNCT", "CC"}
