"""Events and outcomes -> what a person sees in a terminal."""

from worker.view.account import status, summary
from worker.view.explain import explained
from worker.view.lines import line, visible
from worker.view.overview import overview
from worker.view.screen import LiveView
from worker.view.tally import Tally

__all__ = ["LiveView", "Tally", "explained", "line", "overview", "status", "summary", "visible"]
