"""The judge counts by id, and what it reads is complete."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from tests.compose.direct_reading import event_ids
from tests.compose.installation import ROOT
from tests.compose.judge import Verdict, judge, line_ids, stream_ids
from tests.compose.report import Report
from tests.compose.site import HOSTS, STORIES, article_urls, feed_of, page_at
from worker.parse.feed import parse_feed
from worker.pipeline.process_page import process_page
from worker.streams.embedded_server import run_embedded_server


@pytest.mark.parametrize(
    ("found", "missing", "doubled", "unknown"),
    [
        (["a", "b", "c"], 0, 0, 0),
        (["c", "a", "b"], 0, 0, 0),
        (["a", "b"], 1, 0, 0),
        (["a", "b", "b"], 1, 1, 0),  # as many as expected
        (["a", "b", "c", "c", "c"], 0, 2, 0),
        (["a", "b", "c", "d", "d"], 0, 0, 2),
        ([], 3, 0, 0),
    ],
)
def test_each_event_is_counted_by_its_id(found: list[str], missing: int, doubled: int, unknown: int) -> None:
    verdict = judge(["a", "b", "c"], found)
    assert verdict == Verdict(expected=3, missing=missing, doubled=doubled, unknown=unknown)
    assert verdict.holds == (not (missing or doubled or unknown))
    assert verdict.delivered == (not (missing or unknown))


def test_an_id_that_is_expected_twice_must_be_found_twice() -> None:
    assert judge(["a", "a"], ["a", "a"]).holds
    assert judge(["a", "a"], ["a"]).missing == 1


async def test_the_streams_of_all_kinds_are_read_in_batches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.compose.judge.BATCH", 3)
    async with run_embedded_server(tmp_path) as url:
        with Redis.from_url(url, protocol=2) as client:
            ids = [f"{n}" for n in range(10)]
            for n, name in enumerate(ids):
                kind = ("statement", "decision")[n % 2]
                client.xadd(f"communique:events:{kind}", {"id": name})
            assert sorted(stream_ids(client)) == ids


def test_an_incomplete_last_line_is_no_event() -> None:
    assert list(line_ids(['{"id":"a"}\n', '{"id":"b"'])) == ["a"]


# ---------------------------------------------------------------- pages
def test_consecutive_articles_are_on_different_hosts_and_all_are_different() -> None:
    urls = article_urls(80, 0, 2 * HOSTS)
    assert len(set(urls)) == 2 * HOSTS
    assert len({url.split("/")[2] for url in urls[:HOSTS]}) == HOSTS


def test_each_article_has_events_of_its_own() -> None:
    first, other = article_urls(80, 0, 1), article_urls(80, len(STORIES), len(STORIES) + 1)
    ids, others = event_ids(first), event_ids(other)
    assert len(ids) == len(set(ids)) == len(others) > 0
    assert not set(ids) & set(others)


@pytest.mark.parametrize("url", article_urls(80, 0, len(STORIES)))
def test_each_page_is_its_own_canonical_address(url: str) -> None:
    assert process_page(page_at(url)).article.url == url.replace(":80/", "/")


def test_reading_that_was_begun_can_be_abandoned() -> None:
    program = (
        "from tests.compose.direct_reading import direct_reading\n"
        "from tests.compose.site import article_urls\n"
        "if __name__ == '__main__':\n"
        "    with direct_reading() as reading:\n"
        "        reading.add(article_urls(80, 0, 20_000))\n"
    )
    # Without a file there is no main module that the processes could import.
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=300, check=False)
    assert ended.returncode == 0


def test_an_unknown_page_is_not_found() -> None:
    with pytest.raises(KeyError):
        page_at("http://news-0.test:80/news/none-1")


def test_the_feed_lists_the_articles() -> None:
    urls = article_urls(80, 5, 9)
    found = parse_feed(feed_of(urls), "http://news.test/feed.xml")
    assert [link.url for link in found] == urls


# ---------------------------------------------------------------- the table
def test_a_step_fails_by_its_events_and_by_its_checks() -> None:
    report = Report()
    with report.step("complete") as complete:
        complete.verdict = judge(["a"], ["a"])
    with report.step("read twice by a group") as group:
        group.verdict, group.at_least_once = judge(["a"], ["a", "a"]), True
    with report.step("published twice") as doubled:
        doubled.verdict = judge(["a"], ["a", "a"])
    assert [step.holds for step in report.steps] == [True, True, False]
    assert not report.holds
    assert "| published twice | 0 | 1 | 0 | 1 | FAILED |" in report.table()


def test_a_check_or_an_exception_fails_a_step() -> None:
    report = Report()
    with report.step("checked") as step:
        step.check(True, "first")
        step.check(False, "second")
        step.check(False, "third")
    assert not report.holds
    assert "FAILED; second; third" in report.table()
    other = Report()
    with pytest.raises(ValueError, match="broken"), other.step("broken"):
        raise ValueError("broken")
    assert not other.holds
    assert "FAILED; ValueError: broken" in other.table()


def test_an_incomplete_run_does_not_hold() -> None:
    assert not Report().holds
    report = Report()
    with report.step("first"):
        pass
    report.broken = True
    assert not report.holds
