"""Where content ends: before another attribution, predicate or main clause, an adverbial, or the final full stop.

"She said the port would close | , adding …", "said it rained | , and the crew left", "praised the crew | after the
talks".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.punctuation import CLAUSE_FINAL, COMMA_AND_LONG_DASHES
from worker.extract.statements.content.adjuncts import is_bare_time
from worker.extract.statements.content.clause_start import starts_clause, starts_main_clause
from worker.extract.statements.content.content_start import ContentForm
from worker.extract.statements.content.fronted_clauses import main_clause_after
from worker.extract.statements.content.next_attribution import starts_attribution
from worker.extract.statements.phrase_kinds import is_venue_or_time

_LONG_TIME = 3
"""Tokens from which a time expression is no bare adverbial: "the last day of the talks"."""
_TRIMMED = CLAUSE_FINAL | COMMA_AND_LONG_DASHES | {":"}
"""Punctuation that is removed from the end of content."""
_CONCESSIVE = frozenset({"although", "though", "but"})


def content_end(doc: Document, first: int, limit: int, form: ContentForm = "that") -> int:
    """Return where clausal content from token `first` ends, at most `limit`.

    It ends before the next attribution, "according to", a semicolon or the final full stop.  A bare clause also ends
    before another main clause ("said it rained, | and the port closed"), because no "that" covers both.
    """
    text = doc.text
    at = first
    if form == "clause" and text.tags[first] in {"SC", "IN"}:
        at = max(at, main_clause_after(doc, first, limit))  # "since the day Hale left, | he has written"
    while at < limit:
        if text.quotation_of[at] >= 0:
            at = text.quotations[text.quotation_of[at]].last
            if at < limit and quotation_ends_in_comma(doc, at) and _ends_after_comma(doc, at, limit, form, quoted=True):
                break
            continue
        if at > first and (
            text.words[at] == ";"
            or (starts_attribution(doc, at, limit) and not _is_coordinated_subject(doc, first, at))
        ):
            break
        if at > first and text.words[at] == "," and _ends_after_comma(doc, at + 1, limit, form, quoted=False):
            break
        if form == "infinitive" and at > first + 1 and _starts_past_time(doc, at, limit):
            break
        at += 1
    return trim_end(doc, first, min(at, limit))


def _is_coordinated_subject(doc: Document, first: int, at: int) -> bool:
    """Return whether the content is only a pronoun before a conjunction, hence a subject: "said he | and Hale left"."""
    text = doc.text
    phrase = doc.chunks.noun_phrase(first) if text.tags[at] == "CC" else None
    return phrase is not None and phrase.last == at and text.tags[phrase.head] == "PRP" and text.lower[first] != "it"


def quotation_ends_in_comma(doc: Document, after: int) -> bool:
    """Return whether the quotation that ends before a token has a final comma inside: “… together,” | adding …"""
    inner = doc.text.quotations[doc.text.quotation_of[after - 1]].inner[1] - 1
    return inner >= 0 and doc.text.words[inner] == ","


def _ends_after_comma(doc: Document, at: int, limit: int, form: ContentForm, *, quoted: bool) -> bool:
    """Return whether content ends at a comma before a participle, another main clause or an adverbial clause at `at`.

    `quoted`: the comma is the last token of a quotation, which is a stronger boundary than a comma inside a clause.
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
    concessive = (
        form == "infinitive" and text.lower[at] in _CONCESSIVE and starts_clause(doc, at + 1, limit, after_cue=False)
    )
    if concessive or (quoted and text.lower[at] in doc.lexicon.closed_classes.trailing_subordinators):
        return True
    joint = text.lower[at] in {"and", "but"}
    return joint and (quoted or form in {"clause", "question"}) and starts_main_clause(doc, at + 1, limit)


def _starts_past_time(doc: Document, at: int, limit: int) -> bool:
    """Return whether a temporal clause in the past starts here, which dates the cue: "vowed to go | when he spoke"."""
    if doc.text.lower[at] not in doc.lexicon.closed_classes.temporal_subordinators:
        return False
    phrase = doc.chunks.noun_phrase(at + 1) if at + 1 < limit else None
    verb = doc.chunks.verb_group(phrase.last) if phrase is not None and phrase.last < limit else None
    return (
        verb is not None
        and verb.finite
        and doc.text.tags[verb.first] == "VBD"
        and starts_main_clause(doc, at + 1, limit)
    )


def trim_end(doc: Document, first: int, last: int) -> int:
    """Return `last` without trailing punctuation and conjunctions outside quotations; quotation marks stay."""
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
            or starts_attribution(doc, at, limit)
            or _ends_phrase(doc, at, limit)
            or (
                text.tags[at] == "CC"
                and (
                    _starts_coordinated_predicate(doc, first, at, limit)
                    or _starts_coordinated_clause(doc, first, at, limit)
                )
            )
        ):
            break
        at += 1
    return trim_end(doc, first, min(at, limit))


def _starts_coordinated_clause(doc: Document, first: int, conjunction: int, limit: int) -> bool:
    """Return whether a main clause follows the conjunction after a phrase: "denied the theft | and the jury left"."""
    if doc.text.lower[conjunction] not in {"and", "but"} or not starts_main_clause(doc, conjunction + 1, limit):
        return False
    subject = doc.chunks.noun_phrase(conjunction + 1)
    verb = doc.chunks.verb_group(subject.last) if subject is not None else None
    embedded = any(tag in {"SC", "WP"} for tag in doc.text.tags[first:conjunction])
    return not embedded and verb is not None and verb.modal < 0 and not doc.chunks.has_finite_verb(first, conjunction)


def _starts_coordinated_predicate(doc: Document, first: int, conjunction: int, limit: int) -> bool:
    """Return whether a coordinated predicate follows the conjunction: "backed the plan | and left"."""
    verb = doc.chunks.verb_group(conjunction + 1) if conjunction + 1 < limit else None
    if verb is None or verb.first != conjunction + 1:
        return False
    past = verb.finite or (doc.text.tags[verb.head] in {"VBN", "VBD"} and not verb.passive)
    return past and not doc.chunks.has_finite_verb(first, conjunction)


def _ends_phrase(doc: Document, at: int, limit: int) -> bool:
    """Return whether a phrase ends before a token: at an adverbial of venue or time, or at a new clause."""
    text = doc.text
    if text.lower[at] == "as":
        return starts_clause(
            doc, at + 1, limit, after_cue=False
        )  # "described it as a shame", but "spoke to him as he left"
    if text.tags[at] in {"IN", "SC"}:
        return text.lower[at] in doc.lexicon.closed_classes.trailing_subordinators or _starts_venue_or_final_time(
            doc, at, limit
        )
    if text.words[at] == "," and at + 1 < limit:
        return _comma_ends_phrase(doc, at + 1, limit)
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at or phrase.last - at >= _LONG_TIME or not is_bare_time(doc, phrase):
        return False
    return not _is_required_time(doc, at) and _is_final(doc, phrase.last, limit)


def _is_required_time(doc: Document, time: int) -> bool:
    """Return whether a time belongs to the words before it: "within | a year", "was | late", "as too | late"."""
    tags = doc.text.tags
    if tags[time - 1] in {"IN", "TO", "SC"} or doc.text.lower[time - 1] in doc.lexicon.be:
        return True
    return tags[time] in {"JJ", "RB"} and tags[time - 1] == "RB"


def _starts_venue_or_final_time(doc: Document, preposition: int, limit: int) -> bool:
    """Return whether a preposition opens an adverbial of venue, or of time at the end.

    "in an interview", "on Friday".
    """
    phrase = doc.chunks.noun_phrase(preposition + 1) if preposition + 1 < limit else None
    if phrase is None or phrase.first != preposition + 1 or not is_venue_or_time(doc, phrase):
        return False
    timed, word = is_bare_time(doc, phrase), doc.text.lower[preposition]
    closed = doc.lexicon.closed_classes
    if word not in closed.locative_prepositions and not (timed and word in closed.durative_prepositions):
        return False
    return not timed or _is_final(doc, phrase.last, limit)


def _comma_ends_phrase(doc: Document, at: int, limit: int) -> bool:
    """Return whether the words after a comma are no part of the phrase before it."""
    text = doc.text
    if text.quotation_of[at] >= 0 or text.lower[at] == "including":
        return False
    opens = text.tags[at] in {"CC", "VBG", "SC"} or text.lower[at] in {"which", "who", "but"}
    return opens or starts_clause(doc, at, limit, after_cue=False)


def _is_final(doc: Document, at: int, limit: int) -> bool:
    """Return whether the phrase ends at a token: the limit, punctuation or a conjunction."""
    return at >= limit or doc.text.tags[at] in {"PUNCT", "CC"}
