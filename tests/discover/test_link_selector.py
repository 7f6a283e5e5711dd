"""Which links of a source are enqueued: since, include, exclude, limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.discover.link_selector import LinkSelector, oldest_date
from worker.discover.sources import Source
from worker.parse.feed import FeedLink

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def select(links: list[FeedLink], *, most: int = 100, **filters: Any) -> LinkSelector:
    selector = LinkSelector(Source(name="a", url="https://a.example/", **filters), most, NOW)
    for link in links:
        selector.add(link)
    return selector


def link(path: str, days_ago: float | None = None) -> FeedLink:
    date = None if days_ago is None else NOW - timedelta(days=days_ago)
    return FeedLink(url=f"https://a.example/{path}", published_at=date)


def paths(selector: LinkSelector) -> list[str]:
    return [url.removeprefix("https://a.example/") for url in selector.selected()]


@pytest.mark.parametrize("since", ["7d", "1w", "168h", "2026-03-03T12:00:00Z", "2026-03-03T12:00"])
def test_since_leaves_out_what_is_dated_earlier(since: str) -> None:
    found = select([link("old", 7.01), link("new", 6.99), link("undated")], since=since)
    assert paths(found) == ["new", "undated"]
    assert (found.links, found.excluded, found.omitted) == (3, 1, 0)


@pytest.mark.parametrize("since", ["7", "d", "7 days", "-7d", "soon", "", "2026-13-01", "7D"])
def test_another_since_is_an_error(since: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller names the value
        oldest_date(since, NOW)


def test_a_since_before_the_first_year_leaves_out_nothing() -> None:
    assert oldest_date("999999w", NOW) == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("/news/", {"news/1", "en/news/2.html"}),
        ("/news/*.html", {"en/news/2.html"}),
        ("a.example/news", {"news/1"}),
        (".html$", {"en/news/2.html"}),
        ("news/1$", {"news/1"}),
        ("/sport.html", set()),
        ("*", {"news/1", "en/news/2.html", "sport-html"}),
    ],
)
def test_patterns_match_anywhere_in_the_url(pattern: str, matches: set[str]) -> None:
    links = [link(path) for path in ("news/1", "en/news/2.html", "sport-html")]
    assert set(paths(select(links, include=(pattern,)))) == matches
    assert set(paths(select(links, exclude=(pattern,)))) == {"news/1", "en/news/2.html", "sport-html"} - matches


def test_exclude_prevails_over_include() -> None:
    links = [link("news/1"), link("news/video/2"), link("sport/3")]
    found = select(links, include=("/news/", "/sport/"), exclude=("/video/",))
    assert paths(found) == ["news/1", "sport/3"]
    assert found.excluded == 1


def test_the_newest_are_kept_in_the_order_of_the_source() -> None:
    links = [link("a", 3), link("b", 1), link("c"), link("d", 2), link("e", 1)]
    found = select(links, most=3)
    assert paths(found) == ["b", "d", "e"]
    assert (found.links, found.omitted) == (5, 2)
    assert paths(select(links, limit=1)) == ["b"]
    assert paths(select(links, limit=50, most=2)) == ["b", "e"]


def test_of_links_without_a_date_the_first_are_kept() -> None:
    assert paths(select([link("a"), link("b"), link("a"), link("c")], limit=2)) == ["a", "b"]


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=30), st.integers(1, 8))
def test_the_selection_is_that_of_sorting_all_links(given_links: list[tuple[int, int | None]], limit: int) -> None:
    distinct = list({name: (name, age) for name, age in reversed(given_links)}.values())[::-1]
    found = select([link(str(name), age) for name, age in distinct], limit=limit)
    by_age = sorted(range(len(distinct)), key=lambda n: (distinct[n][1] is None, distinct[n][1] or 0, n))
    assert paths(found) == [str(distinct[n][0]) for n in sorted(by_age[:limit])]
    assert found.omitted == max(0, len(distinct) - limit)
