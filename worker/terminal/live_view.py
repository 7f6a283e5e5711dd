"""The terminal display of `run` and `demo`."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from worker.schema import Event
from worker.schema.plurals import plural
from worker.terminal.event_line import format_event
from worker.terminal.run_stats import RunStats
from worker.terminal.run_summary import render_progress, render_summary

REDRAW_INTERVAL_S = 0.1
MAX_EVENTS_PER_REDRAW = 40
"""Most events that one redraw prints, the newest; a terminal cannot keep up with more."""


class LiveView:
    """A run in a terminal: scrolling events, progress lines below them, a summary at the end.

    On a terminal, events are drawn by `on_tick` only, so call it several times a second. Elsewhere (a pipe, a file,
    TERM=dumb) each event is printed at once, as one plain line of any length. Use it in a `with` block: leaving the
    block calls `close`, which restores the cursor even after an exception.
    """

    def __init__(self, console: Console) -> None:
        self.stats = RunStats()
        self._console = console
        self._undrawn: list[Event] = []
        self._drawn_s: float | None = None
        self._closed = False
        self._live: Live | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._live = Live(render_progress(self.stats), console=console, auto_refresh=False, transient=True)
            self._live.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None and not self.stats.has_results:
            self._restore()  # a summary of nothing would hide the error
        else:
            self.close()

    def on_event(self, event: Event) -> None:
        """Count one event and print it, now or at the next redraw."""
        self.stats.add_event(event)
        if self._live is None:
            self._console.print(format_event(event), soft_wrap=True)
        else:
            self._undrawn.append(event)

    def on_outcome(
        self,
        url: str,
        outcome: str,
        reason: str | None = None,
        detail: str | None = None,  # noqa: ARG002 - part of the protocol
    ) -> None:
        """Count an outcome of a URL, as `worker.consume` reports it.

        "done" counts as an article; "put_off" and "handed_back" are not final; "dead" is counted by its `reason`; any
        other outcome (a duplicate, another worker's task) is counted by name and not as an article.
        """
        self.stats.add_outcome(url, outcome, reason)

    def on_tick(self, now_s: float, backlog: int | None = None) -> None:
        """Sample the rates and redraw, at most every `REDRAW_INTERVAL_S`.

        `now_s`: seconds of any monotonic clock.  `backlog`: number of tasks not yet started; None if unknown.
        """
        self.stats.sample(now_s, backlog)
        if self._drawn_s is None or now_s - self._drawn_s >= REDRAW_INTERVAL_S:
            self._drawn_s = now_s
            self._draw()

    def close(self) -> None:
        """Draw the remaining events, restore the terminal and print the summary. Later calls do nothing."""
        if not self._closed:
            self._restore()
            self._console.print(render_summary(self.stats))

    def _restore(self) -> None:
        self._closed = True
        if self._live:
            self._draw()
            self._live.stop()

    def _draw(self) -> None:
        if self._live is None:
            return
        undrawn, self._undrawn = self._undrawn, []
        lines = [format_event(event, self._console.width) for event in undrawn[-MAX_EVENTS_PER_REDRAW:]]
        if len(undrawn) > MAX_EVENTS_PER_REDRAW:
            lines.insert(0, Text(f"… {plural(len(undrawn) - MAX_EVENTS_PER_REDRAW, 'more event')}", "dim"))
        if lines:
            self._console.print(Group(*lines))
        self._live.update(render_progress(self.stats), refresh=True)
