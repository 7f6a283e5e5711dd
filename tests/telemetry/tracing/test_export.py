"""Traces are exported only as OpenTelemetry's variables configure, and a failing collector does no harm."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import structlog
from redis.asyncio import Redis

from tests.environment import clean_environ
from tests.telemetry.tracing.collector import Collector
from tests.telemetry.tracing.conftest import fast, page, process_site, traced, unfinished_tasks
from worker.queue import UrlQueue
from worker.schema import Task, article_stream
from worker.settings import Settings
from worker.telemetry.tracing import export_traces, sdk, span
from worker.telemetry.tracing.export import configured_exporters

Lines = list[structlog.typing.EventDict]
WORKER = Path(__file__).parents[3] / "worker"
ENDPOINT = "http://collector.example:4318"


@pytest.fixture
def lines() -> Iterator[Lines]:
    with structlog.testing.capture_logs() as lines:
        yield lines


# ---------------------------------------------------------------- configuration
@pytest.mark.parametrize(
    ("environ", "exporters"),
    [
        ({}, ()),
        ({"OTEL_SERVICE_NAME": "x", "OTEL_TRACES_SAMPLER": "always_on"}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ENDPOINT}, ("otlp",)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": ENDPOINT}, ("otlp",)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, ()),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ("otlp",)),
        ({"OTEL_TRACES_EXPORTER": "console, OTLP,console"}, ("console", "otlp")),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": ENDPOINT}, ()),
        ({"OTEL_TRACES_EXPORTER": "", "OTEL_EXPORTER_OTLP_ENDPOINT": ENDPOINT}, ("otlp",)),
        ({"OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": ENDPOINT}, ()),
        ({"OTEL_SDK_DISABLED": "no", "OTEL_EXPORTER_OTLP_ENDPOINT": ENDPOINT}, ("otlp",)),
    ],
)
def test_the_standard_variables_select_the_exporters(environ: Mapping[str, str], exporters: tuple[str, ...]) -> None:
    assert configured_exporters(environ) == exporters


@pytest.mark.parametrize(
    ("variable", "value", "error"),
    [
        ("OTEL_TRACES_EXPORTER", "carrier-pigeon", "no exporter carrier-pigeon is installed"),
        ("OTEL_TRACES_EXPORTER", "otlp,carrier-pigeon", "no exporter carrier-pigeon is installed"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "1", "max_queue_size"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "communique[otel] has otlp over http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "communique[otel] has otlp over http/protobuf"),
    ],
)
def test_an_invalid_variable_is_a_warning_and_disables_traces(
    collector: Collector, lines: Lines, variable: str, value: str, error: str
) -> None:
    os.environ[variable] = value  # restored by the fixture
    with export_traces("test", "1"), span("work") as it:
        assert it.traceparent() is None
    (warned,) = [line for line in lines if line["log_level"] == "warning"]
    assert warned["event"] == "untraced"
    assert error in warned["error"]
    assert collector.requests == 0


def test_the_service_name_can_be_overridden(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "newsroom")
    with export_traces("test", "1"), span("work"):
        pass
    assert [s.service for s in collector.spans] == ["newsroom"]


def test_the_console_exporter_writes_to_stderr(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lines: Lines
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    with export_traces("test", "1"), span("work"):
        pass
    out, err = capsys.readouterr()
    assert (out, json.loads(err)["name"]) == ("", "work")
    assert (lines[0]["event"], collector.requests) == ("traced", 0)


# ---------------------------------------------------------------- without the extra
NO_OTEL = "import sys; sys.modules['opentelemetry'] = None; from worker.cli import main; sys.exit(main(sys.argv[1:]))"
LIST_IMPORTED = """
import sys
from worker.cli import main
status = main(sys.argv[1:])
print([name for name in sys.modules if name in {"worker.telemetry.tracing.sdk", "worker.telemetry.tracing.recorder"}])
sys.exit(status)
"""


def put(settings: Settings, program: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `communique put` with `program` as the main module."""
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("COMMUNIQUE_", "OTEL_"))}
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    return subprocess.run(
        [sys.executable, "-c", program, "put", "https://news.example/a"],
        env=clean | given | environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )


def test_an_endpoint_without_the_extra_is_a_warning_that_names_the_extra(settings: Settings) -> None:
    done = put(settings, NO_OTEL, OTEL_EXPORTER_OTLP_ENDPOINT=ENDPOINT)
    assert done.stdout == "1 put, 0 seen before, 0 refused\n"
    (warning,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert (warning["event"], warning["level"]) == ("untraced", "warning")
    assert "pip install 'communique[otel]'" in warning["error"]


def test_without_the_variables_nothing_is_logged_or_imported(settings: Settings) -> None:
    assert put(settings, NO_OTEL).stderr == ""
    again = put(settings, LIST_IMPORTED)
    assert (again.stdout.splitlines()[-1], again.stderr) == ("[]", "")


def test_only_two_modules_import_opentelemetry() -> None:
    found = [p for p in WORKER.rglob("*.py") if re.search(r"(?m)^\s*(import|from) opentelemetry", p.read_text())]
    assert sorted(path.name for path in found) == ["recorder.py", "sdk.py"]


# ---------------------------------------------------------------- a failing collector
@pytest.mark.usefixtures("collector")
async def test_an_unreachable_collector_costs_no_task_and_few_log_lines(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    monkeypatch.setattr(sdk, "FLUSH_TIMEOUT_S", 0.2)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")  # discard: no server listens there
    await _assert_all_processed(redis, settings)
    _assert_few_log_lines(lines)


async def test_a_collector_that_answers_500_costs_no_task_and_assert_few_log_lines(
    redis: Redis, settings: Settings, collector: Collector, lines: Lines
) -> None:
    collector.status = 500
    await _assert_all_processed(redis, settings)
    assert collector.requests
    _assert_few_log_lines(lines)


async def test_a_collector_that_never_answers_costs_no_task_and_little_time_at_exit(
    redis: Redis, settings: Settings, collector: Collector, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    monkeypatch.setattr(sdk, "FLUSH_TIMEOUT_S", 0.2)
    # longer than the test: if the exporter gave a batch up by itself, there would be nothing left to flush
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "600")
    collector.awake.clear()
    await _assert_all_processed(redis, settings)
    assert collector.spans == []
    errors = {line["error"] for line in lines if line["event"] == "traces"}
    assert "the last spans were not taken within 0.2 s" in errors


async def test_spans_that_exceed_the_queue_are_dropped_and_logged(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    monkeypatch.setattr(sdk, "FLUSH_TIMEOUT_S", 0.2)
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
    collector.awake.clear()
    async with traced():
        for _ in range(100):
            with span("work"):
                pass
    assert "Queue full, dropping Span." in {line["error"] for line in lines if line["event"] == "traces"}
    _assert_few_log_lines(lines)


async def _assert_all_processed(redis: Redis, settings: Settings) -> None:
    async with traced():
        await process_site(fast(settings), {f"/{n}": page for n in range(5)})
    assert await redis.xlen(article_stream(settings.redis.key_prefix)) == 5


def _assert_few_log_lines(lines: Lines) -> None:
    warnings = [line for line in lines if line["event"] == "traces"]
    assert warnings
    assert len({line["error"] for line in warnings}) == len(warnings)
    assert not any("exc_info" in line or "exception" in line for line in warnings)


def test_a_message_of_the_sdk_is_logged_once_a_minute_with_the_number_suppressed(lines: Lines) -> None:
    times = iter((0.0, 1.0, 59.0, 59.0, 61.0))
    log = logging.Logger("opentelemetry.test")  # noqa: LOG001 - of this test alone
    log.addHandler(sdk.SdkLogHandler(logging.WARNING, clock=lambda: next(times)))
    for message in ("no answer from %s",) * 3 + ("something else from %s", "no answer from %s"):
        log.warning(message, "it")
    assert [(line["error"], line["unsaid"]) for line in lines] == [
        ("no answer from it", 0),
        ("something else from it", 0),
        ("no answer from it", 2),
    ]


# ---------------------------------------------------------------- a real worker
async def test_a_worker_exports_its_last_spans_on_sigterm(settings: Settings, collector: Collector) -> None:
    given = {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_PROCESSES": "1",
        "COMMUNIQUE_CONTACT_URL": "https://example.org/bot",
        "OTEL_BSP_SCHEDULE_DELAY": "60000",
    }
    clean = clean_environ()
    task = Task(id="t", url="http://10.0.0.1/")  # private: rejected without a request
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put(task)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", "consume", env=clean | given, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(300):
                while await unfinished_tasks(queue):
                    assert process.returncode is None
                    await asyncio.sleep(0.05)
            assert collector.spans == []
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
    (ended,) = collector.named("process")
    assert (ended.service, ended.trace_id) == ("communique-consume", task.trace_id)
    assert ended.attributes["communique.reason"] == "private_address"
