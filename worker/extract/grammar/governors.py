"""Governors of verbs: the verb or noun on which an infinitive or gerund depends, as "refused" in "refused to talk"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from worker.extract.grammar.chunk_navigation import ChunkNavigator
from worker.extract.grammar.chunker import Chunks, NounPhrase, VerbGroup

if TYPE_CHECKING:
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.lexicon import Lexicon

MAX_GOVERNORS = 4
"""Nested governors that are followed: "is expected to agree to try to meet" has three."""


class Governor(NamedTuple):
    """The word whose complement is a given verb: "refused" in "refused to meet"."""

    token: int
    group: VerbGroup | None
    """The governor's verb group; None for a noun or an adjective."""
    object: NounPhrase | None
    """The governor's object, which is the subject of the governed verb ("urged [Oslo] to meet"); None for none."""


class GovernorFinder(ChunkNavigator):
    """Finder of the governors of verbs, over the chunks of one article."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, control: frozenset[str]) -> None:
        """`control`: forms of object-control verbs.  Nothing is parsed yet.

        The object of such a verb is the subject of its infinitive: "urged Oslo to talk".
        """
        super().__init__(text, chunks, lexicon)
        self.control = control

    def governors(self, group: VerbGroup) -> list[Governor]:
        """Return the words that govern a verb, nearest first; empty for a verb that is not a complement."""
        found: list[Governor] = []
        following: VerbGroup | None = group
        while following is not None and len(found) < MAX_GOVERNORS and (governor := self._governor(following)):
            found.append(governor)
            following = governor.group or self._copula_before(governor.token)
        return found

    def _governor(self, group: VerbGroup) -> Governor | None:
        """Return the governor of an infinitive or gerund; None for a finite verb and for a verb without a governor."""
        text, at = self.text, group.first - 1
        if group.finite or not (group.infinitive or text.tags[group.head] == "VBG"):
            return None
        at = self._skip_dates_left(self._skip_adverbs_left(at))
        start = text.sentence_range(group.head)[0]
        if at < start:
            return self._governor_of_item(start)
        if verb := self.chunks.verb_group(at):
            return Governor(verb.head, verb, None)
        if not group.infinitive and self._copula_of_place(at) is not None:
            return None
        if not group.infinitive and (
            text.tags[at] == "IN" or text.lower[at] in self.lexicon.closed_classes.gerund_prepositions
        ):
            return self._governor_of_gerund(at - 1)
        return self._nominal_governor(at)

    def _copula_of_place(self, at: int) -> VerbGroup | None:
        """Return the copula of the place before a participle: "the envoy [is] in Oslo | holding talks"; else None."""
        noun = self.noun_phrase(at)
        if noun is None or self.text.tags[noun.head] != "NNP" or self.text.lower[noun.first - 1] not in {"in", "at"}:
            return None
        before = self._skip_adverbs_left(noun.first - 2)
        verb = self.chunks.verb_group(before)
        return verb if verb is not None and verb.finite and self.text.lower[verb.head] in self.lexicon.be else None

    def _governor_of_item(self, start: int) -> Governor | None:
        """Return the governor of a list item, which is in the introducing line: "[decided] on Tuesday to:"."""
        colon = self.text.layout.introductions.get(start, -1)
        first = self.text.sentence_range(colon)[0] if colon >= 0 else start
        at = self._skip_date_left(self._skip_adverbs_left(colon - 2))
        if at < first:
            return None
        verb = self.chunks.verb_group(at)
        return Governor(verb.head, verb, None) if verb is not None else self._nominal_governor(at)

    def _governor_of_gerund(self, at: int) -> Governor | None:
        """Return the governor of a gerund: "ruled out [holding]", "the idea of [holding]", "close to [holding]"."""
        verb, noun = self.chunks.verb_group(at), self.noun_phrase(at)
        if verb is not None:
            return Governor(verb.head, verb, None)
        if noun is not None:
            before = self.chunks.verb_group(noun.first - 1)
            is_controlled = before is not None and self.text.lower[before.head] in self.control
            return Governor(before.head, before, noun) if before and is_controlled else Governor(noun.head, None, None)
        return Governor(at, None, None) if at >= 0 and self.text.tags[at] in {"JJ", "RB"} else None

    def _nominal_governor(self, at: int) -> Governor | None:
        """Return the governor of an infinitive after a noun or adjective: "plans for him to meet", "ready to meet"."""
        noun = self.noun_phrase(at)
        if noun is None or self.text.tags[at] == "JJ":
            return Governor(at, None, None) if self.text.tags[at] in {"JJ", "RB", "VBN"} else None
        before = self._verb_over_coordination(noun)
        if before is not None and not self.is_time_expression(noun):
            return Governor(before.head, before, noun)
        outer = self.noun_phrase(noun.first - 2) if self.text.lower[noun.first - 1] == "for" else None
        if outer is not None and not self.is_time_expression(outer):
            return Governor(outer.head, None, noun)  # "plans for him to meet"
        is_goal = self.text.lower[noun.first - 1] in {"to", "for"} and self.text.tags[noun.head] == "NNP"
        motion_verb = self.chunks.verb_group(self._skip_date_left(noun.first - 2)) if is_goal else None
        if motion_verb is not None:
            return Governor(motion_verb.head, motion_verb, None)  # "flies to Oslo to meet", "leaves for Oslo to"
        return Governor(noun.head, None, None)

    def _verb_over_coordination(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the verb whose object is a coordination that includes `noun`: "urged Oslo and Riga"; else None."""
        first = self.conjuncts(noun)[0].first
        return self.chunks.verb_group(first - 1)

    def _copula_before(self, token: int) -> VerbGroup | None:
        """Return the verb group before the adjective or adverb at `token`: "is" in "is ready to …".

        None if the token is of another part of speech or no verb group precedes it.
        """
        return self.chunks.verb_group(token - 1) if self.text.tags[token] in {"JJ", "RB"} else None

    def lemma(self, token: int) -> str:
        """Return the lemma of the verb form at a token; an unknown word is returned in lower case."""
        return self.lexicon.lemmas.get(self.text.lower[token], self.text.lower[token])
