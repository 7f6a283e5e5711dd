"""Find time and place of an event in the sentence of its trigger.

"The ministers met [in Riga] [on Monday]", "the [Riga] talks", "during [last week]'s visit to [Norway]".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from worker.extract.dates import TemporalSide, TimeExpression, resolve_date
from worker.extract.events.event_times import EventTimes
from worker.extract.events.topic_spans import is_seat_of_power
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.institution_names import Codes, load_institutions
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Span

if TYPE_CHECKING:
    from datetime import date

    from worker.extract.document import Document
    from worker.extract.events.sentence_times import SentenceTimes
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_PLACE_WINDOW = 16
"""Tokens after a trigger that are searched for its place."""
_ARTICLE_AND_NOUN = 2


class TimeAndPlace:
    """Finder of the times and places of the events of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon, times: SentenceTimes) -> None:
        self.doc, self.clauses, self.lexicon, self.times = doc, clauses, lexicon, times
        self.event_times = EventTimes(doc, clauses, lexicon, times)

    # ------------------------------------------------------------ time
    def find_time(self, first: int, last: int) -> TimeExpression | None:
        """Return the time expression of a meeting's trigger; None without any."""
        return self.event_times.find(first, last)

    def find_time_of_decision(self, first: int, last: int, status: str) -> TimeExpression | None:
        """Return the time expression of a decision's trigger; None without any.

        A term ("extended it until May") is no time of a decision, but of one that is pending ("will decide by May").
        """
        return self.event_times.find(first, last, terms=status == "pending", announced=True)

    def side_of_decision(self, when: TimeExpression | None, first: int, status: str) -> TemporalSide:
        """Return on which side of the publication the day of a decision is.

        A pending decision is in the future, and so is an act with "will"; a promise or threat was made in the past, as
        was an announcement.
        """
        if when is None or self.event_times.earlier.is_of_report(when, first):
            return "past"
        group = self.doc.chunks.verb_group(first)
        is_present = group is not None and (group.modal >= 0 or self.doc.text.tags[group.head] in {"VBZ", "VBP", "VBG"})
        return "future" if status == "pending" or (status == "proposed" and is_present) else "past"

    def is_time_at(self, token: int) -> bool:
        """Return whether a time expression begins at `token`, or at the next token after a preposition."""
        return self.times.begins_at(token)

    def resolve_day(self, when: TimeExpression | None, tense: TemporalSide) -> date | None:
        """Return the day that an expression denotes, relative to the publication; None if it denotes no single day."""
        published = self.doc.article.local_published_at()
        return resolve_date(when, published.date() if published else None, tense) if when else None

    def time_span(self, when: TimeExpression | None) -> Span | None:
        """Return the span of a time expression; None for None."""
        if when is None:
            return None
        return Span(start=when.start, end=when.end, text=self.doc.text.string[when.start : when.end])

    # ------------------------------------------------------------ place
    def find_place(self, first: int, last: int) -> NounPhrase | None:
        """Return the place of a trigger; None without any.

        After "in" or "at", "here" for the place of the dateline, at the start of the sentence, before "where", or of
        the journey or visit whose purpose it is: "flew to [Riga] to meet".
        """
        prepositions, seat_prepositions = (
            word_set(self.lexicon.meeting.place_prepositions),
            word_set(self.lexicon.meeting.seat_prepositions),
        )
        for at, noun in self.clauses.prepositional_phrases(last, prepositions | seat_prepositions, _PLACE_WINDOW):
            if self._has_topic_between(last, at) or self._has_verb_between(last, at):
                break
            if noun.first <= first < noun.last or self._is_of_matter(first, at):
                continue
            if self.can_be_place(noun) if self.doc.text.lower[at] in prepositions else is_seat_of_power(self.doc, noun):
                return noun
        return (
            self._destination(first, last)
            or self._dateline_place(last)
            or self.opening_place(first)
            or self._antecedent_of_where(first)
            or self._place_of_journey(first)
        )

    def _is_of_matter(self, first: int, at: int) -> bool:
        """Return whether a place belongs to the matter of a verb of discussion: "discussed the war [in Latvia]"."""
        verb = self.doc.chunks.verb_group(first)
        if verb is None or self._lemma(verb) not in word_set(self.lexicon.meeting.discuss):
            return False
        noun = self.clauses.noun_phrase(at - 1)
        return noun is not None and noun.last == at and not self.clauses.is_time_expression(noun)

    def _destination(self, first: int, last: int) -> NounPhrase | None:
        """Return the place after "for" of a verb of departure: "left on Monday for [Riga]"; None for any other verb."""
        verb = self.doc.chunks.verb_group(first)
        if verb is None or self._lemma(verb) not in word_set(self.lexicon.meeting.departure):
            return None
        found = self.clauses.prepositional_phrases(last, word_set(self.lexicon.meeting.departure_prepositions), 10)
        return next((noun for _, noun in found if self.can_be_place(noun)), None)

    def _lemma(self, verb: VerbGroup) -> str:
        return self.lexicon.lemma(self.doc.text.lower[verb.head])

    def _dateline_place(self, last: int) -> NounPhrase | None:
        """Return the place of the article's dateline if "here" follows a trigger: "the ministers met here"."""
        text = self.doc.text
        end = min(text.sentence_range(last - 1)[1], last + _PLACE_WINDOW)
        if not text.layout.datelines or not any(
            text.lower[i] in word_set(self.lexicon.meeting.deictic_places) for i in range(last, end)
        ):
            return None
        start, stop = text.layout.datelines[0]
        return NounPhrase(start, stop, stop - 1)

    def _place_of_journey(self, first: int) -> NounPhrase | None:
        """Return the place of the journey or visit whose purpose or circumstance a verb is; None for a finite verb.

        "flew to [Riga] on Monday to meet", "visited [the Capitol], meeting senators".
        """
        group, meeting = self.doc.chunks.verb_group(first), self.lexicon.meeting
        if group is None or group.finite:
            return None
        start = max(self.doc.text.sentence_range(first)[0], first - _PLACE_WINDOW)
        verbs = (self.doc.chunks.verb_group(at) for at in range(group.first - 1, start - 1, -1))
        verb = next((v for v in verbs if v is not None), None)
        lemma = self._lemma(verb) if verb is not None else ""
        if verb is not None and lemma in word_set(meeting.visit):
            noun = self.clauses.object(verb)
            return noun if noun is not None and noun.last <= first and self.can_be_place(noun) else None
        is_journey = lemma in word_set(meeting.travel, meeting.departure)
        return self.last_place_before(first) if is_journey else None

    def last_place_before(self, first: int) -> NounPhrase | None:
        """Return the last place before a trigger in its sentence: "came to [Oslo] for talks"; None if there is none.

        A place beyond a finite verb or in another event's adverbial is not the trigger's: "a speech in [Oslo] ahead of
        the talks", "cuts in [Oslo] preceded talks".
        """
        text, meeting = self.doc.text, self.lexicon.meeting
        prepositions = word_set(meeting.place_prepositions, meeting.destination_prepositions)
        start = text.sentence_range(first)[0]
        for at in range(first - 1, max(start, first - _PLACE_WINDOW) - 1, -1):
            verb = self.doc.chunks.verb_group(at)
            if text.lower[at] in word_set(meeting.sequence_prepositions) or (verb is not None and verb.passive):
                return None
            if text.lower[at] == "that" and verb is None:
                return None  # "said in Oslo that talks …"
            departs = verb is not None and self._lemma(verb) in word_set(meeting.departure)
            following = verb.last if verb is not None and departs else at
            is_opener = text.lower[at] in prepositions or (departs and text.lower[following : following + 1] == ["for"])
            noun = self.clauses.noun_phrase(following + 1) if is_opener else None
            if noun is not None and noun.first == following + 1 and noun.last <= first and self.can_be_place(noun):
                return noun
        return None

    def _has_topic_between(self, first: int, last: int) -> bool:
        """Return whether a topic such as "on the situation" is between two tokens.

        A place after the topic belongs to the topic.
        """
        text, sidelines = self.doc.text, word_set(self.lexicon.meeting.sideline_nouns)
        for at in range(first, last):
            if text.lower[at] in word_set(self.lexicon.meeting.topic_prepositions) and text.tags[at] == "IN":
                noun = self.clauses.noun_phrase(at + 1)
                is_topic = (
                    noun is not None and not self.clauses.is_time_expression(noun) and text.tags[noun.head] != "CD"
                )
                if is_topic and noun is not None and text.lower[noun.head] not in sidelines:
                    return True
        return False

    def _has_verb_between(self, first: int, last: int) -> bool:
        """Return whether a verb is between two tokens, except of holding the event: "talks [to be held] in Riga".

        A place after the verb belongs to the verb: "forces stationed in the north".
        """
        holding = word_set(self.lexicon.meeting.holding)
        verbs = (self.doc.chunks.verb_group(i) for i in range(first, last))
        return any(v is not None and self._lemma(v) not in holding for v in verbs)

    def opening_place(self, token: int) -> NounPhrase | None:
        """Return the place at the start of a sentence, before a token: "In [Oslo], the ministers met"; else None."""
        text = self.doc.text
        start = text.sentence_range(token)[0]
        if text.lower[start] not in word_set(self.lexicon.meeting.place_prepositions):
            return None
        noun = self.clauses.noun_phrase(start + 1)
        return noun if noun and noun.first == start + 1 and noun.last <= token and self.can_be_place(noun) else None

    def _antecedent_of_where(self, token: int) -> NounPhrase | None:
        """Return the place before "where": "flew to [Oslo], where he met"; None if there is none."""
        text = self.doc.text
        for at in range(token - 1, max(text.sentence_range(token)[0], token - 6), -1):
            if text.lower[at] in word_set(self.lexicon.meeting.relative_adverbs):
                noun = self.clauses.noun_phrase(at - 1 - (text.words[at - 1] == ","))
                if noun is not None and self.clauses.is_time_expression(noun):  # "flew to Oslo on Monday, where"
                    noun = self.clauses.noun_phrase(noun.first - 1 - (text.tags[noun.first - 1] == "IN"))
                return noun if noun is not None and self.can_be_place(noun) else None
        return None

    @cached_property
    def place_names(self) -> frozenset[str]:
        """Names of one word after "in" anywhere in the article."""
        text = self.doc.text
        return frozenset(
            text.words[i + 1]
            for i in range(len(text.words) - 1)
            if text.lower[i] == "in"
            and text.tags[i + 1] == "NNP"
            and text.lower[i + 1] not in self.doc.lexicon.time_nouns
            and self.doc.mentions.person_at(i + 1) is None
            and text.lower[i + 1] not in self.doc.lexicon.acronyms
        )

    @cached_property
    def _listed_places(self) -> Mapping[str, Codes]:
        """The regions and cities of the gazetteer: "Rio de Janeiro" begins with a given name."""
        return load_institutions(self.doc.lexicon.language).places

    def can_be_place(self, noun: NounPhrase) -> bool:
        """Return whether a phrase can be a place: a name that is no date or person, or a definite place noun."""
        text = self.doc.text
        if self.clauses.is_time_expression(noun) or text.tags[noun.head] in {"PRP", "WP", "CD"}:
            return False
        if text.tags[noun.head] == "NNP" or text.words[noun.head][0].isupper():
            if " ".join(text.words[noun.first : noun.last]) in self._listed_places:
                return True
            if text.lower[noun.head] in word_set(self.lexicon.meeting.place_nouns):
                return True
            actor = self.doc.mentions.resolve(noun.first, noun.last)
            is_given = text.lower[noun.first] in self.doc.lexicon.given_names and noun.last - noun.first > 1
            return actor.type != "person" or (actor.role is None and not is_given)  # "in Rio de Janeiro"
        return text.lower[noun.head] in word_set(self.lexicon.meeting.place_nouns) and self._is_definite(noun)

    def _is_definite(self, noun: NounPhrase) -> bool:
        """Return whether a phrase denotes a particular place: "the Italian capital", but not "a country"."""
        text = self.doc.text
        if text.tags[noun.first] == "PRP$" or "POS" in text.tags[noun.first : noun.head]:
            return True
        named = any(text.words[i][0].isupper() for i in range(noun.first + 1, noun.last))
        described = noun.last - noun.first > _ARTICLE_AND_NOUN or self._word_after(noun) == "of"
        described = described or text.lower[noun.head] in word_set(self.lexicon.meeting.unique_places)
        return named or (described and text.lower[noun.first] not in {"a", "an"})

    def _word_after(self, noun: NounPhrase) -> str:
        return self.doc.text.lower[noun.last] if noun.last < len(self.doc.text.lower) else ""

    def place_span(self, noun: NounPhrase | None) -> Span | None:
        """Return the span of a place with its of-phrase, without article: "lake resort of Ohrid"; None for None."""
        if noun is None:
            return None
        text = self.doc.text
        first = noun.first + (text.tags[noun.first] == "DT" and noun.last - noun.first > 1)
        last = noun.last
        following = self.clauses.noun_phrase(last + 1) if last < len(text.words) and text.lower[last] == "of" else None
        if following is not None and following.first == last + 1:
            last = following.last
        return text.span(first, last)
