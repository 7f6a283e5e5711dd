"""Is a statement's confidence what it says?  Of the events at 0.9, about 90 % should be right.

Compares every statement that we find with annotated articles, and shows how often those of each confidence are right:
the reliability table, the Brier score (mean squared error of the confidence; lower is better) and the expected
calibration error (mean distance between confidence and truth), for all and rule by rule.  `--fit` fits the weights anew
and writes them where the extractor reads them; the same articles and rules give the same file.
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
    """One statement: what it is, and whether it is right."""

    traits: Features
    right: bool


def main() -> None:
    args = _parser().parse_args()
    judged = list(judge(args.gold, args.language))
    known = load_confidence_models(args.language)
    if args.fit:
        bias, weights = logistic.fit(judged)
        weights[RESOLUTION] = known.statement.weights[RESOLUTION]
        known = msgspec.structs.replace(known, statement=ConfidenceModel(bias=bias, weights=weights))
        (LEXICONS / f"{args.language}_confidence.toml").write_text(rendered(known), encoding="utf-8")
    console = Console()
    told = [(known.statement.confidence(one.traits), one.right) for one in judged]
    console.print(reliability(told), by_rule(judged, told))
    console.print(
        f"{len(told)} statements, Brier score {brier(told):.4f}, expected calibration error {error(told):.4f}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.calibration",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--gold", type=Path, required=True, metavar="FILE", help="annotated articles, see below")
    parser.add_argument("--language", default="en", help="of the articles, and of the file that --fit writes (en)")
    parser.add_argument("--fit", action="store_true", help="fit the weights to these articles and write them")
    return parser


def judge(file: Path, language: str) -> Iterable[Judged]:
    """Yield every statement that our rules find in the annotated articles and that something can be said of."""
    words = load_lexicon(language)
    if words is None:
        raise SystemExit(f"no lexicon for language {language!r}")
    for article in gold.articles(file):
        read = read_document(Article(id=article.id, url="", text=article.text, language=language), words)
        found = list(statements_with_features(read))
        for (_, traits), right in zip(found, gold.verdicts(article, [s for s, _ in found]), strict=True):
            if right is not None:
                yield Judged({group: value for group, value in traits.items() if group != RESOLUTION}, right)


# ---------------------------------------------------------------- measures
Told = tuple[float, bool]
"""Confidence, and whether it was right."""


def brier(told: Sequence[Told]) -> float:
    """Mean squared distance between confidence and truth: 0 at best, 0.25 for a constant 0.5."""
    return sum((confidence - right) ** 2 for confidence, right in told) / len(told)


def bins(told: Sequence[Told]) -> dict[float, list[Told]]:
    """Gather by confidence to one decimal: 0.9 is from 0.85 up to 0.95."""
    gathered: dict[float, list[Told]] = {}
    for one in sorted(told):
        gathered.setdefault(int(one[0] * 10 + 0.5) / 10, []).append(one)
    return gathered


def error(told: Sequence[Told]) -> float:
    """Expected calibration error: the bins' distance between mean confidence and share right, weighted by size."""
    return sum(abs(sum(c - right for c, right in of_bin)) for of_bin in bins(told).values()) / len(told)


def _means(told: Sequence[Told]) -> tuple[float, float]:
    return sum(c for c, _ in told) / len(told), sum(right for _, right in told) / len(told)


# ---------------------------------------------------------------- what is shown
def reliability(told: Sequence[Told]) -> Table:
    table = _table("confidence", "predicted", "observed", "n", title="reliability")
    for name, of_bin in bins(told).items():
        table.add_row(f"{name:.1f}", *(f"{mean:.3f}" for mean in _means(of_bin)), str(len(of_bin)))
    return table


def by_rule(judged: Sequence[Judged], told: Sequence[Told]) -> Table:
    table = _table("rule", "predicted", "observed", "n", "Brier", "error", title="rule by rule")
    rules: dict[str, list[Told]] = {}
    for one, answer in zip(judged, told, strict=True):
        rules.setdefault(one.traits["rule"], []).append(answer)
    for rule, of_rule in sorted(rules.items(), key=lambda item: -len(item[1])):
        means = (f"{mean:.3f}" for mean in _means(of_rule))
        table.add_row(rule, *means, str(len(of_rule)), f"{brier(of_rule):.3f}", f"{error(of_rule):.3f}")
    return table


def _table(*columns: str, title: str) -> Table:
    table = Table(*columns, title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


# ---------------------------------------------------------------- the file
def rendered(known: ConfidenceModels) -> str:
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
