"""The steps of the queue, each one Lua script in `lua/`: what it is given and answers stands at its head."""

from __future__ import annotations

from typing import Final

from worker.streams import Script


def _script(*names: str) -> Script:
    return Script.of("worker.queue", *names)


# ---------------------------------------------------------------- in
PUT: Final = _script("refuse", "put")
MOVE_DUE: Final = _script("refuse", "move_due")
REQUEUE: Final = _script("refuse", "requeue")

# ---------------------------------------------------------------- a delivery ends
SETTLE: Final = _script("refuse", "lease", "settle")
PUT_OFF: Final = _script("refuse", "lease", "put_off")
BURY: Final = _script("refuse", "lease", "bury")

# ---------------------------------------------------------------- what operators ask
DEPTH: Final = _script("depth")
