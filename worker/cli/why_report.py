"""The history of one URL, as lines for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from worker.queue.find_task import MAX_QUEUED, InProgress, Ready, TaskPlace, ToRetry, Waiting
from worker.schema import kind_of
from worker.schema.plurals import plural
from worker.terminal.event_line import format_event
from worker.terminal.formatting import format_duration
from worker.terminal.sanitise import sanitise

if TYPE_CHECKING:
    from worker.monitor.url_history import UrlHistory
    from worker.settings import Settings

LABEL_WIDTH: Final = 10
MAX_EVENTS: Final = 100
"""Events shown; `--json` has all."""


def report_lines(history: UrlHistory, settings: Settings) -> list[str]:
    """Return the report: a label and a fact in each line; a line without a label continues the one above."""
    sections = {
        "url": [history.url],
        "task": [f"{history.task_id}{_trace(history)}"],
        "queued": [_queued(history)],
        "now": list(_now(history, settings)),
        "failures": list(_failures(history)),
        "host": [_host(history, settings)],
        "robots": [_robots(history)],
        "published": list(_published(history)),
    }
    return [
        f"{label if i == 0 else '':<{LABEL_WIDTH}}{sanitise(line)}".rstrip()
        for label, lines in sections.items()
        for i, line in enumerate(lines)
    ]


def _trace(history: UrlHistory) -> str:
    return f"   trace {history.task.trace_id} (in log lines)" if history.task and history.task.put_at else ""


def _queued(history: UrlHistory) -> str:
    task = history.task
    if task is not None:
        by = f"by the source {task.source}" if task.source else "by communique put, or over HTTP"
        by += f", under the address {task.url}" if task.url != history.url else ""
        return f"{_ago(task.put_at, history.at)}, {by}" if task.put_at else by
    if history.markers.article and history.publication and not history.markers.done:
        return "not by itself: another address led to its article, and is seen for it"
    if history.markers.seen:
        return "yes, but its task is no longer stored (settled without a publication of its own, or trimmed)"
    if history.is_known:
        return "not within COMMUNIQUE_SEEN_TTL_S"
    return "never, or longer ago than COMMUNIQUE_SEEN_TTL_S"


# ---------------------------------------------------------------- where it is now
def _now(history: UrlHistory, settings: Settings) -> Iterator[str]:
    """Yield the place of the task, or how it ended; its next visit, and dead letters, newest first, follow."""
    if history.found:
        attempt = f"attempt {history.found.task.attempt + 1} of {settings.retry.max_attempts}"
        yield f"{_place(history.found.place, history)}, {attempt}"
    elif history.markers.done or history.markers.article:
        yield "settled" if history.publication else "settled: its article was published before, or has been trimmed"
    elif not history.dead_letters:
        yield _not_found(history)
    if history.next_visit_at:
        wait_s = max(0.0, (history.next_visit_at - history.at).total_seconds())
        yield f"visited again at {_time(history.next_visit_at)}, in {format_duration(wait_s)}"
    for letter in history.dead_letters:
        yield f"dead letter {_ago(letter.buried_at, history.at)}: {letter.reason}: {letter.detail}"
        if letter.reason == "host_down":
            yield "  enqueued again when its host answers"


def _not_found(history: UrlHistory) -> str:
    if not history.is_known:
        return "unknown: nothing is stored of this URL"
    if history.host.waiting > MAX_QUEUED:
        return f"not found: the first {MAX_QUEUED:,} of {history.host.waiting:,} tasks of its host were searched"
    return "in no queue"


def _place(place: TaskPlace, history: UrlHistory) -> str:
    match place:
        case Waiting(position=position):
            return f"waits in the queue of {history.host.host}: place {position:,} of {history.host.waiting:,}"
        case Ready(since=since):
            return f"ready for a worker since {_ago(since, history.at)}"
        case InProgress() as it:
            deliveries = f"delivery {it.deliveries}, " if it.deliveries > 1 else ""
            renewed = f"{deliveries}lease renewed {format_duration(it.idle_s)} ago"
            return f"in progress at {it.worker} since {_ago(it.since, history.at)}, {renewed}"
        case ToRetry(due_at=due_at):
            wait_s = (due_at - history.at).total_seconds()
            return f"retried at {_time(due_at)}, in {format_duration(wait_s)}"


def _failures(history: UrlHistory) -> Iterator[str]:
    """Yield the failures that the task carries; the last failure of a dead letter is in its detail."""
    if not history.failures:
        yield "none before the one of the dead letter" if history.dead_letters and not history.found else "none"
    for failure in history.failures:
        yield f"{_ago(failure.at, history.at)}: {failure.reason}{f': {failure.detail}' if failure.detail else ''}"


# ---------------------------------------------------------------- host
def _host(history: UrlHistory, settings: Settings) -> str:
    host = history.host
    delay_s = settings.politeness.host_delay_s if host.delay_s is None else host.delay_s
    if host.reason is None:
        state = "works" if host.response_s is not None else "not requested yet"
    else:
        state = f"failing for {format_duration(host.down_s)}: {host.reason}, {host.failures} in a row"
    facts = [
        state,
        f"{plural(host.waiting, 'task')} in its queue, {host.active} active",
        f"delay {format_duration(delay_s)}",
    ]
    if wait_s := max(host.wait_s or 0.0, host.probe_s):
        facts.append(f"next request in {format_duration(wait_s)}")
    return f"{host.host}: {'; '.join(facts)}"


def _robots(history: UrlHistory) -> str:
    robots = history.robots
    if robots is None:
        return "not stored: fetched before the next request"
    verdict = "allowed" if robots.allowed else "disallowed"
    rule = f"by the line {robots.rule}" if robots.rule else "because no line matches"
    delay = f"; sets a delay of {format_duration(robots.delay_s)}" if robots.delay_s else ""
    return f"{verdict} {rule}{delay}; fetched {_ago(robots.fetched_at, history.at)}"


# ---------------------------------------------------------------- publication
def _published(history: UrlHistory) -> Iterator[str]:
    """Yield the publication and its events, or how many articles were searched for it."""
    found = history.publication
    if found is None:
        extent = "" if history.search_is_complete else " newest"
        yield f"not found in the{extent} {plural(history.articles_searched, 'article')} kept"
        return
    yield f"{_ago(found.at, history.at)}{f' by {found.worker}' if found.worker else ''}: {found.title or 'no title'}"
    if found.revision:
        yield f"revision {found.revision}: the page has changed since it was read first"
    if found.article_url != history.url:
        yield f"under the canonical URL {found.article_url}"
    if found.task and found.task.url != history.url:
        yield f"from another address: {found.task.url}"
    yield f"article {found.article_id}"
    kinds = Counter(kind_of(event) for event in found.events)
    yield ", ".join(plural(n, kind) for kind, n in kinds.items()) or "no events"
    yield from (f"  {format_event(event).plain}" for event in found.events[:MAX_EVENTS])
    if (more := len(found.events) - MAX_EVENTS) > 0:
        yield f"  and {more:,} more"


def _ago(at: datetime, now: datetime) -> str:
    return f"{_time(at)} ({format_duration((now - at).total_seconds())} ago)"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
