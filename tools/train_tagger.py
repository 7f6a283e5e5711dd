"""Train the part-of-speech model of `worker.extract.grammar.pos_tagger` on Universal Dependencies treebanks.

    python -m tools.train_tagger --out worker/extract/lexicon/en.tags [--test FILE.conllu.gz] TRAIN.conllu.gz …

Deterministic: the same files give the same bytes.  NOTICE credits the treebanks used for the shipped weights.
"""

from __future__ import annotations

import argparse
import gzip
import random
from collections import Counter, defaultdict
from pathlib import Path

import msgspec

from worker.extract.grammar.pos_tagger import Tagger
from worker.extract.grammar.tagger_features import (
    capitalisation_context,
    neighbour_features,
    tag_and_word_feature,
    tag_history_features,
    unknown_word_key,
    word_features,
    word_shape,
)
from worker.extract.grammar.tagger_model import TaggerModel, TagWeights, encode_model, pack
from worker.extract.grammar.tokens import tokenize
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon

EPOCHS = 6
COVERAGE = 0.995
"""Tags with a share below 1 - COVERAGE of a word's occurrences are treated as annotation errors."""
MIN_COUNT_KNOWN = 3
"""Occurrences below which a word is treated as unknown."""
MIN_COUNT_RELIABLE = 8
"""Occurrences from which a word with a single tag is assumed to have no other."""
MIN_WEIGHT = 0.05
"""Weights of smaller absolute value are dropped."""
FOLD = {
    "NNPS": "NNP", "JJR": "JJ", "JJS": "JJ", "RBR": "RB", "RBS": "RB",
    "PDT": "DT", "WDT": "WP", "WRB": "WP", "WP$": "WP",
    "GW": "NN", "AFX": "JJ", "ADD": "NN", "LS": "CD", "XX": "FW",
}  # fmt: skip
PUNCTUATION = {",", ".", ":", "``", "''", "-LRB-", "-RRB-", "HYPH", "NFP", "SYM", "$", "#", "(", ")"}

Sentence = tuple[list[str], list[str], list[str]]
"""Words, words in lower case, tags."""
Feature = tuple[str, str]
"""Name and value of a feature."""
Weights = dict[str, dict[str, TagWeights]]


def read_treebank(path: Path, lexicon: Lexicon) -> list[Sentence]:
    """Return the sentences of a gzipped CoNLL-U file in the tokenisation of `tokenize`.

    A token takes the tag of the last treebank token that ends in it.
    """
    sentences = []
    rows: list[list[str]] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            if line.strip():
                rows.append(line.rstrip("\n").split("\t"))
            elif rows:
                sentences.append(_align(rows, lexicon))
                rows = []
    return [s for s in sentences if s[0]]


def _align(rows: list[list[str]], lexicon: Lexicon) -> Sentence:
    text, tag_at, skip_to = "", {}, 0
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
                tag_at[at - 1] = _fold(part)
            text += "" if "SpaceAfter=No" in row[9] else " "
            continue
        if int(row[0]) <= skip_to:
            continue
        text += row[1]
        tag_at[len(text) - 1] = _fold(row)
        text += "" if "SpaceAfter=No" in row[9] else " "
    found = tokenize(text.replace("\n", " "), lexicon)
    tags = [
        tag_at.get(end - 1, "PUNCT" if not word[-1].isalnum() else "NN")
        for word, end in zip(found.words, found.ends, strict=True)
    ]
    return found.words, found.lower, tags


def _fold(row: list[str]) -> str:
    if row[4] in PUNCTUATION:
        return "PUNCT"
    if row[4] == "IN" and row[3] == "SCONJ":
        return "SC"
    return FOLD.get(row[4], row[4])


def tag_dictionary(sentences: list[Sentence]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the tags of every known word, most frequent first, and all tags.

    The first word of a sentence is counted in lower case.
    """
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
        if total >= MIN_COUNT_KNOWN:
            kept = [tag for tag in ranked if seen[tag] >= (1 - COVERAGE) * total]
            found[word] = kept if len(kept) == 1 and total >= MIN_COUNT_RELIABLE else _with_homographs(kept)
    return found, sorted(every)


def unknown_word_tags(sentences: list[Sentence], known: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the classes of rare words by look, and by case alone for features seen seldom."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for words, _, tags in sentences:
        for word, tag in zip(words, tags, strict=True):
            if word not in known and word[0].isalnum():
                counts[unknown_word_key(word)][tag] += 1
                counts[unknown_word_key(word)[0]][tag] += 1
    return {
        key: sorted((tag for tag in seen if seen[tag] >= 0.01 * sum(seen.values())), key=lambda tag: (-seen[tag], tag))
        for key, seen in counts.items()
        if sum(seen.values()) >= MIN_COUNT_RELIABLE
    }


def _with_homographs(tags: list[str]) -> list[str]:
    """Add the tag of the verb form that is spelt alike (VB and VBP, VBD and VBN), even if it was not seen."""
    homographs = {"VB": "VBP", "VBP": "VB", "VBD": "VBN", "VBN": "VBD"}
    return tags + [homographs[tag] for tag in tags if tag in homographs and homographs[tag] not in tags]


def train(sentences: list[Sentence], untrained: TaggerModel) -> Weights:
    """Train an averaged perceptron (Collins 2002), tagging greedily from left to right on its own guesses."""
    weights: dict[Feature, TagWeights] = {}
    totals: dict[tuple[Feature, str], float] = defaultdict(float)
    stamps: dict[tuple[Feature, str], int] = defaultdict(int)
    step = 0
    shuffle = random.Random(1)  # noqa: S311 - an order of sentences, not a secret

    def update(feature: Feature, tag: str, by: float) -> None:
        key, row = (feature, tag), weights.setdefault(feature, {})
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
                    features = _features(word, lower, i, previous, before, where)
                    guess = _best(candidates, [row for row in map(weights.get, features) if row])
                    for feature in features if guess != gold[i] else ():
                        update(feature, gold[i], 1.0)
                        update(feature, guess, -1.0)
                before, previous = previous, guess
    averaged: Weights = {name: {} for name, _ in _features("a", ["a"], 0, "", "", 0)}
    for (name, value), row in weights.items():
        feature = (name, value)
        means = {t: (totals[feature, t] + (step - stamps[feature, t]) * w) / step for t, w in row.items()}
        kept = {tag: round(mean, 2) for tag, mean in means.items() if abs(mean) >= MIN_WEIGHT}
        if kept:
            averaged[name][value] = kept
    return averaged


def _features(word: str, lower: list[str], i: int, previous: str, before: str, where: int) -> list[Feature]:  # noqa: PLR0917 - the context of a word
    """Return all that the model features at for word `i`."""
    low, shape = lower[i], word_shape(word, where)
    after, second = [*lower[i + 1 : i + 3], "", ""][:2]
    return [
        *word_features(low, shape),
        *tag_history_features(shape, before, previous),
        *neighbour_features(low, lower[i - 1] if i else "", after, second),
        tag_and_word_feature(low, previous),
    ]


def _best(candidates: list[str], rows: list[TagWeights]) -> str:
    """Return the candidate with the greatest score, the first one in a tie."""
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
    """Return the share of tokens with the same tag as in the treebank."""
    right = total = 0
    for words, lower, gold in sentences:
        guess = tagger.tag(words, lower)
        right += sum(a == b for a, b in zip(guess, gold, strict=True))
        total += len(gold)
    return right / total


def main() -> None:
    """Train and write the model; print its size and its accuracy on test files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("train", nargs="+", type=Path)
    parser.add_argument("--test", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", default="en")
    args = parser.parse_args()
    lexicon = load_lexicon(args.language)
    if lexicon is None:
        raise SystemExit(f"no lexicon for {args.language}")
    sentences = [s for path in args.train for s in read_treebank(path, lexicon)]
    known, tags = tag_dictionary(sentences)
    rare = unknown_word_tags(sentences, known)
    untrained = TaggerModel(tags=tags, tag_dictionary=known, endings=rare, weights={})
    model = msgspec.structs.replace(untrained, weights=train(sentences, untrained))
    packed = encode_model(model)
    args.out.write_bytes(packed)
    print(f"{len(known)} words, {sum(map(len, model.weights.values()))} features, {len(packed)} bytes")
    for path in args.test:
        print(f"{path.name}: {accuracy(Tagger(pack(model)), read_treebank(path, lexicon)):.4f}")


if __name__ == "__main__":
    main()
