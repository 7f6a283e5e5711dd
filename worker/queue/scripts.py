"""The operations of the queue, each one Lua script in `lua/`, whose head documents its keys, arguments and reply."""

from __future__ import annotations

from typing import Final

from worker.streams import Script


def _script(*names: str) -> Script:
    return Script.of("worker.queue", *names)


# ---------------------------------------------------------------- enqueue
PUT: Final = _script("check_type", "put")
PROMOTE_DUE: Final = _script("check_type", "promote_due")
REQUEUE: Final = _script("check_type", "requeue")

# ---------------------------------------------------------------- end a delivery
SETTLE: Final = _script("check_type", "lease", "settle")
DEFER: Final = _script("check_type", "lease", "defer")
DEAD_LETTER: Final = _script("check_type", "lease", "dead_letter")

# ---------------------------------------------------------------- inspect
DEPTH: Final = _script("depth")
