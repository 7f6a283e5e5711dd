from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Permanent
from worker.parse.markup import MAX_ATTRIBUTES, MAX_DEPTH, clean, size, tree, words


def refusal(html: str) -> str:
    with pytest.raises(Permanent) as caught:
        tree(html)
    return caught.value.reason


@pytest.mark.parametrize("html", ["", " \n\t "])
def test_nothing_is_refused_as_empty(html: str) -> None:
    assert refusal(html) == "empty"


@pytest.mark.parametrize("value", ["1", '">"'])
def test_a_tag_with_too_many_attributes_is_refused(value: str) -> None:
    attributes = " ".join(f"a{i}={value}" for i in range(2 * MAX_ATTRIBUTES))
    assert refusal(f"<p>News</p><div {attributes}>x</div>") == "too_deep"


def test_a_long_attribute_is_no_attack() -> None:
    page = tree(f"<div data-story='{'word ' * 5000}'>News</div>")
    assert words(page.body) == "News"


@pytest.mark.parametrize("tag", ["div", "SPAN", "b", "table"])
def test_elements_nested_too_deep_are_refused(tag: str) -> None:
    assert refusal(f"<{tag}>" * (MAX_DEPTH + 1) + f"</{tag}>" * (MAX_DEPTH + 1)) == "too_deep"


def test_many_elements_side_by_side_are_no_attack() -> None:
    page = tree("<div><br>word</div>" * (2 * MAX_DEPTH) + "<p>last<li>of all" * MAX_DEPTH)
    assert words(page.body).endswith("last of all")


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("  two\u00a0words\n\there ", "two words here"),
        ("Re\u00adgie\u00adrung", "Regierung"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("cafe\u0301", "café"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - as newspapers print it
        ("nul\x00 and \x07bell", "nul and bell"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("\u2028line\u2029ends", "line ends"),
    ],
)
def test_clean_keeps_words_and_drops_what_nobody_sees(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


@given(st.text())
def test_clean_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == " ".join(once.split())
    once.encode()


def test_dense_scripts_count_for_more() -> None:
    assert size("word") == 4
    assert size("時間時間") == 8
