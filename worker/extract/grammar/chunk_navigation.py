"""Steps of a walk over the chunks of a sentence: over dates, prepositions, asides, brackets, and along a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.grammar.chunker import FINITE, Chunks, NounPhrase
from worker.extract.grammar.time_phrases import is_time_expression

if TYPE_CHECKING:
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.lexicon import Lexicon

MAX_STEPS = 24
"""How many chunks a walk looks at before it gives up; keeps every walk short whatever the text."""
MAX_ASIDE_TOKENS = 40
"""Tokens of an aside between commas that a walk may jump over."""
PREPOSITIONS = frozenset({"IN", "TO", "SC"})
"""Tags of prepositions; "with" before a name is a subordinator to some taggers."""
_PAIR = 2


class ChunkNavigator:
    """Where one step to the left or right leads in one article's chunks."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon) -> None:
        """Keep the article, its chunks and its words."""
        self.text, self.chunks, self.lexicon = text, chunks, lexicon

    def noun_phrase(self, token: int) -> NounPhrase | None:
        """Return the noun phrase over a token, a date or country that only opens it apart."""
        noun = self.chunks.noun_phrase(token)
        if noun is None or noun.last - noun.first == 1:
            return noun
        if self._starts_with_separate_phrase(noun):
            first = noun.first
            rest = NounPhrase(first + 1, noun.last, noun.head)
            return NounPhrase(first, first + 1, first) if token == first else rest
        return noun

    def _starts_with_separate_phrase(self, noun: NounPhrase) -> bool:
        """Tell a date before a name, and the last country of a list before an object, from the phrase after them.

        "[On] Monday | President Berg", "discussed with Latvia and Estonia | new ferries".
        """
        first, text, countries = noun.first, self.text, self.lexicon.countries
        if text.lower[first] in self.lexicon.time_nouns and text.tags[noun.head] == "NNP":
            return noun.last - first > _PAIR
        listed = first > 1 and text.lower[first - 1] == "and" and text.words[first - 2] in countries
        return listed and text.words[first] in countries and text.tags[first + 1] == "JJ"

    def is_time_expression(self, noun: NounPhrase) -> bool:
        """Tell whether it is an expression of time ("last week"), not a party."""
        return is_time_expression(self.text, noun.first, noun.last, noun.head, self.lexicon)

    def _skip_adverbs_left(self, at: int) -> int:
        """Step left over adverbs and quotation marks between chunks."""
        while at >= 0 and self.chunks.verb_group(at) is None and self.noun_phrase(at) is None:
            if self.text.tags[at] != "RB" and self.text.lower[at] not in self.lexicon.quotation_marks:
                break
            at -= 1
        return at

    def _is_prepositional_object(self, first: int, start: int) -> bool:
        """Tell "of the council" from "after the council", which may open a clause, and from "as many as 30"."""
        over = self._skip_gerund_left(first)
        known, first = (PREPOSITIONS if over < first else {"IN", "TO"}), over
        if first - 1 < start or self.text.tags[first - 1] not in known:
            return False
        counted = self.text.tags[first] == "CD" and self.text.lower[first - 1] in {"as", "than", "to"}
        return not counted and self.text.lower[first - 1] not in self.lexicon.subordinators

    def _skip_preposition_left(self, first: int) -> int:
        first = self._skip_gerund_left(first)
        return first - 1 if first > 0 and self.text.tags[first - 1] in {"IN", "TO", "SC"} else first

    def _skip_gerund_left(self, first: int) -> int:
        """Step left over a gerund between a preposition and its noun: "on [fishing] rights"."""
        tags = self.text.tags
        return first - 1 if first > 1 and tags[first - 1] == "VBG" and tags[first - 2] in PREPOSITIONS else first

    def _skip_aside_left(self, comma: int, start: int) -> int | None:
        """Return the token before the aside that ends at a comma; None where no noun opens one."""
        for at in range(comma - 1, max(start, comma - MAX_ASIDE_TOKENS) - 1, -1):
            if self.text.words[at] == "," and at > start:
                if self.noun_phrase(at - 1) and self._is_aside(at + 1, comma):
                    return at - 1
                if self._has_finite(at + 1, comma):
                    return None
        return None

    def _is_aside(self, first: int, last: int) -> bool:
        """Tell an apposition, relative or participle: no finite verb of its own unless a relative opens it."""
        if first >= last:
            return False
        opens = self.text.lower[first] in self.lexicon.aside_openers or self.text.tags[first] == "WP"
        return opens or not self._has_finite(first, last)

    def _has_finite(self, first: int, last: int) -> bool:
        return any(self.text.tags[i] in FINITE for i in range(first, last))

    def _skip_brackets_left(self, at: int, start: int) -> int:
        opening = {")": "(", "]": "["}.get(self.text.words[at], self.text.words[at])
        for i in range(at - 1, max(start, at - MAX_ASIDE_TOKENS) - 1, -1):
            if self.text.words[i] == opening:
                return i - 1
        return at - 1

    def conjuncts(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the phrases coordinated with one, itself among them, in text order: "A, B and C"."""
        return [*self._conjuncts_left(noun), noun, *self._conjuncts_right(noun)]

    def _conjuncts_left(self, noun: NounPhrase) -> list[NounPhrase]:
        start, at = self.text.sentence_range(noun.head)[0], noun.first - 1
        found: list[NounPhrase] = []
        joined = False
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

    def _conjuncts_right(self, noun: NounPhrase) -> list[NounPhrase]:
        """Members after commas count only when an "and" ends the list."""
        text, end = self.text, self.text.sentence_range(noun.head)[1]
        found: list[NounPhrase] = []
        sure, at = 0, noun.last
        while at < end - 1 and len(found) < MAX_STEPS:
            comma, at = text.words[at] == ",", at + (text.words[at] == ",")
            joint = at < end and text.lower[at] in {"and", "&", "or"}
            at += joint
            following = self.noun_phrase(at) if at < end and (comma or joint) else None
            if following is None or following.first != at or self.is_time_expression(following):
                break
            found.append(following)
            at = following.last
            if joint:
                sure = len(found)
        if not sure and len(found) > 1 and all(self.text.tags[n.head] == "NNP" for n in found):
            sure = len(found)  # a list of names may go without its "and"
        found = found[:sure]
        governing = self.chunks.verb_group(noun.first - 1)
        if (
            found
            and governing
            and governing.finite
            and (verb := self.chunks.verb_group(found[-1].last))
            and verb.finite
        ):
            found.pop()  # "met the king and the envoy said": a new clause begins
        return found
