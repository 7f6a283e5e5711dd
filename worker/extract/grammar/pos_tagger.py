"""Part-of-speech tagger: an averaged perceptron with a tag dictionary (Collins 2002).

`tools/train_tagger.py` trains it.  Words that have a single tag are looked up.  The others are tagged from left to
right by a linear model over the word, its ending and its neighbours.  The tags are those of the Penn Treebank without
comparatives and proper plurals: NN NNS NNP, VB VBD VBG VBN VBP VBZ MD, JJ RB RP IN, TO DT PRP PRP$ WP (all wh-words) CC
CD EX POS UH; SC is added for conjunctions that open a clause (that, because, if), and PUNCT for punctuation.

The weights of a word alone, of a word as a neighbour and of the two tags before it are summed at the first use and
cached.  `tagger_features` defines the features; `Tagger.tag` computes the same scores from the sums.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from operator import add
from typing import TypeAlias

import msgspec

from worker.extract.grammar.tagger_features import (
    AFTER_MARK,
    MID_SENTENCE,
    SENTENCE_BOUNDARIES,
    SENTENCE_START,
    tag_history_features,
    word_features,
    word_shape,
)
from worker.extract.grammar.tagger_model import PackedModel, TagScores, Vectors, decode_pairs, read_model

ScoreTable = dict[str, TagScores]
_CACHE_SIZE = 32_768
"""Words with cached candidates and scores.  Takes a few megabytes and covers many articles."""
_EMPTY_TABLE: ScoreTable = {}


# Plain tuples: attribute access on named tuples would take a tenth of the tagger's time.
_WordEntry: TypeAlias = "tuple[str, Sequence[tuple[int, float]], str, ScoreTable, ScoreTable]"
"""The part of a word's score that does not depend on its neighbours.

The only possible tag ("" if there are several) · (tag number, score of the word alone) of each possible tag, empty if
there is only one · the shape, see `word_shape` · tag before the word -> weights of the pair · word after the word ->
weights of the pair.
"""
_Neighbour: TypeAlias = "tuple[TagScores, TagScores, TagScores]"
"""The vectors that a word contributes to the scores of the words around it.

To the word after it · to the word before it, with the weights of its own ending · to the last word but one before it.
"""


class Tagger:
    """A model with caches of words, neighbours and tag histories."""

    def __init__(self, packed: PackedModel) -> None:
        """`packed`: the trained model."""
        self._model, self._vectors = packed.without_weights(), packed.read_vectors()
        self.tag_dictionary = self._model.tag_dictionary
        self._numbers = packed.weights
        self._pairs = {feature: _Pairs(encoded, self._vectors) for feature, encoded in packed.pairs.items()}
        self._nothing = (0.0,) * len(packed.tags)
        self._entries: list[dict[str, _WordEntry]] = [{}, {}, {}]
        """Capitalisation context -> word as written -> its cached entry."""
        self._histories: dict[tuple[str, str, str], TagScores] = {}
        """(shape, tag before the last, last tag) -> weights of the tag history."""
        self._neighbours = _Neighbours(packed, self._vectors)

    def decode_all(self) -> None:
        """Decode all that is otherwise decoded at its first use, so that processes forked from this one share it."""
        self._neighbours.decode_all()
        for pairs in self._pairs.values():
            pairs.decode_all()
        self._vectors.decode_all()

    def tag(self, words: list[str], lower: list[str]) -> list[str]:
        """Return the tag of every word, in order.  `lower` is the same words in lower case."""
        out: list[str] = []
        tag_before_last = last_tag = word_before = ""
        owns, names, nothing, histories = self._entries, self._model.tags, self._nothing, self._histories
        known = self._neighbours
        neighbours = [known[low] for low in ["", *lower, "", ""]]
        following_words = [*lower[1:], ""]
        for i, (word, low) in enumerate(zip(words, lower, strict=True)):
            if word_before in SENTENCE_BOUNDARIES:  # `capitalisation_context`, without a call per word
                context = SENTENCE_START
            else:
                context = AFTER_MARK if last_tag == "PUNCT" else MID_SENTENCE
            entry = owns[context].get(word) or self._entry(word, low, context)
            tag = entry[0]
            if not tag:
                _, scores, shape, after_class, before_word = entry
                most, tags_before = -1e9, (shape, tag_before_last, last_tag)
                history = histories.get(tags_before) or self._history(tags_before)
                last, following, second = neighbours[i][0], neighbours[i + 2][1], neighbours[i + 3][2]
                pair = after_class.get(last_tag, nothing)
                next_pair = before_word.get(following_words[i], nothing)
                for n, own in scores:
                    score = own + history[n] + last[n] + following[n] + second[n] + pair[n] + next_pair[n]
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
            return candidates[0], (), "", _EMPTY_TABLE, _EMPTY_TABLE
        shape = word_shape(word, context)
        rows = [self._vector(feature, value) for feature, value in word_features(low, shape)]
        numbers = map(self._model.tags.index, candidates)
        scores = [(number, sum([row[number] for row in rows])) for number in numbers]
        return "", scores, shape, self._pairs["class_and_word"][low], self._pairs["word_and_next"][low]

    def _vector(self, feature: str, value: str) -> TagScores:
        """Return the weights of a feature value; zeros without any."""
        number = self._numbers[feature].get(value)
        return self._nothing if number is None else self._vectors[number]

    def _history(self, tags_before: tuple[str, str, str]) -> TagScores:
        """Return the weights of the two tags before a word; cached, because there are few combinations."""
        rows = [self._vector(feature, value) for feature, value in tag_history_features(*tags_before)]
        found = self._histories[tags_before] = tuple(map(sum, zip(*rows, strict=True)))
        return found


class _Pairs(dict[str, ScoreTable]):
    """Word in lower case -> the other member of each pair with it -> the weights of the pair, decoded at first use."""

    def __init__(self, encoded: dict[str, msgspec.Raw], vectors: Vectors) -> None:
        self._encoded, self._vectors = encoded, vectors

    def __missing__(self, low: str) -> ScoreTable:
        encoded = self._encoded.get(low)
        if encoded is None:
            return _EMPTY_TABLE
        found = self[low] = {
            sys.intern(other): self._vectors[number] for other, number in decode_pairs(encoded).items()
        }
        return found

    def decode_all(self) -> None:
        """Decode the pairs of every word, and release their encoded form."""
        for low in self._encoded:
            self[low]
        self._encoded = {}


class _Neighbours(dict[str, _Neighbour]):
    """Word in lower case -> its vectors as a neighbour, computed at its first use; emptied when full."""

    def __init__(self, packed: PackedModel, vectors: Vectors) -> None:
        self._after, self._before, self._second = (packed.weights[name] for name in ("last", "next", "second"))
        self._endings, self._vectors = packed.weights["next_ending"], vectors
        self._nothing = (0.0,) * len(packed.tags)
        self._weights: dict[float, float] = {}
        """Equal sums are one object."""

    def __missing__(self, low: str) -> _Neighbour:
        if len(self) >= _CACHE_SIZE:
            self.clear()
        found = self[low] = (
            self._vector(self._after, low),
            self._to_the_word_before(low),
            self._vector(self._second, low),
        )
        return found

    def decode_all(self) -> None:
        """Compute the vectors of all words that the model has as neighbours."""
        for low in {**self._after, **self._before, **self._second}:
            self[low]

    def _to_the_word_before(self, low: str) -> TagScores:
        """Return the sum of the vectors of the word and of its last three letters."""
        own, ending = self._vector(self._before, low), self._vector(self._endings, low[-3:])
        if own is self._nothing:
            return ending
        return tuple([self._weights.setdefault(weight, weight) for weight in map(add, own, ending)])

    def _vector(self, numbers: dict[str, int], value: str) -> TagScores:
        number = numbers.get(value)
        return self._nothing if number is None else self._vectors[number]


@cache
def load_tagger(language: str) -> Tagger:
    """Return the tagger of a language, read once per process.

    Raises FileNotFoundError for a language without a tagger.
    """
    return Tagger(read_model(language))
