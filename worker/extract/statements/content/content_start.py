"""Where content starts after a cue: a quotation, a that-clause, a question, a bare clause or an infinitive.

Recipient, time and place may come between: "told reporters on Monday that …".
"""

from __future__ import annotations

from typing import Literal

from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.grammar.punctuation import (
    CLAUSE_BOUNDARIES,
    COMMA_AND_DASHES,
    COMMA_AND_LONG_DASHES,
    TYPESET_DASHES,
)
from worker.extract.lexicon.lexicon import Cue
from worker.extract.statements.phrase_kinds import is_venue_or_time

ContentForm = Literal["quotation", "that", "question", "clause", "infinitive", "phrase"]
"""Grammatical form of the content."""

_MAX_ADJUNCTS = 14
"""Maximum number of adverbials between a cue and its content: "said in an interview with X on Monday in Y that …"."""

_MAX_FRONTED = 40
"""Maximum number of tokens of a clause or adverbial that opens content, before its comma."""
_NO_MAIN_CLAUSE = frozenset({"SC", "WP", "CC", "VBG", "IN"})
"""Tags of a word after a comma that opens no main clause."""
_ADVERBIAL_OPENERS = frozenset(
    {
        "in addition", "in order", "in case", "in exchange", "in return", "in contrast", "in spite", "in light",
        "in view", "in terms", "as part", "as well", "as for", "as long", "as soon", "as far", "based on",
        "contrary to",
        "instead of", "along with", "together with", "apart from", "aside from", "according to", "because of", "due to",
        "thanks to", "given the", "despite the", "unlike the", "without the", "under the", "with the", "like the",
    }
)  # fmt: skip
"""First two words of an adverbial that opens content rather than closes the reporting clause."""
_MAX_SUBJECT_STEPS = 10
"""Maximum number of modifiers between a subject's head and its verb."""
_RELATIVES = frozenset({"when", "where", "who", "which"})
"""Question words that after a noun are relative pronouns: "found lawmakers | who oppose him"."""
_ASIDE_OPENS = COMMA_AND_LONG_DASHES | {"("}
_ASIDE_ENDS = TYPESET_DASHES | {",", "(", ")"}
_ADJUNCT_JOINTS = COMMA_AND_DASHES | {"and", "("}
"""Tokens that may join a further adverbial: "said on Monday and, to applause, …"."""


def find_content_start(doc: Document, cue: Cue, at: int, limit: int) -> tuple[int, ContentForm] | None:
    """Return the first token and the form of the content after a cue; None where no content starts before `limit`.

    `at` is the token after the cue.  An infinitive with its own subject starts at that subject ("asked | the crew to
    leave").
    """
    text, start = doc.text, at
    recipient = False
    for skipped in range(_MAX_ADJUNCTS):
        if at >= limit:
            return None
        opening = _fronted_clause_start(doc, cue, at, limit) if not skipped else -1
        if opening >= 0:
            return opening, "clause"
        form = _form_at(doc, cue, at, limit, direct=skipped == 0, recipient=recipient)
        if form is not None:
            if form == "infinitive" and cue.object_infinitive and recipient and (cue.act == "ask" or not cue.recipient):
                return start, form
            if form == "infinitive" and at > start and text.lower[at - 1] == "not":
                return at - 1, form
            return at + (text.words[at] in {":", ","}), form
        step = adjunct_end(doc, at, limit)
        if step is None:
            return None
        phrase = doc.chunks.noun_phrase(at)
        recipient = recipient or (phrase is not None and not is_venue_or_time(doc, phrase))
        at = step
    return None


def _form_at(doc: Document, cue: Cue, at: int, limit: int, *, direct: bool, recipient: bool) -> ContentForm | None:
    """Return the form of the content that starts at a token; None if the cue allows no content that starts there.

    `direct`: the token directly follows the cue.  `recipient`: a recipient precedes it.
    """
    text = doc.text
    word, tag = text.lower[at], text.tags[at]
    after_mark = at + (word in {":", ","})
    if after_mark < limit and text.quotation_starting_at(after_mark) is not None:
        if cue.object_infinitive and recipient and "to" in text.lower[after_mark + 1 : after_mark + 3]:
            return "infinitive"
        return "quotation" if cue.clause else None
    if word == ":" and at + 1 < limit:
        return "clause" if cue.clause else None
    if _starts_infinitive(doc, at, limit):
        return "infinitive" if (cue.infinitive and not recipient) or (cue.object_infinitive and recipient) else None
    if not cue.clause or (cue.object_infinitive and _starts_object_with_infinitive(doc, at, limit)):
        return None
    if word == "that" and tag in {"SC", "IN", "WP", "DT"} and _has_clause_ahead(doc, at + 1, limit):
        relative = tag == "WP" and not direct and doc.chunks.verb_group(at + 1) is not None
        described = not recipient if cue.thought else recipient and not cue.recipient
        return None if relative and described else "that"  # "found in the cells | that carry oxygen"
    if (
        word in doc.lexicon.wh_openers
        and tag in {"WP", "SC", "IN"}
        and (direct or (recipient and (cue.recipient or cue.question)) or word not in _RELATIVES)
    ):
        return "question" if _has_verb_ahead(doc, at + 1, limit) else None
    if cue.quotation:
        return None
    if starts_clause(doc, at, limit, after_cue=direct and not recipient):
        return "clause"
    return "clause" if direct and not cue.phrase and _starts_mistagged_clause(doc, at, limit) else None


def _fronted_clause_start(doc: Document, cue: Cue, at: int, limit: int) -> int:
    """Return where content starts that opens with a subordinate clause or adverbial and a comma; -1 if none does.

    "said | since the day Hale left, he had worked", "said, | once it was over, she would go", "said | in addition to
    the cuts, taxes would rise".  `at`: the token after the cue.
    """
    text = doc.text
    start = at + (text.words[at] == ",")
    if not cue.clause or cue.question or start + 2 >= limit or text.quotation_of[start] >= 0:
        return -1
    clausal = text.tags[start] in {"SC", "IN"} and text.lower[start] in doc.lexicon.closed_classes.content_openers
    phrasal = " ".join(text.lower[start : start + 2]) in _ADVERBIAL_OPENERS
    if not (clausal or phrasal) or _is_circumstance(doc, start, limit):
        return -1
    return start if main_clause_after(doc, start, limit, phrasal=phrasal) >= 0 else -1


def main_clause_after(doc: Document, start: int, limit: int, *, phrasal: bool = False) -> int:
    """Return where the main clause after a fronted clause and its comma starts; -1 if none follows.

    `phrasal`: the fronted part at token `start` is an adverbial without a verb.
    """
    text = doc.text
    for i in range(start + 2, min(limit - 1, start + _MAX_FRONTED)):
        if text.lower[i] == "that" and text.tags[i] == "SC" and not phrasal:
            return -1  # "said before the vote, …, that it would …"
        if text.words[i] == "," and text.quotation_of[i] < 0 and text.tags[i + 1] not in _NO_MAIN_CLAUSE:
            main = starts_clause(doc, i + 1, limit, after_cue=False)
            if main and (phrasal or doc.chunks.has_finite_verb(start, i)):
                return i + 1
    return -1


def _is_circumstance(doc: Document, start: int, limit: int) -> bool:
    """Return whether an adverbial of venue or time belongs to the cue: "said after the meeting, …"."""
    topic = doc.chunks.noun_phrase(start + 1)
    timed = topic is not None and topic.first == start + 1 and topic.last < limit and is_venue_or_time(doc, topic)
    return topic is not None and timed and doc.text.words[topic.last] in CLAUSE_BOUNDARIES


def _starts_object_with_infinitive(doc: Document, at: int, limit: int) -> bool:
    """Return whether an object with its infinitive starts here ("urged | the crew to leave"), which is no clause."""
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at or phrase.last + 1 >= limit:
        return False
    return _starts_infinitive(doc, phrase.last + (doc.text.lower[phrase.last] == "not"), limit)


def _starts_infinitive(doc: Document, at: int, limit: int) -> bool:
    """Return whether an infinitive starts here: "to stay", "to “stay here”", "to quietly stay"."""
    text = doc.text
    if text.lower[at] != "to" or at + 2 >= limit:
        return text.tags[at] == "TO" and doc.chunks.verb_group(at) is not None
    verb = doc.chunks.verb_group(at + 1 + (text.words[at + 1] in doc.lexicon.quotation_marks))
    return doc.chunks.verb_group(at) is not None or (verb is not None and text.tags[verb.head] == "VB")


def _has_verb_ahead(doc: Document, at: int, limit: int) -> bool:
    """Return whether a verb group starts within 12 tokens."""
    return any(doc.chunks.verb_group_of[i] >= 0 for i in range(at, min(limit, at + 12)))


def _has_clause_ahead(doc: Document, at: int, limit: int) -> bool:
    """Return whether a verb or quotation follows soon, so that "that" is a conjunction."""
    for i in range(at, min(limit, at + 25)):
        verb = doc.chunks.verb_group(i)
        if verb is not None and (verb.finite or verb.infinitive or doc.text.tags[verb.head] == "VBN"):
            return True
        if doc.text.quotation_of[i] >= 0 and i < at + 3:
            return True
    return False


def starts_clause(doc: Document, at: int, limit: int, *, after_cue: bool) -> bool:
    """Return whether a bare clause starts at a token: a noun phrase with its modifiers, then a finite verb.

    `after_cue`: the token directly follows a cue, where "said | Monday …" is an adverbial rather than a subject and a
    preposition may open the clause.
    """
    if at >= limit:
        return False
    text, correlatives = doc.text, doc.lexicon.closed_classes.correlatives
    while at + 1 < limit and text.lower[at] in correlatives:
        at += 1
    word = text.lower[at]
    if word == "there":
        return _has_verb_after_adverbs(doc, at + 1, limit)
    if text.tags[at] == "SC" and word not in {"that", "so"}:
        return word in doc.lexicon.closed_classes.conditional_conjunctions and _has_clause_ahead(doc, at, limit)
    if text.tags[at] in {"IN", "WP"} and not after_cue:
        return False
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at:
        return (
            text.tags[at] == "VBG" and doc.chunks.verb_group(at) is not None and _has_clause_ahead(doc, at + 1, limit)
        )
    if after_cue and is_bare_time(doc, phrase):
        return False
    return word in doc.lexicon.closed_classes.subject_pronouns or _reaches_verb(doc, phrase.last, limit)


def _starts_mistagged_clause(doc: Document, at: int, limit: int) -> bool:
    """Return whether the "participle" after a noun phrase is its finite verb: "said the fees | raised …"."""
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at or is_bare_time(doc, phrase):
        return False
    verb = doc.chunks.verb_group(phrase.last) if phrase.last < limit else None
    return verb is not None and verb.first == phrase.last and not verb.infinitive and not verb.passive


def _reaches_verb(doc: Document, at: int, limit: int) -> bool:
    """Return whether the subject that ends before a token is followed by its finite verb, modifiers between.

    The verb of a relative clause is not the subject's: "(kept) the vows of men | who left".
    """
    relative = False
    for _ in range(_MAX_SUBJECT_STEPS):
        if at >= limit:
            return False
        verb = doc.chunks.verb_group(at)
        if verb is not None and verb.finite and not relative:
            return True
        step = verb.last if verb is not None else _subject_step(doc, at, limit)
        if verb is not None and verb.finite:
            relative = False
            phrase = doc.chunks.noun_phrase(verb.last)
            step = phrase.last if phrase is not None and phrase.first == verb.last else verb.last
        joined = doc.chunks.verb_group(at + 1) if doc.text.tags[at] == "CC" else None
        if step is None or (joined is not None and doc.text.tags[joined.head] == "VBZ"):
            return False  # "(keeps) the title | and travels"
        relative = relative or doc.text.tags[at] == "WP"
        at = step
    return False


def _subject_step(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of the modifier of a subject at a token: an aside, a relative pronoun, a prepositional phrase.

    None where no modifier starts.
    """
    text = doc.text
    phrase = doc.chunks.noun_phrase(at)
    if text.tags[at] == "WP":
        return at + 1
    if phrase is not None and phrase.first == at:
        return None
    aside = aside_end(doc, at, limit) if text.words[at] in _ASIDE_OPENS else None
    if aside is not None and doc.chunks.verb_group(aside) is not None:
        return aside
    joint = text.tags[at] in {"IN", "CC", "RB", "RP"} or text.words[at] in _ASIDE_ENDS
    if not joint and text.quotation_of[at] < 0:
        return None
    following = doc.chunks.noun_phrase(at + 1)
    if following is None or following.first != at + 1:
        return at + 1
    return None if text.words[at] in {",", "and"} and text.tags[following.head] == "PRP" else following.last


def _has_verb_after_adverbs(doc: Document, at: int, limit: int) -> bool:
    """Return whether a finite verb follows, adverbs skipped."""
    while at < limit and doc.text.tags[at] == "RB" and doc.chunks.verb_group(at) is None:
        at += 1
    verb = doc.chunks.verb_group(at) if at < limit else None
    return verb is not None and verb.finite


def is_bare_time(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether the phrase is a time and nothing else: "Monday", "last week", but not "the deal last summer"."""
    text, times = doc.text, doc.lexicon.time_nouns
    other_nouns = (
        text.tags[i] in {"NN", "NNS", "NNP"} and text.lower[i] not in times for i in range(phrase.first, phrase.head)
    )
    return text.lower[phrase.head] in times and not any(other_nouns)


def adjunct_end(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of the adverbial or recipient that starts at a token; None if something else starts."""
    text = doc.text
    if text.tags[at] in {"IN", "TO", "SC"} and at + 1 < limit:
        phrase = doc.chunks.noun_phrase(at + 1)
        if phrase is not None and phrase.first == at + 1:
            return phrase.last
        verb = doc.chunks.verb_group(at + 1)
        return verb.last if verb is not None and text.tags[verb.head] == "VBG" else None
    if text.tags[at] == "RB":
        return at + 1
    phrase = doc.chunks.noun_phrase(at)
    if phrase is not None and phrase.first == at:
        return phrase.last
    if text.words[at] in _ADJUNCT_JOINTS and at + 1 < limit:
        return aside_end(doc, at, limit) or _place_end(doc, at, limit)
    return None


def _place_end(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of the second name of a place after a comma: "a rally in Salem, | Oregon | on Monday that …"."""
    text, place = doc.text, doc.chunks.noun_phrase(at + 1)
    if place is None or place.first != at + 1 or text.words[at] != "," or place.last >= limit:
        return None
    named = text.tags[place.head] == "NNP" and text.tags[at - 1] == "NNP"
    return place.last if named and (text.tags[place.last] == "IN" or text.lower[place.last] == "that") else None


def aside_end(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of a short aside between commas, dashes or brackets ("said, to applause, that").

    None if there is none.
    """
    closing = {"(": ")"}.get(doc.text.words[at], doc.text.words[at])
    if doc.text.words[at] == "and":
        phrase = doc.chunks.noun_phrase(at + 1)
        return phrase.last if phrase is not None and phrase.first == at + 1 else None
    for i in range(at + 1, min(limit, at + 14)):
        if doc.text.words[i] == closing:
            return i + 1
        if doc.chunks.verb_group_of[i] >= 0 and doc.chunks.verb_groups[doc.chunks.verb_group_of[i]].finite:
            return None
    return None
