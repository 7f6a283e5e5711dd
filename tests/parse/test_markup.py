from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Permanent
from worker.parse.markup import MAX_ATTRIBUTES, MAX_DEPTH, clean_text, node_text, parse_html, text_size


def rejection(html: str) -> str:
    with pytest.raises(Permanent) as caught:
        parse_html(html)
    return caught.value.reason


@pytest.mark.parametrize("html", ["", " \n\t "])
def test_blank_html_is_rejected_as_empty(html: str) -> None:
    assert rejection(html) == "empty"


@pytest.mark.parametrize("value", ["1", '">"'])
@pytest.mark.parametrize("before", ["", """a='"' b=">" """])
def test_a_tag_with_too_many_attributes_is_rejected(before: str, value: str) -> None:
    attributes = " ".join(f"a{i}={value}" for i in range(2 * MAX_ATTRIBUTES))
    assert rejection(f"<p>News</p><div {before}{attributes}>x</div>") == "too_deep"


def test_a_long_attribute_is_accepted() -> None:
    page = parse_html(f"<div data-story='{'word ' * 5000}'>News</div>")
    assert node_text(page.body) == "News"


@pytest.mark.parametrize("tag", ["div", "SPAN", "b", "table", "listing", "brand"])
def test_elements_nested_too_deep_are_rejected(tag: str) -> None:
    assert rejection(f"<{tag}>" * (MAX_DEPTH + 1) + f"</{tag}>" * (MAX_DEPTH + 1)) == "too_deep"


def test_many_elements_that_are_not_nested_are_accepted() -> None:
    page = parse_html("<div><br>word</div>" * (2 * MAX_DEPTH) + "<p>last<li>of all" * MAX_DEPTH)
    assert node_text(page.body).endswith("last of all")


@pytest.mark.parametrize(
    ("text", "cleaned"),
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
def test_white_space_is_collapsed_and_invisible_characters_are_removed(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@given(st.text())
def test_cleaned_text_is_one_line_and_cleaning_is_idempotent(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert once == " ".join(once.split())
    once.encode()


def test_characters_of_logographic_scripts_count_more() -> None:
    assert text_size("word") == 4
    assert text_size("時間時間") == 8


@pytest.mark.parametrize("unit", ["<div></i>", "<blockquote></x>", "<table><tr><td></b>", "<span></div>"])
def test_end_tags_that_close_nothing_do_not_lower_the_depth(unit: str) -> None:
    assert rejection(unit * (MAX_DEPTH + 1)) == "too_deep"


def test_elements_with_end_tags_in_another_order_are_not_nested() -> None:
    parse_html("<b><i>News</b></i>" * (2 * MAX_DEPTH))
