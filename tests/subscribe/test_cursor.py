"""The cursor of the merged streams: its text, and the error for an unknown kind."""

import re
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from worker.schema import KIND_SPECS, KINDS, ORIGINAL_KINDS
from worker.streams import MAX_SEQUENCE, id_key, previous_id
from worker.subscribe.cursor import CURSOR_PATTERN, CursorError, decode_cursor, format_cursor

SEQUENCES = st.integers(0, 18 * 10**18 - 1) | st.just(MAX_SEQUENCE)
ENTRY_IDS = st.builds("{}-{}".format, st.integers(0, 10**15), SEQUENCES)
CURSORS = st.tuples(*[ENTRY_IDS for _ in KINDS])
KEYS = [spec.cursor_key for spec in KIND_SPECS.values()]


@given(CURSORS)
def test_a_cursor_survives_a_round_trip_through_its_text(cursor: tuple[str, ...]) -> None:
    assert decode_cursor(format_cursor(cursor)) == cursor


@given(CURSORS)
def test_the_text_of_a_cursor_needs_no_escaping_and_matches_the_documented_pattern(cursor: tuple[str, ...]) -> None:
    text = format_cursor(cursor)
    assert re.fullmatch("[a-z0-9,:-]+", text)
    assert re.fullmatch(CURSOR_PATTERN, text)


@given(CURSORS, st.data())
def test_the_parts_may_come_in_any_order(cursor: tuple[str, ...], data: st.DataObject) -> None:
    parts = format_cursor(cursor).split(",")
    assert decode_cursor(",".join(data.draw(st.permutations(parts)))) == cursor


@given(st.tuples(ENTRY_IDS, ENTRY_IDS, ENTRY_IDS))
def test_a_cursor_of_the_first_release_means_statement_meeting_decision(entry_ids: tuple[str, str, str]) -> None:
    text = ".".join(entry_ids)
    assert decode_cursor(text) == tuple(
        dict(zip(ORIGINAL_KINDS, entry_ids, strict=True)).get(kind, "0-0") for kind in KINDS
    )
    assert re.fullmatch(CURSOR_PATTERN, text)


@given(st.dictionaries(st.sampled_from(KINDS), ENTRY_IDS, min_size=1))
def test_a_kind_that_is_missing_begins_at_the_oldest_entry(given_ids: dict[str, str]) -> None:
    text = ",".join(f"{KIND_SPECS[kind].cursor_key}:{entry_id}" for kind, entry_id in given_ids.items())  # type: ignore[index]
    assert decode_cursor(text) == tuple(given_ids.get(kind, "0-0") for kind in KINDS)


@given(CURSORS)
def test_partition_0_may_be_written_out(cursor: tuple[str, ...]) -> None:
    assert decode_cursor(format_cursor(cursor).replace(":", "/0:")) == cursor


@given(ENTRY_IDS, st.integers(1, 99_999))
def test_a_partition_of_a_newer_gateway_is_refused_by_name(entry_id: str, partition: int) -> None:
    with pytest.raises(CursorError, match=f"has a position for 's/{partition}', which only a newer gateway knows"):
        decode_cursor(f"s:{entry_id},s/{partition}:{entry_id}")


@given(st.from_regex("[a-z]{1,8}", fullmatch=True), ENTRY_IDS)
def test_a_kind_of_a_newer_gateway_is_refused_by_name(key: str, entry_id: str) -> None:
    assume(key not in KEYS)
    with pytest.raises(CursorError, match=rf"has a position for '{key}', .* this one knows s \(statement\)"):
        decode_cursor(f"s:{entry_id},{key}:{entry_id}")


@given(ENTRY_IDS)
def test_a_kind_named_twice_is_refused(entry_id: str) -> None:
    for text in (f"s:{entry_id},s:{entry_id}", f"s:{entry_id},s/0:{entry_id}"):
        with pytest.raises(CursorError, match="names the kind statement twice"):
            decode_cursor(text)


def test_the_keys_of_the_kinds_are_unique_short_and_lower_case() -> None:
    assert len(set(KEYS)) == len(KEYS)
    assert all(re.fullmatch("[a-z]{1,8}", key) for key in KEYS)


@given(ENTRY_IDS)
def test_the_previous_id_is_the_next_lower(entry_id: str) -> None:
    ms, sequence = id_key(entry_id)
    lower = id_key(previous_id(entry_id))
    assert lower == ((ms, sequence - 1) if sequence else (ms - 1, MAX_SEQUENCE) if ms else (0, 0))


@pytest.mark.parametrize("keys", list(permutations("smd")))
def test_every_order_of_the_keys_is_the_same_cursor(keys: tuple[str, ...]) -> None:
    ids = {"s": "1-0", "m": "2-0", "d": "3-0"}
    assert decode_cursor(",".join(f"{key}:{ids[key]}" for key in keys)) == ("1-0", "2-0", "3-0")


@pytest.mark.parametrize(
    ("text", "cursor"),
    [
        ("5-3", ("5-3",) * 3),
        ("s:1-0,m:2-0,d:3-0", ("1-0", "2-0", "3-0")),
        ("m:2-0", ("0-0", "2-0", "0-0")),
        ("1-0.2-0.3-0", ("1-0", "2-0", "3-0")),
    ],
)
def test_every_form_of_a_cursor_is_accepted(text: str, cursor: tuple[str, ...]) -> None:
    assert decode_cursor(text) == cursor


@pytest.mark.parametrize(
    "text",
    [
        *("", "$", "0", "1000", "1h", "1970-01-01T00:00:01Z", "1-0.2-0", "-1", f"1-{2**64}", "²"),
        *("s:", "s:1", "s:1-0,", ",s:1-0", "S:1-0", "s:1-0;m:1-0", "s/:1-0", "s/123456:1-0", "s:1-0.2-0.3-0", "s: 1-0"),
        "1-0.2-0.3-0.4-0",
    ],
)
def test_any_other_text_is_no_cursor(text: str) -> None:
    assert decode_cursor(text) is None
