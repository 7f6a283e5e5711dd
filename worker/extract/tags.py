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
    """A trained model: `fixed` words have one class, the others are weighed."""

    tags: list[str]
    fixed: dict[str, str]
    """Word as written (lower case, or capitalised where that differs) -> its only class."""
    weights: dict[str, dict[str, float]]
    """Feature -> class -> weight."""

    def tag(self, words: list[str], lower: list[str]) -> list[str]:
        """Return the class of every word, in order."""
        out: list[str] = []
        previous, before = "", ""
        fixed = self.fixed
        last = len(words) - 1
        for i, word in enumerate(words):
            tag = fixed.get(lower[i]) if word == lower[i] or i == 0 else fixed.get(word)
            if tag is None:
                tag = self._weigh(word, lower, i, last, previous, before)
            if tag == "VB" and previous == "IN" and lower[i - 1] == "to":
                out[-1] = previous = "TO"  # only the infinitive's "to" stands before a bare verb
            out.append(tag)
            before, previous = previous, tag
        return out

    def _weigh(self, word: str, lower: list[str], i: int, last: int, previous: str, before: str) -> str:
        if not (word[0].isalnum() or word[0] in "'’@#"):
            return "PUNCT"
        scores: dict[str, float] = {}
        weights = self.weights
        for feature in features(word, lower, i, last, previous, before):
            row = weights.get(feature)
            if row:
                for tag, weight in row.items():
                    scores[tag] = scores.get(tag, 0.0) + weight
        return max(scores, key=scores.__getitem__) if scores else "NN"


def features(word: str, lower: list[str], i: int, last: int, previous: str, before: str) -> list[str]:
    """Name what the model looks at for word `i`."""
    low = lower[i]
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
    return msgspec.msgpack.decode(zlib.decompress(packed), type=Tagger)
