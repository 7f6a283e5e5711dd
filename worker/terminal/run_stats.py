"""Counts and rates of a run. No clock is read: `sample` is given the time."""

from __future__ import annotations

from collections import Counter, deque

from worker.schema import Event, Kind, Meeting, Statement, kind_of

RUN_RATE_WINDOW_S = 5.0
"""Length of the moving average of a rate."""
MAX_REMEMBERED = 10_000
"""Most speakers, and most meetings, that are counted at once: bounds the memory of an endless run."""


class RunStats:
    """Running counts of a run. Times are seconds of any one monotonic clock, as passed to `sample`."""

    def __init__(self) -> None:
        self.done = 0
        """URLs that were processed to an article."""
        self.given_up: Counter[str] = Counter()
        """Reason -> URLs that became dead letters."""
        self.other_outcomes: Counter[str] = Counter()
        """Any other final outcome -> URLs that this worker did not process (a duplicate, another worker's task)."""
        self.deferred: dict[str, str] = {}
        """URL -> the reason why it is retried later; removed at its final outcome."""
        self.kinds: Counter[Kind] = Counter()
        self.speakers: Counter[str] = Counter()
        self.roles: dict[str, str] = {}
        """Speaker -> the first role that an event gave."""
        self.meetings: Counter[tuple[tuple[str, ...], str]] = Counter()
        """(sorted names of the participants, status) -> reports of such a meeting."""
        self.backlog: int | None = None
        """Tasks not yet started at the last sample; None if unknown."""
        self._samples: deque[tuple[float, int, int]] = deque()
        """(time, events, articles), the oldest first."""
        self._start_s: float | None = None
        self._now_s = 0.0

    @property
    def articles(self) -> int:
        """URLs with a final outcome of this worker: processed or given up."""
        return self.done + self.given_up.total()

    @property
    def has_results(self) -> bool:
        """Return whether a URL has had an outcome, or an event was published."""
        return bool(self.articles or self.other_outcomes or self.kinds.total())

    @property
    def elapsed_s(self) -> float:
        """Seconds between the first sample and the last; 0 before the second."""
        return self._now_s - self._start_s if self._start_s is not None else 0.0

    def add_event(self, event: Event) -> None:
        """Count one event."""
        self.kinds[kind_of(event)] += 1
        if isinstance(event, Statement) and event.speaker:
            self.speakers[event.speaker.name] += 1
            if event.speaker.role:
                self.roles.setdefault(event.speaker.name, event.speaker.role)
        if isinstance(event, Meeting) and len(event.participants) > 1:
            self.meetings[tuple(sorted(p.name for p in event.participants)), event.status] += 1
        self._limit_memory()

    def _limit_memory(self) -> None:
        """Drop the rarer half of a counter with more than `MAX_REMEMBERED` entries."""
        if len(self.speakers) > MAX_REMEMBERED:
            self.speakers = Counter(dict(self.speakers.most_common(MAX_REMEMBERED // 2)))
            self.roles = {name: role for name, role in self.roles.items() if name in self.speakers}
        if len(self.meetings) > MAX_REMEMBERED:
            self.meetings = Counter(dict(self.meetings.most_common(MAX_REMEMBERED // 2)))

    def add_outcome(self, url: str, outcome: str, reason: str | None) -> None:
        """Count an outcome of a URL; "put_off" and "handed_back" are not final: they only mark the URL as deferred."""
        if outcome in {"put_off", "handed_back"}:
            self.deferred[url] = reason or outcome
            return
        self.deferred.pop(url, None)
        if outcome == "done":
            self.done += 1
        elif outcome == "dead":
            self.given_up[reason or "unknown"] += 1
        else:
            self.other_outcomes[outcome] += 1

    def sample(self, now_s: float, backlog: int | None) -> None:
        """Record the counts at `now_s` (monotonic seconds), from which the rates are computed."""
        self._start_s = now_s if self._start_s is None else self._start_s
        self._now_s, self.backlog = now_s, backlog
        self._samples.append((now_s, self.kinds.total(), self.articles))
        while len(self._samples) > 2 and self._samples[1][0] <= now_s - RUN_RATE_WINDOW_S:  # noqa: PLR2004 - first, last
            self._samples.popleft()

    def rates(self) -> tuple[float, float]:
        """Return (events, articles) per second over `RUN_RATE_WINDOW_S`; 0.0 before two samples differ in time."""
        if not self._samples:
            return 0.0, 0.0
        (t0, e0, a0), (t1, e1, a1) = self._samples[0], self._samples[-1]
        return ((e1 - e0) / (t1 - t0), (a1 - a0) / (t1 - t0)) if t1 > t0 else (0.0, 0.0)
