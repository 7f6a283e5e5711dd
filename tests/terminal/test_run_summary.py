"""The progress lines and the summary of a run."""

import re

import pytest
from rich.cells import cell_len

from tests.terminal.samples import EVENTS, rendered
from worker.terminal.run_stats import RunStats
from worker.terminal.run_summary import render_progress, render_summary


def busy_run() -> RunStats:
    stats = RunStats()
    stats.sample(0.0, 3)
    for event in EVENTS:
        stats.add_event(event)
    stats.add_outcome("a", "done", None)
    stats.add_outcome("b", "dead", "http_410")
    stats.add_outcome("c", "put_off", "politeness")
    stats.sample(2.0, 3)
    return stats


@pytest.mark.parametrize("width", [80, 140])
def test_the_progress_fits_the_terminal_and_names_every_figure(width: int) -> None:
    text = rendered(render_progress(busy_run()), width)
    assert "1 done · 3 to do · 1 given up (http 410 1)" in text
    assert "1 statement · 1 meeting · 1 decision" in text
    assert "1.5 events/s · 1.0 articles/s · 00:02" in text
    assert len(text.splitlines()) == 4
    assert max(map(cell_len, text.splitlines())) <= width


def test_without_a_known_backlog_the_progress_shows_the_deferred_tasks() -> None:
    stats = RunStats()
    stats.add_outcome("u", "put_off", "politeness")
    assert "0 done · 1 put off · 0 given up" in rendered(render_progress(stats))


def test_the_summary_has_no_empty_tables() -> None:
    assert "Most frequent speakers" in rendered(render_summary(busy_run()))
    assert "Most frequent speakers" not in rendered(render_summary(RunStats()))


@pytest.mark.parametrize("width", [80, 140])
def test_the_summary_lists_every_outcome(width: int) -> None:
    text = rendered(render_summary(busy_run()), width)
    for words in ("given up", "http 410", "still waiting", "politeness", "Leena Tamsaar", "cancelled", "2.0 s"):
        assert words in text
    assert max(map(cell_len, text.splitlines())) <= width


def test_a_meeting_of_many_parties_leaves_room_for_its_status_and_its_count() -> None:
    stats = RunStats()
    parties = tuple(f"{name} Longwinded-Surname" for name in ("Ana", "Jaan", "Petra", "Ivo", "Ruth"))
    stats.meetings[parties, "planned"] = 7
    text = rendered(render_summary(stats), 80)
    assert re.search(r"planned +7", text)
    assert all(name in text for name in ("Ana", "Ruth"))


def test_the_summary_of_an_empty_run_has_zero_totals() -> None:
    assert "0 articles, 0 events in 0.0 s" in rendered(render_summary(RunStats()))
