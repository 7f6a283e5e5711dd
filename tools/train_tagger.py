"""Train the part-of-speech model of `worker.extract.grammar.pos_tagger` on Universal Dependencies treebanks.

    python -m tools.train_tagger --out worker/extract/lexicon/en.tags [--test FILE.conllu.gz] TRAIN.conllu.gz …

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

from worker.extract.grammar.pos_tagger import (
    Tagger,
    TaggerModel,
    TagWeights,
    capitalisation_context,
    neighbour_features,
    tag_and_word_feature,
    tag_history_features,
    unknown_word_key,
    word_features,
    word_shape,
)
from worker.extract.grammar.tokens import tokenize
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon

EPOCHS = 6
SURE = 0.995
"""Rarer classes of a word than this leaves over are slips of the annotators."""
SEEN = 3
"""Occurrences below which a word counts as unknown."""
OFTEN = 8
"""Occurrences from which a verb form seen with one class has no other."""
PRUNE = 0.05
"""Smaller weights are left out."""
FOLD = {
    "NNPS": "NNP", "JJR": "JJ", "JJS": "JJ", "RBR": "RB", "RBS": "RB",
    "PDT": "DT", "WDT": "WP", "WRB": "WP", "WP$": "WP",
    "GW": "NN", "AFX": "JJ", "ADD": "NN", "LS": "CD", "XX": "FW",
}  # fmt: skip
PUNCTUATION = {",", ".", ":", "``", "''", "-LRB-", "-RRB-", "HYPH", "NFP", "SYM", "$", "#", "(", ")"}

Sentence = tuple[list[str], list[str], list[str]]
"""Words, lower case, classes."""
Look = tuple[str, str]
"""What is looked at, and its value."""
Weights = dict[str, dict[str, TagWeights]]


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
    found = tokenize(text.replace("\n", " "), lex)
    tags = [
        classes.get(end - 1, "PUNCT" if not word[-1].isalnum() else "NN")
        for word, end in zip(found.words, found.ends, strict=True)
    ]
    return found.words, found.lower, tags


def _fold(row: list[str]) -> str:
    if row[4] in PUNCTUATION:
        return "PUNCT"
    if row[4] == "IN" and row[3] == "SCONJ":
        return "SC"
    return FOLD.get(row[4], row[4])


def classes(sentences: list[Sentence]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the classes of every word seen often enough, as spelt inside a sentence; and all classes."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    every: set[str] = set()
    for words, lower, tags in sentences:
        for i, (word, low, tag) in enumerate(zip(words, lower, tags, strict=True)):
            counts[low if i == 0 else word][tag] += 1
            every.add(tag)
    found = {}
    for word, seen in counts.items():
        total = sum(seen.values())
        ranked = sorted(seen, key=lambda tag: (-seen[tag], tag))
        if total >= SEEN:
            kept = [tag for tag in ranked if seen[tag] >= (1 - SURE) * total]
            found[word] = kept if len(kept) == 1 and total >= OFTEN else _with_twins(kept)
    return found, sorted(every)


def endings(sentences: list[Sentence], known: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the classes of rare words by look, and by case alone for looks seen seldom."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for words, _, tags in sentences:
        for word, tag in zip(words, tags, strict=True):
            if word not in known and word[0].isalnum():
                counts[unknown_word_key(word)][tag] += 1
                counts[unknown_word_key(word)[0]][tag] += 1
    return {
        key: sorted((tag for tag in seen if seen[tag] >= 0.01 * sum(seen.values())), key=lambda tag: (-seen[tag], tag))
        for key, seen in counts.items()
        if sum(seen.values()) >= OFTEN
    }


def _with_twins(tags: list[str]) -> list[str]:
    """Verb forms that are spelt alike come together, even where one of them was not seen."""
    twins = {"VB": "VBP", "VBP": "VB", "VBD": "VBN", "VBN": "VBD"}
    return tags + [twins[tag] for tag in tags if tag in twins and twins[tag] not in tags]


def train(sentences: list[Sentence], untrained: TaggerModel) -> Weights:
    """Averaged perceptron, greedy from left to right, on its own earlier guesses."""
    weights: dict[Look, TagWeights] = {}
    totals: dict[tuple[Look, str], float] = defaultdict(float)
    stamps: dict[tuple[Look, str], int] = defaultdict(int)
    step = 0
    shuffle = random.Random(1)  # noqa: S311 - an order of sentences, not a secret

    def bump(unknown_word_key: Look, tag: str, by: float) -> None:
        key, row = (unknown_word_key, tag), weights.setdefault(unknown_word_key, {})
        old = row.get(tag, 0.0)
        totals[key] += (step - stamps[key]) * old
        stamps[key] = step
        row[tag] = old + by

    for _ in range(EPOCHS):
        shuffle.shuffle(sentences)
        for words, lower, gold in sentences:
            previous = before = ""
            for i, word in enumerate(words):
                where = capitalisation_context(lower[i - 1] if i else "", previous)
                candidates = untrained.candidates(word, lower[i], where)
                guess = candidates[0]
                if len(candidates) > 1:
                    step += 1
                    looks = _looks(word, lower, i, previous, before, where)
                    guess = _best(candidates, [row for row in map(weights.get, looks) if row])
                    for unknown_word_key in looks if guess != gold[i] else ():
                        bump(unknown_word_key, gold[i], 1.0)
                        bump(unknown_word_key, guess, -1.0)
                before, previous = previous, guess
    averaged: Weights = {name: {} for name, _ in _looks("a", ["a"], 0, "", "", 0)}
    for (name, value), row in weights.items():
        unknown_word_key = (name, value)
        means = {
            t: (totals[unknown_word_key, t] + (step - stamps[unknown_word_key, t]) * w) / step for t, w in row.items()
        }
        kept = {tag: round(mean, 2) for tag, mean in means.items() if abs(mean) >= PRUNE}
        if kept:
            averaged[name][value] = kept
    return averaged


def _looks(word: str, lower: list[str], i: int, previous: str, before: str, where: int) -> list[Look]:  # noqa: PLR0917 - a place in a sentence
    """Return all that the model looks at for word `i`."""
    low, shape = lower[i], word_shape(word, where)
    after, second = [*lower[i + 1 : i + 3], "", ""][:2]
    return [
        *word_features(low, shape),
        *tag_history_features(shape, before, previous),
        *neighbour_features(low, lower[i - 1] if i else "", after, second),
        tag_and_word_feature(low, previous),
    ]


def _best(candidates: list[str], rows: list[TagWeights]) -> str:
    """Return the class with the greatest sum of weights, of equals the first."""
    best, most = candidates[0], -1e9
    for tag in candidates:
        score = 0.0
        for row in rows:
            if tag in row:
                score += row[tag]
        if score > most:
            best, most = tag, score
    return best


def accuracy(tagger: Tagger, sentences: list[Sentence]) -> float:
    """Share of tokens tagged as the treebank has them."""
    right = total = 0
    for words, lower, gold in sentences:
        guess = tagger.tag(words, lower)
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
    lex = load_lexicon(args.language)
    if lex is None:
        raise SystemExit(f"no lexicon for {args.language}")
    sentences = [s for path in args.train for s in read(path, lex)]
    known, every = classes(sentences)
    rare = endings(sentences, known)
    untrained = TaggerModel(tags=every, tag_dictionary=known, endings=rare, weights={})
    model = msgspec.structs.replace(untrained, weights=train(sentences, untrained))
    packed = zlib.compress(msgspec.msgpack.encode(model), 9)
    args.out.write_bytes(packed)
    print(f"{len(known)} words, {sum(map(len, model.weights.values()))} features, {len(packed)} bytes")
    for path in args.test:
        print(f"{path.name}: {accuracy(Tagger(model), read(path, lex)):.4f}")


if __name__ == "__main__":
    main()
