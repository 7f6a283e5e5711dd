from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.parse.dates import parse_datetime


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_common_formats_are_parsed(text: str, expected: datetime) -> None:
    assert parse_datetime(text) == expected


def test_the_zone_is_kept_since_its_day_is_that_of_the_newspaper() -> None:
    found = parse_datetime("2024-10-16T00:00:00+08:00")
    assert found is not None
    assert found.utcoffset() == timedelta(hours=8)
    assert found.date().isoformat() == "2024-10-16"


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-13-45", "0001-01-01T00:00:00Z", "1970-01-01", "9999-12-31T23:59:59-23:59"]
)
def test_invalid_and_implausible_dates_are_none(text: str) -> None:
    assert parse_datetime(text) is None


@given(st.text(max_size=60) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", fullmatch=True))
def test_any_text_gives_a_datetime_with_zone_or_none(text: str) -> None:
    found = parse_datetime(text)
    assert found is None or found.astimezone(UTC).tzinfo is UTC
