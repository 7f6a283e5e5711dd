"""Articles with annotated attributions, and the evaluation of statements against them.

A gold file is JSON Lines, compressed if its name ends in .gz.  Each line is an article:

    {"id": str, "text": str, "attributions" or "statements": [attribution, …],
     "discuss"?: spans, "discard"?: spans, "ignore"?: spans}

and an attribution {"source": spans, "cue": spans, "content": spans, "speaker"?: names, "type"?: str}.

`spans` is a list of half-open intervals [start, end) in code points; an empty `source` or `cue` means that there is
none.  `discuss` (annotators unsure), `discard` (boilerplate) and `ignore` are regions that are not evaluated.
`speaker` lists the names of the speaker, the fullest first; null if the text does not tell.  The annotation scheme is
that of PARC and PolNeAR: source, cue and content; of nested attributions only the outermost.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from worker.schema import Statement

Spans = list[tuple[int, int]]
Words = frozenset[int]
"""Indices of words in the text.  Punctuation and blanks do not count when spans are compared."""

WORD = re.compile(r"\w+(?:['’]\w+)*")  # noqa: RUF001 - typographic apostrophes occur


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


HEAD_ENDS = _words("of for from in at with on who whom which that by to whose and familiar close")
"""The head of a source is the word before the first of these, or before a comma, colon, bracket or dash."""
FUNCTION_WORDS = _words("""
    a an the of to in on at by for from with about as that this it its his her their our my your he she they we i
    you is are was were be been being am has have had having do does did will would shall should can could may might
    must not no and or but so than then also there who whom which what when where how why if whether into onto upon
    over under between during after before against toward towards up down out off
    """)
"""Words that do not make two cues equal when both contain them."""
_UNNAMED = _words(
    "the a an s of mr mrs ms dr sir dame lord lady president prime minister senator sen rep gov governor jr sr"
)
"""Words that do not tell names apart."""
MIN_DICE = 0.5
"""Dice coefficient from which two contents match."""


class Attribution(Struct, frozen=True):
    """One annotated attribution."""

    content: Spans
    cue: Spans | None = None
    source: Spans | None = None
    speaker: list[str] | None = None
    type: str | None = None
    """Type of the speaker; present if and only if speakers are annotated."""


class GoldArticle(Struct, frozen=True):
    """A line of a gold file."""

    id: str
    text: str
    attributions: list[Attribution] = []
    statements: list[Attribution] = []
    discuss: Spans = []
    discard: Spans = []
    ignore: Spans = []

    @property
    def annotated(self) -> list[Attribution]:
        """All annotated attributions, by either name of the field."""
        return [*self.attributions, *self.statements]

    @property
    def has_speakers(self) -> bool:
        """Whether the speakers are annotated."""
        return any(one.type for one in self.annotated)


def read_gold(file: Path) -> Iterator[GoldArticle]:
    """Read a gold file; raise `msgspec.ValidationError` with the path of a value that does not fit the format."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield msgspec.json.decode(line, type=GoldArticle)


def verdicts(article: GoldArticle, statements: Sequence[Statement]) -> list[bool | None]:
    """Return for each statement whether it is correct; None where that cannot be decided.

    A statement is correct if its content matches that of a gold attribution (Dice >= 0.5, one to one) and its speaker
    is the annotated one; without annotated speakers, if its source has the same head and the cues share a content word.
    Undecided are statements whose speaker the annotation leaves open, those inside the content of another statement,
    and those that match no attribution and lie with half their content in a region that is not evaluated.
    """
    indexed = _IndexedText(article.text)
    annotated = article.annotated
    gold = [indexed.parts(a.source or [], a.cue or [], a.content) for a in annotated]
    statement_parts = [_parts(indexed, statement) for statement in statements]
    unsure = indexed.words([*article.discuss, *article.discard, *article.ignore])
    nested = [any(one.cue | one.content < other.content for other in statement_parts) for one in statement_parts]
    partner = _align(gold, [None if inside else one for one, inside in zip(statement_parts, nested, strict=True)])
    results: list[bool | None] = []
    for number, one in enumerate(statement_parts):
        match = gold[partner[number]] if number in partner else None
        if nested[number] or (match is None and 2 * len(one.content & unsure) >= len(one.content)):
            results.append(None)
        else:
            attribution = annotated[partner[number]] if number in partner else None
            results.append(_verdict(indexed, attribution, match, statements[number], one))
    return results


def _verdict(
    indexed: _IndexedText, attribution: Attribution | None, match: _Parts | None, statement: Statement, one: _Parts
) -> bool | None:
    """Return whether a statement with its best partner is correct."""
    if attribution is None or match is None:
        return False
    if attribution.type is None:
        return indexed.agree(match, one)
    if attribution.speaker is None:
        return None
    named = statement.speaker is not None and is_same_speaker(statement.speaker.name, attribution)
    return named and dice(match.content, one.content) >= MIN_DICE


def is_same_speaker(name: str, attribution: Attribution) -> bool:
    """Return whether a name is one of the annotated speaker's: a person's fullest one, or half the words of another."""
    forms = [_name_words(form) for form in attribution.speaker or []]
    words = _name_words(name)
    if attribution.type == "person":
        return bool(words) and words == forms[0]
    return any(words == form or dice_of_names(words, form) >= MIN_DICE for form in forms)


def _name_words(name: str) -> list[str]:
    """Return the words of a name in lower case, without titles, articles and accents."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return [word for word in re.findall(r"[\w&-]+", plain) if word not in _UNNAMED]


def dice_of_names(a: list[str], b: list[str]) -> float:
    """Dice coefficient of the words of two names."""
    return 2 * len({*a} & {*b}) / (len({*a}) + len({*b})) if a and b else 0.0


class _Parts(NamedTuple):
    source: Words
    cue: Words
    content: Words


def _parts(indexed: _IndexedText, statement: Statement) -> _Parts:
    mention = statement.speaker.mention if statement.speaker else None
    source, cue = ([(s.start, s.end)] if s else [] for s in (mention, statement.cue))
    return indexed.parts(source, cue, [(s.start, s.end) for s in statement.content])


class _IndexedText:
    """A text as a sequence of words, and the comparison of spans in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in WORD.finditer(text)]
        self.lower = [text[start:end].lower() for start, end in self.spans]
        self._at = {offset: n for n, span in enumerate(self.spans) for offset in range(*span)}

    def words(self, spans: Spans) -> Words:
        """Return the indices of the words in the spans."""
        return frozenset(self._at[i] for start, end in spans for i in range(start, end) if i in self._at)

    def parts(self, source: Spans, cue: Spans, content: Spans) -> _Parts:
        """Return source, cue and content as word indices; a cue without words (a colon) as negative offsets."""
        marks = frozenset(-1 - i for start, end in cue for i in range(start, end) if not self.text[i].isspace())
        return _Parts(self.words(source), self.words(cue) or marks, self.words(content))

    def agree(self, gold: _Parts, statement_parts: _Parts) -> bool:
        """Return whether content, source and cue match."""
        return (
            dice(gold.content, statement_parts.content) >= MIN_DICE
            and self._sources_agree(gold.source, statement_parts.source)
            and bool(self._core(gold.cue) & self._core(statement_parts.cue))
        )

    def _core(self, cue: Words) -> Words:
        return frozenset(n for n in cue if n < 0 or self.lower[n] not in FUNCTION_WORDS) or cue

    def _sources_agree(self, a: Words, b: Words) -> bool:
        if not a or not b:
            return not a and not b
        return dice(a, b) >= MIN_DICE or (self._head(a) in b and self._head(b) in a)

    def _head(self, source: Words) -> int:
        """Return the head without a parse: "spokesman" in "a spokesman for X", "X" in "X, the minister"."""
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


def _align(gold: Sequence[_Parts], statement_parts: Sequence[_Parts | None]) -> dict[int, int]:
    """Pair statements with gold attributions one to one, most similar first; return statement number -> gold number.

    Pairs that share no word of content are not made.
    """
    having: dict[int, list[int]] = {}
    for g, parts in enumerate(gold):
        for word in parts.content:
            having.setdefault(word, []).append(g)
    likeness = []
    for n, one in enumerate(statement_parts):
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
