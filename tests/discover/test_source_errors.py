"""Messages about an invalid sources file: file, line, and the nearest name."""

from pathlib import Path

import pytest

from worker.discover import load_sources
from worker.errors import UsageError

COURIER = '[[source]]\nname = "Courier"\nurl = "https://courier.example/feed"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COURIER.replace("source", "sources"), ":1: unknown field `sources`: did you mean [[source]]?"),
        (f"# feeds\n\n{COURIER}\n[[feed]]\n", ":7: unknown field `feed`: each source begins with [[source]]"),
        (f"{COURIER}\n{COURIER}ulr = 1\n", ":8: unknown field `ulr`: did you mean url?"),
        (f"{COURIER}colour = 1\n", ":4: unknown field `colour`"),
        (f'{COURIER}\n[[ source ]]\nname = "B"\nurl = 1\n', ":5: Expected `str`, got `int` - at `$.source[1].url`"),
        ("source = 1", ": Expected `array`, got `int` - at `$.source`"),
        ("[[source]\n", ": Expected ']]' at the end of an array declaration (at line 1, column 9)"),
    ],
)
def test_the_message_names_file_line_and_fault(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_sources(path)
    assert str(error.value) == f"sources file {path}{message}"


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text("\ufeff" + COURIER, encoding="utf-8")
    assert [source.name for source in load_sources(path)] == ["Courier"]
