"""Extent of objects and topics: to the end of the clause, without adjuncts, attributions and further acts.

"approved [a ban on nets, hooks and lines] in Riga on Friday, the ministry said"; "decided [to close the port] because
of the strike"; "fired [his adviser] and is looking for another".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.phrase_boundaries import (
    after_hyphen,
    after_quotation,
    continues_sum,
    is_bare,
    is_headline_verb,
    is_trailing_adverb,
    joins_infinitive,
    leaves_quotation,
    opens_predicative,
    resumes_shared_object,
)
from worker.extract.events.time_positions import is_nominal_gerund
from worker.extract.grammar.punctuation import CLAUSE_FINAL, DASHES
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.events.sentence_times import SentenceTimes
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_MAX_TOKENS = 40
"""Maximal length of an object or topic in tokens."""
_MAX_BRACKET_TOKENS = 12
"""Tokens of the longest bracket within an object."""
_MAX_OF_PHRASES = 3
_CLAUSE_ENDS = CLAUSE_FINAL | DASHES | {":", ")"}
_ADJECTIVES = frozenset({"JJ", "VBN", "CD"})
_FINITE_TAGS = frozenset({"VBD", "VBZ", "VBP", "VB", "MD"})
_SECOND_COORDINATED = frozenset({"VBD", "VBZ", "MD"})


class PhraseExtent:
    """Finder of the end of the objects and topics of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon, times: SentenceTimes) -> None:
        self.doc, self.clauses, self.lexicon, self.times = doc, clauses, lexicon, times

    def end_of(self, first: int, before: int | None = None) -> int:
        """Return the token after the phrase or clause that begins at `first` and ends at `before` at the latest."""
        text = self.doc.text
        limit = min(text.sentence_range(first)[1], first + _MAX_TOKENS)
        limit = limit if before is None else min(limit, before)
        at = first
        while at < limit:
            if before is not None and at > first and self._is_predicate(at, first):
                break
            following = self._continuation(at, first)
            if following <= at:
                break
            at = following
        return min(at, limit)

    def start_after_time(self, first: int) -> int:
        """Return the token after a time before an object: "announced [this week] plans"; `first` without any."""
        text = self.doc.text
        noun = self.doc.chunks.noun_phrase(first) if first < len(text.words) else None
        if noun is None or noun.first != first or self.doc.chunks.verb_group(first - 1) is None:
            return first
        when = next((w for w in self.times.of_sentence(first) if w.start == text.starts[first]), None)
        end = text.token_at(when.end - 1) + 1 if when is not None else first
        return end if first < end <= noun.head and text.tags[end] != "POS" else first

    def _continuation(self, at: int, first: int) -> int:
        """Return the token from which the phrase continues after `at`; `at` itself if the phrase ends before it."""
        text = self.doc.text
        word, tag = text.words[at], text.tags[at]
        if at == first:
            return at + 1 if word not in _CLAUSE_ENDS and word != "," else at
        if leaves_quotation(text, self.doc.lexicon, at, first):
            return at
        if word == "(":
            return self._after_bracket(at)
        if word in _CLAUSE_ENDS:
            return after_hyphen(text, at)
        if word == ",":
            return self._after_comma(at, first)
        if tag == "CC":
            return at if self._is_next_act(at, first) else at + 1
        quoted = after_quotation(text, self.doc.lexicon, at, first)
        if quoted > at:
            return at if self.opens_adjunct(at + 1, first) else quoted
        if (
            self._opens_loose_relative(at, first)
            or self.opens_adjunct(at, first)
            or self._is_main_predicate(at, first)
            or is_trailing_adverb(text, self.doc.chunks, at, first)
            or opens_predicative(text, self.clauses, at, first)
        ):
            return at
        return self._after_time(at, first)

    # ------------------------------------------------------------ punctuation
    def _after_bracket(self, at: int) -> int:
        """Return the token after a short bracket within a phrase: "the council (EC) | of ministers"."""
        words = self.doc.text.words
        return next((i + 1 for i in range(at + 1, min(at + _MAX_BRACKET_TOKENS, len(words))) if words[i] == ")"), at)

    def _after_comma(self, at: int, first: int) -> int:
        """Return the token from which a list or a name continues after a comma, else `at`."""
        text = self.doc.text
        if at + 1 >= len(text.words) or is_headline_verb(text, self.lexicon, at + 1):
            return at
        if text.lower[at + 1] in word_set(self.lexicon.extent.company_suffixes):
            return at + 2  # "the Lind Group, Inc."
        if (
            joins_infinitive(text, self.doc.chunks, at, first)
            or resumes_shared_object(text, self.clauses, at, first)
            or continues_sum(text, self.clauses, at)
        ):
            return at + 1
        if text.tags[at - 1] in _ADJECTIVES and text.tags[at + 1] in _ADJECTIVES | {"RB"}:
            noun = self.clauses.noun_phrase(at + 1)
            if noun is not None and text.tags[noun.first] != "DT":
                return noun.last  # "a small, largely idle port"
        if text.lower[at + 1] in word_set(self.lexicon.extent.inclusion):
            return self._after_list(at + 2) if self.clauses.noun_phrase(at + 2) else at
        if (resumed := self._after_aside(at, first)) > at:
            return resumed
        noun = self.clauses.noun_phrase(at - 1)
        if noun is None or noun.first < first - 1:
            return at
        return self._after_place(noun, at) or self._after_conjuncts(noun, at, first)

    def _after_aside(self, comma: int, first: int) -> int:
        """Return where a clause resumes after an aside of its subject: "that the ferry, an old boat, | had sunk"."""
        text = self.doc.text
        if not self._is_clause_subject(comma, first):
            return comma
        end = min(text.sentence_range(comma)[1], comma + _MAX_TOKENS)
        closing = next((i for i in range(comma + 1, end) if text.words[i] == ","), end)
        verb = self.doc.chunks.verb_group(closing + 1)
        return closing + 1 if closing < end and verb is not None and verb.finite else comma

    def _after_list(self, at: int) -> int:
        noun = self.clauses.noun_phrase(at)
        return self.clauses.conjuncts(noun)[-1].last if noun is not None else at

    def _after_conjuncts(self, noun: NounPhrase, comma: int, first: int) -> int:
        """Return the end of the list that continues after a comma ("taxes, loans | and fees"), else the comma."""
        last = self.clauses.conjuncts(noun)[-1]
        is_subject = self._opens_predicate(last) and not self._is_clause_subject(comma, first)
        return last.last if last.first > comma and not is_subject else comma

    def _opens_predicate(self, noun: NounPhrase) -> bool:
        """Return whether a noun phrase, alone or with a further conjunct, is followed by its predicate."""
        text = self.doc.text
        joined = noun.last < len(text.words) and text.tags[noun.last] == "CC"
        for phrase in (noun, self.clauses.noun_phrase(noun.last + 1) if joined else None):
            verb = self._verb_after(phrase) if phrase is not None else None
            if verb is not None and not verb.infinitive:
                return True
        return False

    def _is_clause_subject(self, at: int, first: int) -> bool:
        """Return whether the tokens before `at` belong to the subject of a clause that is the complement of a verb."""
        text, chunks = self.doc.text, self.doc.chunks
        verb = chunks.verb_group(first - 1 - (first > 1 and text.lower[first - 1] == "that"))
        takes_clause = verb is not None and self._takes_clause(verb)
        return (takes_clause or text.lower[first - 1 : first] == ["that"]) and not chunks.has_finite_verb(first, at)

    def _takes_clause(self, verb: VerbGroup) -> bool:
        return self.lexicon.lemma(self.doc.text.lower[verb.head]) in word_set(self.lexicon.extent.clause_verbs)

    def _after_place(self, noun: NounPhrase, comma: int) -> int:
        """Return the end of the region after a place ("the mayor of Belm, Ostrava"), else 0."""
        text = self.doc.text
        region = self.clauses.noun_phrase(comma + 1)
        if region is None or region.first != comma + 1 or text.tags[region.head] != "NNP":
            return 0
        is_place = noun.first > 0 and text.lower[noun.first - 1] in word_set(self.lexicon.extent.place_prepositions)
        ends = region.last >= len(text.words) or text.tags[region.last] in {"PUNCT", "IN"}
        verb = self._verb_after(region)
        names = all(text.tags[i] == "NNP" for i in (*range(noun.first, noun.last), *range(region.first, region.last)))
        return region.last if is_place and ends and names and verb is None else 0

    def _verb_after(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the verb group right after a noun phrase and its of-phrases."""
        text, end = self.doc.text, noun.last
        for _ in range(_MAX_OF_PHRASES):
            of = self.clauses.noun_phrase(end + 1) if end < len(text.words) and text.lower[end] == "of" else None
            if of is None or of.first != end + 1:
                break
            end = of.last
        return self.doc.chunks.verb_group(end)

    # ------------------------------------------------------------ clauses
    def _is_next_act(self, at: int, first: int) -> bool:
        """Return whether a conjunction joins another verb or clause: "closed the port [and opened] another"."""
        text, chunks = self.doc.text, self.doc.chunks
        if text.lower[at] == "but":
            return not any(text.lower[i] in self.doc.lexicon.negations for i in range(first, at))
        if joins_infinitive(text, chunks, at, first):
            return False
        following = at + 1 + (at + 1 < len(text.tags) and text.tags[at + 1] == "RB")
        own = chunks.verb_group(first)
        has_verb = chunks.has_finite_verb(own.last if own else first, at)
        verb = chunks.verb_group(following)
        if verb is not None and verb.finite:
            return not has_verb and text.tags[verb.first] in _FINITE_TAGS | {"RB"}
        if has_verb:
            return False
        if following < len(text.tags) and text.tags[following] in {"SC", "WP"}:
            return True
        noun = self.clauses.noun_phrase(following)
        verb = self._verb_after(noun) if noun is not None else None
        is_pronoun = noun is not None and text.tags[noun.head] == "PRP"
        return verb is not None and verb.finite and (is_pronoun or not self._is_clause_subject(at, first))

    def _is_predicate(self, at: int, first: int) -> bool:
        """Return whether the first predicate of the subject that begins at `first` begins at a token."""
        text, verb = self.doc.text, self.doc.chunks.verb_group(at)
        if verb is None or not verb.finite or verb.first != at:
            return False
        return not any(text.tags[i] in {"WP", "SC"} for i in range(first, at))

    def _is_main_predicate(self, at: int, first: int) -> bool:
        """Return whether the predicate of a main clause begins: "those that voted to [adopt the motion] were few"."""
        text = self.doc.text
        verb = self.doc.chunks.verb_group(at)
        if verb is None or not verb.finite or verb.first != at or self._is_embedded(first):
            return False
        if is_bare(text, verb):
            return False
        inside = range(first, at)
        if any(text.tags[i] in {"WP", "SC"} or text.lower[i] == "that" for i in inside):
            return False
        subject = self.clauses.noun_phrase(at - 1)
        if subject is None or text.tags[subject.head] == "PRP":
            return False
        own = self.doc.chunks.verb_group(subject.first - 1)
        if text.tags[first] in {"VB", "VBG"}:
            return own is None or not self._takes_clause(own)
        return verb.first != verb.head and not self._is_clause_subject(at, first)  # "the sale of the port | has failed"

    def _is_embedded(self, first: int) -> bool:
        """Return whether the phrase is a clause after "that" or a question word."""
        text = self.doc.text
        return (
            (first > 0 and text.lower[first - 1] in {"that", "whether"})
            or text.lower[first] in {"that", "whether"}
            or text.lower[first] in self.doc.lexicon.wh_openers
        )

    def _opens_loose_relative(self, at: int, first: int) -> bool:
        """Return whether a relative clause begins that adds to its noun ("the port, which") rather than defining it."""
        text = self.doc.text
        if (
            text.tags[at] != "WP"
            or text.lower[at] in {"that", "what"}
            or text.tags[at - 1] in {"IN", "TO", "VB", "VBG"}
        ):
            return False
        return not self._is_embedded(first)

    def _opens_clause(self, at: int) -> bool:
        """Return whether a subject and a finite verb, or a gerund, follow a token: "as [the police said]"."""
        if at + 1 >= len(self.doc.text.words):
            return False
        if self.doc.text.tags[at + 1] == "VBG":
            return True
        at += self.doc.text.tags[at + 1] == "RB" and at + 2 < len(self.doc.text.words)  # "so [only] farmers could pay"
        noun = self.clauses.noun_phrase(at + 1)
        verb = self._verb_after(noun) if noun is not None and noun.first == at + 1 else None
        return verb is not None and verb.finite

    # ------------------------------------------------------------ adjuncts
    def opens_adjunct(self, at: int, first: int) -> bool:
        """Return whether an adjunct begins that is no part of the object: "after", "in order to", "at a rally"."""
        text, words = self.doc.text, self.lexicon.extent
        lower = text.lower[at]
        for rest in self.lexicon.adjunct_openers.get(lower, ()):
            if tuple(text.lower[at + 1 : at + 1 + len(rest)]) == rest and not (
                text.tags[at] == "IN" and self._is_embedded(first)
            ):
                return True
        if lower in word_set(words.clause_openers):
            return self._opens_clause(at)
        if lower in word_set(words.comparatives) and text.lower[at + 1 : at + 2] == ["than"]:
            return self.times.begins_at(at + 2)  # "less than a week later"
        if lower in word_set(words.limit_openers):
            return self._opens_clause(at) or not (self.times.begins_at(at) or self.times.begins_at(at + 1))
        nouns = words.occasion_nouns if lower in word_set(words.occasion_prepositions) else words.document_nouns
        if lower == "in" or nouns is words.occasion_nouns:
            noun = self.clauses.noun_phrase(at + 1)
            if noun is not None and noun.first == at + 1 and text.lower[noun.head] in word_set(nouns):
                return not self._is_participle(at - 1)
        return lower in word_set(words.ballot_prepositions) and self._is_ballot(at + 1)

    def _is_ballot(self, at: int) -> bool:
        """Return whether a vote or its count begins at a token: "by [51 votes] to 44", "in [a 7-2 vote]"."""
        text = self.doc.text
        while at < len(text.words) and (text.tags[at] in {"DT", "CD", "JJ"} or text.words[at] in DASHES):
            at += 1
        return at < len(text.words) and text.lower[at] in word_set(self.lexicon.extent.ballot_nouns)

    def _after_time(self, at: int, first: int) -> int:
        """Return the token from which the phrase continues at a token that may open an adverbial of time.

        `at` itself if the adverbial belongs to the verb before the object: "approved the plan | last week".
        """
        text = self.doc.text
        last = self.times.adverbial_end(at)
        if last <= at:
            return at + 1
        is_deadline = "by" in text.lower[at - 1 : at + 1] and "TO" in text.tags[first:at]  # "to cut costs by 2030"
        own = text.tags[first] in {"VB", "VBG"} or self._is_participle(at - 1) or is_deadline
        continues = last < len(text.words) and text.tags[last] == "TO"
        return last if own or continues else at

    def _is_participle(self, at: int) -> bool:
        """Return whether a participle within the phrase governs the time: "the notice published [on 9 January]"."""
        text, verb = self.doc.text, self.doc.chunks.verb_group(at)
        is_participle = verb is not None and text.tags[verb.head] in {"VBN", "VBG", "VBD"}
        return is_participle and not is_nominal_gerund(text, at)
