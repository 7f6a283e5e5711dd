"""Whether traces are made, and for whom: told by OpenTelemetry's own variables.

None of ours: collectors, operators and deployment charts set these names for every service of a house alike, and the
SDK reads most of them itself.  What they say wrong is a warning, never an end: telemetry must not stop what it tells of
(OpenTelemetry specification, "Error handling").
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Final

import structlog

from worker.telemetry.tracing.span import recording_to

log = structlog.get_logger()

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def exporters(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the exporters that are asked for; none where nothing is said.

    The specification would send to localhost then.  That is for who has chosen to be traced by installing an agent;
    a service that was told nothing sends nothing.
    """
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    otherwise = "otlp" if any(environ.get(name, "").strip() for name in ENDPOINTS) else "none"
    given = environ.get("OTEL_TRACES_EXPORTER", "").strip() or otherwise
    names = (name.strip().lower() for name in given.split(","))
    return tuple(dict.fromkeys(name for name in names if name not in {"", "none"}))


@contextlib.contextmanager
def export_traces(service: str, version: str) -> Iterator[None]:
    """Send the spans of the process where the environment says, while the block lasts, and a moment for the last."""
    names = exporters(os.environ)
    if not names:
        yield
        return
    try:
        from worker.telemetry.tracing import sdk  # noqa: PLC0415 - an extra, and a tenth of a second
    except ImportError as e:
        log.warning("untraced", error=f"traces need {e.name}: pip install 'communique[otel]'")
        yield
        return
    with sdk.recorder(names, service, version) as recorder, recording_to(recorder):
        yield
