"""The display of a run: redrawn on a terminal, plain lines elsewhere."""

import pytest

from tests.terminal.samples import console, output, statement
from worker.terminal.event_line import format_event
from worker.terminal.live_view import LiveView


def test_without_a_terminal_each_event_is_printed_at_once_as_one_plain_line() -> None:
    screen = console(40)
    with LiveView(screen) as view:
        view.on_event(statement("“" + "ice " * 40 + "”"))
        assert output(screen) == format_event(statement("“" + "ice " * 40 + "”")).plain + "\n"
        view.on_tick(1.0)
    assert "\x1b" not in output(screen)
    assert "Summary" in output(screen)


def test_on_a_terminal_a_tick_draws_the_events_and_the_progress() -> None:
    screen = console(100, terminal=True, TERM="xterm-256color")
    with LiveView(screen) as view:
        view.on_event(statement())
        view.on_outcome("u", "done")
        assert "Tamsaar" not in output(screen)
        view.on_tick(1.0, backlog=7)
        assert "Tamsaar" in output(screen)
        assert "7 to do" in output(screen)
    assert "\x1b[?25l" in output(screen)
    assert output(screen).rindex("\x1b[?25h") > output(screen).rindex("\x1b[?25l"), "the cursor is still hidden"


def test_the_terminal_is_restored_when_the_run_fails() -> None:
    screen = console(100, terminal=True, TERM="xterm")

    def fail() -> None:
        with LiveView(screen) as view:
            view.on_event(statement())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "\x1b[?25h" in output(screen)
    assert "Tamsaar" in output(screen)


def test_no_color_is_respected() -> None:
    screen = console(100, terminal=True, TERM="xterm", NO_COLOR="1")
    with LiveView(screen) as view:
        view.on_event(statement())
        view.on_tick(1.0)
    assert "\x1b[36m" not in output(screen)
    assert "Tamsaar" in output(screen)


def test_a_dumb_terminal_gets_plain_lines() -> None:
    screen = console(100, terminal=True, TERM="dumb")
    with LiveView(screen) as view:
        view.on_event(statement())
        assert "Tamsaar" in output(screen)
        view.on_tick(1.0)
    assert "\x1b[?25l" not in output(screen)


def test_a_burst_of_events_is_shortened_and_the_omitted_ones_are_counted() -> None:
    screen = console(100, terminal=True, TERM="xterm")
    with LiveView(screen) as view:
        for n in range(100):
            view.on_event(statement(name=f"Speaker {n}."))
        view.on_tick(1.0)
        assert "60 more events" in output(screen)
        assert "Speaker 99." in output(screen)
        assert view.stats.kinds["statement"] == 100


def test_closing_twice_prints_one_summary() -> None:
    screen = console()
    view = LiveView(screen)
    view.close()
    view.close()
    assert output(screen).count("Summary") == 1


@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_error_before_the_first_result_is_not_followed_by_an_empty_summary(is_terminal: bool) -> None:
    screen = console(100, terminal=is_terminal, TERM="xterm")

    def fail() -> None:
        with LiveView(screen) as view:
            view.on_tick(1.0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "Summary" not in output(screen)
