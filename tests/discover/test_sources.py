"""The sources file; an error names the position of the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.discover import load_sources
from worker.errors import UsageError

SHIPPED = Path(__file__).parent.parent.parent / "deploy" / "sources.toml"


def test_the_shipped_sources_file_is_valid() -> None:
    sources = load_sources(SHIPPED)
    assert len(sources) >= 5
    assert all(source.url.startswith("https://") for source in sources)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no source"),
        ("# only a comment\n", "names no source"),
        ("[[source]]\nname = 'a'\n", "missing required field `url` - at `$.source[0]`"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\nurls = 'x'\n", "unknown field `urls` - at `$.source[0]`"),
        ("[[sources]]\nname = 'a'\n", "unknown field `sources`"),
        ("[[source]]\nname = 'a'\nurl = 7\n", "Expected `str`, got `int` - at `$.source[0].url`"),
        ("[[source]]\nname = ''\nurl = 'https://a.example/'\n", "at `$.source[0].name`"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\ninterval_s = 0\n", "at `$.source[0].interval_s`"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\nlanguage = 'English'\n", "at `$.source[0].language`"),
        ("[[source]]\nname = 'a'\nurl = 'a.example/feed'\n", "url of source 'a': 'a.example/feed': no http"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\n" * 2, "'a' occurs 2 times"),
        ("[[source]\n", "line 1"),
        ("\x00", "sources file"),
    ],
)
def test_the_error_of_an_invalid_sources_file_names_the_position(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as e:
        load_sources(path)
    assert str(path) in str(e.value)
    assert why in str(e.value)


def test_an_unreadable_sources_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_sources(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="directory"):
        load_sources(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"[[source]]\nname = '\xfc'\n")
    with pytest.raises(UsageError, match="utf-8"):
        load_sources(tmp_path / "latin.toml")
