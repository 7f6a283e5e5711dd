"""The trace of a URL as a collector receives it: one tree from the put to the stream entries."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
import structlog
from msgspec import Struct

from tests.telemetry.tracing.collector import Collector, ReceivedSpan
from tests.telemetry.tracing.conftest import (
    Answer,
    busy_at_first,
    collector_in_environment,
    fast,
    not_an_article,
    page,
    process_site,
    redirect,
    traced,
)
from worker.schema import KINDS, article_stream, event_stream
from worker.settings import Settings
from worker.streams import connect, range_entries
from worker.telemetry import metrics


class Run(Struct, kw_only=True):
    """Everything that one run recorded."""

    collector: Collector
    settings: Settings
    lines: list[Any]
    seconds: dict[str, float]
    """Increase of the stages' histogram in seconds, by stage."""
    traceparents: list[str]

    def of(self, path: str, name: str) -> list[ReceivedSpan]:
        """Return the spans of one name in the trace of one page."""
        put = next(s for s in self.collector.named("put") if s.attributes["url.full"].endswith(path))
        return [s for s in self.collector.named(name) if s.trace_id == put.trace_id]


def run(redis_url: str, pages: dict[str, Answer], **environ: str) -> Run:
    """Process a feed of these pages; runs share nothing."""
    settings = fast(Settings.of(redis_url=redis_url, key_prefix=f"test-{uuid.uuid4().hex[:12]}"))
    before = stage_seconds()
    with collector_in_environment() as collector, pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
            traceparents = asyncio.run(_run(settings, pages))
    raised = {stage: after - before[stage] for stage, after in stage_seconds().items()}
    return Run(collector=collector, settings=settings, lines=lines, seconds=raised, traceparents=traceparents)


async def _run(settings: Settings, pages: dict[str, Answer]) -> list[str]:
    async with traced():
        await process_site(settings, pages)
    prefix = settings.redis.key_prefix
    async with connect(settings.redis.url or "") as client:
        streams = [article_stream(prefix), *(event_stream(prefix, kind) for kind in KINDS)]
        entries = [entry for stream in streams for entry in await range_entries(client, stream, count=1000)]
        await client.unlink(*[key async for key in client.scan_iter(match=f"{prefix}*")])
    return [(entry.fields or {})[b"traceparent"].decode() for entry in entries]


def stage_seconds() -> dict[str, float]:
    metrics.init_series()
    samples = [sample for family in metrics.STAGES.collect() for sample in family.samples]
    return {s.labels["stage"]: s.value for s in samples if s.name.endswith("_sum")}


PAGES = {
    "/a": page,
    "/old": redirect("/older"),
    "/older": redirect("/new"),
    "/busy": busy_at_first(),
    "/sign-in": not_an_article,
}


@pytest.fixture(scope="module")
def ran(redis_url: str) -> Run:
    return run(redis_url, PAGES)


# ---------------------------------------------------------------- the tree
def test_the_spans_of_a_url_are_one_tree(ran: Run) -> None:
    (put,), (process,), (settle,), (digest,) = (ran.of("/a", name) for name in ("put", "process", "settle", "digest"))
    assert (put.parent_id, process.parent_id, settle.parent_id) == ("", put.span_id, process.span_id)
    assert (put.kind, process.kind, settle.kind) == ("producer", "consumer", "producer")
    assert ran.collector.child_names(process) == ["fetch", "digest", "settle"]
    assert ran.collector.child_names(digest) == ["parse", "extract"]


def test_log_lines_and_entries_have_the_ids_of_the_spans(ran: Run) -> None:
    (put,), (process,), (settle,) = (ran.of("/a", name) for name in ("put", "process", "settle"))
    logged = [line for line in ran.lines if line.get("url") == put.attributes["url.full"]]
    assert [line["event"] for line in logged] == ["found", "url"]
    assert {line["trace"] for line in logged} == {put.trace_id}
    written = [entry for entry in ran.traceparents if put.trace_id in entry]
    assert set(written) == {f"00-{put.trace_id}-{settle.span_id}-01"}
    assert len(written) == settle.attributes["messaging.batch.message_count"] == 1 + logged[1]["events"]
    assert sum(process.attributes.get(f"communique.events.{kind}", 0) for kind in KINDS) == logged[1]["events"]


def test_spans_have_the_attributes_of_the_semantic_conventions(ran: Run) -> None:
    (put,), (process,), (settle,) = (ran.of("/a", name) for name in ("put", "process", "settle"))
    stream = f"{ran.settings.redis.key_prefix}:ready"
    assert [s.name for s in (put, process, settle)] == [f"put {stream}", f"process {stream}", f"settle {stream}"]
    for span, operation in ((put, "send"), (process, "process"), (settle, "settle")):
        assert span.attributes["messaging.system"] == "redis"
        assert span.attributes["messaging.destination.name"] == stream
        assert span.attributes["messaging.operation.type"] == operation
    for span in (put, process):
        assert span.attributes["server.address"] == "127.0.0.1"
        assert span.attributes["communique.source"] == "courier"
        assert len(span.attributes["messaging.message.id"]) == 32
    assert process.attributes["messaging.consumer.group.name"] == "workers"
    assert (process.attributes["communique.outcome"], process.attributes["communique.attempt"]) == ("done", 0)
    assert {span.error for span in (put, process, settle)} == {None}
    assert {span.service for span in ran.collector.spans} == {"communique-test"}


def test_a_poll_of_a_source_is_a_trace_linked_from_its_urls(ran: Run) -> None:
    (poll,), puts = ran.collector.named("poll"), ran.collector.named("put")
    assert poll.parent_id == ""
    assert (poll.attributes["communique.outcome"], poll.attributes["communique.new"]) == ("read", len(PAGES))
    assert [put.links for put in puts] == [[poll.trace_id]] * len(PAGES)
    assert len({poll.trace_id, *(put.trace_id for put in puts)}) == 1 + len(PAGES)


def test_robots_txt_is_fetched_within_the_trace_that_needs_it(ran: Run) -> None:
    (poll,), (robots,) = ran.collector.named("poll"), ran.collector.named("robots")
    assert ran.collector.child_names(poll) == ["robots", "GET"]
    assert ran.collector.child_names(robots) == ["GET"]


def test_every_hop_of_a_redirect_is_a_request(ran: Run) -> None:
    hops = ran.of("/old", "GET")
    assert [hop.attributes["http.response.status_code"] for hop in hops] == [301, 301, 404]
    assert [hop.attributes["url.full"].rpartition("/")[2] for hop in hops] == ["old", "older", "new"]
    assert [hop.attributes.get("http.request.resend_count") for hop in hops] == [None, 1, 2]
    assert [(hop.kind, hop.error) for hop in hops[:2]] == [("client", None)] * 2


def test_a_retry_is_another_delivery_in_the_same_trace(ran: Run) -> None:
    (put,), (first, second) = ran.of("/busy", "put"), ran.of("/busy", "process")
    assert {first.parent_id, second.parent_id} == {put.span_id}
    assert [s.attributes["communique.attempt"] for s in (first, second)] == [0, 0]  # a fault of the host
    assert [s.attributes["communique.outcome"] for s in (first, second)] == ["put_off", "done"]
    assert (first.error, second.error) == ("http_500: Internal Server Error", None)
    assert ran.collector.child_names(first) == ["fetch", "put_back"]


@pytest.mark.parametrize(
    ("path", "reason", "where"),
    [("/old", "http_404", {"fetch", "GET"}), ("/sign-in", "not_an_article", {"digest"})],
)
def test_a_failure_is_an_error_of_its_stage_and_of_the_delivery(
    ran: Run, path: str, reason: str, where: set[str]
) -> None:
    (process,) = ran.of(path, "process")
    failed = [s for s in ran.collector.spans if s.error and s.trace_id == process.trace_id]
    assert {s.name for s in failed} == {process.name, *where}
    assert {s.attributes["error.type"] for s in failed} == {reason}
    assert (process.attributes["communique.outcome"], process.attributes["communique.reason"]) == ("dead", reason)
    assert ran.collector.child_names(process)[-1] == "dead_letter"


def test_a_task_that_waits_for_its_host_has_no_span_until_it_is_released(redis_url: str) -> None:
    ran = run(redis_url, {"/robots.txt": _crawl_delay, "/a": not_an_article, "/b": not_an_article})
    processed = ran.collector.named("process")
    assert [s.attributes["communique.outcome"] for s in processed] == ["dead"] * 3  # the feed lists robots.txt, too


def _crawl_delay() -> Any:
    response = not_an_article()
    response.text = "User-agent: *\nCrawl-delay: 0.7"
    return response


# ---------------------------------------------------------------- durations
def test_histogram_log_and_trace_have_the_same_durations(ran: Run) -> None:
    spans = {stage: ran.collector.named({"whole": "process"}.get(stage, stage)) for stage in ran.seconds}
    assert all(spans.values())
    for stage, raised in ran.seconds.items():
        assert sum(span.took_s for span in spans[stage]) == pytest.approx(raised, rel=1e-6), stage
    logged = sorted(line["ms"] for line in ran.lines if line["event"] == "url")
    assert logged == sorted(round(1000 * span.took_s) for span in spans["whole"])


# ---------------------------------------------------------------- sampling
def test_sampling_follows_from_the_trace_id_in_every_process(redis_url: str) -> None:
    half = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"}
    ran = run(redis_url, {f"/{n}": page for n in range(12)}, **half)
    sampled = {put.trace_id for put in ran.collector.named("put")}
    for name in ("process", "fetch", "GET", "settle"):
        found = {span.trace_id for span in ran.collector.named(name)}
        assert found - {poll.trace_id for poll in ran.collector.named("poll")} == sampled
    assert len({entry.split("-")[1] for entry in ran.traceparents}) == 12
    for _, trace_id, _, flags in (entry.split("-") for entry in ran.traceparents):
        assert flags == ("01" if trace_id in sampled else "00")
        assert (int(trace_id[16:], 16) < 1 << 63) == (trace_id in sampled)


def test_unsampled_spans_are_not_exported_and_flagged_so(redis_url: str) -> None:
    ran = run(redis_url, {"/a": page}, OTEL_TRACES_SAMPLER="always_off")
    assert ran.collector.spans == []
    assert {entry[-3:] for entry in ran.traceparents} == {"-00"}
