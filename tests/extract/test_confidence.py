"""Confidence: a logistic model of features, one file per language, and the features that raise or lower it."""

import pytest

from worker.extract import extract
from worker.extract.confidence import ConfidenceModel, load_confidence_models
from worker.schema import Article, Event, Meeting, Statement


def first_event(text: str) -> Event:
    return extract(Article(id="a", url="https://example.org/a", text=text, language="en"))[0]


def test_weights_are_log_odds_and_add_up() -> None:
    model = ConfidenceModel(bias=0.0, weights={"rule": {"nominal": 1.0}, "speaker": {"none": -1.0}})
    assert model.confidence({}) == 0.5
    assert model.confidence({"rule": "nominal"}) == 0.73
    assert model.confidence({"rule": "nominal", "speaker": "none"}) == 0.5


def test_a_value_without_a_weight_adds_nothing() -> None:
    assert ConfidenceModel(bias=0.0).confidence({"rule": "of another day"}) == 0.5


@pytest.mark.parametrize(("bias", "confidence"), [(50.0, 0.99), (-50.0, 0.01)])
def test_confidence_is_bounded(bias: float, confidence: float) -> None:
    assert ConfidenceModel(bias=bias).confidence({}) == confidence


def test_no_weight_in_the_file_is_zero() -> None:
    for kind in (
        load_confidence_models("en").statement,
        load_confidence_models("en").meeting,
        load_confidence_models("en").decision,
    ):
        assert all(weight for values in kind.weights.values() for weight in values.values())


def test_a_quotation_with_a_named_speaker_has_higher_confidence_than_an_unattributed_report() -> None:
    certain = first_event("“The bridge will open in May,” Jaan Tamm said.")
    doubtful = first_event("It was reported that the bridge may open in May.")
    assert certain.confidence > 0.9 > doubtful.confidence


def test_a_meeting_of_two_officials_has_higher_confidence_than_a_journey_without_a_host() -> None:
    met = first_event("President Mari Hale met Prime Minister Jaan Tamm in Oslo on Monday.")
    travelled = first_event("Mari Hale is due in Oslo on Monday.")
    assert isinstance(met, Meeting)
    assert isinstance(travelled, Meeting)
    assert met.confidence > 0.9 > travelled.confidence


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("Prime Minister Anna Lunde and Education Minister Mona Dahl spoke. She said the school would close.", True),
        ("Prime Minister Anna Lunde and Education Minister Erik Dahl spoke. She said the school would close.", False),
        ("Prime Minister Anna Lunde spoke. She said the school would close.", False),
    ],
)
def test_an_ambiguous_pronoun_lowers_the_confidence(text: str, doubtful: bool) -> None:
    ambiguous = [e for e in extract(Article(id="a", url="u", text=text, language="en")) if isinstance(e, Statement)]
    unambiguous = extract(
        Article(id="a", url="u", text="Anna Lunde spoke. She said the school would close.", language="en")
    )
    assert [e.speaker and e.speaker.name for e in ambiguous] == ["Anna Lunde"]
    assert (ambiguous[0].confidence < unambiguous[0].confidence) is doubtful
