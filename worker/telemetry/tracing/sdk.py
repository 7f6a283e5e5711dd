"""OpenTelemetry's SDK, set up so that nothing ever waits for a collector.

The SDK reads from the environment whatever is not said here: the sampler, limits, where to send, headers, certificates,
compression, the sizes of its queue and batches.
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

from worker.telemetry.tracing.recorder import Ids, Recorder

log = structlog.get_logger()

FLUSH_S: Final = 3.0
"""Longest that the end of a process waits for a collector to take the last spans."""
QUIET_S: Final = 60.0
"""A complaint of the SDK that comes again is not repeated for so long: a dead collector is no flood of lines."""


@contextlib.contextmanager
def recorder(exporters: Sequence[str], service: str, version: str) -> Iterator[Recorder | None]:
    """Yield what records spans, None where no exporter can be had; what is left in the end has `FLUSH_S` to go."""
    with _complaints_in_our_log():
        try:
            ids = Ids()
            provider = _provider(exporters, _resource(service, version), ids)
        except Exception as e:  # noqa: BLE001 - the SDK and its exporters raise what they like of what the variables say
            log.warning("untraced", error=str(e))
            yield None
            return
        log.info("traced", exporters=list(exporters))
        try:
            yield Recorder(provider, ids, version)
        finally:
            _flush(provider)


def _provider(exporters: Sequence[str], resource: Resource, ids: Ids) -> TracerProvider:
    """Make what hands spans to every exporter, each with a thread and a queue that drops what it cannot hold."""
    provider = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
    for exporter in [_exporter(name) for name in exporters]:  # all of them first: each processor starts a thread
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _resource(service: str, version: str) -> Resource:
    ours = {"service.name": f"communique-{service}", "service.namespace": "communique", "service.version": version}
    return Resource.create({**ours, **OTELResourceDetector().detect().attributes})  # what is given wins


def _exporter(name: str) -> SpanExporter:
    """Make the exporter of that name, LookupError where none is installed: any may be named, as agents allow it."""
    found = [*entry_points(group="opentelemetry_traces_exporter", name=_entry(name))]
    if not found:
        raise LookupError(f"no exporter {_entry(name)} is installed; communique[otel] has otlp over http/protobuf")
    # stdout belongs to what a command was asked for
    made: SpanExporter = found[0].load()(**({"out": sys.stderr} if name == "console" else {}))
    return made


def _entry(name: str) -> str:
    """Return the entry point of an exporter: that of `otlp` depends on the protocol."""
    if name != "otlp":
        return name
    names = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    protocol = next((value for n in names if (value := os.environ.get(n, "").strip())), "http/protobuf")
    return {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}.get(protocol, f"otlp {protocol}")


def _flush(provider: TracerProvider) -> None:
    """Let the exporters have their last batches, in a thread that is left behind where a collector does not answer."""
    flushing = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
    flushing.start()
    flushing.join(FLUSH_S)
    if flushing.is_alive():
        log.warning("traces", error=f"the last spans were not taken within {FLUSH_S:g} s")


@contextlib.contextmanager
def _complaints_in_our_log() -> Iterator[None]:
    theirs = logging.getLogger("opentelemetry")
    ours, propagate = SdkLogHandler(logging.WARNING), theirs.propagate
    theirs.addHandler(ours)
    theirs.propagate = False
    try:
        yield
    finally:
        theirs.removeHandler(ours)
        theirs.propagate = propagate


class SdkLogHandler(logging.Handler):
    """What the SDK says in the standard library's log becomes a line of ours: one now and then, without traceback."""

    def __init__(self, level: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(level)
        self._clock = clock
        self._quiet_until: dict[str, float] = {}
        self._unsaid = Counter[str]()

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, unless the same was said lately."""
        now, about = self._clock(), str(record.msg)
        if now < self._quiet_until.get(about, now):
            self._unsaid[about] += 1
            return
        self._quiet_until[about] = now + QUIET_S
        cause = {"cause": repr(record.exc_info[1])} if record.exc_info else {}
        log.warning("traces", error=record.getMessage(), **cause, unsaid=self._unsaid.pop(about, 0))
