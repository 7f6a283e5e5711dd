"""The cost of a stage: wall-clock and CPU time, of this process or of a process tree."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Figure(NamedTuple):
    """One row of the table."""

    name: str
    rate: float
    """Articles per second of wall-clock time."""
    cpu_ms: float
    """CPU time per article."""
    words: float = 0.0
    """Mean number of words per article; 0 if unknown."""


def timed(name: str, items: Iterable[object], work: Callable[[object], object], rounds: int) -> Figure:
    """Run `work` over all items `rounds` times; return the best round, the one least affected by other processes."""
    todo = list(items)
    best_wall = best_cpu = float("inf")
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        for item in todo:
            work(item)
        best_wall = min(best_wall, time.perf_counter() - wall)
        best_cpu = min(best_cpu, time.process_time() - cpu)
    return Figure(name, len(todo) / best_wall, 1000 * best_cpu / len(todo))


class Stopwatch:
    """Wall-clock and CPU time of this process since construction."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def figure(self, name: str, articles: int, *, cpu_s: float | None = None) -> Figure:
        """Return the figures per article; `cpu_s` replaces the CPU time of this process."""
        wall = time.perf_counter() - self._wall
        cpu = time.process_time() - self._cpu if cpu_s is None else cpu_s
        return Figure(name, articles / wall, 1000 * cpu / articles)


def tree_cpu_s(pid: int) -> float:
    """Return the CPU seconds used so far by a process and its descendants (Linux only)."""
    return sum(_cpu_times_s(pid)) + sum(tree_cpu_s(child) for child in _children(pid))


def tree_memory(pid: int) -> int:
    """Return the bytes of memory of a process and its descendants, each shared page counted once (Linux only)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) << 10
    return own + sum(tree_memory(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for it in lists for child in it.read_text(encoding="ascii").split()]


def process_cpu_s(pid: int) -> float:
    """Return the CPU seconds used so far by a process alone (Linux only)."""
    return sum(_cpu_times_s(pid)[:2])


def _cpu_times_s(pid: int) -> list[float]:
    """Return the user and system time of a process, and those of its children that have ended."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return [int(n) * TICK_S for n in stat[11:15]]
