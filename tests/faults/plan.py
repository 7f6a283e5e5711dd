"""Parameters of a fault run, and the settings of its workers."""

from __future__ import annotations

import math
from typing import Final

from msgspec import Struct

from tests.faults.injector import LEASE_S

PREFIX: Final = "communique"
MUTANT: Final = "FAULT_RUN_MUTANT"
"""Environment variable of a worker without parsing: changes of its scripts, a list in JSON."""
COMMANDS: Final = {
    "plain": ("-m", "tests.faults.plain_worker"),
    "real": ("-m", "worker", "consume"),
    "tutorial": ("-m", "tests.faults.tutorial_worker"),
}
"""Kind of worker -> arguments of Python: without parsing, complete, and a loop of XREADGROUP and XACK."""
ENVIRON: Final = {
    "LEASE_S": str(LEASE_S),
    "DRAIN_S": "5",
    "BACKOFF_S": "0.5",
    "MAX_BACKOFF_S": "5",
    "CONCURRENCY": "32",
    "PROCESSES": "1",
    "ALLOW_PRIVATE_ADDRESSES": "true",
    "LOG_LEVEL": "debug",
    "RESPONSE_DELAY_FACTOR": "0",
}


class Plan(Struct, frozen=True, kw_only=True):
    """Parameters of a fault run."""

    urls: int
    hosts: int
    workers: int
    seconds: float
    """Longest time of the whole run."""
    pause_s: float
    """Mean time between two faults."""
    seed: int
    host_delay_s: float = 0.05
    worker: str = "plain"
    """A key of `COMMANDS`."""
    flush: bool = False
    """Whether to send FLUSHALL halfway, and then to enqueue all URLs again."""
    secure: bool = False
    """Whether the workers use TLS and the user of docs/operating.md."""
    faults: tuple[str, ...] | None = None
    """Names of the faults; None: all."""
    least_fired: int = 0
    """Enqueue further URLs until every fault has fired this often, or the time is over."""
    unchanged_s: float = math.inf
    """How long tasks may be left unchanged at the end before they count as stuck."""
    environ: dict[str, str] = {}
    """Further environment variables of the workers."""


def worker_environ(redis_url: str, plan: Plan) -> dict[str, str]:
    """Return the environment of the workers of a run."""
    environ = {f"COMMUNIQUE_{name}": value for name, value in ENVIRON.items()}
    return environ | {
        "COMMUNIQUE_REDIS_URL": redis_url,
        "COMMUNIQUE_HOST_DELAY_S": str(plan.host_delay_s),
        **plan.environ,
    }
