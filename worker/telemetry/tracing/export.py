"""Whether and where traces are exported, by the standard environment variables of OpenTelemetry.

There are no COMMUNIQUE_ variables for it: operators and deployment charts set the standard ones for all services alike,
and the SDK reads most of them itself.  An invalid value is logged as a warning and never ends the process
(OpenTelemetry specification, "Error handling").
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Final

import structlog

from worker.telemetry.tracing.span import record_spans_to

log = structlog.get_logger()

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def configured_exporters(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the configured exporters; empty if the variables are unset.

    The specification's default is OTLP to localhost.  Here an endpoint or an exporter has to be set: the default suits
    programs whose user installed an agent, not a service that was not configured to export anything.
    """
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    default = "otlp" if any(environ.get(name, "").strip() for name in ENDPOINTS) else "none"
    value = environ.get("OTEL_TRACES_EXPORTER", "").strip() or default
    names = (name.strip().lower() for name in value.split(","))
    return tuple(dict.fromkeys(name for name in names if name not in {"", "none"}))


@contextlib.contextmanager
def export_traces(service: str, version: str) -> Iterator[None]:
    """Export the spans of the process for the duration of the block, as configured in the environment.

    At the end, exporting the remaining spans takes at most `sdk.FLUSH_TIMEOUT_S`.
    """
    names = configured_exporters(os.environ)
    if not names:
        yield
        return
    try:
        from worker.telemetry.tracing import sdk  # noqa: PLC0415 - an optional dependency that takes 0.1 s to import
    except ImportError as e:
        log.warning("untraced", error=f"traces need {e.name}: pip install 'communique[otel]'")
        yield
        return
    with sdk.open_recorder(names, service, version) as recorder, record_spans_to(recorder):
        yield
