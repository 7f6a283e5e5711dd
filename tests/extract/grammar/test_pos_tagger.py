"""The tagger: what is weighed, what is only looked up, and that sums kept from elsewhere change nothing."""

from functools import cache

import pytest

from worker.extract.grammar.pos_tagger import (
    Tagger,
    TaggerModel,
    capitalisation_context,
    load_tagger,
    load_tagger_model,
    neighbour_features,
    tag_and_word_feature,
    tag_history_features,
    word_features,
    word_shape,
)

LOOKS = (
    *("word", "ending", "ending_and_shape", "shape_and_class", "class", "classes", "last", "next", "next_ending"),
    *("second", "class_and_word", "word_and_next"),
)


def small(**weights: dict[str, dict[str, float]]) -> Tagger:
    return Tagger(
        TaggerModel(
            tags=["DT", "IN", "NN", "NNP", "NNS", "PUNCT", "VB", "VBG"],
            tag_dictionary={"the": ["DT"], "to": ["IN"], "vote": ["NN", "VB"], "votes": ["NNS"]},
            endings={"lng": ["VBG"], "C": ["NNP"], "l": ["NN"]},
            weights={look: weights.get(look, {}) for look in LOOKS},
        )
    )


@cache
def trained() -> TaggerModel:
    return load_tagger_model("en")


def tag(model: Tagger, sentence: str) -> list[str]:
    words = sentence.split()
    return model.tag(words, [word.lower() for word in words])


def test_a_word_of_one_class_is_not_weighed() -> None:
    assert tag(small(word={"votes": {"NNS": -9.0}}), "votes") == ["NNS"]


def test_of_equals_the_commonest_class_wins() -> None:
    assert tag(small(), "the vote") == ["DT", "NN"]


def test_neighbours_on_both_sides_are_heard() -> None:
    assert tag(small(last={"the": {"NN": 1.0}}, next={"the": {"VB": 2.0}}), "the vote the") == ["DT", "VB", "DT"]


def test_to_is_no_preposition_before_a_verb() -> None:
    assert tag(small(last={"to": {"VB": 1.0}}), "to vote") == ["TO", "VB"]


def test_unknown_words_are_guessed_by_case_and_ending() -> None:
    assert tag(small(), "the Belm mooring kelp ?") == ["DT", "NNP", "VBG", "NN", "PUNCT"]


def test_a_capital_is_excused_at_the_beginning_of_a_sentence() -> None:
    assert tag(small(), "Votes . Votes votes") == ["NNS", "PUNCT", "NNS", "NNS"]
    assert tag(small(), "the Votes") == ["DT", "NNP"]


def test_what_was_read_before_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = ["Unions plan a walkout .", "The walkout plans alarm owners .", "Owners to plan : plan or walk out ."]
    fresh = [tag(Tagger(trained()), sentence) for sentence in sentences]
    monkeypatch.setattr("worker.extract.grammar.pos_tagger._CACHE_SIZE", 2)
    crowded = Tagger(trained())
    assert [tag(crowded, sentence) for sentence in sentences] == fresh
    assert [tag(crowded, sentence) for sentence in reversed(sentences)] == fresh[::-1]


@pytest.mark.parametrize(
    ("sentence", "verb", "expected"),
    [
        ("Estmark rejects a call for a probe .", "rejects", "VBZ"),
        ("The minister had hoped to meet the king .", "had", "VBD"),
        ("Ministers agreed that the tax was wrong .", "that", "SC"),
        ("The tax that helps the rich is wrong .", "that", "WP"),
        ("The talks broke down .", "talks", "NNS"),
        ("The two sides will talk .", "talk", "VB"),
    ],
)
def test_news_is_told_in_its_own_grammar(sentence: str, verb: str, expected: str) -> None:
    assert tag(load_tagger("en"), sentence)[sentence.split().index(verb)] == expected


def test_tagging_asks_what_training_learnt_to_the_letter() -> None:
    sentence = "Mooring owners plan to walk out , “ Votes plan ahead , ” Belm 's deputy said , and then left to vote ."
    assert tag(load_tagger("en"), sentence) == reference_tags(trained(), sentence.split())


def reference_tags(model: TaggerModel, words: list[str]) -> list[str]:
    tags: list[str] = []
    lower = ["", *(word.lower() for word in words), "", ""]
    for i, word in enumerate(words):
        back, low, after, second = lower[i : i + 4]
        before, previous = ["", "", *tags][-2:]
        where = capitalisation_context(back, previous)
        shape = word_shape(word, where)
        looks = [
            *word_features(low, shape),
            *tag_history_features(shape, before, previous),
            *neighbour_features(low, back, after, second),
            tag_and_word_feature(low, previous),
        ]
        rows = [model.weights[look].get(value, {}) for look, value in looks]
        tags.append(max(model.candidates(word, low, where), key=lambda tag: sum(row.get(tag, 0.0) for row in rows)))
        if tags[-1] == "VB" and previous == "IN" and back == "to":
            tags[-2] = "TO"
    return tags
