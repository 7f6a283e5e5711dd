"""Spans measure time with and without an exporter, and their attributes are exported in a valid form."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import pytest

from tests.telemetry.tracing.collector import Collector, ReceivedSpan
from worker.errors import NotYet, Permanent
from worker.schema import Task
from worker.telemetry.tracing import EnqueueSpan, export_traces, process_span, request_span, span


def received(collector: Collector, name: str) -> ReceivedSpan:
    (found,) = collector.named(name)
    return found


def test_without_an_exporter_a_span_only_measures_time() -> None:
    with span("work") as it:
        first = it.stop()
        assert it.stop() == first > 0
        it.set({"a": 1})
        assert it.traceparent() is None


def test_the_end_of_a_span_is_the_time_of_stop(collector: Collector) -> None:
    with export_traces("test", "1"), span("work") as it:
        took_s = it.stop()
        sum(itertools.repeat(1, 10_000))
    assert received(collector, "work").took_s == pytest.approx(took_s, rel=1e-9)


def test_an_attribute_without_a_value_is_left_out(collector: Collector) -> None:
    with export_traces("test", "1"), span("work", attributes={"a": 1, "b": None}):
        pass
    assert received(collector, "work").attributes == {"a": 1}


@pytest.mark.parametrize(
    ("failure", "attributes", "error"),
    [
        (Permanent("http_404", "gone"), {"error.type": "http_404"}, "http_404: gone"),
        (Permanent("robots"), {"error.type": "robots"}, "robots"),
        (ValueError("odd"), {"error.type": "ValueError"}, "ValueError: odd"),
        (NotYet("host_busy", "later", 1.5), {"communique.reason": "host_busy", "communique.wait_s": 1.5}, None),
    ],
)
def test_an_exception_is_recorded_and_propagates(
    collector: Collector, failure: Exception, attributes: dict[str, object], error: str | None
) -> None:
    with export_traces("test", "1"), pytest.raises(type(failure)), span("work"):
        raise failure
    assert (received(collector, "work").attributes, received(collector, "work").error) == (attributes, error)


async def test_cancelled_work_is_recorded_as_cancelled(collector: Collector) -> None:
    async def work() -> None:
        with span("work"):
            await asyncio.Event().wait()

    with export_traces("test", "1"):
        working = asyncio.create_task(work())
        await asyncio.sleep(0)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    assert received(collector, "work").attributes == {"communique.outcome": "cancelled"}


async def test_concurrent_tasks_have_separate_trees(collector: Collector) -> None:
    async def work(name: str) -> None:
        with span(name):
            await asyncio.sleep(0.01)
            with span(f"{name}-child"):
                await asyncio.sleep(0.01)

    with export_traces("test", "1"):
        await asyncio.gather(work("one"), work("two"))
    for name in ("one", "two"):
        assert received(collector, f"{name}-child").parent_id == received(collector, name).span_id


def test_lone_surrogates_do_not_invalidate_a_batch(collector: Collector) -> None:
    with export_traces("test", "1"), pytest.raises(Permanent), span("work", attributes={"a": "x\udcff"}):
        raise Permanent("bad_url", "\ud800")
    assert (received(collector, "work").attributes["a"], received(collector, "work").error) == ("x?", "bad_url: ?")


@pytest.mark.parametrize("url", ["http://[x/", "https://a.example:port/", "", "nothing"])
def test_a_malformed_url_raises_nothing(collector: Collector, url: str) -> None:
    with export_traces("test", "1"), process_span(Task(id="t", url=url), "urls", "workers", "me"), request_span(url):
        pass
    assert received(collector, "process").attributes["url.full"] == url


def test_a_delivery_derives_its_parent_from_the_task(collector: Collector) -> None:
    task = Task(id="t", url="https://a.example/")
    with export_traces("test", "1"):
        EnqueueSpan("urls").done([task])
    with export_traces("other", "1"), process_span(task, "urls", "workers", "me"):
        pass
    put, process = received(collector, "put"), received(collector, "process")
    assert put.trace_id == process.trace_id == task.trace_id
    assert (put.parent_id, process.parent_id) == ("", put.span_id)
    assert process.attributes["server.port"] == 443
