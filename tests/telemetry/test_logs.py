"""Log lines: JSON on a pipe, minimum severity, and no values in tracebacks."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from worker.telemetry import logs


@pytest.fixture(autouse=True)
def reset_structlog() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_line_is_json_with_level_and_time() -> None:
    out = io.StringIO()
    logs.configure("info", out)
    structlog.get_logger().info("url", outcome="done", events=3)
    line = json.loads(out.getvalue())
    assert (line["event"], line["level"], line["outcome"], line["events"]) == ("url", "info", "done", 3)
    assert line["timestamp"].endswith("Z")


def test_lines_below_the_minimum_severity_are_not_logged() -> None:
    out = io.StringIO()
    logs.configure("warning", out)
    structlog.get_logger().info("url")
    assert out.getvalue() == ""


def test_a_traceback_has_no_values_of_variables() -> None:
    out = io.StringIO()
    logs.configure("info", out)
    page = "a secret page"
    try:
        raise ValueError(len(page))  # noqa: TRY301 - the traceback must contain this frame
    except ValueError:
        structlog.get_logger().exception("bug")
    line = json.loads(out.getvalue())
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert page not in out.getvalue()
