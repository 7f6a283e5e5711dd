"""Response headers, valid and malformed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.fetch.headers import (
    MAX_RETRY_AFTER_S,
    parse_charset,
    parse_max_age,
    parse_media_type,
    parse_retry_after,
    sniff_media_type,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html", ("text/html", None)),
        ("Text/HTML ; Charset=UTF-8", ("text/html", "utf-8")),
        ("text/html;charset='windows-1250'", ("text/html", "windows-1250")),
        ('text/html; q=1; charset="koi8-r" ', ("text/html", "koi8-r")),
        ("text/html; charset=", ("text/html", None)),
        ("", ("", None)),
        ("html", ("", None)),
        ("*/*", ("", None)),
        ("unknown/unknown; charset=utf-8", ("", "utf-8")),
    ],
)
def test_content_type(header: str, expected: tuple[str, str | None]) -> None:
    assert (parse_media_type(header), parse_charset(header)) == expected


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1" * 19, MAX_RETRY_AFTER_S),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Monday, 02-Mar-26 12:00:30 GMT", 30.0),
        ("Mon Mar  2 12:00:30 2026", 30.0),
        ("Mon, 02 Mar 2026 14:00:30 +0200", 30.0),
        ("Mon, 02 Mar 2020 12:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2099 12:00:00 GMT", MAX_RETRY_AFTER_S),
        ("-5", None),
        ("1.5", None),
        ("later", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, wait_s: float | None) -> None:
    assert parse_retry_after(header, NOW) == wait_s


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<!DOCTYPE html>", "text/html"),
        (b"\xef\xbb\xbf\r\n <p>x", "text/html"),
        (b"<!-- hello --><html>", "text/html"),
        (b"<?xml version='1.0'?><rss>", "application/xml"),
        (b"<paragraph>", "text/plain"),
        (b"words only", "text/plain"),
        (b"%PDF-1.4\n\x01\x02", "application/octet-stream"),
        (b"\x00" * 10, "application/octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_sniffing(body: bytes, expected: str) -> None:
    assert sniff_media_type(body) == expected


@given(st.text(), st.binary())
def test_any_header_and_body_are_parsed_without_an_error(header: str, body: bytes) -> None:
    assert "/" in sniff_media_type(body)
    assert parse_media_type(header) == parse_media_type(header).lower()
    parse_charset(header)
    wait_s = parse_retry_after(header, NOW)
    assert wait_s is None or 0 <= wait_s <= MAX_RETRY_AFTER_S


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=600", 600.0),
        ('public, Max-Age="60", immutable', 60.0),
        ("s-maxage=5", None),
        ("no-cache", None),
        ("max-age=soon", None),
        ("max-age=-1", None),
        ("", None),
    ],
)
def test_the_freshness_of_a_response_is_its_max_age(header: str, seconds: float | None) -> None:
    assert parse_max_age(header) == seconds
