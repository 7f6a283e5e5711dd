"""Articles with annotated attributions, and which of our statements are right by them.

A gold file is JSON Lines, gzipped where its name ends in .gz.  A line is an article:

    {"id": str, "text": str, "attributions": [{"source": spans, "cue": spans, "content": spans}, …],
     "discuss"?: spans, "discard"?: spans}

`spans` is a list of [start, end] in code points, half open; an empty `source` or `cue` says that there is none.  In
`discuss` (annotators unsure) and `discard` (boilerplate) lie the regions where nothing is right or wrong.  The scheme
is PARC's and PolNeAR's: source, cue and content, of nested attributions only the outermost.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from worker.schema import Statement

Spans = list[tuple[int, int]]
Words = frozenset[int]
"""Numbers of words in the text: marks and blanks carry no weight when spans are compared."""

WORD = re.compile(r"\w+(?:['’]\w+)*")  # noqa: RUF001 - typographic apostrophes occur


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


HEAD_ENDS = _words("of for from in at with on who whom which that by to whose and familiar close")
"""A source's head is the word before the first of these, or before a comma, colon, bracket or dash."""
FUNCTION_WORDS = _words("""
    a an the of to in on at by for from with about as that this it its his her their our my your he she they we i
    you is are was were be been being am has have had having do does did will would shall should can could may might
    must not no and or but so than then also there who whom which what when where how why if whether into onto upon
    over under between during after before against toward towards up down out off
    """)
"""Words that two cues may share without being the same cue."""
ENOUGH = 0.5
"""Dice coefficient from which two contents are one."""


class Attribution(Struct, frozen=True):
    """One annotated attribution."""

    content: Spans
    cue: Spans = []
    source: Spans = []


class GoldArticle(Struct, frozen=True):
    """A line of the file."""

    id: str
    text: str
    attributions: list[Attribution]
    discuss: Spans = []
    discard: Spans = []


def articles(file: Path) -> Iterator[GoldArticle]:
    """Read a gold file; what does not fit the format raises `msgspec.ValidationError` with its path."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield msgspec.json.decode(line, type=GoldArticle)


def verdicts(article: GoldArticle, statements: Sequence[Statement]) -> list[bool | None]:
    """Say of each statement whether it is right; None where nothing can be said.

    Right is a statement whose content is that of a gold attribution (Dice >= 0.5, one to one), whose source agrees with
    it in the head, and whose cue shares a word with it.  Nothing can be said of a statement inside the content of
    another, nor of one that matches no gold where half its content lies in `discuss` or `discard`.
    """
    reader = _Reader(article.text)
    gold = [reader.parts(a.source, a.cue, a.content) for a in article.attributions]
    ours = [_parts(reader, statement) for statement in statements]
    unsure = reader.words([*article.discuss, *article.discard])
    nested = [any(one.cue | one.content < other.content for other in ours) for one in ours]
    partner = _align(gold, [None if inside else one for one, inside in zip(ours, nested, strict=True)])
    answers: list[bool | None] = []
    for number, one in enumerate(ours):
        match = gold[partner[number]] if number in partner else None
        if nested[number] or (match is None and 2 * len(one.content & unsure) >= len(one.content)):
            answers.append(None)
        else:
            answers.append(match is not None and reader.agree(match, one))
    return answers


class _Parts(NamedTuple):
    source: Words
    cue: Words
    content: Words


def _parts(reader: _Reader, statement: Statement) -> _Parts:
    mention = statement.speaker.mention if statement.speaker else None
    source, cue = ([(s.start, s.end)] if s else [] for s in (mention, statement.cue))
    return reader.parts(source, cue, [(s.start, s.end) for s in statement.content])


class _Reader:
    """One text as numbered words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in WORD.finditer(text)]
        self.lower = [text[start:end].lower() for start, end in self.spans]
        self._at = {offset: n for n, span in enumerate(self.spans) for offset in range(*span)}

    def words(self, spans: Spans) -> Words:
        return frozenset(self._at[i] for start, end in spans for i in range(start, end) if i in self._at)

    def parts(self, source: Spans, cue: Spans, content: Spans) -> _Parts:
        """A cue without a word (a headline's colon) is its characters, as negative numbers."""
        marks = frozenset(-1 - i for start, end in cue for i in range(start, end) if not self.text[i].isspace())
        return _Parts(self.words(source), self.words(cue) or marks, self.words(content))

    def agree(self, gold: _Parts, ours: _Parts) -> bool:
        return (
            dice(gold.content, ours.content) >= ENOUGH
            and self._sources_agree(gold.source, ours.source)
            and bool(self._core(gold.cue) & self._core(ours.cue))
        )

    def _core(self, cue: Words) -> Words:
        return frozenset(n for n in cue if n < 0 or self.lower[n] not in FUNCTION_WORDS) or cue

    def _sources_agree(self, a: Words, b: Words) -> bool:
        if not a or not b:
            return not a and not b
        return dice(a, b) >= ENOUGH or (self._head(a) in b and self._head(b) in a)

    def _head(self, source: Words) -> int:
        """The head without a parse: "a spokesman for X" -> spokesman, "X, the minister" -> X."""
        first, *rest = sorted(source)
        head = first
        for n in rest:
            gap = self.text[self.spans[n - 1][1] : self.spans[n][0]]
            if self.lower[n] in HEAD_ENDS or any(mark in gap for mark in ",;:(—\u2013"):
                break
            head = n
        return head


def dice(a: Words, b: Words) -> float:
    """Dice coefficient 2|a & b| / (|a| + |b|)."""
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _align(gold: Sequence[_Parts], ours: Sequence[_Parts | None]) -> dict[int, int]:
    """Our number -> gold's, one to one, the most alike first; what shares no word of content stays alone."""
    having: dict[int, list[int]] = {}
    for g, parts in enumerate(gold):
        for word in parts.content:
            having.setdefault(word, []).append(g)
    likeness = []
    for n, one in enumerate(ours):
        for g in {g for word in one.content for g in having.get(word, ())} if one else ():
            alike = tuple(dice(a, b) for a, b in zip(reversed(gold[g]), reversed(one or ()), strict=True))
            likeness.append((alike, -n, -g))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, n, g in sorted(likeness, reverse=True):
        if -n not in partner and -g not in taken:
            partner[-n] = -g
            taken.add(-g)
    return partner
