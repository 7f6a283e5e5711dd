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
        ("2024-09-17 06:05 PM", datetime(2024, 9, 17, 18, 5, tzinfo=UTC)),
        ("2024-09-17 12:05 a.m. EDT", datetime(2024, 9, 17, 4, 5, tzinfo=UTC)),
        ("September 17, 2024 6:05 PM EDT", datetime(2024, 9, 17, 22, 5, tzinfo=UTC)),
        ("9/17/2024 6:05:09 PM", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("17. September 2024, 18:05 Uhr", datetime(2024, 9, 17, 18, 5, tzinfo=UTC)),
        ("17 septembre 2024 à 18h05", datetime(2024, 9, 17, 18, 5, tzinfo=UTC)),
        ("Tue, 17 Sep 2024 18:05:09 MESZ", datetime(2024, 9, 17, 16, 5, 9, tzinfo=UTC)),
        ("Tue Sep 17 18:05:09 CEST 2024", datetime(2024, 9, 17, 16, 5, 9, tzinfo=UTC)),
        ("2024-09-17T18:05:09 JST", datetime(2024, 9, 17, 9, 5, 9, tzinfo=UTC)),
        ("Tue, 17 Sep 2024 18:05:09 GMT+2", datetime(2024, 9, 17, 16, 5, 9, tzinfo=UTC)),
    ],
)
def test_common_formats_are_parsed(text: str, expected: datetime) -> None:
    assert parse_datetime(text) == expected


def test_the_zone_is_kept_since_its_day_is_that_of_the_newspaper() -> None:
    found = parse_datetime("2024-10-16T00:00:00+08:00")
    assert found is not None
    assert found.utcoffset() == timedelta(hours=8)
    assert found.date().isoformat() == "2024-10-16"


@pytest.mark.parametrize("zone", ["IST", "BST", "XYZ", "ET"])
@pytest.mark.parametrize("text", ["2024-09-17T18:05:09 {}", "Tue, 17 Sep 2024 18:05:09 {}", "Sep 17, 2024 6:05 PM {}"])
def test_a_time_in_an_unknown_zone_is_left_out(text: str, zone: str) -> None:
    assert parse_datetime(text.format(zone)) == datetime(2024, 9, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "2024-09", "yesterday", "2024-13-45", "0001-01-01T00:00:00Z", "1970-01-01", "9999-12-31T23:59:59-23:59"],
)
def test_invalid_and_implausible_dates_are_none(text: str) -> None:
    assert parse_datetime(text) is None


@given(st.text(max_size=60) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", fullmatch=True))
def test_any_text_gives_a_datetime_with_zone_or_none(text: str) -> None:
    found = parse_datetime(text)
    assert found is None or found.astimezone(UTC).tzinfo is UTC
