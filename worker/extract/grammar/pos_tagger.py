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
from operator import add
from typing import NamedTuple

import msgspec
from msgspec import Struct

TagWeights = dict[str, float]
"""Class -> what it gains."""
TagScores = tuple[float, ...]
"""What every class gains, by its number."""
ScoreTable = dict[str, TagScores]
_CACHE_SIZE = 32_768
"""Words whose candidates are kept with their scores; some megabytes, and all words of many articles."""
_OPENERS = frozenset({"", ".", "!", "?", ":", '"', "“", "''", "``", "‘", "—", "--", "•"})
_MID_SENTENCE, _AFTER_MARK, _SENTENCE_START = range(3)
"""Where a word stands: a capital after a mark may be one of spelling, after a stop it is."""
_PUNCTUATION = ["PUNCT"]
_NAME = ["NNP"]
_INITIAL = 2
_EMPTY_TABLE: ScoreTable = {}
_DENSE_FEATURES = frozenset({"last", "next", "next_ending", "second", "class_and_word", "word_and_next"})
"""What is looked at beside the word, and weighed for every word of several classes."""


class TaggerModel(Struct, frozen=True):
    """What training leaves behind."""

    tags: list[str]
    """Every class."""
    tag_dictionary: dict[str, list[str]] = msgspec.field(name="classes")
    """Word as written inside a sentence -> the classes it was seen with."""
    endings: dict[str, list[str]]
    """Case and ending of a word -> the classes that rare words of that look have."""
    weights: dict[str, dict[str, TagWeights]]
    """What is looked at ("word", "ending", "class" before, …) -> its value -> class -> weight."""

    def candidates(self, word: str, low: str, capitalisation_context: int) -> list[str]:
        """Return the classes that the word may have; one that opens a sentence is looked up in lower case too."""
        seen = self.tag_dictionary.get(word)
        if seen is None and capitalisation_context != _MID_SENTENCE:
            seen = self.tag_dictionary.get(low)
        if seen is not None:
            return seen
        if word[-1] == "." and ((len(word) == _INITIAL and word[0].isupper()) or "-" in word[1:]):
            return _NAME  # "J.", "then-Sen."
        if not (word[0].isalnum() or word[0] in "'’@#"):
            return _PUNCTUATION
        return self.endings.get(unknown_word_key(word)) or self.endings.get(unknown_word_key(word)[0], self.tags)


class _WordEntry(NamedTuple):
    """What is known of a word in a place before its neighbours are seen."""

    tag: str
    """Its class if it can have no other."""
    scores: Sequence[tuple[int, float]]
    """Number of every class that it may have, with what the word alone gives it; empty where there is only one."""
    shape: str
    """Its case there, see `shape_of`."""
    after_class: ScoreTable
    """Class before it -> what the pair of them adds."""
    before_word: ScoreTable
    """Word after it -> what the pair of them adds."""


class Tagger:
    """A model, and the sums that it has needed lately."""

    def __init__(self, model: TaggerModel) -> None:
        """Lay out the weights of neighbours as sums: to add is faster than to look into rows."""
        sums = {look: _dense(model.tags, model.weights[look]) for look in _DENSE_FEATURES}
        self.tag_dictionary = model.tag_dictionary
        self._model = msgspec.structs.replace(
            model, weights={look: rows for look, rows in model.weights.items() if look not in _DENSE_FEATURES}
        )
        self._nothing = (0.0,) * len(model.tags)
        self._entries: list[dict[str, _WordEntry]] = [{}, {}, {}]
        """Place -> word as written -> what is known of it there."""
        self._histories: dict[tuple[str, str, str], TagScores] = {}
        """Case and the two classes before -> what they add."""
        self._lasts, self._seconds, self._endings = sums["last"], sums["second"], sums["next_ending"]
        self._nexts = {word: self._with_ending(word, own) for word, own in sums["next"].items()}
        """Word after -> what it and its ending add."""
        self._after_class = _nested(sums["class_and_word"], 1)
        self._before_word = _nested(sums["word_and_next"], 0)

    def _with_ending(self, word: str, own: TagScores) -> TagScores:
        return tuple(map(add, own, self._endings.get(word[-3:], self._nothing)))

    def tag(self, words: list[str], lower: list[str]) -> list[str]:
        """Return the class of every word, in order."""
        out: list[str] = []
        before = previous = back = ""
        owns, names, nothing, ahead = self._entries, self._model.tags, self._nothing, [*lower[1:], "", ""]
        lasts, nexts, endings, seconds = self._lasts, self._nexts, self._endings, self._seconds
        for i, low in enumerate(lower):
            where = capitalisation_context(back, previous)
            tag, scores, shape, after_class, before_word = owns[where].get(words[i]) or self._entry(
                words[i], low, where
            )
            if scores:
                after, most = ahead[i], -1e9
                history = self._history(shape, before, previous)
                last = lasts.get(back, nothing)
                following = nexts.get(after) or endings.get(after[-3:], nothing)
                second = seconds.get(ahead[i + 1], nothing)
                pair = after_class.get(previous, nothing)
                onwards = before_word.get(after, nothing)
                for n, own in scores:
                    score = own + history[n] + last[n] + following[n] + second[n] + pair[n] + onwards[n]
                    if score > most:
                        best, most = n, score
                tag = names[best]
            if tag == "VB" and previous == "IN" and back == "to":
                out[-1] = previous = "TO"  # seen from the verb, it was no preposition
            out.append(tag)
            before, previous, back = previous, tag, low
        return out

    def _entry(self, word: str, low: str, where: int) -> _WordEntry:
        """Weigh a word by itself, and keep what comes of it."""
        if sum(map(len, self._entries)) >= _CACHE_SIZE:
            for kept in self._entries:
                kept.clear()
        own = self._entries[where][word] = self._build_entry(word, low, where)
        return own

    def _build_entry(self, word: str, low: str, where: int) -> _WordEntry:
        candidates = self._model.candidates(word, low, where)
        if len(candidates) == 1:
            return _WordEntry(candidates[0], (), "", _EMPTY_TABLE, _EMPTY_TABLE)
        shape, weights = word_shape(word, where), self._model.weights
        looks = (
            weights["word"].get(low),
            weights["ending"].get(low[-3:]),
            weights["ending_and_shape"].get(low[-2:] + shape),
        )
        rows, number = list(filter(None, looks)), self._model.tags.index
        scores = [(number(tag), sum([row[tag] for row in rows if tag in row])) for tag in candidates]
        return _WordEntry(
            "", scores, shape, self._after_class.get(low, _EMPTY_TABLE), self._before_word.get(low, _EMPTY_TABLE)
        )

    def _history(self, shape: str, before: str, previous: str) -> TagScores:
        """Return what the two classes before add; there are few of them."""
        found = self._histories.get((shape, before, previous))
        if found is None:
            looks = tag_history_features(shape, before, previous)
            rows = [self._model.weights[look].get(value, {}) for look, value in looks]
            found = tuple(sum(row.get(tag, 0.0) for row in rows) for tag in self._model.tags)
            self._histories[shape, before, previous] = found
        return found


def _dense(tags: list[str], rows: dict[str, TagWeights]) -> ScoreTable:
    """Lay rows out by the number of each class."""
    numbers, nothing, sums = {tag: n for n, tag in enumerate(tags)}, [0.0] * len(tags), {}
    for value, row in rows.items():
        own = nothing.copy()
        for tag, weight in row.items():
            own[numbers[tag]] = weight
        sums[value] = tuple(own)
    return sums


def _nested(pairs: ScoreTable, outer: int) -> dict[str, ScoreTable]:
    """Sort the sums of pairs by one member (0 or 1), then by the other, so that a word finds all of its own at once."""
    found: dict[str, ScoreTable] = {}
    for pair, row in pairs.items():
        members = pair.split(" ")
        found.setdefault(members[outer], {})[members[1 - outer]] = row
    return found


# ---------------------------------------------------------------- what the model looks at
def capitalisation_context(back: str, previous: str) -> int:
    """Tell where a word stands from the word and the class before it ("" at the beginning)."""
    if back in _OPENERS:
        return _SENTENCE_START
    return _AFTER_MARK if previous == "PUNCT" else _MID_SENTENCE


def unknown_word_key(word: str) -> str:
    """Return what a word that was never seen is guessed by: its case, and its last two letters."""
    return word_shape(word, _MID_SENTENCE)[0] + word[-2:].lower()


def word_shape(word: str, where: int) -> str:
    """Return the case of the word, and whether it would be capitalised anyway for opening a sentence."""
    if word[0].isdigit():
        return "d"
    if word[0].isupper():
        return ("U" if word.isupper() and len(word) > 1 else "C") + ("o" if where == _SENTENCE_START else "")
    return "-" if "-" in word else "l"


def word_features(low: str, shape: str) -> list[tuple[str, str]]:
    """Return what the word itself tells."""
    return [("word", low), ("ending", low[-3:]), ("ending_and_shape", low[-2:] + shape)]


def tag_history_features(shape: str, before: str, previous: str) -> list[tuple[str, str]]:
    """Return what the two classes before tell."""
    return [("shape_and_class", shape + previous), ("class", previous), ("classes", f"{before} {previous}")]


def neighbour_features(low: str, back: str, after: str, second: str) -> list[tuple[str, str]]:
    """Return what the word before and the two after tell."""
    sides = [("last", back), ("next", after), ("next_ending", after[-3:]), ("second", second)]
    return [*sides, ("word_and_next", f"{low} {after}")]


def tag_and_word_feature(low: str, previous: str) -> tuple[str, str]:
    """Return what the class before and the word tell together."""
    return ("class_and_word", f"{previous} {low}")


@cache
def load_tagger(language: str) -> Tagger:
    """Return the language's tagger, read once per process; FileNotFoundError for a language without one."""
    return Tagger(load_tagger_model(language))


def load_tagger_model(language: str) -> TaggerModel:
    """Read what training left behind for a language, an unknown word's classes narrowed to those that it can have."""
    packed = resources.files("worker.extract").joinpath("lexicon", f"{language}.tags").read_bytes()
    trained = msgspec.msgpack.decode(zlib.decompress(packed), type=TaggerModel)
    guesses = {ending: _open_classes(ending, tags) for ending, tags in trained.endings.items()}
    return msgspec.structs.replace(trained, endings=guesses)


_CLOSED = frozenset({"IN", "SC", "DT", "MD", "PRP", "PRP$", "TO", "WP", "CC", "EX", "RP", "POS", "PUNCT"})
"""Classes whose words are few and all known: a word never seen is none of them, whatever its ending."""
_NO_NAMES = _CLOSED | {"VB", "UH"}


def _open_classes(ending: str, tags: list[str]) -> list[str]:
    """Return the classes that an unknown word of this ending may have; with a capital it is no bare verb either."""
    if ending[0] not in "lC":
        return tags
    never = _NO_NAMES if ending[0] == "C" else _CLOSED
    return [tag for tag in tags if tag not in never] or tags
