"""The merged event id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.gateway.cursor import MAX_SEQUENCE, START_CURSOR, decode_cursor, format_cursor, previous_id
from worker.streams import id_key

SEQUENCES = st.integers(0, 18 * 10**18 - 1) | st.just(MAX_SEQUENCE)
ENTRY_IDS = st.builds("{}-{}".format, st.integers(0, 10**15), SEQUENCES)


@given(st.tuples(ENTRY_IDS, ENTRY_IDS, ENTRY_IDS))
def test_a_position_comes_back_as_it_went(position: tuple[str, str, str]) -> None:
    assert decode_cursor(format_cursor(position)) == position


@given(ENTRY_IDS)
def test_the_id_before_is_the_next_lower(entry_id: str) -> None:
    ms, sequence = id_key(entry_id)
    lower = id_key(previous_id(entry_id))
    assert lower == ((ms, sequence - 1) if sequence else (ms - 1, MAX_SEQUENCE) if ms else (0, 0))


@given(st.text())
def test_any_text_is_a_place_or_is_refused(text: str) -> None:
    try:
        place = decode_cursor(text)
    except ValueError as refused:
        assert "none of" in str(refused)  # noqa: PT017 - the other branch is as good an outcome
    else:
        assert place is None or len(place) == 3


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("$", None),
        ("0", START_CURSOR),
        ("5-3", ("5-3",) * 3),
        ("1-0.2-0.3-0", ("1-0", "2-0", "3-0")),
        ("1969-12-31T00:00:00z", START_CURSOR),
        ("1000", (f"999-{MAX_SEQUENCE}",) * 3),
        ("1970-01-01T00:00:01Z", (f"999-{MAX_SEQUENCE}",) * 3),
        ("1970-01-01T01:00:01+01:00", (f"999-{MAX_SEQUENCE}",) * 3),
    ],
)
def test_every_way_to_name_a_place(text: str, place: tuple[str, ...] | None) -> None:
    assert decode_cursor(text) == place


@pytest.mark.parametrize("text", ["", "1-0.2-0", "-1", "1970-01-01T00:00:01", f"1-{2**64}", "²"])
def test_what_names_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="none of"):
        decode_cursor(text)
