from __future__ import annotations

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import UsageError
from worker.filters import CONFIDENCE, PARAMETERS, Filter, keywords
from worker.filters.keywords import Filters, make_filter


def test_the_examples_in_docstrings_are_correct() -> None:
    assert doctest.testmod(keywords) == (0, 2)


def test_every_filter_except_the_kind_is_an_argument() -> None:
    assert list(Filters.__annotations__) == [p.name for p in PARAMETERS if p.name != "kind"] + [CONFIDENCE]


def test_one_value_and_a_list_of_one_are_the_same() -> None:
    assert make_filter([], {"country": "FI", "text": "winter"}) == make_filter(
        [], {"country": ["fi"], "text": ["Winter"]}
    )


def test_no_filter_matches_every_event() -> None:
    assert make_filter([], {}) == make_filter([], {"speaker": [], "text": ()}) == Filter()


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"speeker": "Ranta"}, "unknown filter 'speeker': one of speaker, actor"),
        (
            {"country": "Finland"},
            "filter country: 'Finland' is not an ISO 3166-1 code of two letters, such as FI: did you mean FI",
        ),
        ({"act": ["say", "shout"]}, "filter act: 'shout' is none of say, demand"),
        ({"min_confidence": 1.5}, "filter min_confidence: '1.5' is no number from 0 to 1"),
        ({"act": "say", "category": "court"}, "no kind of event can pass act and category together"),
    ],
)
def test_an_invalid_filter_is_named_in_the_error(filters: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_filter([], filters)


@given(st.dictionaries(st.sampled_from(list(Filters.__annotations__)), st.text() | st.lists(st.text()) | st.floats()))
def test_any_value_makes_a_filter_or_is_refused(filters: Any) -> None:
    fitting: Any = {k: v for k, v in filters.items() if isinstance(v, float) == (k == CONFIDENCE)}
    try:
        built = make_filter([], fitting)
    except UsageError:
        return
    assert built.kinds
