"""Measure the calibration of statements: about 90 % of those with confidence 0.9 should be correct.

Compares each extracted statement with annotated articles and prints the share of correct ones per confidence (the
reliability table), the Brier score (mean squared error of the confidence; lower is better) and the expected calibration
error (mean distance between confidence and share correct), for all statements and per rule.  `--fit` fits the weights
and writes them to the file that the extractor reads; the same articles and rules give the same file.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from tests.benchmarks import gold, logistic
from worker.extract.confidence import ConfidenceModel, ConfidenceModels, Features, load_confidence_models
from worker.extract.document import read_document
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.statements.features import RESOLUTION
from worker.extract.statements.statements import statements_with_features
from worker.schema import Article

LEXICONS = Path(__file__).parents[2] / "worker/extract/lexicon"

EPILOG = f"""\
{gold.__doc__}
examples:
  python -m tests.benchmarks.calibration --gold dev.jsonl.gz
  make calibrate GOLD=train.jsonl.gz
"""

HEADER = """\
# Weights of the confidence models, in log-odds (worker/extract/confidence.py explains the model).
# Written by `make calibrate`, which fits the weights of statements to annotated articles.  The group "resolution" and
# the weights of meetings and decisions are set by hand and kept, because annotated articles have no labels for them.
"""


class Judged(NamedTuple):
    """The features of a statement, and whether it is correct."""

    features: Features
    right: bool


def main() -> None:
    args = _parser().parse_args()
    judged = list(judge(args.gold, args.language))
    known = load_confidence_models(args.language)
    if args.fit:
        bias, weights = logistic.fit(judged)
        weights[RESOLUTION] = known.statement.weights[RESOLUTION]
        known = msgspec.structs.replace(known, statement=ConfidenceModel(bias=bias, weights=weights))
        (LEXICONS / f"{args.language}_confidence.toml").write_text(render_toml(known), encoding="utf-8")
    console = Console()
    outcomes = [(known.statement.confidence(one.features), one.right) for one in judged]
    console.print(reliability(outcomes), by_rule(judged, outcomes))
    console.print(
        f"{len(outcomes)} statements, Brier score {brier(outcomes):.4f}, "
        f"expected calibration error {calibration_error(outcomes):.4f}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.calibration",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--gold", type=Path, required=True, metavar="FILE", help="annotated articles, see below")
    parser.add_argument(
        "--language", default="en", help="language of the articles, and of the file that --fit writes (en)"
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights to these articles and write them")
    return parser


def judge(file: Path, language: str) -> Iterable[Judged]:
    """Yield every extracted statement that the annotated articles say is correct or wrong."""
    lexicon = load_lexicon(language)
    if lexicon is None:
        raise SystemExit(f"no lexicon for language {language!r}")
    for article in gold.read_gold(file):
        document = read_document(Article(id=article.id, url="", text=article.text, language=language), lexicon)
        found = list(statements_with_features(document))
        for (_, features), right in zip(found, gold.verdicts(article, [s for s, _ in found]), strict=True):
            if right is not None:
                yield Judged({group: value for group, value in features.items() if group != RESOLUTION}, right)


# ---------------------------------------------------------------- measures
Outcome = tuple[float, bool]
"""A confidence, and whether the statement was correct."""


def brier(outcomes: Sequence[Outcome]) -> float:
    """Return the mean squared distance between confidence and outcome: 0 is best, a constant 0.5 gives 0.25."""
    return sum((confidence - right) ** 2 for confidence, right in outcomes) / len(outcomes)


def bin_by_confidence(outcomes: Sequence[Outcome]) -> dict[float, list[Outcome]]:
    """Group by confidence, rounded to one decimal: the bin 0.9 is [0.85, 0.95)."""
    gathered: dict[float, list[Outcome]] = {}
    for one in sorted(outcomes):
        gathered.setdefault(int(one[0] * 10 + 0.5) / 10, []).append(one)
    return gathered


def calibration_error(outcomes: Sequence[Outcome]) -> float:
    """Return the expected calibration error.

    The distance between mean confidence and share correct of each bin, weighted by the bin's size.
    """
    return sum(abs(sum(c - right for c, right in of_bin)) for of_bin in bin_by_confidence(outcomes).values()) / len(
        outcomes
    )


def _means(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Return mean confidence and share correct."""
    return sum(c for c, _ in outcomes) / len(outcomes), sum(right for _, right in outcomes) / len(outcomes)


# ---------------------------------------------------------------- tables
def reliability(outcomes: Sequence[Outcome]) -> Table:
    table = _table("confidence", "predicted", "observed", "n", title="reliability")
    for name, of_bin in bin_by_confidence(outcomes).items():
        table.add_row(f"{name:.1f}", *(f"{mean:.3f}" for mean in _means(of_bin)), str(len(of_bin)))
    return table


def by_rule(judged: Sequence[Judged], outcomes: Sequence[Outcome]) -> Table:
    table = _table("rule", "predicted", "observed", "n", "Brier", "error", title="rule by rule")
    rules: dict[str, list[Outcome]] = {}
    for one, answer in zip(judged, outcomes, strict=True):
        rules.setdefault(one.features["rule"], []).append(answer)
    for rule, of_rule in sorted(rules.items(), key=lambda item: -len(item[1])):
        means = (f"{mean:.3f}" for mean in _means(of_rule))
        table.add_row(rule, *means, str(len(of_rule)), f"{brier(of_rule):.3f}", f"{calibration_error(of_rule):.3f}")
    return table


def _table(*columns: str, title: str) -> Table:
    table = Table(*columns, title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


# ---------------------------------------------------------------- the file
def render_toml(known: ConfidenceModels) -> str:
    """Return the models as the TOML file that the extractor reads."""
    return HEADER + "".join(_section(name, getattr(known, name)) for name in known.__struct_fields__)


def _section(name: str, model: ConfidenceModel) -> str:
    groups = (f"\n[{name}.weights.{group}]\n{_lines(values)}" for group, values in model.weights.items())
    return f"\n[{name}]\nbias = {model.bias}\n" + "".join(groups)


def _lines(values: Mapping[str, float]) -> str:
    return "".join(f"{_key(value)} = {weight}\n" for value, weight in values.items())


def _key(value: str) -> str:
    return value if value.replace("_", "").isalnum() and value.isascii() else f'"{value}"'


if __name__ == "__main__":
    main()
