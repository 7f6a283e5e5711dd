"""Observers of a local run: a printer of JSON lines, and a recorder of the URLs without an article."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from worker.cli.advice import advice_for
from worker.cli.command import print_error
from worker.schema.plurals import plural
from worker.subscribe import to_json

if TYPE_CHECKING:
    from worker.local import RunObserver
    from worker.schema import Event


class JsonLinesObserver:
    """Prints events to stdout, one per line; the outcomes of URLs are only logged."""

    def on_event(self, event: Event) -> None:
        """Print one event and flush."""
        sys.stdout.write(to_json(event) + "\n")
        sys.stdout.flush()

    def on_outcome(self, url: str, outcome: str, reason: str | None = None, detail: str | None = None) -> None:
        """Do nothing: the consumer logs outcomes."""

    def on_tick(self, now_s: float, backlog: int | None = None) -> None:
        """Do nothing."""


class OutcomeRecorder:
    """Forwards every call to another observer, and records the URLs that were given up or seen in an earlier run."""

    def __init__(self, observer: RunObserver) -> None:
        """`observer`: receives every call made to this recorder, in which no outcome is recorded yet."""
        self._observer = observer
        self._given_up: list[tuple[str, str]] = []
        self._seen: list[str] = []
        self.on_event = observer.on_event
        self.on_tick = observer.on_tick

    def on_outcome(self, url: str, outcome: str, reason: str | None = None, detail: str | None = None) -> None:
        """Record an outcome without an article, and forward it."""
        if outcome == "dead":
            self._given_up.append((url, describe_given_up(reason or outcome, detail or "")))
        elif outcome == "seen":
            self._seen.append(url)
        self._observer.on_outcome(url, outcome, reason, detail)

    def print_failures(self) -> int:
        """Print the recorded URLs to stderr and return the exit status: 1 if any was given up."""
        from worker.terminal.sanitise import sanitise

        for url, why in self._given_up:
            print_error(sanitise(f"given up: {url}: {why}"))
        if self._seen:
            skipped = plural(len(self._seen), "URL")
            print_error(f"skipped, read in an earlier run: {skipped} (a new COMMUNIQUE_DATA_DIR reads them again)")
        return int(bool(self._given_up))


def describe_given_up(reason: str, detail: str) -> str:
    """Return the reason code, and what to do about it if there is general advice."""
    advice = advice_for(reason, detail)
    return f"{reason} ({advice})" if advice else reason
