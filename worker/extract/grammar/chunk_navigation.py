"""Single steps over the chunks of a sentence: over dates, prepositions, asides and brackets, along a coordination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.grammar.chunker import Chunks, NounPhrase
from worker.extract.grammar.past_or_participle import FINITE
from worker.extract.grammar.time_phrases import is_time_expression

if TYPE_CHECKING:
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.lexicon import Lexicon

MAX_STEPS = 24
"""Chunks that a search inspects before it gives up, so that the cost of a search is bounded on any text."""
MAX_ASIDE_TOKENS = 40
"""Tokens of the longest aside between commas or brackets that a search skips."""
PREPOSITIONS = frozenset({"IN", "TO", "SC"})
"""Tags of prepositions.  SC is included because the tagger may read "with" before a name as a subordinator."""
_MIN_LENGTH_OF_DATE_AND_NAME = 2
_MIN_LENGTH_OF_LABEL = 2


class ChunkNavigator:
    """Steps to the left or right of a token, over the chunks of one article."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon) -> None:
        """`text`: the article, with its `chunks`.  `lexicon`: that of its language.  They are only stored."""
        self.text, self.chunks, self.lexicon = text, chunks, lexicon

    def noun_phrase(self, token: int) -> NounPhrase | None:
        """Return the noun phrase at a token, or None.

        An initial date or country that is a phrase of its own is split off, see `_starts_with_separate_phrase`.
        """
        noun = self.chunks.noun_phrase(token)
        if noun is None or noun.last - noun.first == 1:
            return noun
        split = self._end_of_separate_phrase(noun)
        if split > noun.first:
            rest = NounPhrase(split, noun.last, noun.head)
            return NounPhrase(noun.first, split, split - 1) if token < split else rest
        return noun

    def _end_of_separate_phrase(self, noun: NounPhrase) -> int:
        """Return the end of a phrase of its own at the start of a noun phrase, else its first token.

        This is a date before a name ("[On] Monday | President Berg", "[On] 6 May | Berg") or the last country of a list
        before an object ("discussed with Latvia and Estonia | new ferries").
        """
        first, text, month = noun.first, self.text, noun.first + 1
        if text.tags[first] == "CD" and month < noun.head and text.lower[month] in self.lexicon.time_names:
            return month + 1 if text.tags[noun.head] == "NNP" else first
        return first + self._starts_with_separate_word(noun)

    def _starts_with_separate_word(self, noun: NounPhrase) -> bool:
        first, text, countries = noun.first, self.text, self.lexicon.countries
        if text.lower[first] in self.lexicon.time_nouns and text.tags[noun.head] == "NNP":
            return noun.last - first > _MIN_LENGTH_OF_DATE_AND_NAME
        listed = first > 1 and text.lower[first - 1] == "and" and text.words[first - 2] in countries
        return listed and text.words[first] in countries and text.tags[first + 1] == "JJ"

    def is_time_expression(self, noun: NounPhrase) -> bool:
        """Return whether a noun phrase is a time expression ("last week") and so not a participant."""
        return is_time_expression(self.text, noun.first, noun.last, noun.head, self.lexicon)

    def _skip_adverbs_left(self, at: int) -> int:
        """Return the position of the first chunk or other word left of `at`, over adverbs and quotation marks."""
        while at >= 0 and self.chunks.verb_group(at) is None and self.noun_phrase(at) is None:
            if self.text.tags[at] != "RB" and self.text.lower[at] not in self.lexicon.quotation_marks:
                break
            at -= 1
        return at

    def _is_prepositional_object(self, first: int, start: int) -> bool:
        """Return whether a noun phrase is governed by a preposition: "of the council".

        False for "after the council …", where the preposition may be a conjunction, and for "as many as 30".
        """
        before_gerund = self._skip_gerund_left(first)
        known, first = (PREPOSITIONS if before_gerund < first else {"IN", "TO"}), before_gerund
        if first - 1 < start or self.text.tags[first - 1] not in known:
            return False
        is_count = self.text.tags[first] == "CD" and self.text.lower[first - 1] in {"as", "than", "to"}
        return not is_count and self.text.lower[first - 1] not in self.lexicon.subordinators

    def _skip_preposition_left(self, first: int) -> int:
        first = self._skip_gerund_left(first)
        return first - 1 if first > 0 and self.text.tags[first - 1] in {"IN", "TO", "SC"} else first

    def _skip_gerund_left(self, first: int) -> int:
        """Return the position of a gerund between a preposition and `first`, else `first`: "on [fishing] rights"."""
        tags = self.text.tags
        return first - 1 if first > 1 and tags[first - 1] == "VBG" and tags[first - 2] in PREPOSITIONS else first

    def _skip_date_left(self, at: int) -> int:
        """Return the position left of a date between a verb and its infinitive: "flies there [on Sunday] to meet"."""
        noun = self.noun_phrase(at) if at > 1 else None
        if noun is None or not self.is_time_expression(noun) or noun.first < 2:  # noqa: PLR2004 - a verb and a preposition
            return at
        return noun.first - 1 - (self.text.tags[noun.first - 1] == "IN")

    def _skip_dates_left(self, at: int) -> int:
        """Return the position left of two dates or periods: "visits Oslo [on Sunday] [for a week] to meet"."""
        before = self._skip_date_left(at)
        return before if before == at else self._skip_date_left(before)

    def _skip_date_right(self, at: int, end: int) -> int:
        """Return the position right of a date between a verb and its object: "rejected [on Monday] the motion"."""
        if at + 1 >= end or self.text.tags[at] != "IN":
            return at
        date = self.noun_phrase(at + 1)
        following = date.last if date is not None and date.first == at + 1 and self.is_time_expression(date) else at
        return following if following < end and self.text.tags[following] in {"DT", "NNP", "PRP$"} else at

    def _skip_aside_left(self, comma: int, start: int) -> int | None:
        """Return the token before the aside that ends at a comma; None if no noun precedes an aside there."""
        for at in range(comma - 1, max(start, comma - MAX_ASIDE_TOKENS) - 1, -1):
            if self.text.words[at] == "," and at > start:
                before = self._skip_label_left(at - 1, start)
                noun = self.noun_phrase(before)
                if noun and self._is_object_in_relative(noun, start):
                    continue  # "Berg, who saw Oslo, Riga and Tartu, |": the list belongs to the relative clause
                if noun and self._is_aside(at + 1, comma):
                    return before
                if self._has_finite_verb(at + 1, comma):
                    return None
        return None

    def _is_object_in_relative(self, noun: NounPhrase, start: int) -> bool:
        """Return whether a noun phrase is the object of the verb of a relative clause: "who saw [Oslo]"."""
        verb = self.chunks.verb_group(noun.first - 1) if noun.first > start else None
        at = verb.first - 1 if verb is not None and verb.finite else start
        return at > start and self.text.tags[at] == "WP"

    def _skip_label_left(self, at: int, start: int) -> int:
        """Return the token before an age or constituency in commas ("Berg, 41, |", "Berg, R-Ill., |"), else `at`."""
        words = self.text.words
        label = at - (words[at] == "." and at > start)
        is_party = len(words[label]) > _MIN_LENGTH_OF_LABEL and words[label][1] == "-" and words[label][0].isupper()
        in_commas = label - 1 > start and words[label - 1] == "," and self.noun_phrase(label - 2) is not None
        return label - 2 if in_commas and (is_party or words[label].isdecimal()) else at

    def _is_aside(self, first: int, last: int) -> bool:
        """Return whether the tokens are an apposition, relative clause or participle clause.

        Only a relative clause contains a finite verb.
        """
        if first >= last:
            return False
        opens = self.text.lower[first] in self.lexicon.aside_openers or self.text.tags[first] == "WP"
        return opens or not self._has_finite_verb(first, last)

    def _has_finite_verb(self, first: int, last: int) -> bool:
        return any(self.text.tags[i] in FINITE for i in range(first, last))

    def _skip_brackets_left(self, at: int, start: int) -> int:
        """Return the token before the opening bracket or dash that matches the mark at `at`."""
        opening = {")": "(", "]": "["}.get(self.text.words[at], self.text.words[at])
        for i in range(at - 1, max(start, at - MAX_ASIDE_TOKENS) - 1, -1):
            if self.text.words[i] == opening:
                return i - 1
        return at - 1

    def conjuncts(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return all conjuncts of a coordination, the given one included, in text order: "A, B and C"."""
        return [*self._conjuncts_left(noun), noun, *self._conjuncts_right(noun)]

    def _conjuncts_left(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the conjuncts before a noun phrase, in text order; a comma counts only left of an "and"."""
        start, at = self.text.sentence_range(noun.head)[0], noun.first - 1
        found: list[NounPhrase] = []
        joined = self._is_headline_list(noun, start)
        while at > start and len(found) < MAX_STEPS:
            if self.text.lower[at] in {"and", "&"}:
                at -= 2 if self.text.words[at - 1] == "," else 1
                joined = True
            elif self.text.words[at] == "," and joined:
                at -= 1
            else:
                break
            before = self.noun_phrase(at) if at >= start else None
            if before is None or self.is_time_expression(before):
                break
            found.append(before)
            at = before.first - 1
        return found[::-1]

    def _is_headline_list(self, noun: NounPhrase, start: int) -> bool:
        """Return whether a noun phrase ends a list at the start of a headline without "and": "Oslo, Riga | sign"."""
        if noun.first - start < 2 or not self.text.is_headline(start) or self.text.words[noun.first - 1] != ",":  # noqa: PLR2004
            return False
        opens, verb = self.noun_phrase(start), self.chunks.verb_group(noun.last)
        named = self.text.tags[noun.head] == "NNP" and opens is not None and self.text.tags[opens.head] == "NNP"
        return named and verb is not None and verb.finite

    def _conjuncts_right(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the conjuncts after a noun phrase; those after commas count only if a final "and" or "or" follows."""
        text, end = self.text, self.text.sentence_range(noun.head)[1]
        found: list[NounPhrase] = []
        confirmed, at = 0, noun.last
        while at < end - 1 and len(found) < MAX_STEPS:
            comma, at = text.words[at] == ",", at + (text.words[at] == ",")
            conjunction = at < end and text.lower[at] in {"and", "&", "or"}
            at += conjunction
            following = self.noun_phrase(at) if at < end and (comma or conjunction) else None
            if following is None or following.first != at or self.is_time_expression(following):
                break
            found.append(following)
            at = following.last
            if conjunction:
                confirmed = len(found)
        if found and not confirmed and text.lower[noun.first - 1] == "between" and text.is_headline(noun.first):
            confirmed = 1  # "talks between Oslo, Riga"
        if not confirmed and len(found) > 1 and all(self.text.tags[n.head] == "NNP" for n in found):
            confirmed = len(found)  # a list of names may lack its "and"
        found = found[:confirmed]
        governing = self.chunks.verb_group(noun.first - 1)
        if (
            found
            and governing
            and governing.finite
            and (verb := self.chunks.verb_group(found[-1].last))
            and verb.finite
        ):
            found.pop()  # "met the king and the envoy said": the envoy is the subject of a new clause
        return found
