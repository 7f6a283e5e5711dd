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
from typing import NamedTuple

from worker.extract.grammar.tagger_features import (
    capitalisation_context,
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
        self._lasts = self._table(packed.vectors_of("last"), words)
        self._seconds = self._table(packed.vectors_of("second"), words)
        self._endings = self._table(packed.vectors_of("next_ending"), words)
        self._nexts = self._with_endings(self._table(packed.vectors_of("next"), words))
        """Word after -> weights of the word and of its ending."""
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

    def _with_endings(self, table: ScoreTable) -> ScoreTable:
        """Return the sum of the vectors of a word and of its ending, by word.  Equal weights are one object."""
        weights: dict[float, float] = {}
        return {
            word: tuple([weights.setdefault(w, w) for w in map(add, own, self._endings.get(word[-3:], self._nothing))])
            for word, own in table.items()
        }

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
        shape, tables = word_shape(word, context), self._by_feature
        rows = [row for feature, value in word_features(low, shape) if (row := tables[feature].get(value))]
        numbers = map(self._model.tags.index, candidates)
        scores = [(number, sum([row[number] for row in rows])) for number in numbers]
        return _WordEntry(
            "", scores, shape, self._after_class.get(low, _EMPTY_TABLE), self._before_word.get(low, _EMPTY_TABLE)
        )

    def _history(self, shape: str, tag_before_last: str, last_tag: str) -> TagScores:
        """Return the weights of the two tags before a word; cached, because there are few combinations."""
        found = self._histories.get((shape, tag_before_last, last_tag))
        if found is None:
            features = tag_history_features(shape, tag_before_last, last_tag)
            rows = [self._by_feature[feature].get(value, self._nothing) for feature, value in features]
            found = tuple(map(sum, zip(*rows, strict=True)))
            self._histories[shape, tag_before_last, last_tag] = found
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
