"""The stored form of a reading, and the comparison of texts."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.schema import (
    KINDS,
    EventKey,
    Reading,
    Span,
    Statement,
    hash_id,
    is_near,
    key_of_event,
    pack_events,
    text_hash,
    unpack_events,
)

IDS = st.binary(min_size=16, max_size=16).map(bytes.hex)
KEYS = st.builds(EventKey, st.sampled_from(KINDS), IDS, st.binary(min_size=4, max_size=4))
WORDS = st.none() | st.text(max_size=50)
READINGS = st.builds(
    Reading,
    revision=st.integers(0, 65_535),
    text_hash=st.binary(max_size=8),
    body_hash=st.binary(max_size=8),
    page=st.binary(max_size=8),
    read_at_ms=st.integers(0, 2**50),
    published_at=st.none() | st.floats(-1e10, 1e10),
    etag=WORDS,
    last_modified=WORDS,
    url=st.text(max_size=50),
    events=st.lists(KEYS, max_size=5).map(pack_events),
    fingerprint=st.integers(0, 2**64 - 1),
)


@given(READINGS)
def test_a_reading_survives_storage_and_begins_with_its_revision(reading: Reading) -> None:
    stored = reading.encode()
    assert Reading.decode(stored) == reading
    assert stored[:2] == reading.revision.to_bytes(2, "big")


@given(st.lists(KEYS, max_size=30))
def test_events_survive_packing_in_21_bytes_each(keys: list[EventKey]) -> None:
    packed = pack_events(keys)
    assert unpack_events(packed) == keys
    assert len(packed) == 21 * len(keys)


@given(st.binary(max_size=100))
def test_whatever_is_stored_decodes_or_is_a_decode_error(stored: bytes) -> None:
    unpack_events(stored)
    try:
        reading = Reading.decode(stored)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    assert Reading.decode(reading.encode()) == reading


def test_a_reading_of_a_revision_that_cannot_be_stored_does_not_decode() -> None:
    for revision in (-1, 65_536):
        fields = msgspec.msgpack.encode([revision, b"x", b"", b"", 0])
        with pytest.raises(msgspec.ValidationError):
            Reading.decode(b"\0\0" + fields)


def test_a_reading_of_a_later_version_with_more_fields_decodes() -> None:
    reading = Reading(revision=3, text_hash=b"x", read_at_ms=5)
    fields = msgspec.msgpack.decode(reading.encode()[2:])
    assert Reading.decode(b"\0\3" + msgspec.msgpack.encode([*fields, "new"])) == reading


def test_the_words_of_the_evidence_give_its_hash_in_every_article() -> None:
    def said(sentence: str, start: int, url: str) -> Statement:
        span = Span(start=start, end=start + len(sentence), text=sentence)
        return Statement(
            id=hash_id(url, sentence),
            url=url,
            sentence=span,
            content=[span],
            quotation="direct",
            confidence=0.9,
            rule="r",
        )

    here, there = said("She said so, too.", 0, "a"), said("She said so  too", 90, "b")
    assert key_of_event(here).evidence == key_of_event(there).evidence
    assert key_of_event(here).evidence != key_of_event(said("She said so.", 0, "a")).evidence


def test_the_hash_of_a_text_depends_on_title_and_text() -> None:
    assert len({text_hash("a", "b"), text_hash("ab", ""), text_hash("", "ab"), text_hash("a", "b ")}) == 4
    assert len(text_hash("\ud800", "")) == 8


@given(st.integers(1, 2**64 - 1), st.sets(st.integers(0, 15)))
def test_fingerprints_are_near_if_seven_of_sixteen_parts_are_equal(fingerprint: int, changed: set[int]) -> None:
    other = fingerprint
    for n in changed:
        other ^= 1 << 4 * n
    if other:
        assert is_near(fingerprint, other) == is_near(other, fingerprint) == (16 - len(changed) >= 7)
