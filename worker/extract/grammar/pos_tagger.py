"""Part-of-speech tagger: an averaged perceptron with a tag dictionary (Collins 2002).

`tools/train_tagger.py` trains it.  Words that have a single tag are looked up.  The others are tagged from left to
right by a linear model over the word, its ending and its neighbours.  The tags are those of the Penn Treebank without
comparatives and proper plurals: NN NNS NNP, VB VBD VBG VBN VBP VBZ MD, JJ RB RP IN, TO DT PRP PRP$ WP (all wh-words) CC
CD EX POS UH; SC is added for conjunctions that open a clause (that, because, if), and PUNCT for punctuation.

The weights of a word alone and of the two tags before it are summed once and cached.  `tagger_features` defines the
features; `Tagger.tag` computes the same scores from the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import add
from typing import TypeAlias

from worker.extract.grammar.tagger_features import (
    AFTER_MARK,
    MID_SENTENCE,
    SENTENCE_BOUNDARIES,
    SENTENCE_START,
    tag_history_features,
    word_features,
    word_shape,
)
from worker.extract.grammar.tagger_model import PackedModel, TagScores, read_model

ScoreTable = dict[str, TagScores]
_CACHE_SIZE = 32_768
"""Words with cached candidates and scores.  Takes a few megabytes and covers many articles."""
_EMPTY_TABLE: ScoreTable = {}
_WORD_AND_TAG_FEATURES = ("word", "ending", "ending_and_shape", "shape_and_class", "class", "classes")
"""Features of the word alone and of the tags before it."""


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
    """A model with dense weights for neighbours and a cache of words."""

    def __init__(self, packed: PackedModel) -> None:
        """`packed`: the trained model."""
        self._model, self._vectors = packed.without_weights(), packed.read_vectors()
        self.tag_dictionary = self._model.tag_dictionary
        self._nothing = (0.0,) * len(packed.tags)
        self._entries: list[dict[str, _WordEntry]] = [{}, {}, {}]
        """Capitalisation context -> word as written -> its cached entry."""
        self._histories: dict[tuple[str, str, str], TagScores] = {}
        """(shape, tag before the last, last tag) -> weights of the tag history."""
        words = _SharedWords()
        self._after_class = self._pairs(packed.vectors_of("class_and_word"), 1, words)
        self._before_word = self._pairs(packed.vectors_of("word_and_next"), 0, words)
        self._endings: dict[str, _Neighbour] = {
            ending: (self._nothing, vector, self._nothing)
            for ending, vector in self._table(packed.vectors_of("next_ending"), words).items()
        }
        """Last three letters of a word that is in none of the tables -> its vectors as a neighbour."""
        self._no_neighbour = (self._nothing, self._nothing, self._nothing)
        self._neighbours = self._read_neighbours(packed, words)
        self._by_feature = {name: self._table(packed.vectors_of(name), words) for name in _WORD_AND_TAG_FEATURES}
        del self._vectors

    def _table(self, numbers: dict[str, int], words: _SharedWords) -> ScoreTable:
        """Return the vectors of a feature by its value."""
        return {words[value]: self._vectors[number] for value, number in numbers.items()}

    def _pairs(self, numbers: dict[str, int], outer: int, words: _SharedWords) -> dict[str, ScoreTable]:
        """Return the vectors of word pairs by the member at index `outer` (0 or 1), then by the other member."""
        found: dict[str, ScoreTable] = {}
        for pair, number in numbers.items():
            members = pair.split(" ")
            found.setdefault(words[members[outer]], {})[words[members[1 - outer]]] = self._vectors[number]
        return found

    def _read_neighbours(self, packed: PackedModel, words: _SharedWords) -> dict[str, _Neighbour]:
        """Return the vectors of each word as a neighbour, for one look-up instead of three."""
        before, after, second = (self._table(packed.vectors_of(name), words) for name in ("last", "next", "second"))
        weights: dict[float, float] = {}
        found: dict[str, _Neighbour] = {}
        for word in {**before, **after, **second}:
            own, (_, ending, _) = after.get(word, self._nothing), self._endings.get(word[-3:], self._no_neighbour)
            summed = tuple([weights.setdefault(weight, weight) for weight in map(add, own, ending)])
            found[word] = (before.get(word, self._nothing), summed, second.get(word, self._nothing))
        return found

    def tag(self, words: list[str], lower: list[str]) -> list[str]:
        """Return the tag of every word, in order.  `lower` is the same words in lower case."""
        out: list[str] = []
        tag_before_last = last_tag = word_before = ""
        owns, names, nothing, histories = self._entries, self._model.tags, self._nothing, self._histories
        known, endings, none = self._neighbours, self._endings, self._no_neighbour
        neighbours = [known.get(low) or endings.get(low[-3:], none) for low in ["", *lower, "", ""]]
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
        shape, tables = word_shape(word, context), self._by_feature
        rows = [row for feature, value in word_features(low, shape) if (row := tables[feature].get(value))]
        numbers = map(self._model.tags.index, candidates)
        scores = [(number, sum([row[number] for row in rows])) for number in numbers]
        return "", scores, shape, self._after_class.get(low, _EMPTY_TABLE), self._before_word.get(low, _EMPTY_TABLE)

    def _history(self, tags_before: tuple[str, str, str]) -> TagScores:
        """Return the weights of the two tags before a word; cached, because there are few combinations."""
        features = tag_history_features(*tags_before)
        rows = [self._by_feature[feature].get(value, self._nothing) for feature, value in features]
        found = self._histories[tags_before] = tuple(map(sum, zip(*rows, strict=True)))
        return found


class _SharedWords(dict[str, str]):
    """Maps a word to the first object that is equal to it: most words occur in several tables."""

    def __missing__(self, word: str) -> str:
        self[word] = word
        return word


@cache
def load_tagger(language: str) -> Tagger:
    """Return the tagger of a language, read once per process.

    Raises FileNotFoundError for a language without a tagger.
    """
    return Tagger(read_model(language))
