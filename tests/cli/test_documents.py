"""`extract` and `parse` over files, folders and archives: one result a line, and a summary of what gave nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.test_commands import communique
from tests.environment import clean_environ

STATEMENT = "“We shall wait for the {n} ferry,” Prime Minister Ana Belm said on Monday."
FILLER = "Shops on the islands had been without fresh bread for a week, and two of the schools stayed closed on Friday."


def page(n: str, *, language: str = "en", title: str = "Ferries", text: str = STATEMENT) -> str:
    return (
        f'<html lang="{language}"><head><title>{title}</title><link rel="canonical" href="https://a.example/{n}">'
        '<meta property="article:published_time" content="2024-09-18T00:30:00+02:00"></head><body><article>'
        f"<h1>{title}</h1><p>{text.format(n=n)}</p><p>{FILLER}</p></article></body></html>"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two articles, one of them in an archive, and files that give nothing."""
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "a.html").write_text(page("first"), encoding="utf-8")
    with zipfile.ZipFile(saved / "b.zip", "w") as archive:
        archive.writestr("in/b.html", page("second"))
    german = "Die Fähren fahren nach Angaben des Ministers wieder, wie er am Montag in der Hauptstadt sagte. " * 3
    (saved / "c.html").write_text(page("c", language="de", text=german), encoding="utf-8")
    (saved / "d.html").write_text("<html><title>Menu</title><p>Home</p></html>", encoding="utf-8")
    (saved / "e.txt").write_text("The harbour was quiet.", encoding="utf-8")
    (saved / "f.css").write_text("p {}", encoding="utf-8")
    return saved


def test_a_folder_gives_one_event_a_line_and_a_summary(folder: Path) -> None:
    ended = communique("extract", str(folder))
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(e["url"], e["published_at"], e["file"]) for e in events] == [
        ("https://a.example/first", "2024-09-17T22:30:00Z", f"{folder}/a.html"),
        ("https://a.example/second", "2024-09-17T22:30:00Z", f"{folder}/b.zip:in/b.html"),
    ]
    first, *others = ended.stderr.splitlines()
    assert first.startswith("communique: 5 documents in ")
    assert first.endswith(": 2 gave 2 events")
    language, no_article, other, without = sorted(others)
    assert language == "communique:   1 in an unsupported language (de 1): c.html"
    assert no_article.startswith("communique:   1 not an article: d.html (")
    assert other == "communique:   1 other file not read: .css 1"
    assert without == "communique:   1 without events: e.txt"
    assert ended.returncode == 1  # d.html is no article


def test_verbose_names_every_document_that_gives_nothing(tmp_path: Path) -> None:
    for n in range(9):
        (tmp_path / f"{n}.txt").write_text("The harbour was quiet.", encoding="utf-8")
    short, long = communique("extract", str(tmp_path)), communique("extract", "--verbose", str(tmp_path))
    assert "9 without events: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 4 more" in short.stderr
    assert all(f"    {tmp_path}/{n}.txt\n" in long.stderr for n in range(9))
    assert (short.returncode, long.returncode) == (0, 0)


def test_csv_is_safe_for_spreadsheets(tmp_path: Path) -> None:
    statement = "“=HYPERLINK(1) is what we want,” Prime Minister Ana Belm said on Monday."
    path = tmp_path / "=a.txt"
    path.write_text(statement, encoding="utf-8")
    (tmp_path / "b.txt").write_text(STATEMENT.format(n="next"), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "worker", "extract", "--format", "csv", "=a.txt", "b.txt"],
        cwd=tmp_path,
        env=clean_environ() | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    rows = list(csv.DictReader(io.StringIO(ended.stdout)))
    assert [row["file"] for row in rows] == ["'=a.txt", "b.txt"]
    assert {row["parties"] for row in rows} == {"Ana Belm"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_a_table_has_a_line_per_event_within_its_width(folder: Path) -> None:
    ended = communique("extract", "--format", "table", str(folder / "a.html"))
    header, row = ended.stdout.splitlines()
    assert header.split() == ["file", "published", "kind", "who", "what", "subject"]
    assert row.split()[:5] == ["a.html", "2024-09-17", "statement", "Ana", "Belm"]
    assert len(row) <= 160


def test_control_characters_of_a_name_are_not_printed(tmp_path: Path) -> None:
    (tmp_path / "\x1b[31mred.html").write_text("<p>", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("\x1b]0;owned\x07.html", page("x"))
    for form in ("table", "csv", "jsonl"):
        ended = communique("extract", "--format", form, str(tmp_path))
        assert "\x1b" not in ended.stderr
        assert "\x1b" not in ended.stdout


def test_a_pipe_of_parse_and_extract_is_extract(folder: Path) -> None:
    parsed = communique("parse", str(folder))
    assert [json.loads(line)["title"] for line in parsed.stdout.splitlines()] == ["Ferries"] * 3
    assert parsed.stderr.splitlines()[0].endswith("3 gave 3 articles")
    piped, direct = communique("extract", stdin=parsed.stdout), communique("extract", str(folder))
    assert piped.stdout == direct.stdout
    assert piped.returncode == 0


def test_the_json_of_one_page_is_recognised(folder: Path) -> None:
    parsed = communique("parse", str(folder / "a.html"))
    piped = communique("extract", stdin=parsed.stdout)
    assert (piped.stdout, piped.stderr) == (communique("extract", str(folder / "a.html")).stdout, "")


def test_the_output_of_parse_jsonl_is_recognised_by_extract_without_jsonl(folder: Path) -> None:
    lines = json.dumps({"id": "1", "url": "https://a.example/first", "html_path": str(folder / "a.html")})
    parsed = communique("parse", "--jsonl", stdin=lines)
    (event,) = map(json.loads, communique("extract", stdin=parsed.stdout).stdout.splitlines())
    assert (event["url"], event["published_at"]) == ("https://a.example/first", "2024-09-17T22:30:00Z")


def test_articles_as_csv_and_as_a_table(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(communique("parse", "--format", "csv", str(folder)).stdout)))
    assert [(row["url"], row["published_at"]) for row in rows][:2] == [
        ("https://a.example/first", "2024-09-18T00:30:00+02:00"),
        ("https://a.example/second", "2024-09-18T00:30:00+02:00"),
    ]
    assert STATEMENT.format(n="first") in rows[0]["text"]
    header, first, *_ = communique("parse", "--format", "table", str(folder)).stdout.splitlines()
    assert header.split() == ["file", "published", "lang", "words", "title", "url"]
    assert first.split()[:4] == ["a.html", "2024-09-18", "en", "35"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["extract", "--url", "https://a.example/", "{}"],
            "--url is the address of one document, and there are several",
        ),
        (["extract", "--explain", "{}"], "--explain is for one document"),
    ],
)
def test_an_option_for_one_document_is_refused_for_several(arguments: list[str], message: str, folder: Path) -> None:
    ended = communique(*(argument.format(folder) for argument in arguments))
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"communique: {message}\n")


def test_an_empty_folder_fails_without_a_result(tmp_path: Path) -> None:
    ended = communique("extract", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "0 documents" in ended.stderr


def test_a_missing_file_does_not_affect_the_others(folder: Path) -> None:
    ended = communique("extract", str(folder / "gone.html"), str(folder / "a.html"))
    assert (ended.returncode, len(ended.stdout.splitlines())) == (1, 1)
    assert "1 unreadable: gone.html (No such file or directory)" in ended.stderr


def test_the_order_is_that_of_the_documents_and_the_bytes_are_the_same(tmp_path: Path) -> None:
    for n in range(40):
        (tmp_path / f"{n:02}.txt").write_text(STATEMENT.format(n=f"{n}th") * (1 + n % 7), encoding="utf-8")
    first, second = communique("extract", str(tmp_path)), communique("extract", str(tmp_path))
    assert first.stdout == second.stdout
    files = [json.loads(line)["file"] for line in first.stdout.splitlines()]
    assert files == sorted(files)
    assert len(set(files)) == 40


def test_a_progress_bar_is_shown_on_a_terminal_only(folder: Path) -> None:
    main, side = pty.openpty()
    ended = subprocess.run(
        [sys.executable, "-m", "worker", "extract", str(folder)],
        env=clean_environ() | {"TERM": "xterm", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=side,
        check=False,
        timeout=120,
    )
    os.close(side)
    shown = b""
    with suppress(OSError):
        while part := os.read(main, 65_536):
            shown += part
    os.close(main)
    assert b"5/5" in shown
    assert b"2 gave 2 events" in shown
    assert len(ended.stdout.splitlines()) == 2
