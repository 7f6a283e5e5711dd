"""The screen of `run` and `demo`.  Touches nothing but the Console that it is handed."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from worker.schema import Event
from worker.terminal.account import status, summary
from worker.terminal.lines import line
from worker.terminal.tally import Tally

REDRAW_S = 0.1
BURST = 40
"""Events shown at one redraw; a terminal that is handed more only falls behind."""


class LiveView:
    """The screen of `run` and `demo`: events scroll by, the account below them is redrawn, and a summary ends it.

    On a terminal what has come in is drawn by `tick`, so call that a few times a second (time passes only there).
    Elsewhere (a pipe, a file, TERM=dumb) every event is a plain line, at once and in full.  Use it in `with`: leaving
    the block closes it, so that the terminal gets its cursor back whatever happened.
    """

    def __init__(self, console: Console) -> None:
        self.tally = Tally()
        self._console = console
        self._new: list[Event] = []
        self._drawn_s: float | None = None
        self._closed = False
        self._live: Live | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._live = Live(status(self.tally), console=console, auto_refresh=False, transient=True)
            self._live.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def event(self, event: Event) -> None:
        """Take one event as it comes."""
        self.tally.event(event)
        if self._live is None:
            self._console.print(line(event), soft_wrap=True)
        else:
            self._new.append(event)

    def outcome(self, url: str, outcome: str, reason: str | None = None) -> None:
        """Take how the work on a URL ended, in the consumer's words.

        "done" is an article; "put_off" and "handed_back" end later; "dead" is counted under its `reason`; any other
        word (a duplicate, another worker's task) is counted as it is, but not as an article.
        """
        self.tally.outcome(url, outcome, reason)

    def tick(self, now_s: float, backlog: int | None = None) -> None:
        """Let time pass: `now_s` in seconds of any monotonic clock, `backlog` the tasks not yet begun, if known."""
        self.tally.tick(now_s, backlog)
        if self._drawn_s is None or now_s - self._drawn_s >= REDRAW_S:
            self._drawn_s = now_s
            self._draw()

    def close(self) -> None:
        """Draw what is left, give the terminal back, and print the summary.  A second time does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._live:
            self._draw()
            self._live.stop()
        self._console.print(summary(self.tally))

    def _draw(self) -> None:
        if self._live is None:
            return
        new, self._new = self._new, []
        lines = [line(event, self._console.width) for event in new[-BURST:]]
        if len(new) > BURST:
            lines.insert(0, Text(f"… {len(new) - BURST} more events", "dim"))
        if lines:
            self._console.print(Group(*lines))
        self._live.update(status(self.tally), refresh=True)
