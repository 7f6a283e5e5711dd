"""Where content ends: before another attribution, predicate or main clause, an adverbial, or the final full stop.

"She said the port would close | , adding …", "said it rained | , and the crew left", "praised the crew | after the
talks".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import CLAUSE_FINAL, COMMA_AND_LONG_DASHES
from worker.extract.statements.content.adjuncts import is_bare_time
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.content.content_start import ContentForm, find_content_start
from worker.extract.statements.content.fronted_clauses import main_clause_after
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import is_venue_or_time
from worker.extract.statements.source.controlled_subject import is_in_verb_series
from worker.extract.statements.source.relative_objects import relative_object

_LONG_TIME = 3
"""Tokens from which a time expression is no bare adverbial: "the last day of the talks"."""
_TRIMMED = CLAUSE_FINAL | COMMA_AND_LONG_DASHES | {":"}
"""Punctuation that is removed from the end of content."""
_SAYING = frozenset({"saying", "claiming", "arguing", "insisting", "warning"})
_CONCESSIVE = frozenset({"although", "though", "but"})
_APPOSITION = 12
"""Tokens of an apposition that are searched for the verb of its relative clause."""


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
            or (_starts_attribution(doc, at, limit) and not _is_coordinated_subject(doc, first, at))
        ):
            break
        if at > first and text.words[at] == "," and _ends_after_comma(doc, at + 1, limit, form, quoted=False):
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
    concessive = form == "infinitive" and text.lower[at] in _CONCESSIVE and starts_clause(doc, at + 1, limit, after_cue=False)
    if concessive or (quoted and text.lower[at] in doc.lexicon.closed_classes.trailing_subordinators):
        return True
    joint = text.lower[at] in {"and", "but"}
    return joint and (quoted or form in {"clause", "question"}) and starts_main_clause(doc, at + 1, limit)


def starts_main_clause(doc: Document, at: int, limit: int) -> bool:
    """Return whether a noun phrase directly followed by its finite verb starts at a token."""
    phrase = doc.chunks.noun_phrase(at) if at < limit and doc.text.quotation_of[at] < 0 else None
    if phrase is None or phrase.first != at or phrase.last >= limit:
        return False
    verb = doc.chunks.verb_group(phrase.last)
    return verb is not None and verb.finite and verb.first == phrase.last


def _starts_attribution(doc: Document, at: int, limit: int) -> bool:
    """Return whether another attribution starts here: ", adding", "and called", ", according to", ", but said"."""
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
        if _starts_participle_of_speech(doc, at + 1):
            return True
        if _starts_participle_of_speech(doc, at + 2) and (
            text.lower[at + 1] in doc.lexicon.closed_classes.trailing_subordinators or text.tags[at + 1] == "CC"
        ):
            return True  # ", while acknowledging that …", ", but adding that …"
        if text.lower[at + 1] in {"a", "an"} and _starts_described_apposition(doc, at + 1, limit):
            return True  # ", a decision that the union has described as theft"
        if text.tags[at + 1] in {"CC", "SC"}:
            return _starts_coordinated_cue(doc, at + 1, limit) or _starts_subject_and_cue(doc, at + 2, limit)
        return _starts_subject_and_cue(doc, at + 1, limit)
    if text.tags[at] == "CC" and _starts_participle_of_speech(doc, at + 1):
        return True  # "urging … and promising …"
    if text.lower[at] in _SAYING and _starts_saying(doc, at, limit):
        return True
    return text.tags[at] == "CC" and (
        _starts_coordinated_cue(doc, at, limit) or _starts_subject_and_cue(doc, at + 1, limit)
    )


def _starts_described_apposition(doc: Document, at: int, limit: int) -> bool:
    """Return whether an apposition starts whose relative clause is another attribution.

    "The council shut the park, | a decision that X called theft."
    """
    verb = next(
        (v for i in range(at, min(limit, at + _APPOSITION)) if (v := doc.chunks.verb_group(i)) is not None), None
    )
    relative = relative_object(doc, verb, at - 1) if verb is not None else None
    return relative is not None and relative.antecedent[0] == at


def _starts_participle_of_speech(doc: Document, at: int) -> bool:
    """Return whether an -ing participle of a speech cue starts here: "adding", "promising"."""
    verb = doc.chunks.verb_group(at)
    return verb is not None and verb.first == at and doc.text.tags[verb.head] == "VBG" and is_speech_cue(doc, verb)


def _starts_saying(doc: Document, at: int, limit: int) -> bool:
    """Return whether "saying" resumes the subject without a comma: "rejected the idea | saying it was late".

    It modifies a document or a thing before it instead: "a letter saying it was late".
    """
    noun = doc.chunks.noun_phrase(at - 1)
    if noun is None or not starts_clause(doc, at + 1, limit, after_cue=True):
        return False
    word = doc.text.lower[noun.head]
    modified = word in doc.lexicon.documents or word in doc.lexicon.cue_nouns or word in doc.lexicon.deeds["words"]
    return not modified and doc.text.tags[noun.head] in {"NN", "NNP", "NNS"}


def _starts_coordinated_cue(doc: Document, conjunction: int, limit: int) -> bool:
    """Return whether a finite speech cue without a subject of its own follows the conjunction: "and | called"."""
    if conjunction + 1 >= limit:
        return False
    verb = doc.chunks.verb_group(conjunction + 1)
    return (
        verb is not None
        and verb.first == conjunction + 1
        and verb.finite
        and (
            doc.text.tags[verb.head] in {"VBD", "VBZ"}
            or doc.text.lower[verb.first] in doc.lexicon.have
            or verb.passive
            or _is_plural_cue(doc, verb, limit)
        )
        and (is_speech_cue(doc, verb) or _has_that_clause(doc, verb, limit))
    )


def _is_plural_cue(doc: Document, verb: VerbGroup, limit: int) -> bool:
    """Return whether a base form that resumes a plural subject reports a clause: "have said … | and claim it would"."""
    if verb.last - verb.first > 1 or verb.modal >= 0 or doc.text.tags[verb.head] not in {"VB", "VBP"}:
        return False
    before = doc.chunks.last_finite(doc.text.sentence_range(verb.first)[0], verb.first)
    cue = cue_of_verb(doc, verb)
    modal = before is not None and before.modal >= 0
    return not modal and cue is not None and cue.clause and starts_main_clause(doc, verb.last, limit)


def _has_that_clause(doc: Document, verb: VerbGroup, limit: int) -> bool:
    """Return whether a cue of thought with a that-clause follows: "but | believed that it rained"."""
    return cue_of_verb(doc, verb) is not None and verb.last < limit and doc.text.lower[verb.last] == "that"


def _starts_subject_and_cue(doc: Document, at: int, limit: int) -> bool:
    """Return whether a subject, its speech cue and that cue's content follow: ", and | he insisted that …"."""
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
    """Return whether the verb is a cue of speech rather than of thought."""
    cue = cue_of_verb(doc, verb)
    return cue is not None and not cue.thought


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
            or _starts_attribution(doc, at, limit)
            or _ends_phrase(doc, at, limit)
            or (text.tags[at] == "CC" and _starts_coordinated_predicate(doc, first, at, limit))
        ):
            break
        at += 1
    return trim_end(doc, first, min(at, limit))


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
