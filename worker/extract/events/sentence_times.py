"""The time expressions of one article, by sentence and token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.dates import TimeExpression
    from worker.extract.document import Document
    from worker.extract.lexicon.event_lexicon import EventLexicon


class SentenceTimes:
    """Finder of the time expressions of one article; each sentence is searched once."""

    def __init__(self, doc: Document, lexicon: EventLexicon) -> None:
        self.doc, self.lexicon = doc, lexicon
        self._found: dict[int, list[TimeExpression]] = {}
        """Expressions by sentence."""

    def of_sentence(self, token: int) -> list[TimeExpression]:
        """Return the time expressions of the sentence that contains a token, in order."""
        text = self.doc.text
        number = text.sentence_of[token]
        if number not in self._found:
            first, last = text.sentences[number]
            self._found[number] = self.lexicon.dates.find(text.string, text.starts[first], text.ends[last - 1])
        return self._found[number]

    def begins_at(self, token: int) -> bool:
        """Return whether a time expression begins at `token`, or at the next token after a preposition."""
        text = self.doc.text
        if token >= len(text.words):
            return False
        at = token + (text.tags[token] == "IN" and token + 1 < len(text.words))
        return any(text.token_at(w.start) in {token, at} for w in self.of_sentence(token))

    def adverbial_end(self, first: int) -> int:
        """Return the end of the adverbial of time that begins at a token: "on Friday", "last week", "two days ago".

        `first` itself if none begins there.  "Until May" is a term, "the 2019 budget" an attribute: neither is one.
        """
        text = self.doc.text
        at = first + (text.lower[first] in word_set(self.lexicon.meeting.date_prepositions))
        if at >= len(text.words) or text.lower[at - 1] in word_set(self.lexicon.meeting.term_prepositions):
            return first
        offsets = {text.starts[first], text.starts[at]}
        when = next((w for w in self.of_sentence(first) if w.start in offsets), None)
        last = text.token_at(when.end - 1) + 1 if when is not None else first
        return first if when is None or self._is_attribute(last) else last

    def _is_attribute(self, last: int) -> bool:
        """Return whether the expression that ends before a token modifies a noun: "[last week]'s vote"."""
        text = self.doc.text
        if last < len(text.words) and text.tags[last] == "POS":
            return True
        noun = self.doc.chunks.noun_phrase(last - 1)
        return noun is not None and noun.head >= last and text.tags[noun.head] in {"NN", "NNS"}
