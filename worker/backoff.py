"""Exponential back-off with jitter, the same for tasks, webhooks and sinks."""

from __future__ import annotations

_MAX_DOUBLINGS = 60
"""Any back-off has reached its maximum by then; without the bound the power would overflow a float."""


def delay_s(attempt: int, jitter: float, *, base_s: float, max_s: float) -> float:
    """Return the seconds to wait after failed attempt number `attempt` (the first is 1).

    `base_s` doubles with every attempt up to `max_s`; `jitter` in [0, 1) then scales it to between half and all of it
    ("equal jitter"), which keeps replicas from retrying at the same moment.
    """
    return min(base_s * 2.0 ** min(attempt - 1, _MAX_DOUBLINGS), max_s) * (0.5 + jitter / 2)
