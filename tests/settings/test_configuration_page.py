"""docs/configuration.md is generated from `Settings`, and no page names a setting that does not exist."""

import re
from pathlib import Path

from tools.configuration_page import page
from worker.settings import Settings, variables

DOCS = Path(__file__).parents[2] / "docs"
KNOWN = variables(Settings)
OF_THE_TESTS = {"COMMUNIQUE_TEST_SERVER", "COMMUNIQUE_TEST_REDIS_URL"}
"""Variables that tests/conftest.py removes from the environment before the program reads it."""


def test_the_page_is_up_to_date() -> None:
    kept = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert kept == page(), "Run `make reference`; the meanings are in worker/settings."


def test_every_setting_has_one_row_in_the_order_of_the_fields() -> None:
    rows = re.findall(r"(?m)^\| `(COMMUNIQUE_[A-Z_]+)` \|", page())
    assert rows == [variable.name for variable in KNOWN]


def test_every_row_has_as_many_cells_as_its_table() -> None:
    rows = [line for line in page().splitlines() if line.startswith("|")]
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_every_setting_has_a_meaning_in_whole_sentences_and_valid_values() -> None:
    for variable in KNOWN:
        assert variable.meaning.endswith("."), variable.name
        assert variable.takes not in {"", "text"}, variable.name
        assert variable.title, variable.name


def test_the_documented_defaults_are_the_defaults() -> None:
    documented = {variable.name: variable.default for variable in KNOWN if variable.default is not None}
    assert Settings.from_env(documented) == Settings()
    assert all(variable.value(Settings()) is None for variable in KNOWN if variable.default is None)


def test_no_other_page_names_a_setting_that_does_not_exist() -> None:
    known = {variable.name for variable in KNOWN} | OF_THE_TESTS
    for path in [*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md", DOCS.parent / "CHANGELOG.md"]:
        named = set(re.findall(r"COMMUNIQUE_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
        assert named <= known, path.name
