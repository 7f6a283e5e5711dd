from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.parse.charset import decode_html

GERMAN = "<p>Die Gespräche über die Fähre dauern länger als geplant, sagte Müller.</p>"
RUSSIAN = "<p>Министр транспорта встретился с губернаторами островных районов во вторник вечером.</p>"  # noqa: RUF001 - as newspapers print it
JAPANESE = "<p>運輸大臣は火曜日に三つの島の知事と会談した。</p>"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "cp1251"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
    ],
)
def test_an_undeclared_encoding_is_detected(text: str, encoding: str) -> None:
    assert decode_html((text * 5).encode(encoding)) == text * 5


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("iso-8859-2", "iso8859-2"), ("gb2312", "gb18030"), ("ks_c_5601-1987", "cp949"), ("Shift_JIS", "cp932")],
)
def test_the_http_header_decides_if_the_bytes_are_not_utf8(declared: str, encoding: str) -> None:
    text = "Łódź" if encoding == "iso8859-2" else "時間"
    assert decode_html(text.encode(encoding), declared) == text


def test_the_meta_tag_decides_without_a_header() -> None:
    source = '<html><head><META http-equiv="Content-Type" content="text/html; charset=iso-8859-2"></head>Łódź'
    assert decode_html(source.encode("iso8859-2")) == source


def test_valid_utf8_overrides_a_wrong_label() -> None:
    assert decode_html(GERMAN.encode(), "iso-8859-1") == GERMAN


def test_an_unknown_label_is_ignored() -> None:
    assert decode_html(GERMAN.encode("cp1252"), "x-no-such") == GERMAN


def test_latin1_means_windows_1252_as_in_browsers() -> None:
    assert decode_html(b"\x93Ja\x94, sagte sie \x96 und ging", "iso-8859-1") == "“Ja”, sagte sie – und ging"  # noqa: RUF001 - as newspapers print it


def test_the_undefined_bytes_of_windows_1252_are_controls() -> None:
    assert decode_html(b"a\x81b\x93", "windows-1252") == "a\x81b“"


def test_a_page_of_utf8_with_one_invalid_byte_is_decoded_as_utf8() -> None:
    body = (GERMAN * 20).encode() + b"\xff<p>Ende</p>"
    assert decode_html(body) == GERMAN * 20 + "\ufffd<p>Ende</p>"


@given(st.binary(max_size=300), st.none() | st.text(max_size=20))
def test_any_bytes_with_any_label_are_decoded(body: bytes, declared: str | None) -> None:
    assert isinstance(decode_html(body, declared), str)
