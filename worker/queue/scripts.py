"""The operations of the queue: each is one Lua script in `lua/`, whose head documents its keys, arguments and reply.

The first keys and arguments of a script for one host are those of `HostPolicy.call` (`lua/host.lua`).
"""

from __future__ import annotations

from typing import Final

from worker.streams import Script


def _script(*names: str) -> Script:
    return Script.of("worker.queue", "check_type", "host", *names)


# ---------------------------------------------------------------- enqueue and release
PUT: Final = _script("markers", "seen", "put")
SCHEDULE: Final = _script("schedule")
PROMOTE: Final = _script("promote")
REQUEUE: Final = _script("markers", "seen", "requeue")

# ---------------------------------------------------------------- remove tasks
MARK_SEEN: Final = _script("markers", "seen", "mark_seen")
REMOVE_TASKS: Final = _script("remove_tasks")

# ---------------------------------------------------------------- end a delivery
SETTLE: Final = _script("lease", "markers", "seen", "texts", "settle")
PUT_BACK: Final = _script("lease", "put_back")
RETRY_LATER: Final = _script("lease", "retry_later")
DEAD_LETTER: Final = _script("lease", "markers", "seen", "dead_letter")

# ---------------------------------------------------------------- requests of a host
PERMIT: Final = _script("request", "permit")
SENT: Final = _script("request", "sent")
ANSWERED: Final = _script("request", "answered")
FAILED: Final = _script("request", "failed")
DROP: Final = _script("request", "drop")
GIVE_UP: Final = _script("give_up")
REVIVE: Final = _script("revive")
RESET: Final = _script("reset")

# ---------------------------------------------------------------- migrate format 1
BEGIN_MIGRATION: Final = Script.of("worker.queue", "begin_migration")
MIGRATE_TASK: Final = _script("migrate_task")
MIGRATE_UNDECODABLE: Final = Script.of("worker.queue", "check_type", "migrate_undecodable")
MIGRATE_DELAYED: Final = Script.of("worker.queue", "check_type", "migrate_delayed")

# ---------------------------------------------------------------- inspect
DUE: Final = Script.of("worker.queue", "now", "due")
FIND_MARKERS: Final = Script.of("worker.queue", "now", "markers", "find_markers")
DEPTH: Final = Script.of("worker.queue", "depth")
