"""Sources to the right of a verb: "said Jaan Tamm, the foreign minister", "accused by the ministry in Riga"."""

from __future__ import annotations

from worker.extract.coreference.roles import is_role
from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.grammar.punctuation import COMMA_AND_LONG_DASHES
from worker.extract.statements.phrase_kinds import TokenRange, is_time, is_venue_or_time


def passive_agent(doc: Document, at: int, limit: int) -> TokenRange | None:
    """Return the agent that "by" introduces at a token; None if there is none."""
    if at >= limit or doc.text.lower[at] != "by":
        return None
    phrase = doc.chunks.noun_phrase(at + 1)
    if (
        phrase is not None
        and ends_in_name(doc, phrase)
        and phrase.last < limit
        and doc.text.lower[phrase.last] in {"of", "for"}
    ):
        return phrase.first, phrase.last  # "accused by X | of …": the of-phrase is the content
    return postverbal_source(doc, at + 1, limit)


def ends_in_name(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether the phrase ends in a name or pronoun, which takes no of-phrase."""
    return doc.text.tags[phrase.head] in {"NNP", "PRP"}


def postverbal_source(doc: Document, at: int, limit: int) -> TokenRange | None:
    """Return the noun phrase at token `at` with its of-phrases and appositions, up to token `limit`.

    None if no noun phrase starts there or if it is a time.
    """
    start = at + (at + 1 < limit and doc.text.tags[at] in {"VBN", "VBG", "RB"})  # "said | retired General X"
    phrase = doc.chunks.noun_phrase(start)
    if phrase is None or phrase.first != start or is_time(doc, phrase):
        return None
    last = phrase.last
    if doc.text.tags[phrase.head] in {"PRP", "WP"}:
        return (at, last) if start == at else None
    while last < limit:
        wider = _adjacent_noun_end(doc, last) or _extend_right(doc, last, limit)
        if wider is None:
            break
        last = wider
    return at, last


def _adjacent_noun_end(doc: Document, last: int) -> int | None:
    """Return the end of a noun phrase directly after another: "his friend | Mahamat Saleh"; None if there is none."""
    phrase = doc.chunks.noun_phrase(last) if doc.text.tags[last - 1] in {"NN", "JJ"} else None
    named = phrase is not None and phrase.first == last and doc.text.tags[phrase.head] in {"NN", "NNS", "NNP"}
    return phrase.last if phrase is not None and named else None


def _extend_right(doc: Document, last: int, limit: int) -> int | None:
    """Return the end of the modifier, apposition or coordinated phrase right after a source; None if there is none."""
    text = doc.text
    if last + 1 >= limit:
        return None
    word = text.lower[last]
    following = doc.chunks.noun_phrase(last + 1)
    if following is not None and following.first != last + 1:
        following = None
    if (
        word in doc.lexicon.closed_classes.affiliation_prepositions
        and following is not None
        and not is_time(doc, following)
    ):
        return following.last
    if (
        word in doc.lexicon.closed_classes.place_prepositions
        and following is not None
        and _is_located(doc, last, following)
    ):
        return following.last
    if word in {"and", "&"} and following is not None and not _is_subject(doc, following):
        return following.last
    if word == "(":
        closing = last
        while closing < limit and text.words[closing] != ")":
            closing += 1
        return closing + 1 if closing < limit else None
    if word == "," and following is not None:
        return _end_after_comma(doc, last, following, limit)
    if text.lower[last] == "who" and doc.chunks.verb_group(last + 1) is not None:
        return _apposition_end(doc, last + 1, limit)
    return None


def _end_after_comma(doc: Document, last: int, phrase: NounPhrase, limit: int) -> int | None:
    """Return the end of the apposition or name after a comma; None for the subject of another clause."""
    if not _is_apposition(doc, phrase):
        return _name_end(doc, last, phrase)
    end = _apposition_end(doc, phrase.last, limit)
    return None if _is_main_clause(doc, phrase.last, end) else end


def _is_main_clause(doc: Document, first: int, last: int) -> bool:
    """Return whether the words after a noun phrase hold a finite verb of their own, outside relative clauses.

    "According to Hale, a plan | backed by most MPs is needed": no apposition.
    """
    for i in range(first, last):
        if doc.text.tags[i] in {"WP", "SC"}:
            return False
        verb = doc.chunks.verb_group(i)
        if verb is not None and verb.finite:
            return True
    return False


def _is_located(doc: Document, last: int, place: NounPhrase) -> bool:
    """Return whether a place belongs to the source: "officials in Brussels", but not "said Hale | in Rome"."""
    tag = doc.text.tags[last - 1]
    return tag in {"NN", "NNS"} and not is_time(doc, place) and not is_venue_or_time(doc, place)


def _name_end(doc: Document, last: int, phrase: NounPhrase) -> int | None:
    """Return the end of a name after a description: "his deputy, | Mari Kask".

    None for the subject of another clause.
    """
    tags = doc.text.tags
    described = tags[last - 1] in {"NN", "NNS"} and tags[phrase.head] == "NNP" and not is_time(doc, phrase)
    return phrase.last if described and not _is_subject(doc, phrase) else None


def _is_subject(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether a finite verb directly follows the phrase."""
    verb = doc.chunks.verb_group(phrase.last)
    return verb is not None and verb.finite


def _is_apposition(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether the phrase is a description without a name, and not the subject of another clause."""
    return (
        doc.text.tags[phrase.head] in {"NN", "NNP", "NNS"}
        and not is_time(doc, phrase)
        and not _is_subject(doc, phrase)
        and (doc.text.tags[phrase.first] in {"DT", "PRP$", "JJ", "CD"} or is_role(doc.text, phrase, doc.lexicon))
    )


def _apposition_end(doc: Document, at: int, limit: int) -> int:
    """Return where an apposition ends: at a comma, stop, dash, quotation or adverbial of venue."""
    text = doc.text
    while at < limit:
        word = text.words[at]
        if (
            word in COMMA_AND_LONG_DASHES | {";", ":", "."}
            or word in doc.lexicon.quotation_marks
            or text.tags[at] == "SC"
        ):
            return at
        if text.tags[at] == "IN" and _opens_venue(doc, at):
            return at
        at += 1
    return limit


def _opens_venue(doc: Document, at: int) -> bool:
    """Return whether a venue or time follows the preposition at a token."""
    phrase = doc.chunks.noun_phrase(at + 1)
    return phrase is not None and is_venue_or_time(doc, phrase)
