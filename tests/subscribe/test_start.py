"""Every form of a start, as a text and as a Python value, and the errors for anything else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.subscribe.test_cursor import CURSORS, ENTRY_IDS
from worker.durations import UNITS_S, parse_duration_s
from worker.schema import KINDS
from worker.streams import MAX_SEQUENCE
from worker.subscribe.cursor import START_CURSOR, Cursor, CursorError, format_cursor
from worker.subscribe.start import UNIX_MS_PATTERN, parse_start, start_positions

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOON_MS = 1_772_366_400_000
HOUR_MS = 3_600_000


def before(unix_ms: int) -> Cursor:
    return (f"{unix_ms - 1}-{MAX_SEQUENCE}",) * len(KINDS)


# ---------------------------------------------------------------- texts
@pytest.mark.parametrize(
    ("text", "cursor"),
    [
        ("$", None),
        ("0", START_CURSOR),
        ("90s", before(NOON_MS - 90_000)),
        ("30m", before(NOON_MS - 30 * 60_000)),
        ("1h", before(NOON_MS - HOUR_MS)),
        ("1.5h", before(NOON_MS - HOUR_MS * 3 // 2)),
        ("2d", before(NOON_MS - 48 * HOUR_MS)),
        ("1w", before(NOON_MS - 168 * HOUR_MS)),
        ("0s", before(NOON_MS)),
        ("999999w", START_CURSOR),
        ("1000", before(1000)),
        (str(NOON_MS), before(NOON_MS)),
        ("2026-03-01T12:00:00Z", before(NOON_MS)),
        ("2026-03-01t12:00:00.001z", before(NOON_MS + 1)),
        ("2026-03-01T14:00:00+02:00", before(NOON_MS)),
        ("1969-12-31T00:00:00z", START_CURSOR),
        ("5-3", ("5-3",) * len(KINDS)),
        ("m:2-0", ("0-0", "2-0", "0-0")),
        ("1-0.2-0.3-0", ("1-0", "2-0", "3-0")),
    ],
)
def test_every_form_of_a_start_is_accepted(text: str, cursor: Cursor | None) -> None:
    assert parse_start(text, NOON_MS) == cursor


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "yesterday", "h", "1H", "1 hour", "1h30m", "-1h", "+1h", "1e3h", "1.h", ".5h", "1234567d", "1y"),
        *(
            "1-0.2-0",
            "-1",
            f"1-{2**64}",
            "²",
            "²h",
            "1-2-3",
            "12345678901234567",
            "2026-02-30T00:00:00Z",
            "s:1",
            "s:1-0,",
        ),
    ],
)
def test_a_text_of_no_accepted_form_is_refused_with_examples(text: str) -> None:
    with pytest.raises(CursorError, match=r'none of .*"1h", "30m" or "2d".*"2026-03-01T12:00:00Z".*"1772366400000-0"'):
        parse_start(text, NOON_MS)


@pytest.mark.parametrize("text", ["2026-03-01T12:00:00", "2026-03-01", "2026-03-01T12:00:00 02:00"])
def test_a_time_without_a_zone_is_refused_by_that_name(text: str) -> None:
    with pytest.raises(
        CursorError, match=re.escape('time without a zone: append Z or an offset, as in "2026-03-01T12')
    ):
        parse_start(text, NOON_MS)


@given(st.integers(0, 999_999), st.sampled_from(sorted(UNITS_S)), st.integers(0, 10**13))
def test_a_duration_is_counted_back_from_now(number: int, unit: str, now_ms: int) -> None:
    at = now_ms - number * round(UNITS_S[unit] * 1000)
    assert parse_start(f"{number}{unit}", now_ms) == (before(at) if at > 0 else START_CURSOR)


@given(st.datetimes(datetime(1970, 1, 2), timezones=st.timezones()))  # noqa: DTZ001 - the zone is drawn
def test_a_time_means_the_same_as_a_text_as_a_datetime_and_in_unix_ms(at: datetime) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    cursor = parse_start(at.astimezone(UTC).isoformat(), 0)
    unix_ms = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert cursor == parse_start(str(unix_ms), 0) == before(unix_ms)
    assert start_positions(at, 0) == dict(zip(KINDS, before(unix_ms), strict=True))


@given(CURSORS)
def test_the_event_ids_of_the_gateway_are_starts(cursor: Cursor) -> None:
    assert parse_start(format_cursor(cursor), NOON_MS) == cursor


TEXTS = (
    st.text()
    | st.text("smdhw0123456789-,:./$ tTzZ+", max_size=80)
    | st.from_regex(r"\d+(\.\d+)?[ ]?[smhdw]", fullmatch=True)
    | st.from_regex(r"\d{1,5}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?", fullmatch=True)
)


@given(TEXTS, st.integers(0, 10**14))
def test_any_text_is_a_start_or_is_refused(text: str, now_ms: int) -> None:
    try:
        cursor = parse_start(text, now_ms)
    except CursorError as refused:
        assert re.search("none of|newer gateway|twice|without a zone", str(refused))  # noqa: PT017 - either is right
    else:
        assert cursor is None or all(re.fullmatch(r"[0-9]{1,17}-[0-9]{1,20}", at) for at in cursor)


@given(st.text() | st.text("0123456789.smhdw ", max_size=12))
def test_any_text_is_a_duration_or_none(text: str) -> None:
    seconds = parse_duration_s(text)
    assert (seconds is None) != bool(re.fullmatch(r"[0-9]{1,6}([.][0-9]{1,3})? ?[smhdw]", text))
    assert seconds is None or seconds >= 0


def test_unix_ms_have_no_other_digits_than_those_of_ascii() -> None:
    assert not re.fullmatch(UNIX_MS_PATTERN, "١٢٣")


# ---------------------------------------------------------------- Python values
@pytest.mark.parametrize(
    ("after", "start"),
    [
        (NOON, before(NOON_MS)[0]),
        (NOON.astimezone(timezone(timedelta(hours=-5))), before(NOON_MS)[0]),
        (timedelta(hours=1), before(NOON_MS - HOUR_MS)[0]),
        (timedelta(days=999_999), "0-0"),
        (NOON_MS, before(NOON_MS)[0]),
        (0, "0-0"),
        ("1h", before(NOON_MS - HOUR_MS)[0]),
        ("$", "$"),
        ({}, "$"),
        (dict.fromkeys(KINDS, "1h"), before(NOON_MS - HOUR_MS)[0]),
    ],
)
def test_every_value_is_accepted(after: Any, start: str) -> None:
    assert start_positions(after, NOON_MS) == dict.fromkeys(KINDS, start)


@given(st.dictionaries(st.sampled_from(KINDS), ENTRY_IDS, min_size=1))
def test_a_stored_position_is_kept_and_an_original_kind_without_one_starts_at_the_end(stored: dict[Any, str]) -> None:
    assert start_positions(stored, NOON_MS) == {kind: stored.get(kind, "$") for kind in KINDS}


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (NOON.replace(tzinfo=None), "without a zone"),
        (timedelta(hours=-1), "none of"),
        (date(2026, 3, 1), "none of"),
        (-1, "none of"),
        (True, "none of"),
        (1.5, "none of"),
        (None, "none of"),
        ({"meeting": None}, "none of"),
    ],
)
def test_any_other_value_is_refused(after: Any, message: str) -> None:
    with pytest.raises(CursorError, match=message):
        start_positions(after, NOON_MS)
