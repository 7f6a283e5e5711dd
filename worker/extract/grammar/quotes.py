"""Quotations: the token ranges between quotation marks, including incorrectly set ones.

One pass over the marks of each paragraph.  An unclosed quotation ends with its paragraph; if the next paragraph opens
with a mark, it continues there.  A mark that may be an apostrophe counts only in a pair.
"""

from __future__ import annotations

from msgspec import Struct

from worker.extract.grammar.tokens import Tokens
from worker.extract.lexicon.lexicon import Lexicon

_MAX_NESTED_MARKS = 6
"""Marks after a double mark that are searched for the closing single mark."""
_POSSESSIVES = frozenset({"s ", "s,", "s."})
"""Characters after a double mark that is an apostrophe."""
_MARKS_BEFORE_CLOSING = frozenset({",", ".", "?", "!"})


class Quotation(Struct, frozen=True, kw_only=True):
    """The tokens from an opening mark up to and including the closing one."""

    first: int
    last: int
    """End, exclusive."""
    opened: bool = True
    """Whether the quotation has an opening mark."""
    closed: bool = True
    """Whether the quotation has a closing mark; without one it ends with its paragraph."""
    continues: bool = False
    """Whether the quotation continues the one that the previous paragraph left open."""
    single: bool = False
    """Whether the marks of the quotation are single ones."""

    @property
    def inner(self) -> tuple[int, int]:
        """The token range without the marks; may be empty."""
        return self.first + self.opened, self.last - self.closed


class _Mark(Struct, frozen=True):
    token: int
    single: bool
    can_open: bool
    can_close: bool


def find_quotations(tokens: Tokens, lexicon: Lexicon) -> tuple[list[Quotation], list[int]]:
    """Return the quotations in order, without nested ones, and for every token the index of its quotation (or -1)."""
    found: list[Quotation] = []
    left_open = False
    words, marks_of = tokens.words, lexicon.quotation_marks
    for first, last in tokens.paragraphs:
        marks = [_mark(tokens, i, lexicon) for i in range(first, last) if words[i] in marks_of]
        here = _pair(marks, (first, last), words, lexicon)
        if here and left_open and here[0].first == first and here[0].opened:
            here[0] = Quotation(first=here[0].first, last=here[0].last, closed=here[0].closed, continues=True)
        left_open = bool(here) and not here[-1].closed
        found += here
    quotation_of = [-1] * len(words)
    for number, q in enumerate(found):
        quotation_of[q.first : q.last] = [number] * (q.last - q.first)
    return found, quotation_of


def _mark(tokens: Tokens, token: int, lexicon: Lexicon) -> _Mark:
    """Return whether a mark can open or close a quotation.

    The glyph decides if it has a direction, otherwise the adjacent blanks do.
    """
    string, word = tokens.string, tokens.words[token]
    start, end = tokens.starts[token], tokens.ends[token]
    blank_before = start == 0 or string[start - 1].isspace() or string[start - 1] in "([{—–-/:“‘\"'"
    blank_after = end == len(string) or not (string[end].isalnum() or string[end] in "$£€#@[(‘“'…")
    single = word in lexicon.single_marks
    if word == '"' and not blank_before and string[end : end + 2] in _POSSESSIVES:
        return _Mark(token, single, can_open=False, can_close=False)  # "the port"s fees": an apostrophe
    if word in lexicon.opening_marks and word not in lexicon.closing_marks:
        return _Mark(token, single, not single or blank_before, not blank_before and blank_after)
    if word in lexicon.closing_marks and word not in lexicon.opening_marks:
        return _Mark(
            token,
            single,
            blank_before and not blank_after and not single,
            (not blank_before and blank_after) or not single,
        )
    return _Mark(token, single, blank_before and not blank_after, not blank_before or blank_after)


def _pair(marks: list[_Mark], paragraph: tuple[int, int], words: list[str], lexicon: Lexicon) -> list[Quotation]:
    """Pair the marks of a paragraph.  Marks of the other kind inside a quotation are nested quotations and ignored."""
    first, last = paragraph
    found: list[Quotation] = []
    opening: _Mark | None = None
    for number, mark in enumerate(marks):
        if opening is None or (opening.single and not mark.single and not _closes_later(marks, number, words)):
            if mark.can_open and not _is_inch_mark(mark, words, first) and not _is_elision(mark, words, lexicon):
                opening = mark
            elif mark.can_close and not mark.single:
                opening = None
                start = _start_without_mark(mark.token, found, first, words)
                if start < mark.token:
                    found.append(Quotation(first=start, last=mark.token + 1, opened=False))
        elif mark.single != opening.single or (mark.single and _is_possessive(marks, number, words)):
            continue
        elif mark.can_close and mark.token > opening.token:
            found.append(Quotation(first=opening.token, last=mark.token + 1, single=mark.single))
            opening = None
        elif mark.can_open and not mark.single:
            found.append(Quotation(first=opening.token, last=mark.token, closed=False))
            opening = mark
    if opening is not None and not opening.single:
        found.append(Quotation(first=opening.token, last=last, closed=False))
    return found


def _closes_later(marks: list[_Mark], number: int, words: list[str]) -> bool:
    """Return whether the single marks around a double one are closed later: ‘He said “go home” and I went,’ X said."""
    return any(
        m.single and m.can_close and words[m.token - 1] in _MARKS_BEFORE_CLOSING
        for m in marks[number + 1 : number + _MAX_NESTED_MARKS]
        if m.token
    )


def _is_possessive(marks: list[_Mark], number: int, words: list[str]) -> bool:
    """Return whether a single mark after "s" is a possessive, as a later one closes: 'It's the islanders' ferry,'."""
    token = marks[number].token
    if number + 1 >= len(marks) or not words[token - 1].endswith("s") or not words[token + 1].islower():
        return False
    following = marks[number + 1]
    return following.single and following.can_close and words[following.token - 1] in _MARKS_BEFORE_CLOSING


def _is_elision(mark: _Mark, words: list[str], lexicon: Lexicon) -> bool:
    """Return whether a single mark replaces omitted letters: rock 'n' roll, the '90s."""
    return mark.single and mark.token + 1 < len(words) and words[mark.token + 1].lower() in lexicon.elisions


def _is_inch_mark(mark: _Mark, words: list[str], first: int) -> bool:
    """Return whether a straight mark right after a number means inches."""
    return words[mark.token] == '"' and mark.token > first and words[mark.token - 1].isdigit() and not mark.can_open


def _start_without_mark(token: int, found: list[Quotation], first: int, words: list[str]) -> int:
    """Return where a quotation without an opening mark starts: after the preceding stop, colon or quotation."""
    earliest = found[-1].last if found else first
    at = token - 1
    if token == earliest:
        return token
    while at > earliest and words[at - 1] in {".", "!", "?", ","}:
        at -= 1
    while at > earliest and words[at - 1] not in {".", "!", "?", ":"}:
        at -= 1
    return at
