"""Filters: what they mean, and that nothing else is taken for one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.filters import CONFIDENCE, EVERYTHING, LONGEST_VALUE, MOST_VALUES, PARAMETERS, FilterError, parse
from worker.filters.facets import Facets, fold, fold_name, host
from worker.schema import KINDS, Actor, Decision, Event, Meeting, Span, Statement

WORDS = Span(start=0, end=24, text="Ümit  said\n“no” to talks")
NAMES = st.text(st.sampled_from("aÄßéİ Øø-.'1"), max_size=12)


def about(**given: Any) -> dict[str, Any]:
    return {"id": "1", "url": "https://www.news.example/1", "sentence": WORDS, "confidence": 0.5, "rule": "r"} | given


def actor(name: str, country: str | None = None) -> Actor:
    return Actor(name=name, type="person", country=country)


STATEMENT = Statement(
    **about(via=["DPA"], language="en-GB"),
    speaker=actor("Recep Tayyip Erdoğan", "TR"),
    target=actor("NATO"),
    content=[Span(start=11, end=24, text="“no” to talks")],
    quotation="mixed",
    act="deny",
)
MEETING = Meeting(**about(), participants=[actor("Angela Merkel", "DE"), actor("Xi", "CN")], form="call", status="held")
DECISION = Decision(**about(), deciders=[actor("Riksdag", "SE")], status="rejected", category="legislative")
EVENTS: tuple[Event, ...] = (STATEMENT, MEETING, DECISION)


def passing(**query: str | list[str]) -> list[str]:
    asked = parse({name: [value] if isinstance(value, str) else value for name, value in query.items()})
    return [str(e.__struct_config__.tag) for e in EVENTS if asked.passes(e, Facets(e))]


def test_no_filter_passes_everything() -> None:
    assert passing() == list(KINDS)
    assert parse({}) == EVERYTHING


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"kind": ["meeting", "Decision"]}, ["meeting", "decision"]),
        ({"speaker": "erdogan"}, ["statement"]),
        ({"speaker": "TAYYIP erdoğan"}, ["statement"]),
        ({"speaker": "Recep Erdogan"}, []),
        ({"speaker": "erdog"}, []),
        ({"speaker": "merkel"}, []),
        ({"actor": "merkel"}, ["meeting"]),
        ({"actor": "nato"}, ["statement"]),
        ({"actor": ["xi", "riksdag"]}, ["meeting", "decision"]),
        ({"country": "cn"}, ["meeting"]),
        ({"country": ["SE", "TR"]}, ["statement", "decision"]),
        ({"outlet": "news.example"}, list(KINDS)),
        ({"outlet": "WWW.news.example"}, list(KINDS)),
        ({"outlet": "s.example"}, []),
        ({"outlet": "dpa"}, ["statement"]),
        ({"act": "DENY"}, ["statement"]),
        ({"status": "held"}, ["meeting"]),
        ({"status": ["rejected", "planned"]}, ["decision"]),
        ({"category": "legislative"}, ["decision"]),
        ({"text": "UMIT said"}, list(KINDS)),
        ({"text": "“no”"}, list(KINDS)),
        ({"text": "said talks"}, []),
        ({"language": "en"}, list(KINDS)),
        ({"language": "en-gb"}, ["statement"]),
        ({"language": "e"}, None),
        ({"min_confidence": "0.5"}, list(KINDS)),
        ({"min_confidence": "0.51"}, []),
        ({"country": "TR", "text": "talks", "language": "en", "act": ["say", "deny"]}, ["statement"]),
        ({"country": "TR", "act": "say"}, []),
    ],
)
def test_what_a_filter_means(query: dict[str, Any], kinds: list[str] | None) -> None:
    if kinds is None:
        with pytest.raises(FilterError):
            passing(**query)
    else:
        assert passing(**query) == kinds


def test_the_kinds_that_can_pass_are_known_beforehand() -> None:
    assert parse({"act": ["deny"]}).kinds == ("statement",)
    assert parse({"status": ["held"]}).kinds == ("meeting",)
    assert parse({"status": ["proposed"]}).kinds == ("meeting", "decision")
    assert parse({"status": ["proposed"], "category": ["court"]}).kinds == ("decision",)
    assert parse({"country": ["FI"]}).kinds == KINDS


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ({"kind": ["party"]}, "kind", "'party' is none of statement, meeting, decision"),
        ({"act": ["deny"], "status": ["held"]}, "status", "no kind of event can pass act and status together"),
        ({"kind": ["meeting"], "speaker": ["x"]}, "speaker", "no kind of event"),
        ({"country": ["FIN"]}, "country", "does not match"),
        ({"country": ["FI\n"]}, "country", "does not match"),
        ({"text": [" "]}, "text", "nothing to look for"),
        ({"speaker": ["..."]}, "speaker", "nothing to look for"),
        ({"text": ["x" * (LONGEST_VALUE + 1)]}, "text", "longer than"),
        ({"text": ["x"] * (MOST_VALUES + 1)}, "text", "are the most"),
        ({CONFIDENCE: ["nan"]}, CONFIDENCE, "no number from 0 to 1"),
        ({CONFIDENCE: ["1e-400", "1"]}, CONFIDENCE, "given twice"),
    ],
)
def test_what_means_nothing_is_refused_by_name(query: dict[str, list[str]], parameter: str, words: str) -> None:
    with pytest.raises(FilterError, match=words.replace("(", r"\(")) as refused:
        parse(query)
    assert refused.value.parameter == parameter


QUERIES = st.dictionaries(
    st.sampled_from([p.name for p in PARAMETERS] + [CONFIDENCE]), st.lists(st.text(max_size=8), max_size=3), max_size=4
)


@given(QUERIES)
def test_any_query_is_a_filter_or_is_refused_by_name(query: dict[str, list[str]]) -> None:
    try:
        asked = parse(query)
    except FilterError as refused:
        assert refused.parameter in query  # noqa: PT017 - the other branch is as good an outcome
    else:
        assert asked.kinds


@given(st.lists(st.sampled_from(["erdogan", "Merkel", "MERKEL", "Xi"]), min_size=1, max_size=6))
def test_order_case_and_repetition_make_no_other_filter(names: list[str]) -> None:
    assert parse({"actor": names}) == parse({"actor": [name.lower() for name in sorted(set(names))]})


@given(QUERIES, st.sampled_from(EVENTS))
def test_one_more_alternative_only_adds_and_one_more_filter_only_takes_away(
    query: dict[str, list[str]], event: Event
) -> None:
    try:
        narrow, wide = parse({**query, "country": ["FI"]}), parse({**query, "country": ["FI", "SE"]})
    except FilterError:
        return
    facets = Facets(event)
    assert narrow.passes(event, facets) <= wide.passes(event, facets)
    without = parse({name: values for name, values in query.items() if name != "country"})
    assert narrow.passes(event, facets) <= without.passes(event, facets)


@given(NAMES)
def test_a_folded_text_stays_as_it_is(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold_name(fold_name(name)) == fold_name(name)


@given(NAMES, st.sampled_from([str.upper, str.lower, str.title]))
def test_case_does_not_count(name: str, change: Any) -> None:
    if name.isascii():
        assert fold_name(change(name)) == fold_name(name)


def test_a_url_without_a_host_has_none() -> None:
    assert [host(url) for url in ("", "nonsense", "https://[", "https://A.example:80/x")] == ["", "", "", "a.example"]
