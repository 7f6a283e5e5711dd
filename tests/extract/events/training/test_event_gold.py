"""Predicted triggers are judged against annotated events one to one."""

from msgspec import Struct

from tools.event_gold import AnnotatedArticle, AnnotatedEvent, judge


class Prediction(Struct):
    start: int
    end: int
    names: list[str]
    score: float = 0.0


def event(*triggers: tuple[int, int], unsure: bool = False) -> AnnotatedEvent:
    return AnnotatedEvent(list(triggers), [["Mari Aas", "Aas"]], {"status": "taken"}, unsure)


def article(*events: AnnotatedEvent) -> AnnotatedArticle:
    return AnnotatedArticle("", None, list(events))


def test_a_prediction_that_overlaps_a_trigger_is_right_and_its_party_is_compared() -> None:
    outcome = judge(article(event((10, 15))), [Prediction(12, 20, ["President Aas"]), Prediction(300, 310, ["Aas"])])
    assert [same for _, same in outcome.right] == [True]
    assert [prediction.start for prediction in outcome.wrong] == [300]
    assert outcome.missed == 0


def test_a_repeat_mention_and_an_unsure_event_are_neither_right_nor_wrong() -> None:
    gold = article(event((10, 15), (100, 105)), event((200, 205), unsure=True))
    outcome = judge(gold, [Prediction(10, 15, ["Berg"]), Prediction(100, 105, []), Prediction(200, 205, [])])
    assert [same for _, same in outcome.right] == [False]
    assert (outcome.wrong, outcome.missed) == ([], 0)
    assert [prediction.start for prediction in outcome.neutral] == [100, 200]


def test_an_event_that_nothing_finds_is_missed() -> None:
    assert judge(article(event((10, 15))), []).missed == 1
