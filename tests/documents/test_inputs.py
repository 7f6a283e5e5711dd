"""Paths to documents: files, folders, archives and JSON lines; what cannot be read does not affect the others."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.documents import archives
from worker.documents.contents import open_file, read_file, read_lines
from worker.documents.input_document import InputDocument
from worker.documents.inputs import count_documents, find_inputs, iterate_documents
from worker.errors import Permanent


def documents(*paths: str | Path, stdin: bytes = b"", texts: bool = True) -> list[InputDocument]:
    found = find_inputs([str(path) for path in paths], texts=texts)
    return list(iterate_documents(found, io.BytesIO(stdin)))


def names(*paths: str | Path, texts: bool = True) -> list[str]:
    return [Path(document.name).name for document in documents(*paths, texts=texts)]


def write(path: Path, body: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


# ---------------------------------------------------------------- folders
def test_a_folder_gives_its_pages_and_texts_by_name(tmp_path: Path) -> None:
    for name in ("b.html", "a.HTM.gz", "sub/c.txt", "sub/page", ".hidden.html", ".git/d.html", "e.css", "f.tar.gz"):
        write(tmp_path / name)
    (tmp_path / "link.html").symlink_to(tmp_path / "b.html")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert names(tmp_path) == ["a.HTM.gz", "b.html", "c.txt", "page"]
    assert names(tmp_path, texts=False) == ["a.HTM.gz", "b.html", "page"]


def test_the_files_that_are_not_read_are_counted(tmp_path: Path) -> None:
    for name in ("a.html", "b.css", "c.css", "d.tar.gz"):
        write(tmp_path / name)
    found = find_inputs([str(tmp_path)], texts=True)
    assert found.ignored == {".css": 2, ".tar.gz": 1}


def test_a_path_that_does_not_exist_does_not_affect_the_others(tmp_path: Path) -> None:
    good = write(tmp_path / "a.html")
    gone, there = documents(tmp_path / "gone.html", good)
    assert gone.failure == ("unreadable", "No such file or directory")
    assert there == InputDocument(name=str(good), path=str(good))


def test_a_name_with_a_nul_is_unreadable() -> None:
    (refused,) = documents("a\0b")
    assert refused.failure
    assert refused.failure[0] == "unreadable"


@pytest.mark.parametrize("name", ["article.weird", "page.php"])
def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert names(write(tmp_path / name)) == [name]


# ---------------------------------------------------------------- JSON lines
LINES = b"".join(json.dumps({"text": f"Line {n}."}).encode() + b"\n" for n in range(3))


@pytest.mark.parametrize(
    "body", [LINES, gzip.compress(LINES, mtime=0), b"\xef\xbb\xbf" + LINES, LINES.replace(b"\n", b"\r\n")]
)
def test_a_file_of_json_lines_gives_a_document_per_line(tmp_path: Path, body: bytes) -> None:
    path = write(tmp_path / "articles.jsonl", body)
    assert [d.name for d in documents(path)] == [f"{path}:{n}" for n in (1, 2, 3)]


def test_json_on_several_lines_is_one_document(tmp_path: Path) -> None:
    path = write(tmp_path / "article.json", b'{\n "text": "Line."\n}\n')
    assert [d.name for d in documents(path)] == [str(path)]


def test_stdin_is_one_document_or_one_per_json_line() -> None:
    assert documents("-", stdin=b"Some text.\nMore.\n") == [InputDocument(name="-", body=b"Some text.\nMore.\n")]
    assert [d.name for d in documents("-", stdin=LINES)] == ["stdin:1", "stdin:2", "stdin:3"]
    assert documents("-", stdin=gzip.compress(b"Some text.")) == [InputDocument(name="-", body=b"Some text.")]
    assert documents("-", stdin=b"") == [InputDocument(name="-", body=b"")]


def test_a_line_that_is_too_long_does_not_affect_the_others() -> None:
    lines = read_lines(io.BytesIO(b"short\n" + b"x" * 50 + b"\n\nlast"), max_bytes=20)
    assert list(lines) == [(1, b"short\n"), (2, None), (4, b"last")]


def test_truncated_gzip_ends_the_lines_with_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl.gz", gzip.compress(LINES * 5_000)[:-50])
    *lines, last = documents(path)
    assert len(lines) > 1_000
    assert last.failure
    assert last.failure[0] == "unreadable"


# ---------------------------------------------------------------- sizes
def test_a_file_that_decompresses_to_too_much_is_refused(tmp_path: Path) -> None:
    bomb = write(tmp_path / "bomb.html.gz", gzip.compress(b"<p>" * 1_000_000))
    assert bomb.stat().st_size < 10_000
    with pytest.raises(Permanent, match="too_large"):
        read_file(bomb, 1_000)
    with open_file(bomb) as file:
        assert file.read(3) == b"<p>"


# ---------------------------------------------------------------- archives
def test_an_archive_gives_its_pages_decompressed(tmp_path: Path) -> None:
    members = {
        "a.html": b"<p>A",
        "sub/b.html.gz": gzip.compress(b"<p>B"),
        "../../etc/c.html": b"<p>C",
        "style.css": b"",
        "__MACOSX/a.html": b"",
        ".hidden.html": b"",
        "note.txt": b"Note",
    }
    path = zipped(tmp_path / "pages.zip", members)
    found = find_inputs([str(path)], texts=True)
    given = {d.name.removeprefix(f"{path}:"): d.body for d in iterate_documents(found, io.BytesIO())}
    assert given == {"a.html": b"<p>A", "sub/b.html.gz": b"<p>B", "../../etc/c.html": b"<p>C", "note.txt": b"Note"}
    assert found.ignored == {".css": 1}
    assert count_documents(found) == 4
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_member_does_not_affect_the_others(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pages.zip", {"a.html": b"<p>first" * 50, "b.html": b"<p>second" * 50})
    body = bytearray(path.read_bytes())
    body[45] ^= 0xFF
    path.write_bytes(bytes(body))
    damaged, good = documents(path)
    assert damaged.failure
    assert good.body == b"<p>second" * 50


@pytest.mark.parametrize("body", [b"", b"not a zip file", b"PK\x03\x04" + b"\0" * 60])
def test_a_damaged_archive_is_one_failure(tmp_path: Path, body: bytes) -> None:
    path = write(tmp_path / "pages.zip", body)
    good = write(tmp_path / "z.html")
    refused, there = documents(path, good)
    assert (refused.name, refused.failure and refused.failure[0]) == (str(path), "unreadable")
    assert there.path == str(good)


def test_an_archive_that_expands_too_far_is_not_read_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MIN_EXPANDED_BYTES", 1_000)
    path = zipped(tmp_path / "bomb.zip", {f"{n}.html": b"<p>" * 200_000 for n in range(20)})
    *read, last = documents(path)
    assert 0 < len(read) < 20
    assert last.failure
    assert last.failure[0] == "too_large"


def test_a_protected_member_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pages.zip", {"a.html": b"<p>A"})
    body = bytearray(path.read_bytes())
    body[body.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(body))
    (refused,) = documents(path)
    assert refused.failure == ("encrypted", "it is protected by a password")


@given(noise=st.binary(max_size=200), at=st.integers(0, 200))
def test_an_archive_with_noise_in_it_never_raises(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    path = zipped(tmp_path_factory.mktemp("noise") / "pages.zip", {"a.html": b"<p>A" * 20, "b.html": b"<p>B"})
    body = path.read_bytes()
    path.write_bytes(body[:at] + noise + body[at + len(noise) :])
    assert all(d.body is not None or d.failure for d in documents(path))
