"""Learn the weights by which the act of a statement is determined, from annotated articles.

Each line of a file is a JSON object: `text`, and `statements` with `content` (character spans) and `act`.  A statement
that extraction finds, and whose act the rules leave open, is an observation with the act of the annotated statement
that shares most of its content.  The invented articles of `tools/acts` are added to the training.  Per act one
logistic model is fitted against all others.  `--folds` reports the share of acts right, cross-validated by document;
the invented articles are in the training part of every fold and are never judged.  The same files and rules give the
same weights.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from tools.act_articles import read_articles
from tools.logistic_regression import SparseRows, fit
from worker.extract.document import Document, read_document
from worker.extract.label_model import SCALE, LabelModel
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.statements.statements import open_candidates
from worker.schema import Article

LEXICONS = Path(__file__).parents[1] / "worker/extract/lexicon"
INVENTED = Path(__file__).with_name("acts")
SEEDS = 5
"""Number of random divisions into folds in the cross-validation."""
STRENGTH = 0.04
"""Variance of the weights: smaller is closer to zero."""
MIN_DOCUMENTS = 4
"""Documents from which a feature gets a weight."""


class Observation(NamedTuple):
    """The features of an extracted statement, its annotated act, and the number of its document."""

    features: list[str]
    act: str
    document: int


def main() -> None:
    """Learn the weights, or report the cross-validation."""
    args = _parser().parse_args()
    rows = [line for file in args.files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    observed = [one for number, row in enumerate(rows) for one in observe(json.loads(row), number, args.language)]
    invented = [
        one for n, row in enumerate(read_articles(INVENTED), len(rows)) for one in observe(row, n, args.language)
    ]
    print(f"{len(observed)} statements of {len(rows)} articles; {len(invented)} of invented articles")
    if args.folds:
        for added, name in (([], "alone"), (invented, "with the invented articles")):
            print(f"{name}:")
            report(observed, added, args.folds)
    else:
        target = LEXICONS / f"{args.language}_statement_act_weights.json"
        encoded = msgspec.json.encode(learn(observed + invented), order="deterministic")
        target.write_bytes(msgspec.json.format(encoded, indent=0) + b"\n")
        print(f"wrote {target.name}, {target.stat().st_size // 1024} kB")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.train_acts", description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="annotated articles, JSON lines")
    parser.add_argument("--language", default="en", help="language of the articles (en)")
    parser.add_argument("--folds", type=int, default=0, metavar="N", help="cross-validate instead of writing weights")
    return parser


def observe(row: dict[str, object], number: int, language: str) -> list[Observation]:
    """Return the observations of one annotated article."""
    lexicon = load_lexicon(language)
    if lexicon is None:
        raise SystemExit(f"no lexicon for language {language!r}")
    doc = read_document(Article(id=str(number), url="", text=str(row["text"]), language=language), lexicon)
    annotated = [
        (_characters(one["content"]), one["act"])
        for one in row.get("statements") or row.get("attributions") or []  # type: ignore[attr-defined]
        if one.get("act")
    ]
    found = []
    for content, features in _extracted(doc):
        best = max(annotated, key=lambda one: _dice(content, one[0]), default=None)
        if best is not None and _dice(content, best[0]) >= 0.5:  # noqa: PLR2004 - half of the content
            found.append(Observation(features, best[1], number))
    return found


def _extracted(doc: Document) -> list[tuple[frozenset[int], list[str]]]:
    return [
        (_characters([(doc.text.starts[a], doc.text.ends[b - 1]) for a, b in candidate.content]), features)
        for candidate, features in open_candidates(doc)
    ]


def _characters(spans: object) -> frozenset[int]:
    return frozenset(i for start, end in spans for i in range(start, end))  # type: ignore[attr-defined]


def _dice(left: frozenset[int], right: frozenset[int]) -> float:
    return 2 * len(left & right) / (len(left) + len(right)) if left or right else 0.0


def learn(observed: list[Observation]) -> LabelModel:
    """Return one-against-rest models of all acts."""
    documents: dict[str, set[int]] = defaultdict(set)
    for one in observed:
        for feature in one.features:
            documents[feature].add(one.document)
    names = sorted(feature for feature, seen in documents.items() if len(seen) >= MIN_DOCUMENTS)
    number = {name: n for n, name in enumerate(names)}
    rows = SparseRows([[number[f] for f in one.features if f in number] for one in observed], len(names))
    labels = sorted({one.act for one in observed})
    fitted = []
    for label in labels:
        right = np.array([float(one.act == label) for one in observed])
        fitted.append(fit(rows, right, np.ones(len(observed)), np.full(len(names), 1 / STRENGTH)))
    weights = {name: [round(SCALE * float(found[0][n])) for found in fitted] for name, n in number.items()}
    return LabelModel(
        labels=labels,
        bias=[round(SCALE * found[1]) for found in fitted],
        weights={name: values for name, values in weights.items() if any(values)},
    )


def report(observed: list[Observation], added: list[Observation], folds: int) -> None:
    """Print the share of acts right and the commonest confusions, cross-validated by document over several divisions.

    `added`: observations in the training part of every fold.
    """
    shares, confused = [], Counter[tuple[str, str]]()
    for seed in range(SEEDS):
        wrong = _confusions(observed, added, folds, seed)
        shares.append(1 - wrong.total() / len(observed))
        confused += wrong
    print(f"acts right, {folds} folds by document: {np.mean(shares):.3f} ({min(shares):.3f} to {max(shares):.3f})")
    for (act, predicted), times in confused.most_common(12):
        print(f"  {act} as {predicted}: {times / SEEDS:.1f}")


def _confusions(
    observed: list[Observation], added: list[Observation], folds: int, seed: int
) -> Counter[tuple[str, str]]:
    """Return (annotated act, predicted act) -> number of wrong predictions of one division into folds."""
    documents = sorted({one.document for one in observed})
    random.Random(seed).shuffle(documents)  # noqa: S311 - a division into folds
    fold_of = {document: n % folds for n, document in enumerate(documents)}
    wrong = Counter[tuple[str, str]]()
    for fold in range(folds):
        model = learn([*(one for one in observed if fold_of[one.document] != fold), *added])
        for one in observed:
            if fold_of[one.document] == fold and (predicted := model.best(one.features)) != one.act:
                wrong[one.act, predicted] += 1
    return wrong


if __name__ == "__main__":
    main()
