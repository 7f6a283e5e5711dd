from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.parse.charset import decode

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
def test_undeclared_text_is_read(text: str, encoding: str) -> None:
    assert decode((text * 5).encode(encoding)) == text * 5


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("iso-8859-2", "iso8859-2"), ("gb2312", "gb18030"), ("ks_c_5601-1987", "cp949"), ("Shift_JIS", "cp932")],
)
def test_the_http_header_decides_what_is_not_utf8(declared: str, encoding: str) -> None:
    text = "Łódź" if encoding == "iso8859-2" else "時間"
    assert decode(text.encode(encoding), declared) == text


def test_the_meta_tag_decides_where_the_header_is_silent() -> None:
    source = '<html><head><META http-equiv="Content-Type" content="text/html; charset=iso-8859-2"></head>Łódź'
    assert decode(source.encode("iso8859-2")) == source


def test_utf8_wins_over_a_wrong_label() -> None:
    assert decode(GERMAN.encode(), "iso-8859-1") == GERMAN


def test_a_label_nobody_knows_is_passed_over() -> None:
    assert decode(GERMAN.encode("cp1252"), "x-no-such") == GERMAN


def test_latin1_means_windows_1252_as_in_browsers() -> None:
    assert decode(b"\x93Ja\x94, sagte sie \x96 und ging", "iso-8859-1") == "“Ja”, sagte sie – und ging"  # noqa: RUF001 - as newspapers print it


def test_the_open_bytes_of_windows_1252_are_controls() -> None:
    assert decode(b"a\x81b\x93", "windows-1252") == "a\x81b“"


def test_one_damaged_character_does_not_spoil_a_page_of_utf8() -> None:
    body = (GERMAN * 20).encode() + b"\xff<p>Ende</p>"
    assert decode(body) == GERMAN * 20 + "\ufffd<p>Ende</p>"


@given(st.binary(max_size=300), st.none() | st.text(max_size=20))
def test_any_bytes_under_any_label_are_read(body: bytes, declared: str | None) -> None:
    assert isinstance(decode(body, declared), str)
