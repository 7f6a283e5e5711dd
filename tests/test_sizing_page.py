"""docs/sizing.md: the tables of sizes follow from the table of costs by the formulas on the page."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from statistics import mean as mean_of

import pytest

from tests.benchmarks.news_pages import news_pages
from tests.pages import DOCS
from worker.parse import parse_article
from worker.pipeline.extract_events import extract_events
from worker.settings import Settings

PAGE = (DOCS / "sizing.md").read_text(encoding="utf-8")
ARTICLES_A_DAY = (10_000, 1_000_000, 10_000_000, 100_000_000)
PEAK, USED, PROCESSES, LIFE_DAYS = 3, 0.7, 2, 40
READING_DAYS, COPY_DAYS = 3, 2 * 4 / 3
UNITS = {
    "": 1.0,
    "%": 0.01,
    "µs": 1e-6,
    "ms": 1e-3,
    "kB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "TB": 1e12,
    "bytes": 1.0,
    "kbit/s": 1e3,
    "Mbit/s": 1e6,
    "Gbit/s": 1e9,
}


def quantity(text: str) -> float:
    """Return a number with its unit ("3.2 GB") in seconds, bytes, bits per second or none."""
    number, _, unit = text.strip().partition(" ")
    return float(number.replace(",", "")) * UNITS[unit]


def rows() -> dict[str, list[str]]:
    """Return the cells of the tables of the page by the first cell of their rows."""
    lines = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ")]
    return {first.strip(): [cell.strip() for cell in rest] for first, *rest in lines}


ROWS = rows()
COST = {name: quantity(ROWS[f"`{name}`"][1]) for name in "cxsmrtgioa"}


def mean(n: int) -> float:
    return n / 86_400


def peak(n: int) -> float:
    return PEAK * mean(n)


def cores(n: int) -> float:
    return peak(n) * COST["c"] / USED


FORMULAS: dict[str, Callable[[int], float]] = {
    "articles per second, mean": mean,
    "articles per second, peak": peak,
    "cores for the workers": cores,
    "workers with two processes": lambda n: max(2, math.ceil(cores(n) / PROCESSES)),
    "Redis: share of one core, peak": lambda n: peak(n) * COST["x"],
    "Redis: markers": lambda n: n * LIFE_DAYS * COST["m"],
    "Redis: readings and texts": lambda n: n * (READING_DAYS * COST["r"] + COPY_DAYS * COST["t"]),
    "Redis: streams of one day": lambda n: n * COST["s"],
    "Redis: streams of one hour, peak": lambda n: peak(n) * 3600 * COST["s"],
    "append-only file, written per day": lambda n: n * COST["a"],
    "from the web, peak": lambda n: 8 * peak(n) * COST["g"],
    "to Redis, peak": lambda n: 8 * peak(n) * COST["i"],
    "from Redis to each subscriber of everything, peak": lambda n: 8 * peak(n) * COST["o"],
    "hosts, at least": lambda n: math.ceil(peak(n) * Settings().politeness.host_delay_s),
}


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_a_row_of_the_sizes_follows_from_the_costs(name: str) -> None:
    shown = [quantity(cell) for cell in ROWS[name]]
    assert shown == pytest.approx([FORMULAS[name](n) for n in ARTICLES_A_DAY], rel=0.05)  # two digits


def test_the_constants_are_those_of_the_page_and_of_the_settings() -> None:
    assert f"a peak of {PEAK} times the mean" in PAGE
    assert f"{USED:.0%} of a core".replace("%", " %") in PAGE
    marker_days = Settings().queue.seen_ttl_s / 86_400
    assert marker_days * 4 / 3 == LIFE_DAYS  # a bucket of markers lives for a third longer
    assert f"{LIFE_DAYS} days" in PAGE
    assert Settings().queue.reading_ttl_s / 86_400 == READING_DAYS
    assert Settings().queue.copy_ttl_s / 86_400 * 4 / 3 == COPY_DAYS
    assert f"{READING_DAYS} days × r + {COPY_DAYS:.1f} days × t" in PAGE  # noqa: RUF001 - as on the page


def test_the_article_of_the_page_is_that_of_the_benchmarks() -> None:
    articles = [parse_article(page) for page in news_pages()]
    words = mean_of([len(article.text.split()) for article in articles])
    events = mean_of([len(extract_events(article)) for article in articles])
    assert f"An article has {round(words, -2):.0f} words and {events:.0f} events" in PAGE


MEMORY: dict[str, float] = {"1 GB": 1e9, "16 GB": 16e9, "64 GB": 64e9}


def count_of(text: str) -> float:
    return float(text.removesuffix(" million").replace(",", "")) * (1e6 if text.endswith(" million") else 1)


@pytest.mark.parametrize("size", MEMORY)
def test_a_row_of_the_memory_follows_from_the_costs(size: str) -> None:
    shown = [count_of(cell) for cell in ROWS[size]]
    kept = MEMORY[size] / 2 / COST["s"]
    lives = ((LIFE_DAYS, READING_DAYS, COPY_DAYS), (7 * 4 / 3, READING_DAYS, COPY_DAYS), (7 * 4 / 3, 1, 4 / 3))
    marked = [
        MEMORY[size] / 4 / (marker * COST["m"] + reading * COST["r"] + copy * COST["t"])
        for marker, reading, copy in lives
    ]
    assert shown == pytest.approx([kept, *marked], rel=0.05)


def test_the_columns_are_the_sizes() -> None:
    (header,) = re.findall(r"(?m)^\| articles a day \|(.*)\|$", PAGE)
    assert [cell.strip() for cell in header.split("|")] == ["10 thousand", "1 million", "10 million", "100 million"]
