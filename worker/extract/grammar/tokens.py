"""Tokenisation: words with their hyphens and abbreviation stops; clitics and punctuation marks are separate tokens."""

from __future__ import annotations

import re

from msgspec import Struct

from worker.extract.lexicon.lexicon import Lexicon

# Repeats are bounded, so matching takes linear time on any input.
_TOKEN = re.compile(
    r"""
      [^\W\d_]{2}\w*(?:['’‘\-‐‑&]\w+)*                   # words of two letters or more, first because most tokens are
    | '(?=''(?![\w'‘“]))                               # a quotation inside another one closes first: …'''
    | ''|``|"{1,3}                                      # quotation marks made of several characters
    | (?:[^\W\d_]\.){1,5}[^\W\d_](?!\w)\.?(?:-\w+)?     # U.S., U.S, a.m., U.S.-led
    | [@\#]\w+                                          # handles and hashtags
    | \d+(?:[.,:/]\d+)*(?:-?[^\W\d_]+)*(?:['’]s\b)?     # 1,000.5  12/31  6:30  20th  12-year-old  Radio 4's
    | \w+(?:['’‘\-‐‑&]\w+)*                             # words, with hyphens and inner apostrophes
    | \.{2,}|-{2,}
    | \S
    """,
    re.VERBOSE,
)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Characters without a glyph: soft hyphen, zero-width space and joiners, marks of direction, byte order mark."""
_REMOVE_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE))
_TOKEN_WITH_INVISIBLE = re.compile(
    _TOKEN.pattern.replace(r"(?:['’‘\-‐‑&]\w+)*", rf"(?:(?:['’‘\-‐‑&]|[{_INVISIBLE}]{{1,3}})\w+)*"),
    re.VERBOSE,
)

_CLITICS = ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m")


class Tokens(Struct, frozen=True, eq=False):
    """The tokens of a text as parallel lists, and its paragraphs as token ranges."""

    string: str
    words: list[str]
    lower: list[str]
    """The words in lower case, with typographic apostrophes replaced by straight ones."""
    starts: list[int]
    ends: list[int]
    paragraphs: list[tuple[int, int]]


def tokenize(string: str, lexicon: Lexicon) -> Tokens:
    """Tokenise a text.  Every string is valid; the empty one has no tokens."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    paragraphs: list[tuple[int, int]] = []
    invisible = not string.isascii() and any(character in string for character in _INVISIBLE)
    pattern = _TOKEN_WITH_INVISIBLE if invisible else _TOKEN
    for line_start, line_end in _paragraph_lines(string):
        first, end = len(words), line_start
        for word in pattern.findall(string, line_start, line_end):
            start = string.find(word, end)  # only blanks separate tokens; cheaper than match objects
            end = start + len(word)
            if invisible and not (word := word.translate(_REMOVE_INVISIBLE)):
                continue
            if not word.isalnum():
                if word == "." and len(words) > first and ends[-1] == start:
                    if _is_abbreviation(words[-1], string[end : end + 2], lexicon):
                        words[-1] += "."
                        ends[-1] = end
                        continue
                elif ("'" in word or "’" in word) and len(word) == end - start and (cut := _clitic_start(word)):
                    words += (word[:cut], word[cut:])
                    starts += (start, start + cut)
                    ends += (start + cut, end)
                    continue
            words.append(word)
            starts.append(start)
            ends.append(end)
        if len(words) > first:
            paragraphs.append((first, len(words)))
    lower = list(map(str.lower, words))
    if "’" in string:
        lower = [low.replace("’", "'") for low in lower]
    return Tokens(string=string, words=words, lower=lower, starts=starts, ends=ends, paragraphs=paragraphs)


def without_invisible(string: str) -> str:
    """Return a string without soft hyphens and zero-width characters."""
    return string if string.isascii() else string.translate(_REMOVE_INVISIBLE)


def _paragraph_lines(string: str) -> list[tuple[int, int]]:
    """Return the offsets of paragraphs: lines, where a hard-wrapped line is joined to the one that it continues."""
    lines: list[tuple[int, int]] = []
    at = 0
    for raw in string.split("\n"):
        end = at + len(raw)
        body = raw.strip()
        if body:
            if lines and lines[-1][1] + 1 >= at and body[0].islower() and string[lines[-1][1] - 1].isalnum():
                lines[-1] = (lines[-1][0], end)
            else:
                lines.append((at, end))
        at = end + 1
    return lines


def _is_abbreviation(word: str, after: str, lexicon: Lexicon) -> bool:
    """Return whether the full stop after a word belongs to it: initials ("J."), listed abbreviations ("no. 12")."""
    low = word.lower()
    if low in lexicon.ambiguous_abbreviations and word.islower():
        return after.lstrip()[:1].isdigit()
    if (len(word) == 1 and word.isupper() and word != "I") or low in lexicon.abbreviations:
        return True
    return "-" in low and low.rpartition("-")[2] in lexicon.title_abbreviations  # "then-Sen."


def _clitic_start(word: str) -> int:
    """Return the index at which a clitic ("n't", "'s") starts in the word; 0 if there is none."""
    low = word.lower().replace("’", "'")
    for clitic in _CLITICS:
        if low.endswith(clitic) and len(low) > len(clitic):
            return len(low) - len(clitic)
    return 0
