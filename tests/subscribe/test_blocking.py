from __future__ import annotations

import asyncio
import doctest
import gc
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import redis.exceptions

from tests.subscribe.published import make_event, person, publish
from worker import subscribe as package
from worker.schema import Meeting, Span
from worker.settings import Settings
from worker.streams import connect
from worker.subscribe import subscribe_sync

if TYPE_CHECKING:
    from collections.abc import Iterator

HARBOUR = '"We will keep the harbour open all winter," Estonian Transport Minister Liis Tamm said on Tuesday.'
MET = "She had met Finnish Prime Minister Aino Ranta on Monday."


def published(url: str, settings: Settings, *events: Any) -> None:
    async def put() -> None:
        async with connect(url) as client:
            await publish(client, settings, *events)

    asyncio.run(put())


@pytest.fixture
def target(redis_url: str, settings: Settings) -> Iterator[dict[str, Any]]:
    """Arguments of `subscribe_sync` for this test's server and prefix; checks that no thread is left running."""
    yield {"redis_url": redis_url, "prefix": settings.redis.key_prefix}
    assert "communique-subscription" not in {thread.name for thread in threading.enumerate()}


def test_the_existing_events_are_returned_in_order_until_the_idle_timeout(
    target: dict[str, Any], settings: Settings
) -> None:
    published(target["redis_url"], settings, "s1", "m1", "s2", "d1")
    with subscribe_sync(**target, after="0", idle_s=0.1) as events:
        assert [e.id for e in events] == ["s1", "m1", "s2", "d1"]
        assert next(events, None) is None
        published(target["redis_url"], settings, "s3")
        assert next(events).id == "s3"


def test_it_resumes_at_its_position_and_in_its_group(target: dict[str, Any], settings: Settings) -> None:
    published(target["redis_url"], settings, "s1", "m1", "s2")
    with subscribe_sync(**target, after="0") as events:
        assert next(events).id == "s1"
        position = events.position
    with subscribe_sync(**target, after=position, group="g") as events:
        assert [r.kind for _, r in zip(range(2), events.received(), strict=False)] == ["meeting", "statement"]
        events.acknowledge()
    with subscribe_sync(**target, group="g", idle_s=0.05) as events:
        assert list(events) == []


def test_an_interrupted_wait_loses_no_event_and_moves_no_position(
    target: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subscribe_sync(**target, after="0") as events:
        position = events.position
        pending = events._submit(events._wait_for_event())
        events._pending = pending
        monkeypatch.setattr(pending, "result", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(events)
        monkeypatch.undo()
        published(target["redis_url"], settings, "s1", "s2")
        while not pending.done():
            time.sleep(0.005)
        assert events.position == position
        assert [next(events).id, next(events).id] == ["s1", "s2"]


def _interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt


async def test_it_works_inside_a_running_event_loop(target: dict[str, Any], settings: Settings) -> None:
    async with connect(target["redis_url"]) as client:
        await publish(client, settings, "d1")
    with subscribe_sync(**target, after="0") as events:
        assert next(events).id == "d1"


def test_a_garbage_collected_subscription_leaves_no_thread(target: dict[str, Any], settings: Settings) -> None:
    published(target["redis_url"], settings, "s1")
    events = subscribe_sync(**target, after="0")
    next(events)
    thread = events._thread
    assert thread.is_alive()
    del events
    gc.collect()
    thread.join(5)
    assert not thread.is_alive()


def test_a_closed_subscription_raises_an_error(target: dict[str, Any]) -> None:
    events = subscribe_sync(**target)
    events.close()
    events.close()
    with pytest.raises(ValueError, match="closed"):
        next(events)


def test_an_unavailable_redis_is_an_error_at_once(target: dict[str, Any]) -> None:
    with (
        pytest.raises(redis.exceptions.ConnectionError, match="cannot use Redis"),
        subscribe_sync(**target | {"redis_url": "redis://localhost:1"}),
    ):
        pass


async def test_the_examples_in_docstrings_are_correct(private_redis_url: str) -> None:
    parties = [person("Liis Tamm", "EE"), person("Aino Ranta", "FI")]
    async with connect(private_redis_url) as client:
        statement = make_event("statement", "s", sentence=Span(start=0, end=len(HARBOUR), text=HARBOUR))
        meeting = make_event("meeting", "m", sentence=Span(start=0, end=len(MET), text=MET), participants=parties)
        assert isinstance(meeting, Meeting)
        await publish(client, Settings(), statement, meeting)
    shown = {name: getattr(package, name).__doc__ for name in ("subscribe", "subscribe_sync")}
    for name, text in shown.items():
        here = text.replace("redis://localhost:6379/0", private_redis_url)
        example = doctest.DocTestParser().get_doctest(here, vars(package).copy(), name, None, None)
        assert example.examples
        ran = await asyncio.to_thread(doctest.DocTestRunner().run, example)
        assert ran.failed == 0
