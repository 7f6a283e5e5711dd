"""Boundaries of objects at infinitives, quotations, adverbs, predicatives and hyphens.

"decided to [close the port and open another]", "backed [a “fund of last resort” for ports]", "is studying [the
judgment] carefully", "called the ruling on [the port] a landmark".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import Chunks, VerbGroup
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.event_lexicon import EventLexicon
    from worker.extract.lexicon.lexicon import Lexicon

_BARE = frozenset({"VB", "VBP"})
_NOUNS = frozenset({"NN", "NNS", "NNP", "CD"})
_PHRASE_OPENERS = frozenset({"DT", "PRP$", "JJ", "CD", "NN", "NNS", "NNP"})
_AFTER_ADVERB = frozenset({"TO", "IN", "SC", "PUNCT", "WP"})
_MAX_LIST_TOKENS = 30
"""Maximum number of tokens between the first and the last infinitive of a list."""
_MAX_QUOTED_TOKENS = 40
_SHORT_QUOTATION = 8
"""Maximum number of tokens of a quotation with which a phrase may begin: "“large cuts” to the fleet"."""


def joins_infinitive(text: AnnotatedText, chunks: Chunks, at: int, first: int) -> bool:
    """Return whether the conjunction or comma at a token joins a bare verb to an infinitive of the phrase.

    "to close the port [and open] another", "to oppose[, and seek] to repeal, the law"; after a comma alone only if
    "and" and another bare verb follow: "to cut taxes[, freeze] rents and build homes".
    """
    conjunction = at + (text.words[at] == ",")
    is_list = text.tags[conjunction] != "CC"
    following = _bare_verb(text, chunks, conjunction + (not is_list))
    if following is None or not _has_infinitive(text, chunks, first, at):
        return False
    return not is_list or _ends_list(text, chunks, following.last)


def resumes_shared_object(text: AnnotatedText, clauses: ClauseParser, comma: int, first: int) -> bool:
    """Return whether two infinitives have their object after a comma: "to oppose, and seek to repeal[, the law]"."""
    noun = clauses.noun_phrase(comma + 1)
    is_verb = clauses.chunks.verb_group(comma - 1) is not None
    return is_verb and noun is not None and noun.first == comma + 1 and "," in text.words[first:comma]


def _bare_verb(text: AnnotatedText, chunks: Chunks, at: int) -> VerbGroup | None:
    """Return the bare verb or infinitive that begins at a token, after adverbs; None for any other."""
    verb = chunks.verb_group(at)
    if verb is None or verb.first != at or verb.modal >= 0 or text.tags[verb.head] not in _BARE:
        return None
    return verb if verb.infinitive or is_bare(text, verb) else None


def is_bare(text: AnnotatedText, verb: VerbGroup) -> bool:
    """Return whether a verb group is a base form, alone or after adverbs: "reduce", "further reduce"."""
    return text.tags[verb.head] == "VB" and all(text.tags[i] == "RB" for i in range(verb.first, verb.head))


def _has_infinitive(text: AnnotatedText, chunks: Chunks, first: int, last: int) -> bool:
    own = chunks.verb_group(first)
    return (own is not None and own.infinitive) or "TO" in text.tags[first:last]


def _ends_list(text: AnnotatedText, chunks: Chunks, first: int) -> bool:
    """Return whether "and" or "or" with a bare verb follows before the next finite verb."""
    for at in range(first, min(text.sentence_range(first - 1)[1] - 1, first + _MAX_LIST_TOKENS)):
        if text.lower[at] in {"and", "or"} and _bare_verb(text, chunks, at + 1) is not None:
            return True
        verb = chunks.verb_group(at)
        if verb is not None and verb.finite and not is_bare(text, verb):
            return False
    return False


def after_quotation(text: AnnotatedText, lexicon: Lexicon, at: int, first: int) -> int:
    """Return the token after a quotation that opens at a token within a phrase; `at` if none opens there."""
    if text.words[at] not in lexicon.quotation_marks or text.quotation_of[first] >= 0:
        return at
    if at + 1 >= len(text.words) or text.quotation_of[at + 1] < 0:
        return at
    number, end = text.quotation_of[at + 1], at + 1
    while end < min(len(text.words), at + _MAX_QUOTED_TOKENS) and text.quotation_of[end] == number:
        end += 1
    return end if end > at + 1 and text.words[end - 1] in lexicon.quotation_marks else at


def leaves_quotation(text: AnnotatedText, lexicon: Lexicon, at: int, first: int) -> bool:
    """Return whether a phrase ends before a token, at the end of a quotation.

    It ends with the quotation in which it begins, unless that is short ("“large cuts” to the fleet"), and with any
    quotation that ends with a comma or full stop.
    """
    marks, own = lexicon.quotation_marks, text.quotation_of[first]
    if own < 0 or text.quotation_of[at] == own:
        return text.words[at - 1] in marks and text.words[at - 2] in {",", "."} and at - 2 > first
    if text.quotation_of[at - 1] != own:
        return False  # the phrase has continued after the quotation
    is_short = at - first <= _SHORT_QUOTATION and first > 0 and text.words[first - 1] in marks
    return not (is_short and text.words[at - 1] in marks and text.tags[at] in {"IN", "NN", "NNS"})


def is_trailing_adverb(text: AnnotatedText, chunks: Chunks, at: int, first: int) -> bool:
    """Return whether an adverb after an object modifies the verb before it: "studied the bill | carefully"."""
    if text.tags[at] != "RB" or text.tags[at - 1] not in _NOUNS or text.lower[at] == "not":
        return False
    is_clause = first > 0 and text.tags[first - 1] in {"SC", "WP"}
    if is_clause or any(chunks.verb_group_of[i] >= 0 or text.lower[i] == "to" for i in range(first, at)):
        return False
    return at + 1 >= len(text.words) or text.tags[at + 1] in _AFTER_ADVERB


def opens_predicative(text: AnnotatedText, clauses: ClauseParser, at: int, first: int) -> bool:
    """Return whether a noun phrase right after another one is its predicative: "the ruling on the port | a landmark".

    Neither second objects ("lend Oslo a ship") nor subjects of relative clauses ("the bill a committee drafted") count.
    """
    is_complement = first > 0 and text.tags[first - 1] in {"IN", "TO"}
    if not is_complement or text.lower[at] not in {"a", "an"} or text.tags[at - 1] not in _NOUNS:
        return False
    noun = clauses.noun_phrase(at)
    if noun is None or noun.first != at or clauses.is_time_expression(noun):
        return False
    verb = clauses.chunks.verb_group(noun.last)
    inner = any(clauses.chunks.verb_group_of[i] >= 0 for i in range(first, at))
    return not inner and (verb is None or not verb.finite)


def continues_sum(text: AnnotatedText, clauses: ClauseParser, comma: int) -> bool:
    """Return whether a further attribute of a sum follows a comma: "a 2.5 million euro, five-year plan"."""
    noun, following = clauses.noun_phrase(comma - 1), clauses.noun_phrase(comma + 1)
    if noun is None or following is None or following.first != comma + 1:
        return False
    is_sum = text.tags[noun.first] == "DT" and "CD" in text.tags[noun.first : noun.head]
    is_attribute = text.tags[following.first] in {"JJ", "CD"} or "-" in text.words[following.first]
    return is_sum and is_attribute and following.last - following.first > 1


def after_hyphen(text: AnnotatedText, at: int) -> int:
    """Return the token after a hyphen inside a number, else `at`: "12-1/2"."""
    joined = (
        0 < at < len(text.words) - 1 and text.ends[at - 1] == text.starts[at] and text.ends[at] == text.starts[at + 1]
    )
    return at + 1 if text.words[at] == "-" and joined else at


def is_headline_verb(text: AnnotatedText, lexicon: EventLexicon, at: int) -> bool:
    """Return whether a plural noun is a misread verb of a headline: "accepts resignation, [names] an envoy"."""
    known = text.tags[at] == "NNS" and lexicon.lemma(text.lower[at]) != text.lower[at]
    return known and at + 1 < len(text.words) and text.tags[at + 1] in _PHRASE_OPENERS
