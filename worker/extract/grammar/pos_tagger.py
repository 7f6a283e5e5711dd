"""Part-of-speech tagger: an averaged perceptron with a tag dictionary (Collins 2002).

`tools/train_tagger.py` trains it.  Words that have a single tag are looked up.  The others are tagged from left to
right by a linear model over the word, its ending and its neighbours.  The tags are those of the Penn Treebank without
comparatives and proper plurals: NN NNS NNP, VB VBD VBG VBN VBP VBZ MD, JJ RB RP IN, TO DT PRP PRP$ WP (all wh-words) CC
CD EX POS UH; SC is added for conjunctions that open a clause (that, because, if), and PUNCT for punctuation.

The weights of a word alone and of the two tags before it are summed once and cached.  The feature functions at the end
of this file define the model; training uses them, `Tagger.tag` computes the same scores from the sums.
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
"""Tag -> weight of a feature."""
TagScores = tuple[float, ...]
"""The weight of every tag, by tag number."""
ScoreTable = dict[str, TagScores]
_CACHE_SIZE = 32_768
"""Words with cached candidates and scores.  Takes a few megabytes and covers many articles."""
_SENTENCE_BOUNDARIES = frozenset({"", ".", "!", "?", ":", '"', "“", "''", "``", "‘", "—", "--", "•"})
_MID_SENTENCE, _AFTER_MARK, _SENTENCE_START = range(3)
"""Capitalisation contexts: a capital after punctuation may, one at the start of a sentence must be due to spelling."""
_PUNCTUATION = ["PUNCT"]
_NAME = ["NNP"]
_INITIAL = 2
_EMPTY_TABLE: ScoreTable = {}
_DENSE_FEATURES = frozenset({"last", "next", "next_ending", "second", "class_and_word", "word_and_next"})
"""Features of the neighbours, which are stored as dense vectors because every ambiguous word needs them."""


class TaggerModel(Struct, frozen=True):
    """The result of training."""

    tags: list[str]
    """All tags, by number."""
    tag_dictionary: dict[str, list[str]] = msgspec.field(name="classes")
    """Word, as written inside a sentence -> the tags with which it occurs in the training data."""
    endings: dict[str, list[str]]
    """Shape and ending of a word -> the tags of rare words like it; see `unknown_word_key`."""
    weights: dict[str, dict[str, TagWeights]]
    """Feature name -> feature value -> tag -> weight."""

    def candidates(self, word: str, low: str, context: int) -> list[str]:
        """Return the possible tags of a word.  After punctuation, the lower-case word `low` is looked up as well."""
        seen = self.tag_dictionary.get(word)
        if seen is None and context != _MID_SENTENCE:
            seen = self.tag_dictionary.get(low)
        if seen is not None:
            return seen
        if word[-1] == "." and ((len(word) == _INITIAL and word[0].isupper()) or "-" in word[1:]):
            return _NAME  # "J.", "then-Sen."
        if not (word[0].isalnum() or word[0] in "'’@#"):
            return _PUNCTUATION
        return self.endings.get(unknown_word_key(word)) or self.endings.get(unknown_word_key(word)[0], self.tags)


class _WordEntry(NamedTuple):
    """The part of a word's score that does not depend on its neighbours."""

    tag: str
    """The only possible tag; "" if there are several."""
    scores: Sequence[tuple[int, float]]
    """(tag number, score of the word alone) of each possible tag; empty if there is only one."""
    shape: str
    """See `word_shape`."""
    after_class: ScoreTable
    """Tag before the word -> weights of the pair."""
    before_word: ScoreTable
    """Word after the word -> weights of the pair."""


class Tagger:
    """A model with dense weights for neighbours and a cache of words."""

    def __init__(self, model: TaggerModel) -> None:
        """`model`: the trained model; its weights of neighbour features are copied to dense vectors, faster to add."""
        sums = {feature: _dense(model.tags, model.weights[feature]) for feature in _DENSE_FEATURES}
        self.tag_dictionary = model.tag_dictionary
        self._model = msgspec.structs.replace(
            model, weights={feature: rows for feature, rows in model.weights.items() if feature not in _DENSE_FEATURES}
        )
        self._nothing = (0.0,) * len(model.tags)
        self._entries: list[dict[str, _WordEntry]] = [{}, {}, {}]
        """Capitalisation context -> word as written -> its cached entry."""
        self._histories: dict[tuple[str, str, str], TagScores] = {}
        """(shape, tag before the last, last tag) -> weights of the tag history."""
        self._lasts, self._seconds, self._endings = sums["last"], sums["second"], sums["next_ending"]
        self._nexts = {word: self._with_ending(word, own) for word, own in sums["next"].items()}
        """Word after -> weights of the word and of its ending."""
        self._after_class = _nested(sums["class_and_word"], 1)
        self._before_word = _nested(sums["word_and_next"], 0)

    def _with_ending(self, word: str, own: TagScores) -> TagScores:
        return tuple(map(add, own, self._endings.get(word[-3:], self._nothing)))

    def tag(self, words: list[str], lower: list[str]) -> list[str]:
        """Return the tag of every word, in order.  `lower` is the same words in lower case."""
        out: list[str] = []
        tag_before_last = last_tag = word_before = ""
        owns, names, nothing, following_words = self._entries, self._model.tags, self._nothing, [*lower[1:], "", ""]
        lasts, nexts, endings, seconds = self._lasts, self._nexts, self._endings, self._seconds
        for i, low in enumerate(lower):
            context = capitalisation_context(word_before, last_tag)
            tag, scores, shape, after_class, before_word = owns[context].get(words[i]) or self._entry(
                words[i], low, context
            )
            if scores:
                word_after, most = following_words[i], -1e9
                history = self._history(shape, tag_before_last, last_tag)
                last = lasts.get(word_before, nothing)
                following = nexts.get(word_after) or endings.get(word_after[-3:], nothing)
                second_word_after = seconds.get(following_words[i + 1], nothing)
                pair = after_class.get(last_tag, nothing)
                next_pair = before_word.get(word_after, nothing)
                for n, own in scores:
                    score = own + history[n] + last[n] + following[n] + second_word_after[n] + pair[n] + next_pair[n]
                    if score > most:
                        best, most = n, score
                tag = names[best]
            if tag == "VB" and last_tag == "IN" and word_before == "to":
                out[-1] = last_tag = "TO"  # before a base form, "to" is infinitival
            out.append(tag)
            tag_before_last, last_tag, word_before = last_tag, tag, low
        return out

    def _entry(self, word: str, low: str, context: int) -> _WordEntry:
        """Return the new cache entry of a word; the cache is emptied when full."""
        if sum(map(len, self._entries)) >= _CACHE_SIZE:
            for kept in self._entries:
                kept.clear()
        own = self._entries[context][word] = self._build_entry(word, low, context)
        return own

    def _build_entry(self, word: str, low: str, context: int) -> _WordEntry:
        """Return the entry of a word: its only tag, or the scores of its possible tags without neighbours."""
        candidates = self._model.candidates(word, low, context)
        if len(candidates) == 1:
            return _WordEntry(candidates[0], (), "", _EMPTY_TABLE, _EMPTY_TABLE)
        shape, weights = word_shape(word, context), self._model.weights
        features = (
            weights["word"].get(low),
            weights["ending"].get(low[-3:]),
            weights["ending_and_shape"].get(low[-2:] + shape),
        )
        rows, number = list(filter(None, features)), self._model.tags.index
        scores = [(number(tag), sum([row[tag] for row in rows if tag in row])) for tag in candidates]
        return _WordEntry(
            "", scores, shape, self._after_class.get(low, _EMPTY_TABLE), self._before_word.get(low, _EMPTY_TABLE)
        )

    def _history(self, shape: str, tag_before_last: str, last_tag: str) -> TagScores:
        """Return the weights of the two tags before a word; cached, because there are few combinations."""
        found = self._histories.get((shape, tag_before_last, last_tag))
        if found is None:
            features = tag_history_features(shape, tag_before_last, last_tag)
            rows = [self._model.weights[feature].get(value, {}) for feature, value in features]
            found = tuple(sum(row.get(tag, 0.0) for row in rows) for tag in self._model.tags)
            self._histories[shape, tag_before_last, last_tag] = found
        return found


def _dense(tags: list[str], rows: dict[str, TagWeights]) -> ScoreTable:
    """Return sparse weights as dense vectors indexed by tag number."""
    numbers, nothing, sums = {tag: n for n, tag in enumerate(tags)}, [0.0] * len(tags), {}
    for value, row in rows.items():
        own = nothing.copy()
        for tag, weight in row.items():
            own[numbers[tag]] = weight
        sums[value] = tuple(own)
    return sums


def _nested(pairs: ScoreTable, outer: int) -> dict[str, ScoreTable]:
    """Group the weights of word pairs first by the member at index `outer` (0 or 1), then by the other member."""
    found: dict[str, ScoreTable] = {}
    for pair, row in pairs.items():
        members = pair.split(" ")
        found.setdefault(members[outer], {})[members[1 - outer]] = row
    return found


# ---------------------------------------------------------------- features
def capitalisation_context(word_before: str, last_tag: str) -> int:
    """Return the capitalisation context of a word from the word and the tag before it ("" at the beginning)."""
    if word_before in _SENTENCE_BOUNDARIES:
        return _SENTENCE_START
    return _AFTER_MARK if last_tag == "PUNCT" else _MID_SENTENCE


def unknown_word_key(word: str) -> str:
    """Return the key under which the tags of an unknown word are guessed: its shape and last two letters."""
    return word_shape(word, _MID_SENTENCE)[0] + word[-2:].lower()


def word_shape(word: str, context: int) -> str:
    """Return the shape of a word: "d" digit, "U" upper case, "C" capitalised, "-" hyphenated, "l" lower case.

    "o" is appended to a capital that may only be due to the start of a sentence.
    """
    if word[0].isdigit():
        return "d"
    if word[0].isupper():
        return ("U" if word.isupper() and len(word) > 1 else "C") + ("o" if context == _SENTENCE_START else "")
    return "-" if "-" in word else "l"


def word_features(low: str, shape: str) -> list[tuple[str, str]]:
    """Return the features of the word alone."""
    return [("word", low), ("ending", low[-3:]), ("ending_and_shape", low[-2:] + shape)]


def tag_history_features(shape: str, tag_before_last: str, last_tag: str) -> list[tuple[str, str]]:
    """Return the features of the two tags before the word."""
    return [("shape_and_class", shape + last_tag), ("class", last_tag), ("classes", f"{tag_before_last} {last_tag}")]


def neighbour_features(low: str, word_before: str, word_after: str, second_word_after: str) -> list[tuple[str, str]]:
    """Return the features of the word before and the two words after."""
    sides = [
        ("last", word_before),
        ("next", word_after),
        ("next_ending", word_after[-3:]),
        ("second", second_word_after),
    ]
    return [*sides, ("word_and_next", f"{low} {word_after}")]


def tag_and_word_feature(low: str, last_tag: str) -> tuple[str, str]:
    """Return the feature of the tag before and the word."""
    return ("class_and_word", f"{last_tag} {low}")


@cache
def load_tagger(language: str) -> Tagger:
    """Return the tagger of a language, read once per process.

    Raises FileNotFoundError for a language without a tagger.
    """
    return Tagger(load_tagger_model(language))


def load_tagger_model(language: str) -> TaggerModel:
    """Return the trained model of a language; the tags of unknown words are limited to open classes."""
    packed = resources.files("worker.extract").joinpath("lexicon", f"{language}.tags").read_bytes()
    trained = msgspec.msgpack.decode(zlib.decompress(packed), type=TaggerModel)
    guesses = {ending: _open_classes(ending, tags) for ending, tags in trained.endings.items()}
    return msgspec.structs.replace(trained, endings=guesses)


_CLOSED_CLASS_TAGS = frozenset({"IN", "SC", "DT", "MD", "PRP", "PRP$", "TO", "WP", "CC", "EX", "RP", "POS", "PUNCT"})
"""Closed classes, whose members all occur in the training data; an unknown word cannot have these tags."""
_NOT_NAME_TAGS = _CLOSED_CLASS_TAGS | {"VB", "UH"}


def _open_classes(ending: str, tags: list[str]) -> list[str]:
    """Return the tags in `tags` that an unknown word may have: no closed classes, for a capitalised word only a name's.

    `ending`: key of the word, see `unknown_word_key`.
    """
    if ending[0] not in "lC":
        return tags
    never = _NOT_NAME_TAGS if ending[0] == "C" else _CLOSED_CLASS_TAGS
    return [tag for tag in tags if tag not in never] or tags
