"""Fixtures: a real Redis server for all tests, from COMMUNIQUE_TEST_REDIS_URL if set, else a private one.

COMMUNIQUE_TEST_SERVER names the server binary to run instead of the one found on the PATH.  Tests share the server,
each with its own key prefix; a test that flushes, kills or reconfigures the server uses `private_redis_url`.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import structlog
from xdist.scheduler import LoadFileScheduling

from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redis.asyncio import Redis

# No deadline per example: on a busy machine a single example may take longer than hypothesis' default of 200 ms.
hypothesis.settings.register_profile("communique", deadline=None)
hypothesis.settings.load_profile("communique")

TESTS = Path(__file__).parent
SLOW = (
    "frontier",  # worker processes and many hosts
    "gateway/page",  # a browser
    "gateway/spec/test_conformance.py",  # Schemathesis on every operation
    "operating",  # each alert is fired by its fault; Prometheus
    "queue/test_host_mutants.py",
    "queue/test_queue_model.py",
    "queue/test_queue_mutants.py",
)
"""Folders and files marked `slow`: `make test` leaves them out, `make test-all` runs them."""


def pytest_sessionstart() -> None:
    """Refuse to run when `SLOW` names a path that has moved: its tests would silently become fast ones."""
    if missing := [name for name in SLOW if not (TESTS / name).exists()]:
        raise pytest.UsageError(f"SLOW in tests/conftest.py names paths that do not exist: {missing}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the slow suites."""
    folders = {item.path, *item.path.parents}
    if any(TESTS / name in folders for name in SLOW):
        item.add_marker(pytest.mark.slow)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse two tests of one name: pytest-xdist would run one of them and drop the others silently."""
    counts = Counter(item.nodeid for item in session.items)
    if repeated := sorted(name for name, count in counts.items() if count > 1):
        raise pytest.UsageError(f"tests with the same name: {repeated}")


@pytest.hookimpl(optionalhook=True)  # absent with `-p no:xdist`
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Keep the tests of a file in one process, so that fixtures of a module are set up once.

    The tests of `operating` are kept together, since the last of them looks at what the others have done.
    """
    return FileScheduling(config, log)


class FileScheduling(LoadFileScheduling):
    """The scheduler of `--dist=loadfile`, with `tests/operating` as if it were one file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/operating" if file.startswith("tests/operating/") else file


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Print each failure when it happens; the default is only at the end."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        config.pluginmanager.register(InstantFailures(reporter), "instant-failures")


class InstantFailures:
    """Terminal plugin that writes the traceback of a failed test at once."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a failed phase (setup, call or teardown) of a test."""
        if report.failed:
            self._reporter.ensure_newline()
            self._reporter.section(f"{report.nodeid} ({report.when})", sep="_", red=True)
            self._reporter.line(report.longreprtext)


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """Reset logging after each test: a command run in a test configures it for a stderr that is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def _server_under_test(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put COMMUNIQUE_TEST_SERVER on the PATH, also for subprocesses, under the name that is searched for first."""
    if given := os.environ.pop("COMMUNIQUE_TEST_SERVER", None):  # no setting of the program
        folder = tmp_path_factory.mktemp("server")
        (folder / "valkey-server").symlink_to(Path(given).absolute())
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def redis_url(_server_under_test: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the session's server; usable in sync tests and in the environment of subprocesses."""
    if given := os.environ.pop("COMMUNIQUE_TEST_REDIS_URL", None):
        yield given
        return
    with asyncio.Runner() as runner:
        server = run_embedded_server(tmp_path_factory.mktemp("redis"))
        yield runner.run(server.__aenter__())
        runner.run(server.__aexit__(None, None, None))


@pytest.fixture
async def private_redis_url(tmp_path: Path) -> AsyncIterator[str]:
    """URL of an empty server for one test."""
    async with run_embedded_server(tmp_path / "redis") as url:
        yield url


@pytest.fixture
def key_prefix() -> str:
    """A prefix that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def redis(redis_url: str, key_prefix: str) -> AsyncIterator[Redis]:
    """Client of the session's server (bytes); the test's keys are deleted afterwards."""
    async with connect(redis_url) as client:
        yield client
        keys = [key async for key in client.scan_iter(match=f"{key_prefix}*", count=10_000)]
        if keys:
            await client.unlink(*keys)


@pytest.fixture
def settings(redis_url: str, key_prefix: str) -> Settings:
    """Settings with the test's prefix on the session's server; loopback addresses may be fetched."""
    return Settings.of(redis_url=redis_url, key_prefix=key_prefix, allow_private_addresses=True)


@pytest.fixture
async def redis_7(redis: Redis) -> None:
    """Skip on Redis 6.2, which counts neither the entries ever added to a stream nor the lag of a group."""
    if int(str((await redis.info("server"))["redis_version"]).split(".")[0]) < 7:
        pytest.skip("Redis 6.2 does not count this (docs/operating.md)")
