"""Further training articles are in the training part of every fold and are not judged."""

import numpy as np

from tools.event_gold import AnnotatedArticle, AnnotatedEvent
from tools.event_training import TrainingExample, cross_validate, cross_validated_accuracy
from tools.trainable_events import TRAINABLE, ScoredCandidate

DECISION = TRAINABLE["decision"]
EVENT = AnnotatedEvent([(0, 4)], [["Aas"]], {"status": "taken", "class": "court"}, unsure=False)


def example(feature: str, event: AnnotatedEvent | None) -> TrainingExample:
    candidate = ScoredCandidate(0, 1, 0, [feature], frozenset(), range(0), ["Aas"], eligible=True, start=0, end=4)
    article = AnnotatedArticle("Aas", None, [event] if event else [])
    return TrainingExample(DECISION, article, [0], [4], [candidate], [(event, 1.0)])


def test_only_the_articles_of_the_first_source_are_scored() -> None:
    judged = [example("class:rare", None) for _ in range(2)]
    further = [example("class:rare", EVENT) for _ in range(40)]
    alone, joined = cross_validate(judged, 7), cross_validate(judged, 7, further)
    assert len(joined) == len(alone) == 2
    assert all(float(np.max(score)) < 0 for score in alone)
    assert all(float(np.min(score)) > 0 for score in joined)


def test_further_articles_train_the_fields() -> None:
    judged = [example("class:a", EVENT), *(example("class:b", EVENT) for _ in range(4))]
    other = AnnotatedEvent([(0, 4)], [["Aas"]], {"status": "rejected", "class": "court"}, unsure=False)
    further = [example(name, other) for name in ("class:a", "class:b") for _ in range(200)]
    assert cross_validated_accuracy(judged, "status", DECISION, 7) == 1.0
    assert cross_validated_accuracy(judged, "status", DECISION, 7, further) == 0.0
