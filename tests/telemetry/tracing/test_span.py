"""A span knows how long it took, whoever listens; what it is told reaches OpenTelemetry as it can take it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import pytest

from tests.telemetry.tracing.collector import Collector, Seen
from worker.errors import NotYet, Permanent
from worker.schema import Task
from worker.telemetry.tracing import EnqueueSpan, export_traces, process_span, request_span, span


def sent(collector: Collector, name: str) -> Seen:
    (found,) = collector.named(name)
    return found


def test_without_a_listener_it_is_a_clock() -> None:
    with span("work") as it:
        first = it.stop()
        assert it.stop() == first > 0
        it.set({"a": 1})
        assert it.traceparent() is None


def test_a_stopped_clock_is_the_end_of_the_span(collector: Collector) -> None:
    with export_traces("test", "1"), span("work") as it:
        took_s = it.stop()
        sum(itertools.repeat(1, 10_000))
    assert sent(collector, "work").took_s == pytest.approx(took_s, rel=1e-9)


def test_an_attribute_without_a_value_is_none(collector: Collector) -> None:
    with export_traces("test", "1"), span("work", attributes={"a": 1, "b": None}):
        pass
    assert sent(collector, "work").attributes == {"a": 1}


@pytest.mark.parametrize(
    ("failure", "attributes", "error"),
    [
        (Permanent("http_404", "gone"), {"error.type": "http_404"}, "http_404: gone"),
        (Permanent("robots"), {"error.type": "robots"}, "robots"),
        (ValueError("odd"), {"error.type": "ValueError"}, "ValueError: odd"),
        (NotYet("host_busy", "later", 1.5), {"communique.reason": "host_busy", "communique.wait_s": 1.5}, None),
    ],
)
def test_an_exception_is_told_and_goes_on(
    collector: Collector, failure: Exception, attributes: dict[str, object], error: str | None
) -> None:
    with export_traces("test", "1"), pytest.raises(type(failure)), span("work"):
        raise failure
    assert (sent(collector, "work").attributes, sent(collector, "work").error) == (attributes, error)


async def test_work_that_is_cancelled_says_so(collector: Collector) -> None:
    async def work() -> None:
        with span("work"):
            await asyncio.Event().wait()

    with export_traces("test", "1"):
        working = asyncio.create_task(work())
        await asyncio.sleep(0)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    assert sent(collector, "work").attributes == {"communique.outcome": "cancelled"}


async def test_tasks_side_by_side_have_trees_of_their_own(collector: Collector) -> None:
    async def work(name: str) -> None:
        with span(name):
            await asyncio.sleep(0.01)
            with span(f"{name}-child"):
                await asyncio.sleep(0.01)

    with export_traces("test", "1"):
        await asyncio.gather(work("one"), work("two"))
    for name in ("one", "two"):
        assert sent(collector, f"{name}-child").parent_id == sent(collector, name).span_id


def test_what_is_no_unicode_spoils_no_batch(collector: Collector) -> None:
    with export_traces("test", "1"), pytest.raises(Permanent), span("work", attributes={"a": "x\udcff"}):
        raise Permanent("bad_url", "\ud800")
    assert (sent(collector, "work").attributes["a"], sent(collector, "work").error) == ("x?", "bad_url: ?")


@pytest.mark.parametrize("url", ["http://[x/", "https://a.example:port/", "", "nothing"])
def test_an_odd_url_ends_nothing(collector: Collector, url: str) -> None:
    with export_traces("test", "1"), process_span(Task(id="t", url=url), "urls", "workers", "me"), request_span(url):
        pass
    assert sent(collector, "process").attributes["url.full"] == url


def test_a_put_is_the_parent_that_deliveries_know_without_being_told(collector: Collector) -> None:
    task = Task(id="t", url="https://a.example/")
    with export_traces("test", "1"):
        EnqueueSpan("urls").done([task])
    with export_traces("other", "1"), process_span(task, "urls", "workers", "me"):
        pass
    put, process = sent(collector, "put"), sent(collector, "process")
    assert put.trace_id == process.trace_id == task.trace_id
    assert (put.parent_id, process.parent_id) == ("", put.span_id)
    assert process.attributes["server.port"] == 443
