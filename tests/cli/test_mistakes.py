"""Mistakes at the command line: each gives one message that names the fault and what to do."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from worker.cli import main
from worker.settings import Settings
from worker.telemetry import logs

EVENT = {"kind": "meeting", "sentence": {"start": 0, "end": 1, "text": "x"}}
FRONT_PAGE = "<html lang=en><title>Courier</title><main>" + "".join(
    f"<article><h3><a href=/news/{n}>Council number {n} decides about the ferries, the pier and the hall</a></h3>"
    f"<p>Port Calder's council number {n} has decided about the ferries on Monday.</p></article>"
    for n in range(30)
)
GERMAN = "Der Hafen war am Montag ruhig. " * 10
FILES = {
    "a.txt": b"The harbour was quiet.",
    "empty.txt": b"\n",
    "german.txt": GERMAN.encode(),
    "latin1.txt": "The café was closed.".encode("latin-1"),
    "photo.png": b"\x89PNG\r\n\x1a\n\0\0",
    "report.pdf": b"%PDF-1.7\n",
    "news.xml": b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>',
    "front.html": FRONT_PAGE.encode(),
    "events.jsonl": json.dumps(EVENT).encode() + b"\n" + json.dumps(EVENT).encode() + b"\n",
    "array.json": b'[{"text": "a"}]',
    "documents.jsonl": b'{"id": "1", "text": "a"}\n{"id": "2"}\n',
    "bad_date.json": b'{"text": "a", "published_at": "17.9.2024"}',
    "pages.tar": b"x" * 257 + b"ustar\x0000" + b"\0" * 200,
    "damaged.zip": b"PK\x03\x04 cut",
    "urls.list": b"https://a.example/1\nftp://a.example/2\n",
    "comments.list": b"# nothing yet\n",
    "sources.toml": b'[[sources]]\nname = "Courier"\nurl = "https://a.example/feed"\n',
    "field.toml": b'\n[[source]]\nname = "Courier"\nurl = "https://a.example/feed"\nintervall_s = 60\n',
    "value.toml": b'[[source]]\nname = "Courier"\nurl = "https://a.example/feed"\ninterval_s = "often"\n',
    "syntax.toml": b'[[source]]\nname = "Courier\n',
}


class Mistake(NamedTuple):
    """A command line, and what it gives."""

    command: str
    status: int
    message: str
    """Part of what is printed on stderr."""
    environ: dict[str, str] = {}  # noqa: RUF012 - never changed


CONTACT = {"COMMUNIQUE_CONTACT_URL": "https://example.org/bot"}
MISTAKES = (
    # words and options
    Mistake("extrct a.txt", 2, "invalid choice: 'extrct'"),
    Mistake("extrct a.txt", 2, ": did you mean extract?"),
    Mistake("extract --formt csv a.txt", 2, "unrecognized arguments: --formt: did you mean --format?"),
    Mistake("extract --format cvs a.txt", 2, ": did you mean csv?"),
    Mistake("subscribe meetings", 2, "'meetings' is none of statement, meeting, decision: did you mean meeting?"),
    Mistake("subscribe --act acuse", 2, ": did you mean accuse?"),
    Mistake(
        "subscribe --country Finland", 2, "'Finland' is not an ISO 3166-1 code of two letters, such as FI: did you"
    ),
    Mistake("subscribe --country UK", 2, ": did you mean GB?"),
    Mistake("subscribe --language English", 2, "'English' is not a language tag of BCP 47, such as en or en-GB"),
    Mistake("subscribe --min-confidence 80%", 2, "'80%' is not a number, such as 0.5"),
    Mistake("subscribe --min-confidence 80", 2, "must be from 0 to 1, such as 0.8, not 80"),
    Mistake("subscribe --count ten", 2, "'ten' is not a whole number, such as 10"),
    Mistake("subscribe meeting --act promise", 2, "no kind of event can pass kind and act together"),
    Mistake("top --every fast", 2, "'fast' is not a number, such as 0.5"),
    Mistake("gateway --port http", 2, "'http' is not a whole number, such as 10"),
    Mistake("export --plover --after 17.9.2024", 2, "'17.9.2024' is not a date such as 2024-09-17"),
    Mistake("extract --published-at yesterday a.txt", 2, "such as 2024-09-17 or 2024-09-17T18:05:00+02:00"),
    # settings
    Mistake("status", 2, "unknown setting COMMUNIQUE_REDIS_ULR: did you mean", {"COMMUNIQUE_REDIS_ULR": "x"}),
    Mistake("status", 2, "setting COMMUNIQUE_LEASE_S has value 'soon': it takes", {"COMMUNIQUE_LEASE_S": "soon"}),
    Mistake("status", 2, "which Redis? set COMMUNIQUE_REDIS_URL", {"COMMUNIQUE_REDIS_URL": ""}),
    Mistake("consume", 2, "set COMMUNIQUE_CONTACT_URL to a page that says who you are"),
    # URLs
    Mistake("put", 2, "the following arguments are required: URL"),
    Mistake("put www.a.example/1", 1, "refused 'www.a.example/1': no http:// or https://"),
    Mistake("put gone.txt", 2, "'gone.txt' is neither a URL (no http:// or https://) nor a file that exists"),
    Mistake("put urls.list", 1, "urls.list:2: refused 'ftp://a.example/2': scheme 'ftp' is not http or https"),
    Mistake("put https://a.example/feed.xml", 0, "it seems to be a feed, not an article: "),
    Mistake("put https://a.example/", 0, "it is the front page of a site, not an article: "),
    Mistake("run comments.list", 0, "the list has no URLs"),
    Mistake("why a.example", 2, "no http:// or https://"),
    Mistake("dead --requeue http_53", 1, "no dead letter has the reason 'http_53': there are none"),
    # sources
    Mistake("discover --sources gone.toml", 2, "sources file gone.toml: No such file or directory", CONTACT),
    Mistake("discover --sources sources.toml", 2, "sources.toml:1: unknown field `sources`: did you mean [[source]]?"),
    Mistake("run --sources field.toml", 2, "field.toml:5: unknown field `intervall_s`: did you mean interval_s?"),
    Mistake("run --sources value.toml", 2, "sources file value.toml:1: Expected `float | null`, got `str`"),
    Mistake("run --sources syntax.toml", 2, "sources file syntax.toml: Illegal character '\\n' (at line 2, column 16)"),
    # documents
    Mistake("extract gone.html", 1, "gone.html: No such file or directory"),
    Mistake("extract empty.txt", 1, "empty.txt: nothing but white space"),
    Mistake("extract latin1.txt", 1, "latin1.txt: not UTF-8 text: byte 0xe9 at offset 7"),
    Mistake("extract photo.png", 1, "photo.png: a picture"),
    Mistake("extract report.pdf", 1, "report.pdf: a PDF document: convert it to text first (pdftotext)"),
    Mistake("extract pages.tar", 1, "pages.tar: a tar archive: unpack it, and name the folder"),
    Mistake("extract damaged.zip", 1, "1 unreadable: damaged.zip (File is not a zip file)"),
    Mistake("extract german.txt", 0, "german.txt: unsupported language: only English is supported"),
    Mistake("extract a.txt", 0, "a.txt: no events found"),
    Mistake("extract news.xml", 1, "news.xml: an RSS feed, not an article (poll it: "),
    Mistake("extract front.html", 1, "name its articles one by one, or poll the site's feed"),
    Mistake("extract events.jsonl", 1, "2 not an article: events.jsonl:1 (an event, not an article)"),
    Mistake("extract array.json", 1, "array.json: not_an_article: a JSON array: write one object per line"),
    Mistake("extract bad_date.json", 1, "published_at '17.9.2024' is neither a date nor a time of RFC 3339, such as"),
    Mistake("extract --jsonl documents.jsonl", 1, "documents.jsonl: 1 of 2 lines failed"),
    Mistake("extract --url https://a.example/ a.txt german.txt", 2, "--url is the address of one document"),
    Mistake("extract --explain a.txt german.txt", 2, "--explain is for one document"),
    Mistake("parse a.txt", 1, "a.txt: not_an_article: "),
    Mistake("export --plover a.txt", 1, "a.txt:1: JSON is malformed"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the files that the commands name."""
    for name, body in FILES.items():
        (tmp_path / name).write_bytes(body)
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        archive.writestr("a.html", "<p>A")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda it: f"{it.command} {it.message}"[:90])
@pytest.mark.usefixtures("folder")
def test_a_mistake_gives_its_status_and_its_message(
    mistake: Mistake, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "configure", lambda _: None)  # the logs of the tests themselves stay as they are
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    for name, value in (given | mistake.environ).items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    try:
        status = main(mistake.command.split())
    except SystemExit as end:
        status = int(end.code or 0)
    printed = capsys.readouterr().err
    assert mistake.message in printed
    assert status == mistake.status
    assert "Traceback" not in printed
