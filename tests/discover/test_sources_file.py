"""Adding a source to the sources file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.discover import Source, load_sources
from worker.discover.sources_file import add_to_file, free_name
from worker.errors import UsageError

COURIER = '# mine\n\n[[source]]   # the best\nname = "Courier"\nurl = "https://a.example/feed"\n'


@pytest.mark.parametrize("before", [COURIER, COURIER.rstrip(), "", "# nothing yet\n", COURIER.replace("\n", "\r\n")])
def test_a_source_is_appended_and_everything_else_stays(tmp_path: Path, before: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_bytes(before.encode())
    path.chmod(0o640)
    added = Source(name="Tarn", url="https://b.example/", since="7d")
    add_to_file(path, added)
    assert path.read_bytes().startswith(before.encode())
    assert load_sources(path)[-1] == added
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_does_not_exist_is_created(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    add_to_file(path, Source(name="Tarn", url="https://b.example/"))
    assert [source.name for source in load_sources(path)] == ["Tarn"]
    with pytest.raises(UsageError, match="No such file"):
        add_to_file(tmp_path / "none" / "new.toml", Source(name="Tarn", url="https://b.example/"))


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text(COURIER)
    (tmp_path / "link.toml").symlink_to("real.toml")
    add_to_file(tmp_path / "link.toml", Source(name="Tarn", url="https://b.example/"))
    assert (tmp_path / "link.toml").is_symlink()
    assert len(load_sources(tmp_path / "real.toml")) == 2


@pytest.mark.parametrize(
    ("before", "source", "why"),
    [
        (COURIER, Source(name="Tarn", url="https://A.example:443/feed#x"), "already, as 'Courier'"),
        (COURIER, Source(name="Courier", url="https://b.example/"), "named 'Courier' already"),
        (COURIER, Source(name="x" * 101, url="https://b.example/"), "length <= 100"),
        (COURIER, Source(name="Tarn", url="b.example"), "no http"),
        ("[[source]\n", Source(name="Tarn", url="https://b.example/"), "line 1"),
        ("source = [{name = 'a', url = 'https://a.example/'}]\n", Source(name="Tarn", url="https://b.example/"), ""),
    ],
)
def test_an_error_leaves_the_file_as_it_is(tmp_path: Path, before: str, source: Source, why: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(before)
    with pytest.raises(UsageError) as e:
        add_to_file(path, source)
    assert why in str(e.value)
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    assert free_name(path, "Courier") == "Courier"
    path.write_text(COURIER)
    assert free_name(path, "Courier") == "Courier 2"
    assert len(free_name(path, "x" * 200)) == 100


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=100))
def test_any_name_is_written_so_that_it_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "any.toml"
    path.write_text(COURIER.replace('"Courier"', '"\\u0000"'))
    if name != "\0":
        add_to_file(path, Source(name=name, url="https://b.example/"))
        assert load_sources(path)[-1].name == name
