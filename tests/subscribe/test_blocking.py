from __future__ import annotations

import asyncio
import doctest
import gc
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import redis.exceptions

from tests.subscribe.published import event, person, publish
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
def on(redis_url: str, settings: Settings) -> Iterator[dict[str, Any]]:
    """Where a test's subscriptions listen; no thread may be left behind."""
    yield {"redis_url": redis_url, "prefix": settings.redis.key_prefix}
    assert "communique-subscription" not in {thread.name for thread in threading.enumerate()}


def test_what_there_is_comes_in_order_and_then_it_ends(on: dict[str, Any], settings: Settings) -> None:
    published(on["redis_url"], settings, "s1", "m1", "s2", "d1")
    with subscribe_sync(**on, after="0", idle_s=0.1) as events:
        assert [e.id for e in events] == ["s1", "m1", "s2", "d1"]
        assert next(events, None) is None
        published(on["redis_url"], settings, "s3")
        assert next(events).id == "s3"


def test_it_resumes_at_its_position_and_in_its_group(on: dict[str, Any], settings: Settings) -> None:
    published(on["redis_url"], settings, "s1", "m1", "s2")
    with subscribe_sync(**on, after="0") as events:
        assert next(events).id == "s1"
        position = events.position
    with subscribe_sync(**on, after=position, group="g") as events:
        assert [r.kind for _, r in zip(range(2), events.received(), strict=False)] == ["meeting", "statement"]
        events.acknowledge()
    with subscribe_sync(**on, group="g", idle_s=0.05) as events:
        assert list(events) == []


def test_a_wait_that_is_interrupted_loses_no_event_and_moves_no_position(
    on: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subscribe_sync(**on, after="0") as events:
        position = events.position
        coming = events._submit(events._wait_for_event())
        events._pending = coming
        monkeypatch.setattr(coming, "result", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(events)
        monkeypatch.undo()
        published(on["redis_url"], settings, "s1", "s2")
        while not coming.done():
            time.sleep(0.005)
        assert events.position == position
        assert [next(events).id, next(events).id] == ["s1", "s2"]


def _interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt


async def test_it_works_where_a_loop_is_running(on: dict[str, Any], settings: Settings) -> None:
    async with connect(on["redis_url"]) as client:
        await publish(client, settings, "d1")
    with subscribe_sync(**on, after="0") as events:
        assert next(events).id == "d1"


def test_one_that_is_forgotten_leaves_nothing_behind(on: dict[str, Any], settings: Settings) -> None:
    published(on["redis_url"], settings, "s1")
    before = threading.active_count()
    events = subscribe_sync(**on, after="0")
    next(events)
    assert threading.active_count() == before + 1
    thread = events._thread
    del events
    gc.collect()
    thread.join(5)
    assert threading.active_count() == before


def test_a_closed_one_says_so(on: dict[str, Any]) -> None:
    events = subscribe_sync(**on)
    events.close()
    events.close()
    with pytest.raises(ValueError, match="closed"):
        next(events)


def test_a_redis_that_is_not_there_is_an_error_at_once(on: dict[str, Any]) -> None:
    with (
        pytest.raises(redis.exceptions.ConnectionError, match="cannot use Redis"),
        subscribe_sync(**on | {"redis_url": "redis://localhost:1"}),
    ):
        pass


async def test_the_examples_are_true(private_redis_url: str) -> None:
    parties = [person("Liis Tamm", "EE"), person("Aino Ranta", "FI")]
    async with connect(private_redis_url) as client:
        said = event("statement", "s", sentence=Span(start=0, end=len(HARBOUR), text=HARBOUR))
        met = event("meeting", "m", sentence=Span(start=0, end=len(MET), text=MET), participants=parties)
        assert isinstance(met, Meeting)
        await publish(client, Settings(), said, met)
    shown = {name: getattr(package, name).__doc__ for name in ("subscribe", "subscribe_sync")}
    for name, text in shown.items():
        here = text.replace("redis://localhost:6379/0", private_redis_url)
        example = doctest.DocTestParser().get_doctest(here, vars(package).copy(), name, None, None)
        assert example.examples
        ran = await asyncio.to_thread(doctest.DocTestRunner().run, example)
        assert ran.failed == 0
