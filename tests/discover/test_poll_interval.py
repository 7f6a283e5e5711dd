"""The interval of a source: shorter after news, longer without, within bounds; requests of server and feed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from worker.discover.poll_interval import adapt_interval_s, current_interval_s, next_poll_s
from worker.discover.sources import Source
from worker.settings import DiscoverSettings

SETTINGS = DiscoverSettings(interval_s=300.0, min_interval_s=60.0, max_interval_s=3600.0)
SOURCE = Source(name="a", url="https://a.example/")
FIXED = replace(SOURCE, interval_s=900.0)


def after(*news: bool, source: Source = SOURCE, settings: DiscoverSettings = SETTINGS) -> float:
    interval_s = current_interval_s(source, settings, None)
    for has_news in news:
        interval_s = adapt_interval_s(source, settings, interval_s, has_news=has_news)
    return interval_s


def test_the_interval_is_shorter_after_news_and_longer_without_within_bounds() -> None:
    assert [after(*[True] * n) for n in range(5)] == [300, 150, 75, 60, 60]
    assert [after(*[False] * n) for n in range(3)] == [300, 450, 675]
    assert after(*[False] * 20) == 3600
    assert after(True, False) == 225


def test_an_interval_of_the_sources_file_does_not_change() -> None:
    assert after(True, False, False, source=FIXED) == 900
    assert next_poll_s(FIXED, SETTINGS, 900.0, 3000.0) == 900


def test_the_bounds_never_exclude_the_interval_of_the_settings() -> None:
    assert after(True, settings=replace(SETTINGS, interval_s=5.0)) == 5
    assert after(False, settings=replace(SETTINGS, interval_s=7200.0)) == 7200


@pytest.mark.parametrize(
    ("requested", "expected"),
    [((None, 0.0), 300), ((600.0, None), 600), ((600.0, 900.0), 900), ((10.0, None), 300), ((31_536_000.0,), 3600)],
)
def test_a_longer_interval_is_honoured_up_to_the_longest(requested: tuple[float | None, ...], expected: float) -> None:
    assert next_poll_s(SOURCE, SETTINGS, 300.0, *requested) == expected
