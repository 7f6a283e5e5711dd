"""The trained model of the part-of-speech tagger, and its file.

In the file, the weights of a feature value are given as the number of a vector, which has a weight for each tag.  The
88,000 values of the English model have 31,000 different vectors; each is stored once, in the file and in memory.  A
vector is decoded at its first use, so that a process that reads one text does not wait for all of them.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from importlib import resources

import msgspec
from msgspec import Struct

from worker.extract.grammar.tagger_features import MID_SENTENCE, unknown_word_key

TagWeights = dict[str, float]
"""Tag -> weight of a feature; weights are multiples of 0.01."""
TagScores = tuple[float, ...]
"""The weight of every tag, by tag number."""
_SCALE = 100
"""Weights in the file are integers: hundredths."""
_UNITS = "h"
"""Type code of the weights in the file: 16 bits.  A model with a weight from 327.68 on cannot be packed."""
PAIR_FEATURES = ("word_and_next", "class_and_word")
"""Features whose values are two words, or a tag and a word, with a space between."""
_WORD_INDEX = {"word_and_next": 0, "class_and_word": 1}
"""Index of the tagged word in the value of a feature of pairs."""
_PUNCTUATION = ["PUNCT"]
_NAME = ["NNP"]
_INITIAL = 2


class TaggerModel(Struct, frozen=True):
    """The result of training."""

    tags: list[str]
    """All tags, by number."""
    tag_dictionary: dict[str, list[str]]
    """Word, as written inside a sentence -> the tags with which it occurs in the training data."""
    endings: dict[str, list[str]]
    """Shape and ending of a word -> the tags of rare words like it; see `unknown_word_key`."""
    weights: dict[str, dict[str, TagWeights]]
    """Feature name -> feature value -> tag -> weight."""

    def candidates(self, word: str, low: str, context: int) -> list[str]:
        """Return the possible tags of a word.  After punctuation, the lower-case word `low` is looked up as well."""
        seen = self.tag_dictionary.get(word)
        if seen is None and context != MID_SENTENCE:
            seen = self.tag_dictionary.get(low)
        if seen is not None:
            return seen
        if word[-1] == "." and ((len(word) == _INITIAL and word[0].isupper()) or "-" in word[1:]):
            return _NAME  # "J.", "then-Sen."
        if not (word[0].isalnum() or word[0] in "'’@#"):
            return _PUNCTUATION
        return self.endings.get(unknown_word_key(word)) or self.endings.get(unknown_word_key(word)[0], self.tags)


class PackedModel(Struct, frozen=True):
    """A model as it is stored."""

    tags: list[str]
    tag_dictionary: dict[str, list[str]]
    endings: dict[str, list[str]]
    vectors: bytes
    """The vectors one after another: the weight of each tag in hundredths, 16 bits, little-endian."""
    weights: dict[str, dict[str, int]]
    """Feature name -> feature value -> number of its vector."""
    pairs: dict[str, dict[str, msgspec.Raw]]
    """Feature of `PAIR_FEATURES` -> the tagged word -> the other member -> number of its vector; see `decode_pairs`."""

    def read_vectors(self) -> Vectors:
        """Return the vectors by number."""
        units = array(_UNITS, self.vectors)
        if sys.byteorder == "big":
            units.byteswap()
        return Vectors(units, len(self.tags))

    def without_weights(self) -> TaggerModel:
        """Return the part of the model that lists the possible tags of words.  Equal lists are one object."""
        guesses = {ending: _open_classes(ending, tags) for ending, tags in self.endings.items()}
        return TaggerModel(self.tags, _with_shared_lists(self.tag_dictionary), _with_shared_lists(guesses), {})


class Vectors(dict[int, TagScores]):
    """Number of a vector -> the weight of every tag, decoded at its first use.  Equal weights are one object."""

    def __init__(self, units: array[int], size: int) -> None:
        """`units`: all vectors one after another, in hundredths; `size`: number of tags."""
        self._units, self._size = units, size
        self._weights: dict[int, float] = {}

    def __missing__(self, number: int) -> TagScores:
        own, weights = self._units[number * self._size : (number + 1) * self._size], self._weights
        found = self[number] = tuple([weights.setdefault(unit, unit / _SCALE) for unit in own])
        return found

    def decode_all(self) -> None:
        """Decode every vector, and release their encoded form."""
        for number in range(len(self._units) // self._size):
            self[number]
        self._units = array(_UNITS)


def decode_pairs(encoded: msgspec.Raw) -> dict[str, int]:
    """Return the other member -> number of the vector, for the pairs of one word."""
    return msgspec.msgpack.decode(encoded, type=dict[str, int])


def pack(model: TaggerModel) -> PackedModel:
    """Return the stored form of a model.  Raises OverflowError for a weight that does not fit into 16 bits."""
    numbers: dict[tuple[int, ...], int] = {}
    weights = {
        feature: {value: numbers.setdefault(_vector(row, model.tags), len(numbers)) for value, row in rows.items()}
        for feature, rows in model.weights.items()
    }
    vectors = array(_UNITS, [unit for vector in numbers for unit in vector])
    if sys.byteorder == "big":
        vectors.byteswap()
    pairs = {feature: _by_word(weights.pop(feature), _WORD_INDEX[feature]) for feature in PAIR_FEATURES}
    return PackedModel(model.tags, model.tag_dictionary, model.endings, vectors.tobytes(), weights, pairs)


def _by_word(numbers: dict[str, int], index: int) -> dict[str, msgspec.Raw]:
    """Group pairs by their member at `index`."""
    grouped: dict[str, dict[str, int]] = {}
    for pair, number in numbers.items():
        members = pair.split(" ")
        grouped.setdefault(members[index], {})[members[1 - index]] = number
    return {word: msgspec.Raw(msgspec.msgpack.encode(others)) for word, others in grouped.items()}


def _vector(row: TagWeights, tags: list[str]) -> tuple[int, ...]:
    return tuple(round(_SCALE * row.get(tag, 0.0)) for tag in tags)


def encode_model(model: TaggerModel) -> bytes:
    """Return the content of the file of a model."""
    return zlib.compress(msgspec.msgpack.encode(pack(model)), 9)


def read_model(language: str) -> PackedModel:
    """Return the trained model of a language.  Raises FileNotFoundError for a language without one."""
    file = resources.files("worker.extract").joinpath("lexicon", f"{language}.tags")
    return msgspec.msgpack.decode(zlib.decompress(file.read_bytes()), type=PackedModel)


def _with_shared_lists(table: dict[str, list[str]]) -> dict[str, list[str]]:
    known: dict[tuple[str, ...], list[str]] = {}
    return {word: known.setdefault(tuple(tags), tags) for word, tags in table.items()}


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
