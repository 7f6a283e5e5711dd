"""docs/codes.md shows the table that events are coded by."""

from tests.codes.page import PAGE, filled, tables


def test_the_page_shows_the_table_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == filled(page), "write it anew: python -m tests.codes"


def test_the_page_has_a_place_for_every_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->\n{table}\n<!-- end -->" in page for name, table in tables().items())
