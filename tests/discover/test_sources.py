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
        (
            "[[source]]\nname = 'a'\nurl = 'https://a.example/'\nurls = 'x'\n",
            "sources.toml:4: unknown field `urls`: did you mean url?",
        ),
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


@pytest.mark.parametrize(
    ("revisit", "why"),
    [
        ("['1x']", "revisit of source 'a': '1x' is no age"),
        ("['']", "'' is no age"),
        ("['30s']", "'30s' is not between 1m and 30d"),
        ("['0.5m']", "'0.5m' is not between 1m and 30d"),
        ("['31d']", "'31d' is not between 1m and 30d"),
        ("['1h', '2h', '3h', '4h', '5h', '6h', '7h', '8h', '9h', '10h', '11h']", "11 visits are more than 10"),
        ("'1h'", "at `$.source[0].revisit`"),
        ("[3600]", "at `$.source[0].revisit[0]`"),
    ],
)
def test_a_schedule_that_is_none_is_an_error(tmp_path: Path, revisit: str, why: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(f"[[source]]\nname = 'a'\nurl = 'https://a.example/'\nrevisit = {revisit}\n", encoding="utf-8")
    with pytest.raises(UsageError) as e:
        load_sources(path)
    assert why in str(e.value)


def test_a_schedule_is_read_as_ages_in_order(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    schedule = "['24h', '90m', '1.5h', '2d']"
    path.write_text(f"[[source]]\nname = 'a'\nurl = 'https://a.example/'\nrevisit = {schedule}\n", encoding="utf-8")
    [source] = load_sources(path)
    assert source.revisit_s == (5400.0, 86_400.0, 172_800.0)
