"""The scorer adds the weights of features; the selection keeps the best of candidates that denote one act."""

from msgspec import Struct

from worker.extract.events.scoring import EventScorer, select_best
from worker.extract.label_model import LabelModel

SCORER = EventScorer(
    bias=-150,
    threshold=0.0,
    confidence_slope=1.0,
    confidence_bias=0.0,
    weights={"class:order": 120, "tense:past": 80, "tense:would": -90},
    fields={"status": LabelModel(["rejected", "taken"], [-50, 0], {"negated": [100, -100], "tense:past": [0, 40]})},
)


class Candidate(Struct):
    first: int
    last: int
    head: int
    score: float
    governors: frozenset[int] = frozenset()
    acted_on: range = range(0)


def test_the_score_is_the_bias_plus_the_weights_of_the_features_in_log_odds() -> None:
    assert SCORER.score(["class:order", "tense:past", "object:unlisted"]) == 0.5
    assert SCORER.score([]) == -1.5


def test_the_most_that_groups_can_add_is_the_sum_of_their_greatest_weights() -> None:
    assert SCORER.max_gain(("class", "tense")) == 2.0
    assert SCORER.max_gain(("tense", "tense", "object")) == 1.6


def test_the_confidence_is_bounded_and_has_two_decimals() -> None:
    assert SCORER.confidence(0.5) == 0.62
    assert SCORER.confidence(40) == 0.99
    assert SCORER.confidence(-40) == 0.01


def test_the_label_with_the_highest_score_wins() -> None:
    assert SCORER.label("status", ["tense:past"]) == "taken"
    assert SCORER.label("status", ["negated", "tense:past"]) == "rejected"


def test_the_strongest_features_are_those_that_raise_the_score_most() -> None:
    assert SCORER.strongest(["tense:past", "tense:would", "class:order", "class:order"], 3) == [
        "class:order",
        "tense:past",
    ]


def offsets(count: int) -> tuple[list[int], list[int]]:
    """Return starts and ends of tokens that are 30 characters apart."""
    return [30 * i for i in range(count)], [30 * i + 5 for i in range(count)]


def test_of_near_candidates_the_best_is_kept() -> None:
    near = [Candidate(0, 1, 0, 0.2), Candidate(1, 2, 1, 0.7)]
    starts, ends = [0, 12], [5, 20]
    assert select_best(near, 0.0, starts, ends) == [near[1]]


def test_candidates_below_the_threshold_are_dropped_and_the_rest_is_in_text_order() -> None:
    given = [Candidate(6, 7, 6, 2.0), Candidate(3, 4, 3, -0.1), Candidate(0, 1, 0, 0.4)]
    assert select_best(given, 0.0, *offsets(8)) == [given[2], given[0]]


def test_a_candidate_that_governs_a_better_one_is_dropped() -> None:
    plans, ban = Candidate(0, 1, 0, 0.3), Candidate(3, 4, 3, 0.9, governors=frozenset({0}))
    assert select_best([plans, ban], 0.0, *offsets(5)) == [ban]


def test_a_candidate_in_the_object_of_a_better_one_is_dropped() -> None:
    signed, treaty = Candidate(0, 1, 0, 0.9, acted_on=range(1, 4)), Candidate(3, 4, 3, 0.3)
    assert select_best([signed, treaty], 0.0, *offsets(5)) == [signed]
