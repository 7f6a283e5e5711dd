"""Fixtures: an empty archive in each database."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from tests.archive.databases import postgresql_programs, postgresql_server
from worker.archive.database import open_engine, parse_target
from worker.archive.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Address of the session's server."""
    if (programs := postgresql_programs()) is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgresql_server(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def archive_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'archive.sqlite'}"
    url: str = request.getfixturevalue("postgresql_url")
    name = f"test_{uuid.uuid4().hex[:12]}"
    server = create_engine(parse_target(url).url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return f"{url.rpartition('/')[0]}/{name}"


@pytest.fixture
def archive_engine(archive_address: str) -> Iterator[Engine]:
    """Engine of a migrated archive."""
    engine = open_engine(parse_target(archive_address))
    migrate(engine)
    yield engine
    engine.dispose()
