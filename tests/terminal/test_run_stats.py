"""Counts and rates of a run."""

from tests.terminal.samples import statement
from worker.terminal.run_stats import RunStats


def test_a_deferred_url_counts_only_at_its_final_outcome() -> None:
    stats = RunStats()
    stats.add_outcome("u", "put_off", "politeness")
    assert (stats.articles, stats.deferred) == (0, {"u": "politeness"})
    stats.add_outcome("u", "done", None)
    assert (stats.articles, stats.done, stats.deferred) == (1, 1, {})


def test_a_task_of_another_worker_does_not_count_as_an_article() -> None:
    stats = RunStats()
    stats.add_outcome("u", "fenced", None)
    stats.add_outcome("v", "dead", "http_410")
    assert (stats.articles, stats.given_up["http_410"], stats.other_outcomes["fenced"]) == (1, 1, 1)


def test_rates_are_averages_over_the_last_seconds() -> None:
    stats = RunStats()
    stats.sample(100.0, None)
    for second in range(1, 21):
        for _ in range(10 if second <= 10 else 2):
            stats.add_event(statement())
        stats.sample(100.0 + second, None)
    assert stats.rates() == (2.0, 0.0)
    assert stats.elapsed_s == 20.0


def test_rates_are_zero_before_time_has_passed() -> None:
    stats = RunStats()
    assert stats.rates() == (0.0, 0.0)
    stats.sample(5.0, None)
    stats.sample(5.0, None)
    assert stats.rates() == (0.0, 0.0)


def test_an_endless_run_remembers_a_limited_number_of_speakers() -> None:
    stats = RunStats()
    for n in range(10_050):
        stats.add_event(statement(name=f"Speaker {n}"))
        stats.add_event(statement(name="Leena Tamsaar"))
    assert len(stats.speakers) <= 10_000
    assert stats.speakers["Leena Tamsaar"] == 10_050
    assert set(stats.roles) <= set(stats.speakers)
