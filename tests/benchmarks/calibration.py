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
# Written by `make calibrate`, which fits the weights of statements to annotated articles.
"""


class Judged(NamedTuple):
    """The features of a statement, and whether it is correct."""

    features: Features
    right: bool
    article: str = ""
    spoken: bool = False
    """Whether the article's speakers are annotated."""


Outcome = tuple[float, bool]
"""A confidence, and whether the statement was correct."""


def main() -> None:
    args = _parser().parse_args()
    judged = judge_files(args.gold, args.language)
    known = load_confidence_models(args.language)
    if args.fit:
        model = fit(judged)
        kept = {RESOLUTION: known.statement.weights[RESOLUTION]}
        statement = ConfidenceModel(bias=model.bias, weights={**model.weights, **kept})
        known = msgspec.structs.replace(known, statement=statement)
        (LEXICONS / f"{args.language}_confidence.toml").write_text(render_toml(known), encoding="utf-8")
    console = Console()
    shown = [one for one in judged if one.spoken] or judged
    outcomes = (
        cross_validated(judged)
        if args.folds
        else [(known.statement.confidence(one.features), one.right) for one in shown]
    )
    console.print(reliability(outcomes), *(() if args.folds else (by_rule(shown, outcomes),)))
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
    parser.add_argument(
        "--gold", type=Path, nargs="+", required=True, metavar="FILE", help="annotated articles, see below"
    )
    parser.add_argument(
        "--language", default="en", help="language of the articles, and of the file that --fit writes (en)"
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights to these articles and write them")
    parser.add_argument("--folds", action="store_true", help="report confidences cross-validated by article")
    return parser


def judge_files(files: Sequence[Path], language: str) -> list[Judged]:
    """Return the judged statements of all files; an article in several files is taken from the first."""
    seen: set[str] = set()
    return [one for file in files for one in judge(file, language, seen)]


def judge(file: Path, language: str, seen: set[str] | None = None) -> Iterable[Judged]:
    """Yield every extracted statement that the annotated articles say is correct or wrong; skip articles in `seen`."""
    lexicon = load_lexicon(language)
    if lexicon is None:
        raise SystemExit(f"no lexicon for language {language!r}")
    known = set() if seen is None else seen
    for article in gold.read_gold(file):
        if article.id in known:
            continue
        known.add(article.id)
        document = read_document(Article(id=article.id, url="", text=article.text, language=language), lexicon)
        found = list(statements_with_features(document))
        for (_, features), right in zip(found, gold.verdicts(article, [s for s, _ in found]), strict=True):
            if right is not None:
                fitted = {group: value for group, value in features.items() if group != RESOLUTION}
                yield Judged(fitted, right, article.id, article.has_speakers)


# ---------------------------------------------------------------- the fit
def fit(judged: Sequence[Judged]) -> ConfidenceModel:
    """Fit the weights to all statements, then scale and bias to those whose speaker is annotated.

    Articles without annotated speakers tell which constructions hold, but not whether the name is right.
    """
    bias, weights = logistic.fit([(one.features, one.right) for one in judged])
    model = ConfidenceModel(bias=bias, weights=weights)
    spoken = [(model.log_odds(one.features), one.right) for one in judged if one.spoken]
    if not spoken:
        return model
    slope, shift = logistic.rescale(spoken)
    scaled = {g: {v: round(slope * w, 2) for v, w in values.items()} for g, values in weights.items()}
    return ConfidenceModel(bias=round(slope * bias + shift, 2), weights=scaled)


def cross_validated(judged: Sequence[Judged], folds: int = 5) -> list[Outcome]:
    """Return confidence and outcome of the statements with annotated speakers, each from a fit without its article."""
    articles = sorted({one.article for one in judged if one.spoken})
    fold_of = {article: n % folds for n, article in enumerate(articles)}
    outcomes: list[Outcome] = []
    for fold in range(folds):
        model = fit([one for one in judged if fold_of.get(one.article) != fold])
        outcomes += [(model.confidence(one.features), one.right) for one in judged if fold_of.get(one.article) == fold]
    return outcomes


# ---------------------------------------------------------------- measures


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
