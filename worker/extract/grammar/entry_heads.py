"""Heads of the entries of live blogs and timelines: clock times ("14:35 GMT –") and dates ("3 March:")."""

from __future__ import annotations

from worker.extract.grammar.punctuation import DASHES
from worker.extract.grammar.tokens import Tokens
from worker.extract.lexicon.lexicon import Lexicon

_MAX_DATE_HEAD = 7
"""Tokens of the longest date that heads an entry: "Monday, 3 March, 2026 –"."""
_ORDINALS = frozenset(f"{n}{ending}" for n in range(1, 32) for ending in ("st", "nd", "rd", "th"))
_CLOCK_DIGITS, _MINUTE_DIGITS, _LAST_HOUR, _LAST_MINUTE = 4, 2, 24, 59


def entry_head_end(tokens: Tokens, first: int, last: int, lexicon: Lexicon) -> int:
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


def date_head_end(tokens: Tokens, first: int, last: int, lexicon: Lexicon) -> int:
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
