"""One line of JSON per event on a pipe; nothing of a page in a traceback."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from worker.telemetry import logs as log


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_line_is_json_with_level_and_time() -> None:
    out = io.StringIO()
    log.configure("info", out)
    structlog.get_logger().info("url", outcome="done", events=3)
    line = json.loads(out.getvalue())
    assert (line["event"], line["level"], line["outcome"], line["events"]) == ("url", "info", "done", 3)
    assert line["timestamp"].endswith("Z")


def test_what_is_below_the_level_is_not_said() -> None:
    out = io.StringIO()
    log.configure("warning", out)
    structlog.get_logger().info("url")
    assert out.getvalue() == ""


def test_a_traceback_names_lines_but_holds_no_values() -> None:
    out = io.StringIO()
    log.configure("info", out)
    page = "a secret page"
    try:
        raise ValueError(len(page))  # noqa: TRY301 - it is here that it must come from
    except ValueError:
        structlog.get_logger().exception("bug")
    line = json.loads(out.getvalue())
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert page not in out.getvalue()
