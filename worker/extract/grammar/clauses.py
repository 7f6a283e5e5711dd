"""Subject and object of a verb, found from chunks without a parse.

News prose keeps noun phrases and verb groups in a regular order.  From a verb group a search goes left over adverbs,
dates, prepositional phrases and asides to the subject, and right to the object.  An undecidable case gives None: a
missing participant is better than a wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.grammar.chunk_navigation import MAX_ASIDE_TOKENS, MAX_STEPS, PREPOSITIONS
from worker.extract.grammar.chunker import Chunks, NounPhrase, VerbGroup
from worker.extract.grammar.governors import MAX_GOVERNORS, Governor, GovernorFinder
from worker.extract.grammar.punctuation import DASHES

if TYPE_CHECKING:
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.lexicon import Lexicon

_PARTICIPLES = frozenset({"VBG", "VBN"})
_CLOSING = frozenset({")", "]"}) | DASHES
_SINGULAR = frozenset({"is", "was", "has"})
_PLURAL = frozenset({"are", "were", "have"})
_CURRENCY = frozenset({"$", "\N{POUND SIGN}", "\N{EURO SIGN}"})


class ClauseParser(GovernorFinder):
    """Finder of the arguments of verbs, over the chunks of one article."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, control: frozenset[str]) -> None:
        """`control`: forms of object-control verbs, see `GovernorFinder`.  Nothing is parsed yet."""
        super().__init__(text, chunks, lexicon, control)
        self._subjects: dict[int, NounPhrase | None] = {}
        """Main verb -> its subject, cached because several readers look at one verb."""

    # ------------------------------------------------------------ subjects
    def subject(self, group: VerbGroup, depth: int = 0) -> NounPhrase | None:
        """Return the subject of a verb; None if it cannot be determined.

        The grammatical subject: of a passive verb the patient, of an infinitive or participle the subject it shares
        with its governor or main clause.  `depth` counts governors already followed.
        """
        if depth > MAX_GOVERNORS:
            return None
        if depth == 0:
            if group.head not in self._subjects:
                self._subjects[group.head] = self._find_subject(group, 0)
            return self._subjects[group.head]
        return self._find_subject(group, depth)

    def _find_subject(self, group: VerbGroup, depth: int) -> NounPhrase | None:
        if group.finite:
            return self._subject_of_finite(group, depth)
        governor = self._governor(group)
        return self._subject_of_governed(governor, depth) if governor else self._subject_of_participle(group, depth)

    def _subject_of_governed(self, governor: Governor, depth: int) -> NounPhrase | None:
        """Return the object of a control verb, else the subject of the governing verb, else the governing noun."""
        controls = governor.group is None or self.text.lower[governor.token] in self.control
        if governor.object is not None and controls:
            return governor.object
        if governor.group is not None:
            return self.subject(governor.group, depth + 1)
        copula = self._copula_before(governor.token)
        if copula is not None:
            return self.subject(copula, depth + 1)
        return self.noun_phrase(governor.token)

    def _subject_of_participle(self, group: VerbGroup, depth: int) -> NounPhrase | None:
        """Return the subject of a participle clause; None if it cannot be determined.

        A reduced relative clause has the noun before it as its subject; any other participle clause has the subject of
        its main clause.
        """
        text, at = self.text, group.first - 1
        start = text.sentence_range(group.head)[0]
        if at >= start and text.tags[group.head] == "VBG" and (copula := self._copula_of_place(at)) is not None:
            return self.subject(copula, depth + 1)
        if at >= start and text.tags[group.head] == "VBN" and (noun := self.noun_phrase(at)):
            return noun
        if at >= start and text.tags[group.head] == "VBG" and (noun := self.noun_phrase(at)) and at + 1 == group.first:
            return noun
        if (
            at > start
            and text.tags[group.head] == "VBG"
            and text.lower[at] == "for"
            and (named := self._name_before_for(at))
        ):
            return named
        verb = self._finite_before(at, start)
        return self._subject_of_finite(verb, depth + 1) if verb else self._first_subject_after(group)

    def _name_before_for(self, at: int) -> NounPhrase | None:
        """Return the name before "for" and a gerund, if it is the object of a verb: "blamed [Berg] for closing it"."""
        noun = self.noun_phrase(at - 1)
        if noun is None or self.text.tags[noun.head] != "NNP" or self.chunks.verb_group(noun.first - 1) is None:
            return None
        return noun

    def _first_subject_after(self, group: VerbGroup) -> NounPhrase | None:
        """Return the subject after the comma in "Speaking in Oslo, the minister said …"."""
        end = min(self.text.sentence_range(group.head)[1], group.last + MAX_ASIDE_TOKENS)
        for i in range(group.last, end - 1):
            noun = self.noun_phrase(i + 1) if self.text.words[i] == "," else None
            if noun and not self.is_time_expression(noun):
                return noun
        return None

    def main_verb(self, group: VerbGroup) -> VerbGroup | None:
        """Return the finite verb on which a participle or infinitive depends; None for a finite verb."""
        return None if group.finite else self._finite_before(group.first - 1, self.text.sentence_range(group.head)[0])

    def finite_verb_before(self, group: VerbGroup) -> VerbGroup | None:
        """Return the nearest finite verb to the left in the same sentence; None if there is none."""
        return self._finite_before(group.first - 1, self.text.sentence_range(group.head)[0])

    def finite_verbs_before(self, token: int, count: int = 3) -> list[VerbGroup]:
        """Return up to `count` finite verbs before a token, nearest first, in its sentence and the previous one."""
        start = self.text.sentences[max(0, self.text.sentence_of[token] - 1)][0]
        started = self.chunks.finite_started[token]
        nearest = self.chunks.finite_groups[max(0, started - count) : started][::-1]
        return [verb for verb in nearest if verb.last > start]

    def _finite_before(self, at: int, start: int) -> VerbGroup | None:
        """Return the nearest finite verb from `at` back to `start`, within the length of an aside; else None."""
        return self.chunks.last_finite(max(start, at - MAX_ASIDE_TOKENS), at + 1)

    def _subject_of_finite(self, group: VerbGroup, depth: int) -> NounPhrase | None:
        """Return the subject of a finite verb, found to its left; None if there is none.

        In a relative clause it is the antecedent, in a coordination the subject shared with the previous verb.
        """
        start, at = self.text.sentence_range(group.head)[0], group.first - 1
        for _ in range(MAX_STEPS):
            if at < start:
                return self._subject_of_item(start, depth)
            noun = self.noun_phrase(at)
            if noun is not None:
                if self.text.lower[noun.head] in self.lexicon.relative:
                    return self._antecedent(noun.first - 1, start)
                noun = self._first_conjunct_after_between(noun) or noun
                if (owner := self._noun_modified_by(noun, start)) is not None:
                    at = owner.last - 1
                    continue
                if (relative := self._relative_with_object(noun, start)) >= 0:
                    return self._antecedent(relative - 1, start)
                if not (self.is_time_expression(noun) or self._is_prepositional_object(noun.first, start)):
                    return noun
                at = self._skip_preposition_left(noun.first) - 1
                continue
            if self.text.lower[at] in self.lexicon.relative:
                return self._antecedent(at - 1, start)
            step = self._skip_left(at, start)
            if step is None:
                return self._shared_subject(at, start, depth)
            at = step
        return None

    def _subject_of_item(self, start: int, depth: int) -> NounPhrase | None:
        """Return the subject of a list item: that of the introducing line, or the line's first noun phrase.

        "The council met and: | • sold the ferry" · "[The cabinet] today: | – approved the bill".
        """
        colon = self.text.layout.introductions.get(start, -1)
        if colon < 0 or depth >= MAX_GOVERNORS:
            return None
        first = self.text.sentence_range(colon)[0]
        verb = next((v for i in range(colon - 1, first - 1, -1) if (v := self.chunks.verb_group(i)) and v.finite), None)
        if verb is not None:
            return self._subject_of_finite(verb, depth + 1)
        at = first
        while at < colon:
            noun = self.noun_phrase(at)
            if noun is not None and not (
                self.is_time_expression(noun) or self._is_prepositional_object(noun.first, first)
            ):
                return noun
            at = noun.last if noun is not None and noun.last > at else at + 1
        return None

    def _noun_modified_by(self, noun: NounPhrase, start: int) -> NounPhrase | None:
        """Return the noun that a participle or infinitive modifies, given its object: "the law banning [nets]"."""
        first = self.conjuncts(noun)[0].first
        verb = self.chunks.verb_group(first - 1) if first > start else None
        if verb is None or not self._is_nonfinite(verb):
            return None
        outer = self.chunks.verb_group(verb.first - 1) if verb.infinitive and verb.first > start else None
        if outer is not None and self._is_nonfinite(outer):
            verb = outer  # "forces [fighting to defeat] the rebels"
        before = self.noun_phrase(verb.first - 1) if verb.first > start else None
        return before if before is not None and not self.is_time_expression(before) else None

    def _is_nonfinite(self, verb: VerbGroup) -> bool:
        """Return whether a verb group is an infinitive or an -ing form."""
        return not verb.finite and (verb.infinitive or self.text.tags[verb.head] == "VBG")

    def _relative_with_object(self, noun: NounPhrase, start: int) -> int:
        """Return the relative pronoun of the clause whose verb has the noun as object; -1 if there is none.

        For "the chamber" in "protesters [who] stormed the chamber".
        """
        verb = self.chunks.verb_group(noun.first - 1) if noun.first > start else None
        at = verb.first - 1 if verb is not None and verb.finite else -1
        return at if at > start and self.text.tags[at] == "WP" and self.noun_phrase(at - 1) is not None else -1

    def _first_conjunct_after_between(self, noun: NounPhrase) -> NounPhrase | None:
        """Return the first conjunct of "between A and B", given the last one; None if there is no "between"."""
        first = self._conjuncts_left(noun)[:1]
        return first[0] if first and self.text.lower[first[0].first - 1] == "between" else None

    def _skip_left(self, at: int, start: int) -> int | None:
        """Return the position from which the search for a subject continues; None where the clause begins."""
        word, tag = self.text.words[at], self.text.tags[at]
        if word == ",":
            return self._skip_aside_left(at, start)
        if word in _CLOSING:
            return self._skip_brackets_left(at, start)
        if tag in {"RB", "IN"} or word in self.lexicon.quotation_marks:
            return at - 1
        verb = self.chunks.verb_group(at)
        if (
            verb
            and not verb.infinitive
            and verb.first == verb.head
            and self.text.tags[verb.head] in _PARTICIPLES | {"VBD"}
        ):
            return verb.first - 1  # reduced relative clause: "the deal agreed in spring collapsed"
        if verb and verb.infinitive and verb.passive and verb.first > start and self.noun_phrase(verb.first - 1):
            return verb.first - 1  # "the question to be asked in May was unveiled"
        return None

    def _antecedent(self, at: int, start: int) -> NounPhrase | None:
        """Return the antecedent of a relative clause: the noun phrase right before it."""
        if at >= start and self.text.words[at] in {",", "(", *DASHES}:
            at -= 1
        if at >= start and self.text.words[at] == ")":
            at = self._skip_brackets_left(at, start)
        return self.noun_phrase(self._skip_label_left(at, start)) if at >= start else None

    def _shared_subject(self, at: int, start: int, depth: int) -> NounPhrase | None:
        """Return the subject of the preceding coordinated verb: "visited Oslo and met the king"."""
        if self.text.tags[at] != "CC" and self.text.words[at] != ",":
            return None
        verb = self._finite_before(at - 1, start)
        own = self.chunks.verb_group(at + 1)
        if verb and own and (outer := self._finite_before(verb.first - 1, start)) and self._disagree(verb, own):
            verb = outer if not self._disagree(outer, own) else verb  # "states accept that it has won and are leaving"
        return self._subject_of_finite(verb, depth + 1) if verb and depth < MAX_GOVERNORS else None

    def _disagree(self, one: VerbGroup, other: VerbGroup) -> bool:
        """Return whether one verb is singular and the other plural: "has won", "are leaving"."""
        numbers = {self._number_of(one), self._number_of(other)}
        return numbers == {"singular", "plural"}

    def _number_of(self, group: VerbGroup) -> str:
        """Return the number of the first verb of a group; "" if its form does not show it."""
        word = self.text.lower[group.first]
        if word in _SINGULAR:
            return "singular"
        return "plural" if word in _PLURAL else ""

    # ------------------------------------------------------------ objects and prepositional phrases
    def object(self, group: VerbGroup) -> NounPhrase | None:
        """Return the noun phrase right after a verb group, over adverbs and a date; None for any other complement."""
        at, end = group.last, self.text.sentence_range(group.head)[1]
        while at < end and self.noun_phrase(at) is None and self.chunks.verb_group(at) is None:
            amount = self.text.words[at] in _CURRENCY or (at + 1 < end and self.text.words[at + 1] in _CURRENCY)
            if not amount and self.text.words[at] not in self.lexicon.quotation_marks and self.text.tags[at] != "RB":
                break
            at += 1
        at = self._skip_date_right(at, end)
        noun = self.noun_phrase(at) if at < end else None
        return noun if noun is not None and noun.first == at and not self.is_time_expression(noun) else None

    def prepositional_phrases(
        self, first: int, prepositions: frozenset[str], reach: int = 20
    ) -> list[tuple[int, NounPhrase]]:
        """Return (preposition, noun phrase) for the given prepositions after a token, up to the next finite verb.

        At most `reach` tokens of the sentence are searched.
        """
        found: list[tuple[int, NounPhrase]] = []
        at, end = (
            first,
            min(self.text.sentence_range(first)[1], first + reach) if first < len(self.text.words) else first,
        )
        groups, lower = self.chunks.group_at, self.text.lower
        while at < end:
            verb = groups[at]
            if verb is not None and (verb.finite or (self.text.words[at - 1] == "," and at > first)):
                break
            if lower[at] in prepositions and self.text.tags[at] in PREPOSITIONS:
                noun = self.noun_phrase(at + 1) or (self.noun_phrase(at + 2) if at + 2 < end else None)
                if noun is not None and noun.first in {at + 1, at + 2}:
                    found.append((at, noun))
            at += 1
        return found
