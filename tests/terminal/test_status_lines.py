"""`communique status`: words and units."""

from worker.schema import KINDS
from worker.terminal.status_lines import status_lines

FIGURES: dict[str, float | None] = {
    "backlog": 1_203,
    "pending": 2,
    "waiting": 0,
    "delayed": 0,
    "dead": 7,
    "oldest_s": 250.0,
    "oldest_ready_s": 250.0,
    "oldest_pending_s": None,
    "waiting_hosts": 1,
    "down_hosts": 0,
    "redis_bytes": 123_000_000,
    "redis_limit_bytes": 0,
    "stream_bytes": 30_000_000,
    "stream_budget_bytes": 500_000_000,
    "stream_reserve_bytes": 0,
    **dict.fromkeys(map(str, KINDS), 5),
}


def test_figures_have_words_and_units() -> None:
    lines = [" ".join(line.split()) for line in status_lines(FIGURES)]
    assert lines[:7] == [
        "tasks",
        "ready for a worker 1,203",
        "in progress 2",
        "waiting for their hosts 0",
        "to retry later 0",
        "dead letters 7",
        "longest wait for a worker 4m 10s",
    ]
    assert "statements 5" in lines
    assert lines[-3:] == ["Redis 123 MB", "streams 30 MB of 500 MB", "reserve for readers 0 MB"]
