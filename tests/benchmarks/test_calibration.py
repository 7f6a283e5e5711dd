"""The evaluation of statements and the fit of confidence, on invented articles."""

import gzip
import random
from pathlib import Path

import msgspec
import pytest

from tests.benchmarks import calibration, gold, logistic
from worker.extract.confidence import load_confidence_models
from worker.schema import Actor, Span, Statement

TEXT = "“The ferry will sail,” Jaan Tamm said. Hale, the minister, warned that the port is closed. Sailors hope so."


def spans(*parts: str) -> gold.Spans:
    return [(TEXT.index(part), TEXT.index(part) + len(part)) for part in parts]


TAMM = gold.Attribution(source=spans("Jaan Tamm"), cue=spans("said"), content=spans("“The ferry will sail,”"))
HALE = gold.Attribution(
    source=spans("Hale, the minister,"), cue=spans("warned"), content=spans("that the port is closed")
)
ARTICLE = gold.GoldArticle(id="a", text=TEXT, attributions=[TAMM, HALE])


def stated(source: str, cue: str, *content: str) -> Statement:
    def span(part: str) -> Span:
        ((start, end),) = spans(part)
        return Span(start=start, end=end, text=part)

    return Statement(
        id=cue, url="", sentence=span(TEXT), cue=span(cue), confidence=0.5, rule="r", quotation="direct",
        speaker=Actor(name=source, mention=span(source), type="person") if source else None,
        content=[span(part) for part in content],
    )  # fmt: skip


# ---------------------------------------------------------------- verdicts
def test_quotation_marks_and_full_stops_are_ignored() -> None:
    assert gold.verdicts(ARTICLE, [stated("Jaan Tamm", "said", "The ferry will sail")]) == [True]


def test_content_matches_from_a_dice_coefficient_of_one_half() -> None:
    assert gold.verdicts(ARTICLE, [stated("Jaan Tamm", "said", "ferry will")]) == [True]
    assert gold.verdicts(ARTICLE, [stated("Jaan Tamm", "said", "ferry")]) == [False]


def test_sources_match_by_their_heads() -> None:
    assert gold.verdicts(ARTICLE, [stated("Hale", "warned", "the port is closed")]) == [True]
    assert gold.verdicts(ARTICLE, [stated("Sailors", "warned", "the port is closed")]) == [False]
    assert gold.verdicts(ARTICLE, [stated("", "warned", "the port is closed")]) == [False]


def test_cues_must_share_a_content_word() -> None:
    assert gold.verdicts(ARTICLE, [stated("Hale", "closed", "the port is closed")]) == [False]


def test_an_attribution_matches_one_statement_only() -> None:
    whole, part = stated("Jaan Tamm", "said", "The ferry will sail"), stated("Jaan Tamm", "said", "ferry will sail")
    assert gold.verdicts(ARTICLE, [part, whole]) == [False, True]


def test_a_nested_statement_is_undecided() -> None:
    outer, inner = stated("Hale", "warned", "the port is closed"), stated("", "port", "closed")
    assert gold.verdicts(ARTICLE, [outer, inner]) == [True, None]


def test_a_statement_in_an_unsure_region_is_undecided() -> None:
    unsure = msgspec.structs.replace(ARTICLE, discuss=spans("Sailors hope so."))
    assert gold.verdicts(ARTICLE, [stated("Sailors", "hope", "so")]) == [False]
    assert gold.verdicts(unsure, [stated("Sailors", "hope", "so")]) == [None]


def test_a_gold_file_may_be_compressed(tmp_path: Path) -> None:
    line = msgspec.json.encode(ARTICLE) + b"\n"
    (tmp_path / "gold.jsonl").write_bytes(line)
    (tmp_path / "gold.jsonl.gz").write_bytes(gzip.compress(line))
    assert (
        list(gold.read_gold(tmp_path / "gold.jsonl")) == list(gold.read_gold(tmp_path / "gold.jsonl.gz")) == [ARTICLE]
    )


def test_extracted_statements_are_judged(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_bytes(msgspec.json.encode(ARTICLE))
    judged = list(calibration.judge(tmp_path / "gold.jsonl", "en"))
    assert [(one.features["cue"], one.right) for one in judged][:2] == [("say", True), ("warn", True)]


# ---------------------------------------------------------------- the fit
def test_the_fit_recovers_the_share_correct_of_each_value() -> None:
    dice = random.Random(7)
    chances = {"sure": 0.95, "even": 0.5}
    seen = [
        (features, dice.random() < p)
        for features, p in (({"rule": r}, p) for r, p in chances.items())
        for _ in range(2000)
    ]
    bias, weights = logistic.fit(seen)
    for rule, chance in chances.items():
        model = msgspec.structs.replace(load_confidence_models("en").statement, bias=bias, weights=weights)
        assert model.confidence({"rule": rule}) == pytest.approx(chance, abs=0.03)


def test_rare_values_get_no_weight() -> None:
    seen = [({"rule": "common"}, True), ({"rule": "common"}, False)] * 20 + [({"rule": "rare"}, False)]
    assert "rare" not in str(logistic.fit(seen))


def test_the_order_of_observations_does_not_matter() -> None:
    seen = [({"rule": "a" if n % 3 else "b"}, n % 7 > 2) for n in range(400)]
    assert logistic.fit(seen) == logistic.fit(seen[::-1])


def test_the_confidence_file_has_the_format_that_the_fit_writes() -> None:
    written = (calibration.LEXICONS / "en_confidence.toml").read_text(encoding="utf-8")
    assert calibration.render_toml(load_confidence_models("en")) == written


# ---------------------------------------------------------------- the measures
def test_a_calibrated_confidence_has_no_error() -> None:
    outcomes = [(0.9, True)] * 9 + [(0.9, False)]
    assert calibration.calibration_error(outcomes) == pytest.approx(0.0)
    assert calibration.brier(outcomes) == pytest.approx(0.09)


def test_overconfidence_is_an_error() -> None:
    assert calibration.calibration_error([(0.9, True), (0.9, False)]) == pytest.approx(0.4)


def test_a_bin_is_centred_on_its_confidence() -> None:
    assert list(calibration.bin_by_confidence([(0.84, True), (0.85, True), (0.94, True), (0.95, True)])) == [
        0.8,
        0.9,
        1.0,
    ]
