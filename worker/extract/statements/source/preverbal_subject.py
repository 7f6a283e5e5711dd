"""The subject to the left of a verb, with its determiners, of-phrases and appositions.

"Jaan Tamm, the foreign minister of Estonia, | said".  Adverbials of time between subject and verb are skipped.
"""

from __future__ import annotations

from worker.extract.coreference.roles import is_role
from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase, VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.statements.phrase_kinds import TokenRange, is_time
from worker.extract.statements.source.coordinated_subject import coordinated_start

_ASIDE_TAGS = frozenset({"DT", "NN", "NNS", "NNP", "JJ", "CD", "WP", "VBG", "VBN", "VBD", "IN", "PRP$", "RB", "SC"})
"""Tags of the first word of an aside."""
_MAX_STEPS = 6
"""Maximum number of steps over adverbials to the left, and of extensions of a noun phrase."""
_BEFORE_ATTRIBUTE = frozenset({"in", "from", "of", "across", "the", "at"})
_IN_TICKER = 10
"""Maximum number of tokens between angle brackets."""
_COMMAS_IN_ASIDE = 5
"""Maximum number of commas inside an aside."""


def preverbal_subject(doc: Document, verb: VerbGroup, left_limit: int) -> TokenRange | None:
    """Return the subject of a verb group, at or after token `left_limit`; None if there is none."""
    return _noun_phrase_before(doc, verb.first - 1, left_limit)


def _noun_phrase_before(doc: Document, at: int, left_limit: int) -> TokenRange | None:
    """Return the noun phrase, with its modifiers, that ends at or before a token; asides and adverbials are skipped."""
    text, end = doc.text, at + 1
    for _ in range(_MAX_STEPS):
        if at < left_limit:
            return None
        if (text.tags[at] in {"RB", "UH"} and doc.chunks.noun_phrase(at) is None) or _is_emphatic(doc, at, left_limit):
            at -= 1
        elif text.words[at] == ")":
            at = _opening_bracket(doc, at, left_limit) - 1
        elif text.words[at] == ">":
            at = _before_ticker(doc, at, left_limit)
        elif text.words[at] in COMMA_AND_DASHES:
            return _before_aside(doc, at, left_limit)
        else:
            phrase = doc.chunks.noun_phrase(at)
            if phrase is None:
                return _before_participle(doc, at, end, left_limit)
            if is_time(doc, phrase):
                at = phrase.first - 1
                if at >= left_limit and text.tags[at] == "IN":
                    at -= 1
                continue
            return _widen(doc, phrase, left_limit)
    return None


def _is_emphatic(doc: Document, at: int, left_limit: int) -> bool:
    """Return whether the token is an emphatic pronoun after its noun: "Hale herself said"."""
    return (
        at > left_limit
        and doc.text.lower[at].endswith(("self", "selves"))
        and doc.chunks.noun_phrase(at - 1) is not None
    )


def _before_aside(doc: Document, at: int, left_limit: int) -> TokenRange | None:
    """Return the noun phrase before the aside that ends at a token; None if there is none.

    Where the words after the nearest comma are no aside, the commas further left are tried.
    """
    opening = _aside_start(doc, at, at, left_limit)
    for _ in range(_COMMAS_IN_ASIDE):
        if opening is None:
            return None
        inner = (
            _noun_phrase_before(doc, opening - 1, left_limit)
            if doc.text.words[opening - 1] != doc.text.words[at]
            else None
        )
        if inner is not None and not _is_age_or_place(doc, inner, opening):
            inner = _described_name(doc, inner, left_limit) or inner
            return inner[0], at if _is_apposition(doc, opening + 1) else inner[1]
        opening = _aside_start(doc, opening, at, left_limit)
    return None


def _described_name(doc: Document, inner: TokenRange, left_limit: int) -> TokenRange | None:
    """Return the name to which a phrase is an apposition: "[Ida Hale], a light, air and pump fitter who …, said".

    None if the phrase is no apposition.
    """
    comma = inner[0] - 1
    if comma <= left_limit or doc.text.words[comma] != "," or doc.text.tags[inner[0]] != "DT":
        return None
    name = doc.chunks.noun_phrase(comma - 1)
    named = name is not None and name.first >= left_limit and doc.mentions.person_at(name.first) is not None
    opens = named and name is not None and name.first == doc.text.sentence_range(name.first)[0]
    return (name.first, inner[1]) if name is not None and opens else None


def _is_age_or_place(doc: Document, source: TokenRange, end: int) -> bool:
    """Return whether a phrase between commas is only an age or a place.

    "Harry Bond, 30, of Raleigh, N.C., who voted, said".
    """
    first, tags = source[0], doc.text.tags
    if first == 0 or doc.text.words[first - 1] != ",":
        return False
    before = doc.chunks.noun_phrase(first - 2) if first > 1 else None
    placed = before is not None and before.first > 0 and doc.text.lower[before.first - 1] in {"of", "from", "in"}
    return set(tags[first:end]) <= {"CD", "RB", "IN"} or (placed and tags[first] == "NNP")


def _before_participle(doc: Document, at: int, end: int, left_limit: int) -> TokenRange | None:
    """Return the noun that a participle before the verb modifies: "A survey | released on Friday | said"."""
    verb = doc.chunks.verb_group(at)
    if verb is not None and verb.infinitive:
        negated = doc.text.lower[verb.first - 1] == "not"
        verb = doc.chunks.verb_group(verb.first - 1 - negated)  # "who asked | not to be named"
    first = _modified_noun(doc, verb, left_limit) if verb is not None and at >= left_limit else None
    phrase = doc.chunks.noun_phrase(first) if first is not None else None
    source = _widen(doc, phrase, left_limit) if phrase is not None else None
    return (source[0], end) if source is not None else None


def _before_ticker(doc: Document, closing: int, left_limit: int) -> int:
    """Return the last token of the name before or, if none is, inside angle brackets: "Norvik Oil | <NVO.OL>"."""
    opening = next(
        (i for i in range(closing - 1, max(left_limit, closing - _IN_TICKER), -1) if doc.text.words[i] == "<"), -1
    )
    named = opening > left_limit and doc.chunks.noun_phrase(opening - 1) is not None
    return opening - 1 if named else closing - 1


def _opening_bracket(doc: Document, at: int, left_limit: int) -> int:
    """Return the position of the bracket that opens before a token."""
    while at > left_limit and doc.text.words[at] != "(":
        at -= 1
    return at


def _aside_start(doc: Document, before: int, at: int, left_limit: int) -> int | None:
    """Return the mark before token `before` that opens the aside which the mark at `at` closes.

    None if no such mark follows a noun phrase, or if the aside contains a main clause.
    """
    text = doc.text
    i, seen = before - 1, 0
    mark = text.words[at]
    while i > left_limit and seen < 4 and at - i < 60:  # noqa: PLR2004 - asides are short
        if text.words[i] == mark and text.quotation_of[i] == text.quotation_of[at]:
            seen += 1
            if (text.tags[i + 1] in _ASIDE_TAGS or _is_coordinated_aside(doc, i + 1, at)) and (
                text.words[i - 1] == ")" or doc.chunks.noun_phrase(i - 1) is not None
            ):
                return i if not _has_main_clause(doc, i + 1, at) else None
        i -= 1
    return None


def _is_coordinated_aside(doc: Document, first: int, last: int) -> bool:
    """Return whether an aside adds a conjunct: "Hale, | and other critics of the law, | claim"."""
    return doc.text.lower[first] in {"and", "or"} and not any(
        doc.chunks.verb_group_of[i] >= 0 for i in range(first, last)
    )


def _has_main_clause(doc: Document, first: int, last: int) -> bool:
    """Return whether the tokens contain a finite verb outside relative and subordinate clauses."""
    if doc.text.tags[first] in {"WP", "SC", "IN", "VBG", "VBN", "VBD"}:
        return False  # a past form after a comma is a participle: ", asked about the fees,"
    for i in range(first, last):
        verb = doc.chunks.verb_group(i)
        if verb is not None and verb.finite and not any(doc.text.tags[j] in {"WP", "SC"} for j in range(first, i)):
            return True
    return False


def _is_apposition(doc: Document, first: int) -> bool:
    """Return whether an aside is an apposition, which belongs to the source.

    Relative and participle clauses do not belong to it.
    """
    return doc.text.tags[first] in {"DT", "NN", "NNS", "NNP", "JJ", "CD", "PRP$"}


def _widen(doc: Document, phrase: NounPhrase, left_limit: int) -> TokenRange | None:
    """Widen a noun phrase leftwards to the noun that it postmodifies and to preceding conjuncts: "[the head of] X".

    None if a preposition makes the widened phrase an adverbial ("In Rome"), which cannot be a subject.
    """
    text = doc.text
    first, last = phrase.first, phrase.last
    if text.tags[phrase.head] in {"PRP", "WP"} and last - first == 1:
        return first, last
    for _ in range(_MAX_STEPS):
        wider = _extend_left(doc, first, left_limit)
        if wider is None:
            break
        first = wider
    if (
        first > left_limit
        and text.tags[first - 1] in {"IN", "TO"}
        and text.lower[first - 1] not in doc.lexicon.closed_classes.comparative_openers
    ):
        return None if _makes_adverbial(doc, first - 1, left_limit) else (first, last)
    return first, last


def _makes_adverbial(doc: Document, preposition: int, left_limit: int) -> bool:
    """Return whether the preposition makes the phrase an adverbial ("In Rome").

    Prepositions used as conjunctions do not.
    """
    return (
        doc.text.lower[preposition] not in doc.lexicon.closed_classes.conjunction_or_preposition
        or preposition < left_limit
    )


def _extend_left(doc: Document, first: int, left_limit: int) -> int | None:
    """Return the start of the source extended by one step to the left; None if it starts at `first`."""
    text = doc.text
    before = first - 1
    if before <= left_limit:
        return None
    if text.lower[before] in doc.lexicon.closed_classes.noun_modifier_prepositions:
        return _postmodified_start(doc, before, left_limit)
    verb = doc.chunks.verb_group(before)
    if verb is not None:
        return verb.first if _is_attribute(doc, verb, left_limit) else _modified_noun(doc, verb, left_limit)
    described = doc.chunks.noun_phrase(before)
    if described is not None and described.last == first and text.tags[described.head] in {"NN", "NNS"}:
        return _described_start(doc, described)
    if text.lower[before] in {"and", "or"} or text.words[before] in {"&", "/"}:
        return coordinated_start(doc, before, left_limit)
    if text.words[before] == "," and _is_headline_list(doc, first, before):
        return text.sentence_range(first)[0]
    if text.words[before] == "," and is_role(
        doc.text, doc.chunks.noun_phrase(first) or NounPhrase(first, first, first), doc.lexicon
    ):
        outer = doc.chunks.noun_phrase(before - 1)
        if (
            outer is not None
            and outer.first >= left_limit
            and text.tags[outer.head] == "NNP"
            and not is_time(doc, outer)
        ):
            return outer.first
    return None


def _is_attribute(doc: Document, verb: VerbGroup, left_limit: int) -> bool:
    """Return whether an -ing form modifies the noun after it: "officials in | neighbouring Norland | said"."""
    single = doc.text.tags[verb.head] == "VBG" and verb.last - verb.first == 1 and verb.first - 1 > left_limit
    return single and doc.text.lower[verb.first - 1] in _BEFORE_ATTRIBUTE


def _postmodified_start(doc: Document, before: int, left_limit: int) -> int | None:
    """Return the start of the noun that the preposition at `before` modifies: "[the head] of | X"."""
    text = doc.text
    joined = before - (
        doc.text.lower[before - 1] in doc.lexicon.closed_classes.comitative_adverbs
        and text.lower[before] in {"with", "as"}
    )
    outer = doc.chunks.noun_phrase(joined - 1)
    if outer is not None and outer.first >= left_limit and not is_time(doc, outer):
        return outer.first
    if text.words[joined - 1] == "," and text.lower[before] in {"from", "of"}:
        return _opening_name(doc, joined - 1)
    verb = doc.chunks.verb_group(before - 1)
    return _modified_noun(doc, verb, left_limit) if verb is not None else None


def _opening_name(doc: Document, comma: int) -> int | None:
    """Return the start of the person before a comma who opens the sentence: "Ida Hale, | from the union (said)"."""
    name = doc.chunks.noun_phrase(comma - 1)
    opens = name is not None and name.first == doc.text.sentence_range(name.first)[0]
    return name.first if name is not None and opens and doc.mentions.person_at(name.first) is not None else None


def _is_headline_list(doc: Document, first: int, comma: int) -> bool:
    """Return whether a name and a comma before it form a list at the start of a headline: "Lunde, Berg | urge calm"."""
    text, opening = doc.text, doc.chunks.noun_phrase(comma - 1)
    if opening is None or not text.is_headline(first) or text.tags[first] != "NNP":
        return False
    return opening.first == text.sentence_range(first)[0] and text.tags[opening.head] == "NNP"


def _described_start(doc: Document, described: NounPhrase) -> int | None:
    """Return the start of a description before a name: "his friend | X"; None for a time or a governed noun."""
    governed = described.first > 0 and doc.text.tags[described.first - 1] == "IN"  # "After the meeting | Lunde said"
    if is_time(doc, described) or (governed and not is_role(doc.text, described, doc.lexicon)):
        return None
    return described.first


def _modified_noun(doc: Document, verb: VerbGroup, left_limit: int) -> int | None:
    """Return the start of the noun that a verb modifies.

    "a survey | released Thursday", "officials | who attended the talks".
    """
    before = verb.first - 1
    if before < left_limit:
        return None
    if doc.text.tags[before] == "WP" and before > left_limit and verb.finite:
        before -= 1
    elif verb.finite or verb.infinitive or doc.text.tags[verb.head] not in {"VBN", "VBG", "VBD"}:
        return None
    outer = doc.chunks.noun_phrase(before)
    return outer.first if outer is not None and outer.first >= left_limit else None
