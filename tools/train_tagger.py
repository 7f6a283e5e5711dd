"""Train the part-of-speech model of `worker.extract.tags` on Universal Dependencies treebanks.

    python -m tools.train_tagger --out worker/extract/lexicons/en.tags [--test FILE.conllu.gz] TRAIN.conllu.gz …

Deterministic: the same files give the same bytes.  NOTICE credits the treebanks that the shipped weights stand on.
"""

from __future__ import annotations

import argparse
import gzip
import random
import zlib
from collections import Counter, defaultdict
from pathlib import Path

import msgspec

from worker.extract.lexicon import Lexicon, lexicon
from worker.extract.tags import Tagger, features
from worker.extract.text import _tokens

EPOCHS = 6
SURE = 0.997
"""Share of one class from which a word counts as unambiguous."""
SEEN = 8
"""Occurrences below which nothing is called unambiguous."""
FOLD = {
    "NNPS": "NNP", "JJR": "JJ", "JJS": "JJ", "RBR": "RB", "RBS": "RB", "PDT": "DT", "WDT": "WP", "WRB": "WP", "WP$": "WP",
    "GW": "NN", "AFX": "JJ", "ADD": "NN", "LS": "CD", "XX": "FW",
}  # fmt: skip
PUNCTUATION = {",", ".", ":", "``", "''", "-LRB-", "-RRB-", "HYPH", "NFP", "SYM", "$", "#", "(", ")"}

Sentence = tuple[list[str], list[str], list[str]]
"""Words, lower case, classes."""


def read(path: Path, lex: Lexicon) -> list[Sentence]:
    """Read a treebank, cut into our own tokens; each takes the class of the last treebank token it covers."""
    sentences = []
    rows: list[list[str]] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            if line.strip():
                rows.append(line.rstrip("\n").split("\t"))
            elif rows:
                sentences.append(_align(rows, lex))
                rows = []
    return [s for s in sentences if s[0]]


def _align(rows: list[list[str]], lex: Lexicon) -> Sentence:
    text, classes, skip_to = "", {}, 0
    for row in rows:
        if "." in row[0]:
            continue
        if "-" in row[0]:
            start = len(text)
            text += row[1]
            skip_to = int(row[0].split("-")[1])
            parts = [r for r in rows if r[0].isdigit() and int(row[0].split("-")[0]) <= int(r[0]) <= skip_to]
            at = start
            for part in parts:
                at = min(at + len(part[1]), len(text))
                classes[at - 1] = _fold(part)
            text += "" if "SpaceAfter=No" in row[9] else " "
            continue
        if int(row[0]) <= skip_to:
            continue
        text += row[1]
        classes[len(text) - 1] = _fold(row)
        text += "" if "SpaceAfter=No" in row[9] else " "
    words, _, ends, _ = _tokens(text.replace("\n", " "), lex)
    tags = [
        classes.get(end - 1, "PUNCT" if not word[-1].isalnum() else "NN") for word, end in zip(words, ends, strict=True)
    ]
    return words, [w.lower().replace("’", "'") for w in words], tags


def _fold(row: list[str]) -> str:
    if row[4] in PUNCTUATION:
        return "PUNCT"
    if row[4] == "IN" and row[3] == "SCONJ":
        return "SC"
    return FOLD.get(row[4], row[4])


def unambiguous(sentences: list[Sentence]) -> dict[str, str]:
    """Words that are nearly always of one class, spelt as they are seen inside a sentence."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for words, lower, tags in sentences:
        for i, (word, low, tag) in enumerate(zip(words, lower, tags, strict=True)):
            counts[low if i == 0 else word][tag] += 1
    fixed = {}
    for word, seen in counts.items():
        tag, n = seen.most_common(1)[0]
        if sum(seen.values()) >= SEEN and n >= SURE * sum(seen.values()):
            fixed[word] = tag
    return fixed


def train(sentences: list[Sentence], fixed: dict[str, str]) -> dict[str, dict[str, float]]:
    """Averaged perceptron, greedy from left to right, on its own earlier guesses."""
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    totals: dict[tuple[str, str], float] = defaultdict(float)
    stamps: dict[tuple[str, str], int] = defaultdict(int)
    step = 0
    shuffle = random.Random(1)

    def bump(feature: str, tag: str, by: float) -> None:
        key = (feature, tag)
        old = weights[feature].get(tag, 0.0)
        totals[key] += (step - stamps[key]) * old
        stamps[key] = step
        weights[feature][tag] = old + by

    for _ in range(EPOCHS):
        shuffle.shuffle(sentences)
        for words, lower, gold in sentences:
            previous = before = ""
            last = len(words) - 1
            for i, word in enumerate(words):
                guess = fixed.get(lower[i]) if word == lower[i] or i == 0 else fixed.get(word)
                if guess is None and not (word[0].isalnum() or word[0] in "'’@#"):
                    guess = "PUNCT"
                if guess is None:
                    step += 1
                    seen = features(word, lower, i, last, previous, before)
                    scores: dict[str, float] = defaultdict(float)
                    for feature in seen:
                        for tag, weight in weights.get(feature, {}).items():
                            scores[tag] += weight
                    guess = max(scores, key=lambda t: (scores[t], t)) if scores else "NN"
                    if guess != gold[i]:
                        for feature in seen:
                            bump(feature, gold[i], 1.0)
                            bump(feature, guess, -1.0)
                before, previous = previous, guess
    averaged: dict[str, dict[str, float]] = {}
    for feature, row in weights.items():
        kept = {}
        for tag, weight in row.items():
            mean = (totals[feature, tag] + (step - stamps[feature, tag]) * weight) / step
            if abs(mean) >= 0.06:
                kept[tag] = round(mean, 2)
        if kept:
            averaged[feature] = kept
    return averaged


def accuracy(model: Tagger, sentences: list[Sentence]) -> float:
    """Share of tokens tagged as the treebank has them."""
    right = total = 0
    for words, lower, gold in sentences:
        guess = model.tag(words, lower)
        right += sum(a == b for a, b in zip(guess, gold, strict=True))
        total += len(gold)
    return right / total


def main() -> None:
    """Train, report accuracy, write the model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("train", nargs="+", type=Path)
    parser.add_argument("--test", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", default="en")
    args = parser.parse_args()
    lex = lexicon(args.language)
    if lex is None:
        raise SystemExit(f"no lexicon for {args.language}")
    sentences = [s for path in args.train for s in read(path, lex)]
    fixed = unambiguous(sentences)
    weights = train(sentences, fixed)
    tags = sorted({t for _, _, row in sentences for t in row})
    model = Tagger(tags=tags, fixed=fixed, weights=weights)
    packed = zlib.compress(msgspec.msgpack.encode(model), 9)
    args.out.write_bytes(packed)
    print(f"{len(fixed)} fixed words, {len(weights)} features, {len(packed)} bytes")  # noqa: T201 - a command's answer
    for path in args.test:
        print(f"{path.name}: {accuracy(model, read(path, lex)):.4f}")  # noqa: T201


if __name__ == "__main__":
    main()
