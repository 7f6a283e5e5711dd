"""What a run amounts to: counts and rates.  It has no clock: `tick` is told the time."""

from __future__ import annotations

from collections import Counter, deque

from worker.schema import Event, Kind, Meeting, Statement
from worker.terminal.lines import kind_of

WINDOW_S = 5.0
"""What a rate is an average over."""
REMEMBERED = 10_000
"""Speakers and meetings kept for the summary of a run without end."""


class Tally:
    """Running counts of a run; times are seconds of any one clock, as `tick` is told them."""

    def __init__(self) -> None:
        self.done = 0
        """URLs that ended in an article."""
        self.given_up: Counter[str] = Counter()
        """Reason -> URLs that ended in the dead-letter stream."""
        self.elsewhere: Counter[str] = Counter()
        """Any other outcome -> URLs that this worker had no more to do with (a duplicate, another worker's)."""
        self.waiting: dict[str, str] = {}
        """URL that was put off -> reason, until it ends."""
        self.kinds: Counter[Kind] = Counter()
        self.speakers: Counter[str] = Counter()
        self.roles: dict[str, str] = {}
        self.meetings: Counter[tuple[tuple[str, ...], str]] = Counter()
        """(names in order, status) -> how often reported."""
        self.backlog: int | None = None
        self._samples: deque[tuple[float, int, int]] = deque()
        self._start_s: float | None = None
        self._now_s = 0.0

    @property
    def articles(self) -> int:
        """URLs that ended, one way or the other."""
        return self.done + self.given_up.total()

    @property
    def elapsed_s(self) -> float:
        """Seconds between the first tick and the last."""
        return self._now_s - self._start_s if self._start_s is not None else 0.0

    def event(self, event: Event) -> None:
        """Count one event."""
        self.kinds[kind_of(event)] += 1
        if isinstance(event, Statement) and event.speaker:
            self.speakers[event.speaker.name] += 1
            if event.speaker.role:
                self.roles.setdefault(event.speaker.name, event.speaker.role)
        if isinstance(event, Meeting) and len(event.participants) > 1:
            self.meetings[tuple(sorted(p.name for p in event.participants)), event.status] += 1
        self._forget()

    def _forget(self) -> None:
        """Drop the rarer half of what has grown too long."""
        if len(self.speakers) > REMEMBERED:
            self.speakers = Counter(dict(self.speakers.most_common(REMEMBERED // 2)))
            self.roles = {name: role for name, role in self.roles.items() if name in self.speakers}
        if len(self.meetings) > REMEMBERED:
            self.meetings = Counter(dict(self.meetings.most_common(REMEMBERED // 2)))

    def outcome(self, url: str, outcome: str, reason: str | None) -> None:
        """Count how the work on a URL ended; one that is only put off ends later."""
        if outcome in {"put_off", "handed_back"}:
            self.waiting[url] = reason or outcome
            return
        self.waiting.pop(url, None)
        if outcome == "done":
            self.done += 1
        elif outcome == "dead":
            self.given_up[reason or "unknown"] += 1
        else:
            self.elsewhere[outcome] += 1

    def tick(self, now_s: float, backlog: int | None) -> None:
        """Take a sample for the rates."""
        self._start_s = now_s if self._start_s is None else self._start_s
        self._now_s, self.backlog = now_s, backlog
        self._samples.append((now_s, self.kinds.total(), self.articles))
        while len(self._samples) > 2 and self._samples[1][0] <= now_s - WINDOW_S:  # noqa: PLR2004 - the two ends
            self._samples.popleft()

    def rates(self) -> tuple[float, float]:
        """Events and articles a second, over the last `WINDOW_S` seconds."""
        if not self._samples:
            return 0.0, 0.0
        (t0, e0, a0), (t1, e1, a1) = self._samples[0], self._samples[-1]
        return ((e1 - e0) / (t1 - t0), (a1 - a0) / (t1 - t0)) if t1 > t0 else (0.0, 0.0)
