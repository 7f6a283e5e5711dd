from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.cli import batch
from worker.cli.batch import extract_lines, parse_instant, parse_lines
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, article_id

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


def extracted(*lines: bytes) -> list[Any]:
    return [json.loads(answer.line) for answer in extract_lines(lines)]


def parsed(*lines: bytes) -> list[Any]:
    return [json.loads(answer.line) for answer in parse_lines(lines)]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "a.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


# ---------------------------------------------------------------- extract
def test_each_document_is_answered_with_what_extract_finds() -> None:
    (answer,) = extracted(line(id="1", text=TEXT, url=URL, language="en", published_at="2024-09-17"))
    article = Article(
        id=article_id(URL), url=URL, text=TEXT, language="en", published_at=datetime(2024, 9, 17, tzinfo=UTC)
    )
    assert answer == {"id": "1", "events": json.loads(msgspec.json.encode(extract_events(article)))}
    assert answer["events"]


def test_the_text_is_used_exactly_as_given() -> None:
    text = "\u200b  \r\n" + TEXT.replace(" ", "\u00a0 ", 3) + "\n "
    (answer,) = extracted(line(id="1", text=text, language="en"))
    for event in answer["events"]:
        span = event["sentence"]
        assert text[span["start"] : span["end"]] == span["text"]


def test_a_language_without_a_lexicon_has_no_events_and_no_error() -> None:
    (answer,) = extract_lines([line(id="1", text=TEXT, language="xx")])
    assert (json.loads(answer.line), answer.failed) == ({"id": "1", "events": []}, False)


def test_one_bad_line_spoils_no_other() -> None:
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
    answers = list(extract_lines(lines))
    assert [json.loads(a.line)["id"] for a in answers[::2]] == ["good"] * (len(bad) + 1)
    assert [a.failed for a in answers] == [False, *[True, False] * len(bad)]
    failures = [json.loads(a.line) for a in answers[1::2]]
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
def test_the_error_names_what_is_wrong(bad: bytes, named: str) -> None:
    (answer,) = extracted(bad)
    assert named in answer["error"]


def test_blank_lines_are_no_documents() -> None:
    assert extracted(b"\n", b"  \r\n", line(id="1", text="a"))[0]["id"] == "1"


def test_answers_come_as_soon_as_their_question() -> None:
    asked: list[int] = []

    def questions() -> Iterator[bytes]:
        for i in range(3):
            asked.append(i)
            yield line(id=str(i), text="The talks go on.")

    answers = extract_lines(questions())
    next(answers)
    assert asked == [0]


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
def test_an_instant_may_be_a_date_or_lack_its_zone(written: str, expected: datetime) -> None:
    assert parse_instant(written) == expected


@pytest.mark.parametrize("written", ["", "soon", "2024-13-01", "17.09.2024", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_instant(written)


@given(st.binary(max_size=80) | st.text(alphabet='{}[]":,idtexurl \\u0d8', max_size=80).map(str.encode))
def test_any_line_has_one_answer(noise: bytes) -> None:
    noise = noise.replace(b"\n", b" ")
    answers = list(extract_lines([noise]))
    assert len(answers) == bool(noise.strip())
    assert all(b"\n" not in a.line and json.loads(a.line) for a in answers)


# ---------------------------------------------------------------- parse
def test_each_page_is_answered_with_its_article(saved: Path) -> None:
    assert parsed(line(id="1", url=URL, html_path=str(saved))) == [
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


def test_a_page_may_be_gzipped(tmp_path: Path, saved: Path) -> None:
    packed = tmp_path / "a.html.gz"
    packed.write_bytes(gzip.compress(PAGE.encode()))
    assert parsed(line(id="1", url=URL, html_path=str(packed))) == parsed(line(id="1", url=URL, html_path=str(saved)))


def test_the_content_type_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(PAGE.replace("Ilse", "Łucja").encode("iso8859-2", "ignore"))
    (answer,) = parsed(line(id="1", url=URL, html_path=str(path), content_type='text/html; charset="ISO-8859-2"'))
    assert "Łucja Varga" in answer["text"]
    (answer,) = parsed(line(id="1", url=URL, html_path=str(path), content_type="application/pdf"))
    assert "not_html" in answer["error"]


def test_a_bad_page_spoils_no_other(tmp_path: Path, saved: Path) -> None:
    cut = tmp_path / "cut.html.gz"
    cut.write_bytes(gzip.compress(PAGE.encode())[:-20])
    plain = tmp_path / "plain.html.gz"
    plain.write_bytes(PAGE.encode())
    broken = tmp_path / "broken.html.gz"
    broken.write_bytes(gzip.compress(b"x" * 1_000)[:12] + b"\xff" * 50)
    empty = tmp_path / "empty.html"
    empty.write_bytes(b"")
    good = line(id="good", url=URL, html_path=str(saved))
    bad = [
        line(id="gone", url=URL, html_path=str(tmp_path / "gone.html")),
        line(id="folder", url=URL, html_path=str(tmp_path)),
        line(id="nul", url=URL, html_path="a\0b"),
        line(id="cut", url=URL, html_path=str(cut)),
        line(id="plain", url=URL, html_path=str(plain)),
        line(id="broken", url=URL, html_path=str(broken)),
        line(id="empty", url=URL, html_path=str(empty)),
        line(id="url", url="ftp://example.org/", html_path=str(saved)),
        line(id="no-path", url=URL),
    ]
    answers = list(parse_lines([b for one in bad for b in (one, good)]))
    assert [a.failed for a in answers] == [True, False] * len(bad)
    failures = [json.loads(a.line) for a in answers[::2]]
    assert [f["id"] for f in failures] == ["gone", "folder", "nul", "cut", "plain", "broken", "empty", "url", "no-path"]
    assert all(f["error"] for f in failures)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MAX_PAGE_BYTES", 1_000)
    bomb = tmp_path / "bomb.html.gz"
    bomb.write_bytes(gzip.compress(b"<p>" * 1_000_000))
    (answer,) = parsed(line(id="1", url=URL, html_path=str(bomb)))
    assert "too_large" in answer["error"]
    assert sys.getsizeof(bomb.read_bytes()) < 10_000
