"""Tokens, sentences, quotations: spans are always the article's own, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extract.grammar.sentences import AnnotatedText, annotate
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon


def english() -> Lexicon:
    words = load_lexicon("en")
    assert words is not None
    return words


def text(string: str) -> AnnotatedText:
    return annotate(string, english())


def quotation_of(string: str) -> list[str]:
    found = text(string)
    return [found.slice(q.first, q.last) for q in found.quotations]


def sentences(string: str) -> list[str]:
    found = text(string)
    return [found.slice(*s) for s in found.sentences]


def test_clitics_and_abbreviations_are_tokens_of_their_own() -> None:
    assert text("Mr. Tamm didn't meet the U.S. envoy's team.").words == [
        *("Mr.", "Tamm", "did", "n't", "meet", "the", "U.S.", "envoy", "'s", "team", "."),
    ]


def test_an_abbreviation_ends_no_sentence_unless_a_new_one_plainly_opens() -> None:
    assert sentences("Gov. Hale left. He met Sen. Low in the U.S. The talks failed.") == [
        "Gov. Hale left.",
        "He met Sen. Low in the U.S.",
        "The talks failed.",
    ]


def test_a_quotation_that_goes_on_is_not_cut() -> None:
    assert sentences("“We waited. Nobody came,” she said. He left.") == [
        "“We waited. Nobody came,” she said.",
        "He left.",
    ]


def test_every_style_of_marks_is_read() -> None:
    for left, right in ("“”", "«»", "„“", '""', ("''", "''"), "\u2018\u2019", "''"):
        assert quotation_of(f"He said {left}we will stay{right} and left.") == [f"{left}we will stay{right}"]


def test_apostrophes_are_no_quotations() -> None:
    assert quotation_of("The workers' boats didn't leave; rock 'n' roll was Smith's in the '90s.") == []


def test_a_missing_closing_mark_ends_with_the_paragraph_and_goes_on_when_reopened() -> None:
    found = text('She said: "We stay.\n\n"We never left," she added.\n\nThe end.')
    assert [found.slice(q.first, q.last) for q in found.quotations] == ['"We stay.', '"We never left,"']
    assert [(q.closed, q.continues) for q in found.quotations] == [(False, False), (True, True)]


def test_a_missing_opening_mark_is_taken_to_open_with_its_sentence() -> None:
    assert quotation_of("He spoke. We will stay,” she said.") == ["We will stay,”"]


@pytest.mark.parametrize("verb", ["met", "welcomed"])
def test_a_short_sentence_of_names_is_no_line_in_title_case(verb: str) -> None:
    found = text(f"Tom Hale {verb} Ana Belm in Oslo.")
    assert [tag for word, tag in zip(found.words, found.tags, strict=True) if word[0].isupper()] == ["NNP"] * 5


def test_a_line_in_title_case_is_read_as_if_set_like_text() -> None:
    found = text("Belm Rejects New Ferry Plan\n\nAna Belm left. She said so to Belm.")
    assert dict(zip(found.words, found.tags, strict=True))["Rejects"] == "VBZ"


def test_a_hard_wrapped_line_is_no_new_paragraph() -> None:
    assert len(text("The minister said\nthat talks failed.\n\nHe left.").paragraphs) == 2


@given(
    st.text(alphabet=st.sampled_from("ab. ,\"'“”\u2018\u2019«»?!:;-—\n()AI\u2019s9"), max_size=200)
    | st.text(max_size=80)
)
def test_any_text_is_covered_by_tokens_in_order(string: str) -> None:
    found = text(string)
    assert [found.string[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == found.words
    assert "".join("".join(found.words).split()) == "".join(string.split())
    assert [i for a, b in found.sentences for i in range(a, b)] == list(range(len(found.words)))
    assert len(found.tags) == len(found.words)
    for number, quotation in enumerate(found.quotations):
        assert found.quotation_of[quotation.first : quotation.last] == [number] * (quotation.last - quotation.first)
