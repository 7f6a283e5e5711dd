"""Word classes: a small averaged perceptron, trained by `tools/train_tagger.py`, that only looks twice where it must.

Most words of a text have one class whatever stands around them; those come from a table.  The others are decided from
left to right by a linear model over the word, its ending and its neighbours.  The classes are the Penn treebank's with
degrees and proper plurals folded: NN NNS NNP, VB VBD VBG VBN VBP VBZ MD, JJ RB RP IN SC (a conjunction that opens a
clause: that, because, if), TO DT PRP PRP$ WP (every wh-word) CC CD EX POS UH, and PUNCT.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct


class Tagger(Struct, frozen=True):
    """A trained model: most words have one class, the others are weighed."""

    tags: list[str]
    """Every class."""
    classes: dict[str, list[str]]
    """Word as written inside a sentence -> the classes it was seen with."""
    endings: dict[str, list[str]]
    """Case and ending of a word -> the classes that rare words of that look have."""
    weights: dict[str, dict[str, float]]
    """Feature -> class -> weight."""

    def tag(self, words: list[str], lower: list[str]) -> list[str]:
        """Return the class of every word, in order."""
        out: list[str] = []
        previous, before = "", ""
        for i, word in enumerate(words):
            seen = self.seen(word, lower[i], previous)
            tag = seen[0] if len(seen) == 1 else self.weigh(seen, features(word, lower, i, previous, before))
            if tag == "VB" and previous == "IN" and lower[i - 1] == "to":
                out[-1] = previous = "TO"  # seen from the verb, it was no preposition
            out.append(tag)
            before, previous = previous, tag
        return out

    def seen(self, word: str, low: str, previous: str) -> list[str]:
        """Return the classes that the word may have; one that opens a sentence is looked up in lower case too."""
        seen = self.classes.get(word)
        if seen is None and previous in _OPENING:
            seen = self.classes.get(low)
        if seen is not None:
            return seen
        if not (word[0].isalnum() or word[0] in "'’@#"):
            return _PUNCTUATION
        return self.endings.get(look(word)) or self.endings.get(look(word)[0], self.tags)

    def weigh(self, seen: list[str], found: list[str]) -> str:
        """Return the class with the greatest sum of weights, of equals the first."""
        rows = [row for row in map(self.weights.get, found) if row]
        best, most = seen[0], -1e9
        for tag in seen:
            score = 0.0
            for row in rows:
                if tag in row:
                    score += row[tag]
            if score > most:
                best, most = tag, score
        return best


_OPENING = frozenset({"", "PUNCT"})
_PUNCTUATION = ["PUNCT"]


def look(word: str) -> str:
    """Return what a word that was never seen is guessed by: its case, and its last two letters."""
    return _shape(word, "x")[0] + word[-2:].lower()


def features(word: str, lower: list[str], i: int, previous: str, before: str) -> list[str]:
    """Name what the model looks at for word `i`."""
    low, last = lower[i], len(lower) - 1
    after = lower[i + 1] if i < last else ""
    back = lower[i - 1] if i else ""
    shape = _shape(word, back)
    return [
        f"w{low}",
        f"s{low[-3:]}",
        f"e{low[-2:]}{shape}",
        f"c{shape}{previous}",
        f"p{previous}",
        f"q{before} {previous}",
        f"b{back}",
        f"a{after}",
        f"x{after[-3:]}",
        f"y{lower[i + 2] if i + 1 < last else ''}",
        f"t{previous} {low}",
        f"u{low} {after}",
    ]


def _shape(word: str, back: str) -> str:
    """Case of the word, and whether it would be capitalised anyway for opening a sentence."""
    if word[0].isdigit():
        return "d"
    opens = "o" if back in _OPENERS else ""
    if word[0].isupper():
        return ("U" if word.isupper() and len(word) > 1 else "C") + opens
    return "-" if "-" in word else "l"


_OPENERS = frozenset({"", ".", "!", "?", ":", '"', "“", "''", "``", "‘", "—", "--", "•"})


@cache
def tagger(language: str) -> Tagger:
    """Return the language's tagger, read once per process; FileNotFoundError for a language without one."""
    packed = resources.files("worker.extract").joinpath("lexicons", f"{language}.tags").read_bytes()
    model = msgspec.msgpack.decode(zlib.decompress(packed), type=Tagger)
    guesses = {ending: _open_classes(ending, tags) for ending, tags in model.endings.items()}
    return msgspec.structs.replace(model, endings=guesses)


_CLOSED = frozenset({"IN", "SC", "DT", "MD", "PRP", "PRP$", "TO", "WP", "CC", "EX", "RP", "POS", "PUNCT"})
"""Classes whose words are few and all known: a word never seen is none of them, whatever its ending."""
_NO_NAMES = _CLOSED | {"VB", "UH"}


def _open_classes(ending: str, tags: list[str]) -> list[str]:
    """Return the classes that an unknown word of this ending may have; with a capital it is no bare verb either."""
    if ending[0] not in "lC":
        return tags
    never = _NO_NAMES if ending[0] == "C" else _CLOSED
    return [tag for tag in tags if tag not in never] or tags
