"""Events and outcomes -> what a person sees in a terminal."""

from worker.terminal.account import status, summary
from worker.terminal.explain import explained
from worker.terminal.lines import line, visible
from worker.terminal.overview import overview
from worker.terminal.screen import LiveView
from worker.terminal.tally import Tally

__all__ = ["LiveView", "Tally", "explained", "line", "overview", "status", "summary", "visible"]
