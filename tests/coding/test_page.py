"""docs/codes.md shows the coding table as it is in the data file."""

from tests.coding.page import PAGE, fill_tables, tables


def test_the_page_shows_the_current_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == fill_tables(page), "regenerate it: python -m tests.coding"


def test_the_page_contains_every_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->\n{table}\n<!-- end -->" in page for name, table in tables().items())
