"""The tagger: dictionary, features, cache, and agreement with the feature functions of training."""

import zlib
from functools import cache

import msgspec
import pytest

from worker.extract.grammar.pos_tagger import Tagger, load_tagger
from worker.extract.grammar.tagger_features import (
    capitalisation_context,
    neighbour_features,
    tag_and_word_feature,
    tag_history_features,
    word_features,
    word_shape,
)
from worker.extract.grammar.tagger_model import (
    PackedModel,
    TaggerModel,
    decode_pairs,
    encode_model,
    pack,
    read_model,
)

FEATURES = (
    *("word", "ending", "ending_and_shape", "shape_and_class", "class", "classes", "last", "next", "next_ending"),
    *("second", "class_and_word", "word_and_next"),
)


def small_model(**weights: dict[str, dict[str, float]]) -> TaggerModel:
    return TaggerModel(
        tags=["DT", "IN", "NN", "NNP", "NNS", "PUNCT", "VB", "VBG"],
        tag_dictionary={"the": ["DT"], "to": ["IN"], "vote": ["NN", "VB"], "votes": ["NNS"]},
        endings={"lng": ["VBG"], "C": ["NNP"], "l": ["NN"]},
        weights={feature: weights.get(feature, {}) for feature in FEATURES},
    )


def small_tagger(**weights: dict[str, dict[str, float]]) -> Tagger:
    return Tagger(pack(small_model(**weights)))


@cache
def trained_model() -> PackedModel:
    return read_model("en")


def unpack(packed: PackedModel) -> TaggerModel:
    vectors = packed.read_vectors()

    def weights_of(number: int) -> dict[str, float]:
        return {tag: weight for tag, weight in zip(packed.tags, vectors[number], strict=True) if weight}

    numbers = packed.weights | {
        "class_and_word": {
            f"{tag} {word}": number
            for word, encoded in packed.pairs["class_and_word"].items()
            for tag, number in decode_pairs(encoded).items()
        },
        "word_and_next": {
            f"{word} {after}": number
            for word, encoded in packed.pairs["word_and_next"].items()
            for after, number in decode_pairs(encoded).items()
        },
    }
    weights = {
        feature: {value: weights_of(number) for value, number in values.items()} for feature, values in numbers.items()
    }
    return msgspec.structs.replace(packed.without_weights(), weights=weights)


def test_a_packed_model_has_the_weights_of_the_model_and_stores_equal_ones_once() -> None:
    weights = {"last": {"the": {"NN": 241.73, "VB": -0.01}, "a": {"VB": -0.01, "NN": 241.73}, "to": {"VB": 0.29}}}
    packed = msgspec.msgpack.decode(zlib.decompress(encode_model(small_model(**weights))), type=PackedModel)
    assert unpack(packed) == small_model(**weights)
    assert len(packed.vectors) == 2 * 2 * len(packed.tags)


def test_the_pairs_of_a_model_are_packed_by_their_word() -> None:
    model = small_model(class_and_word={"DT vote": {"NN": 1.0}}, word_and_next={"vote the": {"VB": 2.0}})
    assert unpack(pack(model)) == model


def test_a_weight_that_does_not_fit_is_an_error() -> None:
    assert unpack(pack(small_model(word={"vote": {"NN": 327.67}}))).weights["word"] == {"vote": {"NN": 327.67}}
    with pytest.raises(OverflowError):
        pack(small_model(word={"vote": {"NN": 327.68}}))


def test_vectors_are_decoded_when_used_unless_all_are() -> None:
    lazy, eager = Tagger(trained_model()), Tagger(trained_model())
    eager.decode_all()
    sentence = "Unions plan a walkout , and Belm plans to leave by boat ."
    assert tag(lazy, sentence) == tag(eager, sentence)
    assert (
        0 < len(lazy._vectors) < len(eager._vectors) == len(trained_model().vectors) // 2 // len(trained_model().tags)
    )


def tag(model: Tagger, sentence: str) -> list[str]:
    words = sentence.split()
    return model.tag(words, [word.lower() for word in words])


def test_a_word_with_a_single_tag_is_looked_up() -> None:
    assert tag(small_tagger(word={"votes": {"NNS": -9.0}}), "votes") == ["NNS"]


def test_a_tie_is_won_by_the_most_frequent_tag() -> None:
    assert tag(small_tagger(), "the vote") == ["DT", "NN"]


def test_neighbours_on_both_sides_contribute() -> None:
    assert tag(small_tagger(last={"the": {"NN": 1.0}}, next={"the": {"VB": 2.0}}), "the vote the") == ["DT", "VB", "DT"]


def test_to_before_a_base_form_is_infinitival() -> None:
    assert tag(small_tagger(last={"to": {"VB": 1.0}}), "to vote") == ["TO", "VB"]


def test_unknown_words_are_tagged_by_case_and_ending() -> None:
    assert tag(small_tagger(), "the Belm mooring kelp ?") == ["DT", "NNP", "VBG", "NN", "PUNCT"]


def test_a_capital_at_the_start_of_a_sentence_does_not_make_a_name() -> None:
    assert tag(small_tagger(), "Votes . Votes votes") == ["NNS", "PUNCT", "NNS", "NNS"]
    assert tag(small_tagger(), "the Votes") == ["DT", "NNP"]


def test_the_cache_does_not_change_the_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = ["Unions plan a walkout .", "The walkout plans alarm owners .", "Owners to plan : plan or walk out ."]
    fresh = [tag(Tagger(trained_model()), sentence) for sentence in sentences]
    monkeypatch.setattr("worker.extract.grammar.pos_tagger._CACHE_SIZE", 2)
    crowded = Tagger(trained_model())
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
def test_words_of_news_sentences_are_tagged_correctly(sentence: str, verb: str, expected: str) -> None:
    assert tag(load_tagger("en"), sentence)[sentence.split().index(verb)] == expected


def test_the_tagger_computes_the_scores_of_the_feature_functions() -> None:
    sentence = "Mooring owners plan to walk out , “ Votes plan ahead , ” Belm 's deputy said , and then left to vote ."
    assert tag(load_tagger("en"), sentence) == reference_tags(unpack(trained_model()), sentence.split())


def reference_tags(model: TaggerModel, words: list[str]) -> list[str]:
    tags: list[str] = []
    lower = ["", *(word.lower() for word in words), "", ""]
    for i, word in enumerate(words):
        back, low, after, second = lower[i : i + 4]
        before, previous = ["", "", *tags][-2:]
        where = capitalisation_context(back, previous)
        shape = word_shape(word, where)
        features = [
            *word_features(low, shape),
            *tag_history_features(shape, before, previous),
            *neighbour_features(low, back, after, second),
            tag_and_word_feature(low, previous),
        ]
        rows = [model.weights[feature].get(value, {}) for feature, value in features]
        tags.append(max(model.candidates(word, low, where), key=lambda tag: sum(row.get(tag, 0.0) for row in rows)))
        if tags[-1] == "VB" and previous == "IN" and back == "to":
            tags[-2] = "TO"
    return tags
