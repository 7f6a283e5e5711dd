"""docs/configuration.md names every setting once, with the default that the program has."""

import re
from pathlib import Path

import msgspec
import pytest

from worker.settings import PREFIX, Settings

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"
ROW = re.compile(r"^\| `(COMMUNIQUE_[A-Z_]+)` \| (?:`([^`]*)`|unset) \| (.+) \|$", re.MULTILINE)
ROWS = [(name, default or None, meaning) for name, default, meaning in ROW.findall(PAGE.read_text(encoding="utf-8"))]


def test_every_setting_is_documented_once_and_in_the_program_s_order() -> None:
    assert [name for name, _, _ in ROWS] == [PREFIX + field.upper() for field in Settings.__struct_fields__]


@pytest.mark.parametrize(("name", "default", "meaning"), ROWS, ids=[name for name, _, _ in ROWS])
def test_the_documented_default_is_the_program_s(name: str, default: str | None, meaning: str) -> None:
    field = name.removeprefix(PREFIX).lower()
    documented = Settings.from_env({} if default is None else {name: default})
    assert getattr(documented, field) == getattr(Settings(), field)
    assert (default is None) == (getattr(Settings(), field) is None)
    assert meaning.endswith(".")


def test_no_other_page_names_a_setting_that_does_not_exist() -> None:
    root = PAGE.parent.parent
    known = {PREFIX + field.upper() for field in msgspec.structs.asdict(Settings())}
    for page in [*sorted(PAGE.parent.glob("*.md")), root / "README.md", root / "CHANGELOG.md"]:
        named = set(re.findall(r"COMMUNIQUE_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
        assert named <= known, page.name
