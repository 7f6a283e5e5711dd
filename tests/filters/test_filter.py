from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.subscribe.published import make_event, person
from worker.filters import PARAMETERS, Filter, FilterError, build_filter
from worker.filters.facets import Facets, fold, fold_name
from worker.schema import KINDS, Span

STATEMENT = make_event(
    "statement",
    "s1",
    speaker=person("Zoë Łęcka-Nowak", "PL"),
    target=person("Aino Ranta", "FI"),
    act="accuse",
    url="https://www.news.example.co.uk/1",
    via=["DPA", "Český rozhlas"],
    language="en-GB",
    confidence=0.7,
    content=[Span(start=0, end=24, text="the  Harbour\nwill be SHUT")],
)


def passes(**query: Any) -> bool:
    wanted = build_filter({name: [value] if isinstance(value, str) else value for name, value in query.items()})
    return wanted.matches(STATEMENT, Facets(STATEMENT))


@pytest.mark.parametrize(
    "query",
    [
        {"speaker": "łęcka-nowak"},
        {"speaker": "zoe"},
        {"actor": "RANTA"},
        {"country": "fi"},
        {"country": ["SE", "PL"]},
        {"outlet": "example.co.uk"},
        {"outlet": "cesky rozhlas"},
        {"act": "Accuse"},
        {"text": "harbour will be shut"},
        {"language": "EN"},
        {"min_confidence": "0.7"},
        {"kind": ["meeting", "statement"], "country": "PL", "act": "accuse"},
    ],
)
def test_matching_events_pass(query: dict[str, Any]) -> None:
    assert passes(**query)


@pytest.mark.parametrize(
    "query",
    [
        {"speaker": "lecka nowa"},
        {"speaker": "Ranta"},
        {"country": "SE"},
        {"outlet": "ample.co.uk"},
        {"outlet": "PA"},
        {"act": "praise"},
        {"text": "harbours"},
        {"language": "en-US"},
        {"min_confidence": "0.71"},
        {"kind": "meeting"},
        {"country": "PL", "act": "praise"},
    ],
)
def test_other_events_do_not_pass(query: dict[str, Any]) -> None:
    assert not passes(**query)


@given(st.text(min_size=1, max_size=50))
def test_any_name_matches_itself(name: str) -> None:
    statement = make_event("statement", "s", speaker=person(name))
    try:
        wanted = build_filter({"speaker": [name]})
    except FilterError:
        assert not fold_name(name).strip()
        return
    assert wanted.matches(statement, Facets(statement))


@given(st.dictionaries(st.sampled_from([p.name for p in PARAMETERS]), st.lists(st.text(), max_size=3)))
def test_any_query_is_a_filter_or_an_error_that_names_its_parameter(query: dict[str, list[str]]) -> None:
    try:
        wanted = build_filter(query)
    except FilterError as e:
        blamed = e.parameter
    else:
        assert wanted.kinds
        assert set(wanted.kinds) <= set(KINDS)
        return
    assert blamed in query


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_order_and_repetition_of_values_do_not_change_a_filter() -> None:
    assert build_filter({"country": ["FI", "ee", "fi"]}) == build_filter({"country": ["EE", "FI"]})
    assert build_filter({}) == Filter()
