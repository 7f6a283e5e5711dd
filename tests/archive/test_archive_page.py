"""The statements of docs/archive.md run, and find the events they ask for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.archive.test_writer import HARBOUR, MEETING, STATEMENT, entry, write
from tests.subscribe.published import make_event, person
from worker.archive.sql_schema import METADATA

if TYPE_CHECKING:
    from sqlalchemy import Engine

PAGE = (Path(__file__).parents[2] / "docs" / "archive.md").read_text(encoding="utf-8")
SQL = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
POSTGRESQL = re.findall(r"```postgresql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def filled(archive_engine: Engine) -> Engine:
    accusation = make_event(
        "statement", "b" * 32, act="accuse", speaker=person("Liis Tamm", "EE"), target=person("Aino Ranta", "FI"),
        published_at=HARBOUR.published_at, title="Harbour shut in winter",
    )  # fmt: skip
    write(
        archive_engine,
        article=[entry(HARBOUR)],
        statement=[entry(STATEMENT), entry(accusation)],
        meeting=[entry(MEETING)],
    )
    return archive_engine


@pytest.mark.parametrize("number", range(len(SQL + POSTGRESQL)))
def test_each_statement_finds_something(filled: Engine, number: int) -> None:
    statement = (SQL + POSTGRESQL)[number]
    if (statement in POSTGRESQL) != (filled.dialect.name == "postgresql") and "search" in statement:
        pytest.skip("for the other database")
    with filled.connect() as connection:
        assert connection.execute(text(statement)).all(), statement


def test_the_page_lists_every_column_of_every_table() -> None:
    for table in METADATA.sorted_tables:
        (row,) = re.findall(rf"^\| `{table.name}` \| (.*) \|$", PAGE, re.MULTILINE)
        described = re.sub(r"\(.*?\)", "", row)
        assert set(re.findall(r"`(\w+)`", described)) == {column.name for column in table.columns}, table.name
