"""Layout of a text: what each line is, and the labels that stand before its sentences.

Lines are headlines, paragraphs, list items ("• lift the curfew;") or turns of an interview ("Q: Will you resign?").  A
label is no part of the sentence after it: a dateline ("OSLO (NTB) –"), the head of an entry of a live blog
("14:35 GMT –") or a bullet.  A list item shares the subject of the line that introduces it, which ends with a colon.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from worker.extract.grammar.punctuation import DASHES, SENTENCE_FINAL
from worker.extract.grammar.tokens import Tokens
from worker.extract.grammar.verb_forms import is_verb_form
from worker.extract.lexicon.lexicon import Lexicon

LineKind = Literal["headline", "paragraph", "item", "question", "answer", "turn"]
"""A turn begins with the name of its speaker and a colon: "Lunde: We sail." """
_BULLETS = frozenset("•‣▪▫●○◦■□◆◇►▶▸➤➢✓✔✅·*–—-→»⁃∙§")
_ENUMERATOR_MARKS = frozenset({".", ")"})
_MAX_HEADLINE = 25
"""Tokens of the longest headline or section title."""
_MIN_HEADLINE = 2
_MAX_TURN_LABEL = 6
"""Tokens of the longest speaker label."""
_MIN_TURNS = 3
"""Labelled lines from which an article has a transcript."""
_MIN_QUESTIONS = 3
"""Lines that are questions from which an article may be an interview."""
_MAX_DATELINE = 14
"""Tokens of the longest dateline: city, country, date and agency."""
_MAX_DATE_HEAD = 7
"""Tokens of the longest date that heads an entry: "Monday, 3 March, 2026 –"."""
_ORDINALS = frozenset(f"{n}{ending}" for n in range(1, 32) for ending in ("st", "nd", "rd", "th"))
_MAX_INLINE_ITEMS = 60
_MAX_ENUMERATOR_LETTERS = 4
"""Letters of the longest enumerator: "viii"."""
_NO_HEADLINE_ENDS = SENTENCE_FINAL | {":", ";", ",", "”", '"', "’", "'"}
_VERB_TAGS = frozenset({"VB", "VBD", "VBN", "VBP", "VBZ", "MD"})
_ROMAN = frozenset("ivx")
_CLOCK_DIGITS, _MINUTE_DIGITS, _LAST_HOUR, _LAST_MINUTE = 4, 2, 24, 59


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


def read_layout(tokens: Tokens, quotation_of: list[int], verbs: dict[str, list[str]], lexicon: Lexicon) -> Layout:
    """Return the layout of a text.

    `verbs`: the tags that each word may have, to tell items that begin with a verb.
    """
    reader = _LayoutReader(tokens, quotation_of, verbs, lexicon)
    for first, last in tokens.paragraphs:
        reader.read_line(first, last)
    return Layout(
        kinds=_interview_kinds(reader.kinds, tokens, lexicon),
        labels=reader.labels,
        introductions=reader.introductions,
        entries=frozenset(reader.entries),
        datelines=reader.datelines,
        title_lines=set(),
    )


class _LayoutReader:
    """Reader of the lines of one text, in order."""

    def __init__(self, tokens: Tokens, quotation_of: list[int], verbs: dict[str, list[str]], lexicon: Lexicon) -> None:
        """`verbs`: the tags that each word may have.  No line is read yet."""
        self.kinds: list[LineKind] = []
        self.labels: dict[int, int] = {}
        self.introductions: dict[int, int] = {}
        self.entries: list[int] = []
        self.datelines: list[tuple[int, int]] = []
        self._tokens, self._quotation_of, self._verbs, self._lexicon = tokens, quotation_of, verbs, lexicon
        self._colon = -1
        """Colon of the line that introduces the following lines; -1 outside a list."""
        self._marked = False
        """Whether the items of the current list have bullets."""

    def read_line(self, first: int, last: int) -> None:
        """Classify the next paragraph and record its labels."""
        start = self._read_head(first, last)
        bullet = _bullet_end(self._tokens, start, last)
        item = self._is_item(start, bullet, last)
        if item and bullet > start:
            self.labels[start] = bullet
        if item and self._colon >= 0 and bullet < last:
            self.introductions[bullet] = self._colon
        else:
            self._colon = -1
        self.kinds.append("item" if item else self._kind(start, last))
        self._find_inline_items(start, last)
        if not item and self._tokens.words[last - 1] == ":" and self._quotation_of[last - 1] < 0:
            self._colon, self._marked = last - 1, False

    # ------------------------------------------------------------ heads of lines
    def _read_head(self, first: int, last: int) -> int:
        """Record the entry head or dateline of a line; return the token after it."""
        end = _entry_head_end(self._tokens, first, last, self._lexicon)
        end = end if end > first else _date_head_end(self._tokens, first, last, self._lexicon)
        if end > first:
            self.entries.append(first)
            self.labels[first] = end
            return end
        end, place = _dateline_end(self._tokens, first, last, self._lexicon)
        if end > first:
            self.labels[first] = end
            self.datelines.append((first, place))
        return end

    def _kind(self, first: int, last: int) -> LineKind:
        words, lower = self._tokens.words, self._tokens.lower
        if first + 1 < last and words[first + 1] in {":", "."} and words[first][0].isupper():
            if lower[first] in self._lexicon.closed_classes.question_labels:
                return "question"
            if lower[first] in self._lexicon.closed_classes.answer_labels:
                return "answer"
        if _has_turn_label(words, first, last):
            return "turn"
        short = _MIN_HEADLINE <= last - first <= _MAX_HEADLINE
        return "headline" if short and words[last - 1] not in _NO_HEADLINE_ENDS else "paragraph"

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
        return word[0].islower() or (self._may_be_verb(bullet) and not self._is_capitalised_noun(bullet))

    def _may_be_verb(self, token: int) -> bool:
        low = self._tokens.lower[token]
        return not _VERB_TAGS.isdisjoint(self._verbs.get(low, ())) or is_verb_form(low, self._lexicon.language)

    def _is_capitalised_noun(self, token: int) -> bool:
        known = self._verbs.get(self._tokens.lower[token], ())
        return "NN" in known or "NNP" in self._verbs.get(self._tokens.words[token], ())

    def _find_inline_items(self, first: int, last: int) -> None:
        """Record the items of a list inside a paragraph: "The cabinet: – approved … – appointed …"."""
        words = self._tokens.words
        colon = next((i for i in range(first, last - 2) if words[i] == ":" and self._quotation_of[i] < 0), -1)
        if colon > first and self._tokens.lower[colon - 1] == "to" and self._may_open_item(colon + 1):
            self._find_plain_items(colon, last)
            return
        if colon < 0 or (end := _bullet_end(self._tokens, colon + 1, last)) == colon + 1 or end >= last:
            return
        if not self._may_open_item(end):
            return
        form = words[colon + 1] if words[colon + 1] in _BULLETS else ""
        at, found = colon + 1, 0
        while at < last - 1 and found < _MAX_INLINE_ITEMS:
            end = _bullet_end(self._tokens, at, last) if not form or words[at] == form else at
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
        return self._may_be_verb(token) or "RB" in self._verbs.get(self._tokens.lower[token], ())

    def _continues_list(self, at: int, colon: int) -> bool:
        """Return whether an enumerator follows the colon or the stop of the item before."""
        return at == colon + 1 or self._tokens.words[at - 1] in {";", ",", ".", "and", "or"}


# ---------------------------------------------------------------- interviews
def _has_turn_label(words: list[str], first: int, last: int) -> bool:
    """Return whether a line begins with capitalised words and a colon, followed by more words."""
    for at in range(first, min(first + _MAX_TURN_LABEL, last - 1)):
        if words[at] == ":":
            return at > first
        if not (words[at][0].isupper() or words[at] in {"(", ")", ","}):
            return False
    return False


def _interview_kinds(kinds: list[LineKind], tokens: Tokens, lexicon: Lexicon) -> list[LineKind]:
    """Return the kinds of lines, with the questions and answers of an interview without labels.

    A few lines with a colon are no transcript.  Lines that are questions are those of an interviewer if the lines below
    them are in the first person.
    """
    labelled = sum(kind in {"turn", "question", "answer"} for kind in kinds)
    if labelled < _MIN_TURNS:
        kinds = ["paragraph" if kind == "turn" else kind for kind in kinds]
    questions = [n for n, kind in enumerate(kinds) if kind == "paragraph" and _is_question_line(tokens, n)]
    if labelled or len(questions) < _MIN_QUESTIONS:
        return kinds
    answered = [n for n in questions if n + 1 < len(kinds) and _is_first_person(tokens, n + 1, lexicon)]
    if 2 * len(answered) < len(questions) + 1:
        return kinds
    asked, answering = set(questions), False
    for number, kind in enumerate(kinds):
        if number in asked:
            kinds[number], answering = "question", True
        elif kind == "headline":
            answering = False
        elif answering and kind == "paragraph":
            kinds[number] = "answer"
            following = min(number + 1, len(kinds) - 1)
            answering = number < questions[-1] or _is_first_person(tokens, following, lexicon)
    return kinds


def _is_question_line(tokens: Tokens, number: int) -> bool:
    first, last = tokens.paragraphs[number]
    return tokens.words[last - 1] == "?" and "." not in tokens.words[first : last - 1]


def _is_first_person(tokens: Tokens, number: int, lexicon: Lexicon) -> bool:
    first, last = tokens.paragraphs[number]
    outside = tokens.words[first] not in lexicon.opening_marks
    return outside and not lexicon.first_person.isdisjoint(tokens.lower[first:last])


# ---------------------------------------------------------------- bullets
def _bullet_end(tokens: Tokens, at: int, last: int) -> int:
    """Return the token after a bullet or enumerator ("•", "2.", "(b)"); `at` if there is none."""
    words = tokens.words
    if at >= last:
        return at
    if words[at] in _BULLETS:
        spaced = at + 1 < last and tokens.starts[at + 1] > tokens.ends[at]
        return at + 1 if spaced or words[at] not in DASHES | {"*", "·"} else at
    opened = words[at] == "("
    number = at + opened
    if number + 1 >= last or not _is_enumerator(words[number]):
        return at
    closing = words[number + 1]
    if closing == ")" or (closing in _ENUMERATOR_MARKS and not opened and words[number].isdigit()):
        return number + 2
    return at


def _is_enumerator(word: str) -> bool:
    if len(word) > _MAX_ENUMERATOR_LETTERS:
        return False
    return (word.isdigit() and len(word) < 3) or len(word) == 1 or _ROMAN.issuperset(word.lower())  # noqa: PLR2004


# ---------------------------------------------------------------- heads of entries
def _entry_head_end(tokens: Tokens, first: int, last: int, lexicon: Lexicon) -> int:
    """Return the token after a clock time that heads a line: "14:35 GMT", "3.15pm –", "[09:20]"; else `first`."""
    words, clock_words = tokens.words, lexicon.closed_classes.clock_words
    bracketed = words[first] in {"[", "("}
    at = first + bracketed
    if at >= last or not words[at][0].isdigit() or not _is_clock_time(words[at], _word(tokens, at + 1), lexicon):
        return first
    plain = words[at].isdigit()  # "3 pm"
    at += 1
    while at < last and (tokens.lower[at] in clock_words or tokens.lower[at] in {"(", ")"}):
        at += 1
    while at < last and words[at] == ".":
        at += 1
    if bracketed and at < last and words[at] == "]":
        at += 1
    if at >= last:
        return last
    if words[at] in DASHES | {":", "|", "•", "·"}:
        return at + 1
    return at if not plain and words[at][0].isupper() else first


def _date_head_end(tokens: Tokens, first: int, last: int, lexicon: Lexicon) -> int:
    """Return the token after a date and a mark that head a line: "3 March 2026 –", "Monday:"; else `first`."""
    named = False
    for at in range(first, min(last - 1, first + _MAX_DATE_HEAD)):
        word, low = tokens.words[at], tokens.lower[at]
        if word in DASHES or word == ":":
            spaced = word == ":" or tokens.starts[at] > tokens.ends[at - 1]
            return at + 1 if named and spaced else first
        if low in lexicon.time_names or low in lexicon.weekdays:
            named = True
        elif not (word.isdigit() or word == "," or low in _ORDINALS):
            return first
    return first


def _is_clock_time(word: str, following: str, lexicon: Lexicon) -> bool:
    """Return whether a token is a clock time: "14:35", "3.15pm", "1435" before "GMT", "3" before "pm"."""
    digits = word.rstrip("apmhAPMH")
    suffix = word[len(digits) :].lower()
    hour, mark, minute = digits.partition(":") if ":" in digits else digits.partition(".")
    timed = following in lexicon.closed_classes.clock_words
    if not hour.isdigit() or suffix not in {"", "am", "pm", "h"}:
        return False
    if not mark:
        hhmm = len(hour) == _CLOCK_DIGITS and timed  # "1435 GMT"
        return _is_time(hour[:2], hour[2:]) if hhmm else bool(suffix or timed) and _is_time(hour, "00")
    bare = mark == "." and not (suffix or timed)  # "9.20" is a number
    return _is_time(hour, minute) and not (bare and len(hour) == 1)


def _is_time(hour: str, minute: str) -> bool:
    """Return whether hours and minutes are in range."""
    if not (minute.isdigit() and len(minute) == _MINUTE_DIGITS and len(hour) <= _MINUTE_DIGITS):
        return False
    return int(hour) <= _LAST_HOUR and int(minute) <= _LAST_MINUTE


def _word(tokens: Tokens, at: int) -> str:
    return tokens.lower[at] if at < len(tokens.lower) else ""


# ---------------------------------------------------------------- datelines
def _dateline_end(tokens: Tokens, first: int, last: int, lexicon: Lexicon) -> tuple[int, int]:
    """Return the token after a dateline and the token after its place; (first, first) if there is none.

    "OSLO (NTB) –" · "BERLIN, March 3 —" · "St. Helier, Jersey (AP) --" · "Warsaw:".
    """
    words, none = tokens.words, (first, first)
    if not words[first][0].isupper():
        return none
    limit = min(last - 2, first + _MAX_DATELINE)
    mark = next((i for i in range(first + 1, limit) if words[i] in DASHES or words[i] == ":"), -1)
    if mark < 0 or not words[mark + 1][0].isupper() or tokens.starts[mark + 1] == tokens.ends[mark]:
        return none
    place = _place_end(tokens, first, mark)
    name = " ".join(words[first:place])
    is_place = name in lexicon.seats_of_power or name.title() in lexicon.seats_of_power or _is_country(name, lexicon)
    if words[mark] == ":":
        return (mark + 1, place) if is_place and place == mark and _is_city_or_country(name, lexicon) else none
    capitals = name.isupper() and len(name) > 3 and not _is_kicker(tokens.lower[first:place], lexicon)  # noqa: PLR2004
    tail = tokens.lower[place:mark]
    if not all(_belongs_to_dateline(words[i], lexicon) for i in range(place, mark)):
        return none
    bracketed = "(" in tail or any(low in lexicon.outlets for low in tail)
    dated = any(low in lexicon.time_nouns or low.rstrip(".") in lexicon.time_nouns for low in tail)
    spaced = tokens.starts[mark] > tokens.ends[mark - 1]
    return (mark + 1, place) if spaced and (capitals or is_place or bracketed or dated) else none


def _place_end(tokens: Tokens, first: int, mark: int) -> int:
    """Return the end of the capitalised words that begin a dateline: the city."""
    at = first
    while at < mark and tokens.words[at][0].isupper():
        at += 1
    return at


def _belongs_to_dateline(word: str, lexicon: Lexicon) -> bool:
    """Return whether a token can follow the city of a dateline: country, date, agency, brackets, commas."""
    return not word[0].islower() or word.lower() in lexicon.time_nouns


def _is_country(name: str, lexicon: Lexicon) -> bool:
    return name in lexicon.countries or name.title() in lexicon.countries


def _is_city_or_country(name: str, lexicon: Lexicon) -> bool:
    return name in lexicon.countries or name in lexicon.seats_of_power


def _is_kicker(lower: Collection[str], lexicon: Lexicon) -> bool:
    return not lexicon.kickers.isdisjoint(lower)
