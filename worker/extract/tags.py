"""Word classes: a small averaged perceptron, trained by `tools/train_tagger.py`, that only looks twice where it must.

Most words of a text have one class whatever stands around them; those come from a table.  The others are decided from
left to right by a linear model over the word, its ending and its neighbours.  The classes are the Penn treebank's with
degrees and proper plurals folded: NN NNS NNP, VB VBD VBG VBN VBP VBZ MD, JJ RB RP IN SC (a conjunction that opens a
clause: that, because, if), TO DT PRP PRP$ WP (every wh-word) CC CD EX POS UH, and PUNCT.

What a word adds to its own score is the same wherever it stands, and so is what the classes before it add: both are
summed once and kept.  What is looked at, and how it is spelled in the model, is told at the end of this file; training
goes by it to the letter, and `Tagger.tag` asks the same without spelling it out.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec
from msgspec import Struct

Row = dict[str, float]
"""Class -> what it gains."""
Rows = dict[str, Row]
_KEPT = 32_768
"""Words whose candidates are kept with their scores; some megabytes, and all words of many articles."""
_OPENERS = frozenset({"", ".", "!", "?", ":", '"', "“", "''", "``", "‘", "—", "--", "•"})
_INSIDE, _AFTER_MARK, _OPENS = range(3)
"""Where a word stands: a capital after a mark may be one of spelling, after a stop it is."""
_PUNCTUATION = ["PUNCT"]
_NAME = ["NNP"]
_INITIAL = 2
_NOTHING: Row = {}
_NO_ROWS: Rows = {}


class Model(Struct, frozen=True):
    """What training leaves behind."""

    tags: list[str]
    """Every class."""
    classes: dict[str, list[str]]
    """Word as written inside a sentence -> the classes it was seen with."""
    endings: dict[str, list[str]]
    """Case and ending of a word -> the classes that rare words of that look have."""
    weights: dict[str, dict[str, Row]]
    """What is looked at ("word", "ending", "class" before, …) -> its value -> class -> weight."""

    def candidates(self, word: str, low: str, place: int) -> list[str]:
        """Return the classes that the word may have; one that opens a sentence is looked up in lower case too."""
        seen = self.classes.get(word)
        if seen is None and place != _INSIDE:
            seen = self.classes.get(low)
        if seen is not None:
            return seen
        if word[-1] == "." and ((len(word) == _INITIAL and word[0].isupper()) or "-" in word[1:]):
            return _NAME  # "J.", "then-Sen."
        if not (word[0].isalnum() or word[0] in "'’@#"):
            return _PUNCTUATION
        return self.endings.get(look(word)) or self.endings.get(look(word)[0], self.tags)


class _Own(NamedTuple):
    """What is known of a word in a place before its neighbours are seen."""

    tag: str
    """Its class if it can have no other."""
    scores: Sequence[tuple[str, float]]
    """Every class that it may have, with what the word alone gives it; empty where there is only one."""
    shape: str
    """Its case there, see `shape_of`."""
    after_class: Rows
    """Class before it -> what the pair of them adds."""
    before_word: Rows
    """Word after it -> what the pair of them adds."""


class Tagger:
    """A model, and the sums that it has needed lately."""

    def __init__(self, model: Model) -> None:
        """Start with no sums."""
        self.model = model
        self.classes = model.classes
        self._owns: list[dict[str, _Own]] = [{}, {}, {}]
        """Place -> word as written -> what is known of it there."""
        self._histories: dict[tuple[str, str, str], Row] = {}
        """Case and the two classes before -> what they add."""
        endings = model.weights["next_ending"]
        self._nexts = {word: _sum(row, endings.get(word[-3:], _NOTHING)) for word, row in model.weights["next"].items()}
        """Word after -> what it and its ending add."""
        self._after_class = _nested(model.weights["class_and_word"], 1)
        self._before_word = _nested(model.weights["word_and_next"], 0)

    def tag(self, words: list[str], lower: list[str]) -> list[str]:
        """Return the class of every word, in order."""
        out: list[str] = []
        weights, owns, previous, before, back = self.model.weights, self._owns, "", "", ""
        lasts, nexts, endings, seconds = weights["last"], self._nexts, weights["next_ending"], weights["second"]
        ahead = [*lower[1:], "", ""]
        for i, low in enumerate(lower):
            where = place(back, previous)
            tag, scores, shape, after_class, before_word = owns[where].get(words[i]) or self._own(words[i], low, where)
            if scores:
                after = ahead[i]
                rows = (
                    self._history(shape, before, previous),
                    lasts.get(back),
                    nexts.get(after) or endings.get(after[-3:]),
                    seconds.get(ahead[i + 1]),
                    after_class.get(previous),
                    before_word.get(after),
                )
                tag = _best(scores, list(filter(None, rows)))
            if tag == "VB" and previous == "IN" and back == "to":
                out[-1] = previous = "TO"  # seen from the verb, it was no preposition
            out.append(tag)
            before, previous, back = previous, tag, low
        return out

    def _own(self, word: str, low: str, where: int) -> _Own:
        """Weigh a word by itself, and keep what comes of it."""
        if sum(map(len, self._owns)) >= _KEPT:
            for kept in self._owns:
                kept.clear()
        own = self._owns[where][word] = self._weighed(word, low, where)
        return own

    def _weighed(self, word: str, low: str, where: int) -> _Own:
        candidates = self.model.candidates(word, low, where)
        if len(candidates) == 1:
            return _Own(candidates[0], (), "", _NO_ROWS, _NO_ROWS)
        shape, weights = shape_of(word, where), self.model.weights
        looks = (
            weights["word"].get(low),
            weights["ending"].get(low[-3:]),
            weights["ending_and_shape"].get(low[-2:] + shape),
        )
        rows = list(filter(None, looks))
        scores = [(tag, sum([row[tag] for row in rows if tag in row])) for tag in candidates]
        return _Own("", scores, shape, self._after_class.get(low, _NO_ROWS), self._before_word.get(low, _NO_ROWS))

    def _history(self, shape: str, before: str, previous: str) -> Row:
        """Return what the two classes before add; there are few of them."""
        found = self._histories.get((shape, before, previous))
        if found is None:
            looks = of_history(shape, before, previous)
            found = _sum(*(self.model.weights[look].get(value, _NOTHING) for look, value in looks))
            self._histories[shape, before, previous] = found
        return found


def _sum(*rows: Row) -> Row:
    """Add rows up."""
    total: Row = {}
    for row in rows:
        for tag, weight in row.items():
            total[tag] = total.get(tag, 0.0) + weight
    return total


def _nested(pairs: Rows, outer: int) -> dict[str, Rows]:
    """Sort the rows of pairs by one member (0 or 1), then by the other, so that a word finds all of its own at once."""
    found: dict[str, Rows] = {}
    for pair, row in pairs.items():
        members = pair.split(" ")
        found.setdefault(members[outer], {})[members[1 - outer]] = row
    return found


def _best(scores: Sequence[tuple[str, float]], rows: list[Row]) -> str:
    """Return the class with the greatest sum, of equals the first."""
    best, most = "", -1e9
    for tag, own in scores:
        score = own
        for row in rows:
            if tag in row:
                score += row[tag]
        if score > most:
            best, most = tag, score
    return best


# ---------------------------------------------------------------- what the model looks at
def place(back: str, previous: str) -> int:
    """Tell where a word stands from the word and the class before it ("" at the beginning)."""
    if back in _OPENERS:
        return _OPENS
    return _AFTER_MARK if previous == "PUNCT" else _INSIDE


def look(word: str) -> str:
    """Return what a word that was never seen is guessed by: its case, and its last two letters."""
    return shape_of(word, _INSIDE)[0] + word[-2:].lower()


def shape_of(word: str, where: int) -> str:
    """Return the case of the word, and whether it would be capitalised anyway for opening a sentence."""
    if word[0].isdigit():
        return "d"
    if word[0].isupper():
        return ("U" if word.isupper() and len(word) > 1 else "C") + ("o" if where == _OPENS else "")
    return "-" if "-" in word else "l"


def of_word(low: str, shape: str) -> list[tuple[str, str]]:
    """Return what the word itself tells."""
    return [("word", low), ("ending", low[-3:]), ("ending_and_shape", low[-2:] + shape)]


def of_history(shape: str, before: str, previous: str) -> list[tuple[str, str]]:
    """Return what the two classes before tell."""
    return [("shape_and_class", shape + previous), ("class", previous), ("classes", f"{before} {previous}")]


def of_neighbours(low: str, back: str, after: str, second: str) -> list[tuple[str, str]]:
    """Return what the word before and the two after tell."""
    sides = [("last", back), ("next", after), ("next_ending", after[-3:]), ("second", second)]
    return [*sides, ("word_and_next", f"{low} {after}")]


def of_pair(low: str, previous: str) -> tuple[str, str]:
    """Return what the class before and the word tell together."""
    return ("class_and_word", f"{previous} {low}")


@cache
def tagger(language: str) -> Tagger:
    """Return the language's tagger, read once per process; FileNotFoundError for a language without one."""
    packed = resources.files("worker.extract").joinpath("lexicons", f"{language}.tags").read_bytes()
    model = msgspec.msgpack.decode(zlib.decompress(packed), type=Model)
    guesses = {ending: _open_classes(ending, tags) for ending, tags in model.endings.items()}
    return Tagger(msgspec.structs.replace(model, endings=guesses))


_CLOSED = frozenset({"IN", "SC", "DT", "MD", "PRP", "PRP$", "TO", "WP", "CC", "EX", "RP", "POS", "PUNCT"})
"""Classes whose words are few and all known: a word never seen is none of them, whatever its ending."""
_NO_NAMES = _CLOSED | {"VB", "UH"}


def _open_classes(ending: str, tags: list[str]) -> list[str]:
    """Return the classes that an unknown word of this ending may have; with a capital it is no bare verb either."""
    if ending[0] not in "lC":
        return tags
    never = _NO_NAMES if ending[0] == "C" else _CLOSED
    return [tag for tag in tags if tag not in never] or tags
