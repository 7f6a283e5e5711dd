"""Layout of a text: the kind of each line, and the labels before its sentences.

Lines are headlines, paragraphs, list items ("• lift the curfew;") or turns of an interview ("Q: Will you resign?").  A
label is no part of the sentence after it: a dateline ("OSLO (NTB) –"), the head of an entry of a live blog
("14:35 GMT –") or a bullet.  A list item shares the subject of the line that introduces it, which ends with a colon.
"""

from __future__ import annotations

from msgspec import Struct

from worker.extract.grammar.bullets import BULLETS, bullet_end
from worker.extract.grammar.datelines import dateline_end
from worker.extract.grammar.entry_heads import date_head_end, entry_head_end
from worker.extract.grammar.interview_lines import LineKind, has_turn_label, interview_kinds
from worker.extract.grammar.punctuation import DASHES, SENTENCE_FINAL
from worker.extract.grammar.tokens import Tokens
from worker.extract.grammar.verb_forms import is_verb_form
from worker.extract.lexicon.lexicon import Lexicon

_MAX_HEADLINE = 25
"""Tokens of the longest headline or section title."""
_MIN_HEADLINE = 2
_MAX_ANSWER = 8
"""Paragraphs between a question and its answer with the label "A."."""
_MAX_INLINE_ITEMS = 60
_NO_HEADLINE_ENDS = SENTENCE_FINAL | {":", ";", ",", "”", '"', "’", "'"}
_VERB_TAGS = frozenset({"VB", "VBD", "VBN", "VBP", "VBZ", "MD"})


class Layout(Struct, frozen=True, eq=False):
    """The kinds of the lines of an article and the labels in them."""

    kinds: list[LineKind]
    """Kind of each paragraph."""
    labels: dict[int, int]
    """First token of a label -> the token after it."""
    introductions: dict[int, int]
    """First token of a list item, after its bullet -> the colon of the introducing line."""
    entries: frozenset[int]
    """First tokens of the entries of a live blog, or of the sections under a clock time."""
    datelines: list[tuple[int, int]]
    """Token ranges of the places in datelines; the first is that of the article."""
    title_lines: set[int]
    """Paragraphs in title case or capitals, whose capitals do not mark names."""

    def is_label(self, token: int) -> bool:
        """Return whether a token begins a label."""
        return token in self.labels

    def sentence_starts(self) -> set[int]:
        """Return the tokens at which a sentence starts whatever precedes them: labels and what follows them."""
        return {*self.labels, *self.labels.values(), *self.introductions}


def read_layout(tokens: Tokens, quotation_of: list[int], known_tags: dict[str, list[str]], lexicon: Lexicon) -> Layout:
    """Return the layout of a text.

    `known_tags`: word -> the tags that it may have, by which an item that begins with a verb is recognised.
    """
    reader = _LayoutReader(tokens, quotation_of, known_tags, lexicon)
    for first, last in tokens.paragraphs:
        reader.read_line(first, last)
    return Layout(
        kinds=interview_kinds(reader.kinds, reader.plain_kinds, tokens, lexicon),
        labels=reader.labels,
        introductions=reader.introductions,
        entries=frozenset(reader.entries),
        datelines=reader.datelines,
        title_lines=set(),
    )


class _LayoutReader:
    """Reader of the lines of one text, in order."""

    def __init__(
        self, tokens: Tokens, quotation_of: list[int], known_tags: dict[str, list[str]], lexicon: Lexicon
    ) -> None:
        """`known_tags`: word -> the tags that it may have."""
        self.kinds: list[LineKind] = []
        self.plain_kinds: list[LineKind] = []
        """Kind of each line if it has no label."""
        self.labels: dict[int, int] = {}
        self.introductions: dict[int, int] = {}
        self.entries: list[int] = []
        self.datelines: list[tuple[int, int]] = []
        self._tokens, self._quotation_of, self._known_tags, self._lexicon = tokens, quotation_of, known_tags, lexicon
        self._colon = -1
        """Colon of the line that introduces the following lines; -1 outside a list."""
        self._marked = False
        """Whether the items of the current list have bullets."""

    def read_line(self, first: int, last: int) -> None:
        """Classify the next paragraph and record its labels."""
        start = self._read_head(first, last)
        bullet = bullet_end(self._tokens, start, last)
        item = self._is_item(start, bullet, last)
        if item and bullet > start:
            self.labels[start] = bullet
        if item and self._colon >= 0 and bullet < last:
            self.introductions[bullet] = self._colon
        else:
            self._colon = -1
        self.plain_kinds.append("item" if item else self._plain_kind(start, last))
        self.kinds.append("item" if item else self._labelled_kind(start, last) or self.plain_kinds[-1])
        self._find_inline_items(start, last)
        if not item and self._tokens.words[last - 1] == ":" and self._quotation_of[last - 1] < 0:
            self._colon, self._marked = last - 1, False

    # ------------------------------------------------------------ heads of lines
    def _read_head(self, first: int, last: int) -> int:
        """Record the entry head or dateline of a line; return the token after it."""
        end = entry_head_end(self._tokens, first, last, self._lexicon)
        end = end if end > first else date_head_end(self._tokens, first, last, self._lexicon)
        if end > first:
            self.entries.append(first)
            self.labels[first] = end
            return end
        end, place = dateline_end(self._tokens, first, last, self._lexicon)
        if end > first:
            self.labels[first] = end
            if place > first:
                self.datelines.append((first, place))
        return end

    def _labelled_kind(self, first: int, last: int) -> LineKind | None:
        """Return the kind of a line with a label and a colon; None for any other line."""
        words, lower, closed = self._tokens.words, self._tokens.lower, self._lexicon.closed_classes
        if first >= last:
            return None  # the head of an entry in a line of its own
        if first + 1 < last and words[first + 1] in {":", "."} and words[first][0].isupper():
            if lower[first] in closed.question_labels:
                return "question"
            if lower[first] in closed.answer_labels:
                return "answer"
        if words[first] == "Q.":
            return "question"
        if words[first] == "A." and "question" in self.kinds[-_MAX_ANSWER:]:
            return "answer"  # not the initial of a name
        return "turn" if has_turn_label(words, first, last) else None

    def _plain_kind(self, first: int, last: int) -> LineKind:
        short = _MIN_HEADLINE <= last - first <= _MAX_HEADLINE
        return "headline" if short and self._tokens.words[last - 1] not in _NO_HEADLINE_ENDS else "paragraph"

    # ------------------------------------------------------------ items
    def _is_item(self, start: int, bullet: int, last: int) -> bool:
        """Return whether a line is a list item.

        A line with a bullet is one; dashes count only after an introducing line.  Without bullets, the lines after an
        introducing line are items if they begin with a verb that is no noun, or in lower case.
        """
        if bullet >= last or start >= last or self._quotation_of[bullet] >= 0:
            return False
        if bullet > start:
            self._marked = self._marked or self._colon >= 0
            return self._colon >= 0 or self._tokens.words[start] not in DASHES
        if self._colon < 0 or self._marked:
            return False
        word = self._tokens.words[bullet]
        completes = self._tokens.lower[self._colon - 1] in self._lexicon.modals | {"to"}
        verbal = self._may_be_verb(bullet) and (completes or not self._is_capitalised_noun(bullet))
        return word[0].islower() or verbal

    def _may_be_verb(self, token: int) -> bool:
        low = self._tokens.lower[token]
        return not _VERB_TAGS.isdisjoint(self._known_tags.get(low, ())) or is_verb_form(low, self._lexicon.language)

    def _is_capitalised_noun(self, token: int) -> bool:
        known = self._known_tags.get(self._tokens.lower[token], ())
        return "NN" in known or "NNP" in self._known_tags.get(self._tokens.words[token], ())

    def _find_inline_items(self, first: int, last: int) -> None:
        """Record the items of a list inside a paragraph: "The cabinet: – approved … – appointed …"."""
        words = self._tokens.words
        if ":" not in words[first:last]:
            return
        colon = next((i for i in range(first, last - 2) if words[i] == ":" and self._quotation_of[i] < 0), -1)
        if colon > first and self._tokens.lower[colon - 1] == "to" and self._may_open_item(colon + 1):
            self._find_plain_items(colon, last)
            return
        if colon < 0 or (end := bullet_end(self._tokens, colon + 1, last)) == colon + 1 or end >= last:
            return
        if not self._may_open_item(end):
            return
        form = words[colon + 1] if words[colon + 1] in BULLETS else ""
        at, found = colon + 1, 0
        while at < last - 1 and found < _MAX_INLINE_ITEMS:
            end = bullet_end(self._tokens, at, last) if not form or words[at] == form else at
            if at < end < last and self._quotation_of[at] < 0 and (form or self._continues_list(at, colon)):
                if self._may_open_item(end):
                    self.labels[at] = end
                    self.introductions[end] = colon
                    found += 1
                at = end
            else:
                at += 1

    def _find_plain_items(self, colon: int, last: int) -> None:
        """Record the items of a list without bullets: "decided to: lift the curfew; close the port; and …"."""
        words, at = self._tokens.words, colon + 1
        for i in range(colon + 1, last - 1):
            if words[i] == ";" and self._quotation_of[i] < 0:
                self.introductions[at] = colon
                at = i + 1
                if self._tokens.lower[at] in {"and", "or"} and at + 1 < last:
                    self.labels[at] = at + 1
                    at += 1
        if self._quotation_of[at] < 0:
            self.introductions[at] = colon

    def _may_open_item(self, token: int) -> bool:
        """Return whether the token can begin an item inside a paragraph: a verb or adverb."""
        return self._may_be_verb(token) or "RB" in self._known_tags.get(self._tokens.lower[token], ())

    def _continues_list(self, at: int, colon: int) -> bool:
        """Return whether an enumerator follows the colon or the stop of the item before."""
        return at == colon + 1 or self._tokens.words[at - 1] in {";", ",", ".", "and", "or"}
