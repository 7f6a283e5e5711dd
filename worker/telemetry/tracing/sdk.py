"""Set-up of the OpenTelemetry SDK such that no work waits for a collector.

The SDK itself reads the rest from the environment: sampler, limits, endpoint, headers, certificates, compression, and
the sizes of its queue and batches.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points
from typing import Final

import structlog
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from worker.telemetry.tracing.recorder import OtelRecorder, TraceIdGenerator

log = structlog.get_logger()

FLUSH_TIMEOUT_S: Final = 3.0
"""Longest time that the exit of a process waits for a collector to accept the last spans."""
REPEAT_INTERVAL_S: Final = 60.0
"""A message of the SDK is logged at most once in this time, so that a dead collector does not flood the log."""


@contextlib.contextmanager
def open_recorder(exporters: Sequence[str], service: str, version: str) -> Iterator[OtelRecorder | None]:
    """Yield a recorder that exports to `exporters`; None if the set-up fails, which is logged.

    At the end, the remaining spans are flushed for at most `FLUSH_TIMEOUT_S`.
    """
    with _sdk_log_redirected():
        try:
            ids = TraceIdGenerator()
            provider = _provider(exporters, _resource(service, version), ids)
        except Exception as e:  # noqa: BLE001 - the SDK and its exporters raise anything for invalid variables
            log.warning("untraced", error=str(e))
            yield None
            return
        log.info("traced", exporters=list(exporters))
        try:
            yield OtelRecorder(provider, ids, version)
        finally:
            _flush(provider)


def _provider(exporters: Sequence[str], resource: Resource, ids: TraceIdGenerator) -> TracerProvider:
    """Make a provider with a batch processor per exporter: a thread with a bounded queue that drops the excess."""
    provider = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
    for exporter in [_exporter(name) for name in exporters]:  # all are made first: each processor starts a thread
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _resource(service: str, version: str) -> Resource:
    defaults = {"service.name": f"communique-{service}", "service.namespace": "communique", "service.version": version}
    return Resource.create({**defaults, **OTELResourceDetector().detect().attributes})  # the environment overrides


def _exporter(name: str) -> SpanExporter:
    """Make an installed exporter by the name that OTEL_TRACES_EXPORTER gives it; LookupError if not installed."""
    found = [*entry_points(group="opentelemetry_traces_exporter", name=_entry_point(name))]
    if not found:
        raise LookupError(
            f"no exporter {_entry_point(name)} is installed; communique[otel] has otlp over http/protobuf"
        )
    # stdout is reserved for the output of the command
    made: SpanExporter = found[0].load()(**({"out": sys.stderr} if name == "console" else {}))
    return made


def _entry_point(name: str) -> str:
    """Return the name of an exporter's entry point, which for `otlp` depends on the configured protocol."""
    if name != "otlp":
        return name
    names = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    protocol = next((value for n in names if (value := os.environ.get(n, "").strip())), "http/protobuf")
    return {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}.get(protocol, f"otlp {protocol}")


def _flush(provider: TracerProvider) -> None:
    """Shut the exporters down in a daemon thread, which is abandoned if a collector does not answer in time."""
    flushing = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
    flushing.start()
    flushing.join(FLUSH_TIMEOUT_S)
    if flushing.is_alive():
        log.warning("traces", error=f"the last spans were not taken within {FLUSH_TIMEOUT_S:g} s")


@contextlib.contextmanager
def _sdk_log_redirected() -> Iterator[None]:
    logger = logging.getLogger("opentelemetry")
    handler, propagate = SdkLogHandler(logging.WARNING), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


class SdkLogHandler(logging.Handler):
    """Logs the SDK's messages as structlog lines, without traceback and rate-limited per message."""

    def __init__(self, level: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(level)
        self._clock = clock
        self._quiet_until: dict[str, float] = {}
        self._suppressed = Counter[str]()

    def emit(self, record: logging.LogRecord) -> None:
        """Log a message unless it was logged within `REPEAT_INTERVAL_S`; `unsaid` counts the suppressed repetitions."""
        now, template = self._clock(), str(record.msg)
        if now < self._quiet_until.get(template, now):
            self._suppressed[template] += 1
            return
        self._quiet_until[template] = now + REPEAT_INTERVAL_S
        cause = {"cause": repr(record.exc_info[1])} if record.exc_info else {}
        log.warning("traces", error=record.getMessage(), **cause, unsaid=self._suppressed.pop(template, 0))
