"""Sentences, and the consistency of all annotations on any text."""

from hypothesis import given
from hypothesis import strategies as st

from tests.extract.grammar.annotation import annotated
from worker.extract.grammar.tokens import without_invisible


def sentences(string: str) -> list[str]:
    text = annotated(string)
    return [text.slice(*s) for s in text.sentences]


def test_an_abbreviation_ends_a_sentence_only_before_a_sentence_opener() -> None:
    assert sentences("Gov. Hale left. He met Sen. Low in the U.S. The talks failed.") == [
        "Gov. Hale left.",
        "He met Sen. Low in the U.S.",
        "The talks failed.",
    ]


def test_a_quotation_of_several_sentences_is_not_split() -> None:
    assert sentences("“We waited. Nobody came,” she said. He left.") == [
        "“We waited. Nobody came,” she said.",
        "He left.",
    ]


@given(
    st.text(alphabet=st.sampled_from("ab. ,\"'“”\u2018\u2019«»?!:;-—\n()AI\u2019s9"), max_size=200)
    | st.text(max_size=80)
)
def test_tokens_and_annotations_cover_any_text_in_order(string: str) -> None:
    found = annotated(string)
    visible = [without_invisible(found.string[a:b]) for a, b in zip(found.starts, found.ends, strict=True)]
    assert visible == found.words
    assert "".join("".join(found.words).split()) == "".join(without_invisible(string).split())
    assert [i for a, b in found.sentences for i in range(a, b)] == list(range(len(found.words)))
    assert len(found.tags) == len(found.words)
    for number, quotation in enumerate(found.quotations):
        assert found.quotation_of[quotation.first : quotation.last] == [number] * (quotation.last - quotation.first)
