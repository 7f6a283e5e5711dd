from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.parse.dates import instant


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-09-17T18:05:09Z", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("2024-09-17T18:05:09.250+02:00", datetime(2024, 9, 17, 16, 5, 9, tzinfo=UTC)),
        ("2024-09-17T18:05-0430", datetime(2024, 9, 17, 22, 35, tzinfo=UTC)),
        ("2024-09-17 18:05:09 +02:00", datetime(2024, 9, 17, 16, 5, 9, tzinfo=UTC)),
        ("2024-09-17 18:05 UTC", datetime(2024, 9, 17, 18, 5, tzinfo=UTC)),
        ("2024-09-17, 18:05", datetime(2024, 9, 17, 18, 5, tzinfo=UTC)),
        ("2024/9/7", datetime(2024, 9, 7, tzinfo=UTC)),
        ("20240917", datetime(2024, 9, 17, tzinfo=UTC)),
        ("20240917T180509Z", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("Tue, 17 Sep 2024 18:05:09 GMT", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("1726596309", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("1726596309000", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("2024-09-17T18:05:09+99:99", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_pages_write_them(written: str, expected: datetime) -> None:
    assert instant(written) == expected


def test_the_zone_stays_because_its_day_is_the_newspapers() -> None:
    found = instant("2024-10-16T00:00:00+08:00")
    assert found is not None
    assert found.utcoffset() == timedelta(hours=8)
    assert found.date().isoformat() == "2024-10-16"


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2024-13-45", "0001-01-01T00:00:00Z", "1970-01-01", "9999-12-31T23:59:59-23:59"]
)
def test_what_is_no_date_of_news_is_none(written: str) -> None:
    assert instant(written) is None


@given(st.text(max_size=60) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", fullmatch=True))
def test_any_text_is_an_instant_with_zone_or_none(written: str) -> None:
    found = instant(written)
    assert found is None or found.astimezone(UTC).tzinfo is UTC
