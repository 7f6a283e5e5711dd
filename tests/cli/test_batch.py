"""Batches: one result per line, in order; an invalid line does not affect the others."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from worker.cli.batch import extract_lines, parse_lines
from worker.documents.article_input import parse_instant
from worker.parse import parse_article
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Page, article_id

TEXT = (
    "Port Calder. Transport Minister Ilse Varga met Governor Tom Arden on Tuesday.\n\n"
    "“Nobody on the islands will be left without a boat,” Varga told reporters after the meeting.\n\n"
    "The talks go on."
)
PAGE = (
    '<html lang="en"><head><title>Ferry talks go on</title><link rel="canonical" href="/a?utm_source=x">'
    '<meta property="article:published_time" content="2024-09-18T00:30:00+02:00"><meta name="author" content="Ann Lee">'
    "</head><body><article><h1>Ferry talks go on</h1>"
    "<p>Transport Minister Ilse Varga met the governors of the three island districts on Tuesday in Port Calder.</p>"
    "<p>“Nobody on the islands will be left without a boat,” Varga told reporters after the meeting.</p></article>"
)
URL = "https://harbourpost.example/a"


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def extract_json(*lines: bytes) -> list[Any]:
    return [json.loads(result.line) for result in extract_lines(lines)]


def parse_json(*lines: bytes) -> list[Any]:
    return [json.loads(result.line) for result in parse_lines(lines)]


@pytest.fixture
def saved_page(tmp_path: Path) -> Path:
    path = tmp_path / "a.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


# ---------------------------------------------------------------- extract
def test_each_document_gives_the_events_that_extract_finds() -> None:
    (result,) = extract_json(line(id="1", text=TEXT, url=URL, language="en", published_at="2024-09-17"))
    article = Article(
        id=article_id(URL), url=URL, text=TEXT, language="en", published_at=datetime(2024, 9, 17, tzinfo=UTC)
    )
    assert result == {"id": "1", "events": json.loads(msgspec.json.encode(extract_events(article)))}
    assert result["events"]


def test_the_text_is_used_exactly_as_given() -> None:
    text = "\u200b  \r\n" + TEXT.replace(" ", "\u00a0 ", 3) + "\n "
    (result,) = extract_json(line(id="1", text=text, language="en"))
    for event in result["events"]:
        span = event["sentence"]
        assert text[span["start"] : span["end"]] == span["text"]


def test_a_language_without_a_lexicon_has_no_events_and_no_error() -> None:
    (result,) = extract_lines([line(id="1", text=TEXT, language="xx")])
    assert (json.loads(result.line), result.failed) == ({"id": "1", "events": []}, False)


def test_an_invalid_line_does_not_affect_the_others() -> None:
    good = line(id="good", text="The talks go on.")
    bad = [
        b"{not json\n",
        b'"text"\n',
        b"[]\n",
        b"\xff\xfe\n",
        line(text="no id"),
        line(id=7, text="a number for an id"),
        line(id="no-text"),
        line(id="odd-text", text=["a"]),
        line(id="odd-date", text="a", published_at="last Tuesday"),
        b'{"id": "half", "text": "\\ud800"}\n',
        b"[" * 100_000 + b"\n",
    ]
    lines = [good, *(b for one in bad for b in (one, good))]
    results = list(extract_lines(lines))
    assert [json.loads(a.line)["id"] for a in results[::2]] == ["good"] * (len(bad) + 1)
    assert [a.failed for a in results] == [False, *[True, False] * len(bad)]
    failures = [json.loads(a.line) for a in results[1::2]]
    ids = [None, None, None, None, None, None, "no-text", "odd-text", "odd-date", None, None]
    assert [f["id"] for f in failures] == ids
    assert all(f["error"] for f in failures)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (b"{", "not JSON"),
        (line(id="1"), "`text`"),
        (line(text="a"), "`id`"),
        (line(id="1", text="a", published_at="soon"), "soon"),
    ],
)
def test_the_error_names_the_invalid_part(bad: bytes, named: str) -> None:
    (result,) = extract_json(bad)
    assert named in result["error"]


def test_blank_lines_are_skipped() -> None:
    assert extract_json(b"\n", b"  \r\n", line(id="1", text="a"))[0]["id"] == "1"


def test_a_result_is_yielded_before_the_next_line_is_read() -> None:
    read: list[int] = []

    def documents() -> Iterator[bytes]:
        for i in range(3):
            read.append(i)
            yield line(id=str(i), text="The talks go on.")

    results = extract_lines(documents())
    next(results)
    assert read == [0]


def test_the_same_input_gives_the_same_bytes() -> None:
    lines = [line(id=str(i), text=TEXT * (i + 1), language="en") for i in range(3)]
    assert list(extract_lines(lines)) == list(extract_lines(lines))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-09-17", datetime(2024, 9, 17, tzinfo=UTC)),
        (" 2024-09-17 ", datetime(2024, 9, 17, tzinfo=UTC)),
        ("2024-09-17T18:05:09", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("2024-09-17T18:05:09Z", datetime(2024, 9, 17, 18, 5, 9, tzinfo=UTC)),
        ("2024-09-17 18:05:09+02:00", datetime(2024, 9, 17, 16, 5, 9, tzinfo=UTC)),
    ],
)
def test_an_instant_is_a_date_or_a_time_with_or_without_a_zone(written: str, expected: datetime) -> None:
    assert parse_instant(written) == expected


@pytest.mark.parametrize("written", ["", "soon", "2024-13-01", "17.09.2024", "0001-01-01T00:00:00+14:00"])
def test_an_invalid_instant_is_a_value_error(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_instant(written)


@given(st.binary(max_size=80) | st.text(alphabet='{}[]":,idtexurl \\u0d8', max_size=80).map(str.encode))
def test_any_line_gives_one_result(noise: bytes) -> None:
    noise = noise.replace(b"\n", b" ")
    results = list(extract_lines([noise]))
    assert len(results) == bool(noise.strip())
    assert all(b"\n" not in a.line and json.loads(a.line) for a in results)


# ---------------------------------------------------------------- parse
def test_each_page_gives_its_article(saved_page: Path) -> None:
    assert parse_json(line(id="1", url=URL, html_path=str(saved_page))) == [
        {
            "id": "1",
            "title": "Ferry talks go on",
            "text": "Transport Minister Ilse Varga met the governors of the three island districts on Tuesday in Port"
            " Calder.\n\n“Nobody on the islands will be left without a boat,” Varga told reporters after the meeting.",
            "byline": ["Ann Lee"],
            "published_at": "2024-09-18T00:30:00+02:00",
            "language": "en",
            "canonical_url": URL,
        }
    ]


def test_a_gzipped_page_is_decompressed(tmp_path: Path, saved_page: Path) -> None:
    packed = tmp_path / "a.html.gz"
    packed.write_bytes(gzip.compress(PAGE.encode()))
    assert parse_json(line(id="1", url=URL, html_path=str(packed))) == parse_json(
        line(id="1", url=URL, html_path=str(saved_page))
    )


def test_the_content_type_determines_charset_and_format(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(PAGE.replace("Ilse", "Łucja").encode("iso8859-2", "ignore"))
    (result,) = parse_json(line(id="1", url=URL, html_path=str(path), content_type='text/html; charset="ISO-8859-2"'))
    assert "Łucja Varga" in result["text"]
    (result,) = parse_json(line(id="1", url=URL, html_path=str(path), content_type="application/pdf"))
    assert "not_html" in result["error"]


def test_an_invalid_page_does_not_affect_the_others(tmp_path: Path, saved_page: Path) -> None:
    cut = tmp_path / "cut.html.gz"
    cut.write_bytes(gzip.compress(PAGE.encode())[:-20])
    plain = tmp_path / "plain.html.gz"
    plain.write_bytes(PAGE.encode())
    broken = tmp_path / "broken.html.gz"
    broken.write_bytes(gzip.compress(b"x" * 1_000)[:12] + b"\xff" * 50)
    empty = tmp_path / "empty.html"
    empty.write_bytes(b"")
    good = line(id="good", url=URL, html_path=str(saved_page))
    bad = [
        line(id="gone", url=URL, html_path=str(tmp_path / "gone.html")),
        line(id="folder", url=URL, html_path=str(tmp_path)),
        line(id="nul", url=URL, html_path="a\0b"),
        line(id="cut", url=URL, html_path=str(cut)),
        line(id="plain", url=URL, html_path=str(plain)),
        line(id="broken", url=URL, html_path=str(broken)),
        line(id="empty", url=URL, html_path=str(empty)),
        line(id="url", url="ftp://example.org/", html_path=str(saved_page)),
        line(id="no-path", url=URL),
    ]
    results = list(parse_lines([b for one in bad for b in (one, good)]))
    assert [a.failed for a in results] == [True, False] * len(bad)
    failures = [json.loads(a.line) for a in results[::2]]
    assert [f["id"] for f in failures] == ["gone", "folder", "nul", "cut", "plain", "broken", "empty", "url", "no-path"]
    assert all(f["error"] for f in failures)


def test_an_error_names_the_file_and_the_line(tmp_path: Path) -> None:
    packed = tmp_path / "a.html.gz"
    packed.write_bytes(b"not gzip")
    (error,) = parse_json(b"\n", line(id="1", url=URL, html_path=str(packed)))
    assert error["line"] == 2
    assert error["error"].startswith(f"unreadable: {packed}: ")


# ---------------------------------------------------------------- parse to extract
def test_the_output_of_parse_keeps_url_title_and_date_in_extract(saved_page: Path) -> None:
    (parsed,) = parse_lines([line(id="1", url=URL, html_path=str(saved_page))])
    (result,) = extract_json(parsed.line)
    article = replace(
        parse_article(Page(url=URL, body=PAGE.encode())), site=None
    )  # the one field of an article that has no place in the lines of parse
    assert result["events"] == json.loads(msgspec.json.encode(extract_events(article)))
    assert {event["url"] for event in result["events"]} == {URL}
    assert {event["published_at"] for event in result["events"]} == {"2024-09-17T22:30:00Z"}


def test_the_day_of_a_text_is_that_of_the_zone_in_which_its_date_is_written() -> None:
    text = "Transport Minister Ilse Varga met Governor Tom Arden on Tuesday in Port Calder."
    (result,) = extract_json(line(id="1", text=text, language="en", published_at="2024-09-18T00:30:00+02:00"))
    (meeting,) = [event for event in result["events"] if event["kind"] == "meeting"]
    assert meeting["held_on"] == "2024-09-17"


def test_a_byte_order_mark_is_ignored() -> None:
    assert extract_json(b"\xef\xbb\xbf" + line(id="1", text="a")) == [{"id": "1", "events": []}]
