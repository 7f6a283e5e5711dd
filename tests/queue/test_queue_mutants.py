"""The protocol with one line wrong, each in its own way: the tests of the queue must notice every one."""

# ruff: noqa: E501 - the table reads as one, a mutant a line
from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from tests.queue import test_url_queue as tests
from tests.queue.test_url_queue import out, settings, workers  # noqa: F401 - fixtures
from worker.queue import UrlQueue, scripts
from worker.streams import Script, group

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from worker.settings import Settings
    from worker.streams import StreamWrite

ACK = "redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])\n"
FENCE = "if fence then return fence end\n"
GONE = "if not pending then return 'gone' end\n"
OWNER = "pending[2] ~= ARGV[2] or "
COUNTER = " or pending[4] ~= tonumber(ARGV[4])"
MARKER = "first(KEYS[2])"
PUBLICATION = "first(KEYS[3])"

SETTLE, PUT, DEFER, DEAD_LETTER = "SETTLE", "PUT", "DEFER", "DEAD_LETTER"
CLAIM, RENEW, REAP_CONSUMERS = "CLAIM", "RENEW", "REAP_CONSUMERS"

MUTANTS: list[tuple[str, str, str, str, Callable[..., Any]]] = [
    ("no fence on the owner", SETTLE, OWNER, "", tests.test_a_settle_is_for_the_owner_alone),
    ("no fence on the counter", SETTLE, COUNTER, "", tests.test_an_earlier_delivery_to_the_same_worker_is_fenced_by_its_counter),
    ("not pending is no obstacle", SETTLE, GONE, "pending = pending or {0, ARGV[2], 0, tonumber(ARGV[4])}\n", tests.test_settling_again_after_a_lost_reply_changes_nothing),
    ("marker before the type check", SETTLE, "for i = 4, #KEYS do", f"if not {MARKER} then return 'duplicate' end\nfor i = 4, #KEYS do", tests.test_a_target_of_the_wrong_type_leaves_nothing_written_and_the_task_pending),
    ("no type check", SETTLE, "if type_error then return type_error end", "", tests.test_a_target_of_the_wrong_type_leaves_nothing_written_and_the_task_pending),
    ("no marker", SETTLE, f"if {MARKER} and ", "if ", tests.test_what_a_task_did_not_publish_is_no_obstacle_to_another),
    ("no markers", SETTLE, f"if {MARKER} and {PUBLICATION} then", "if true then", tests.test_a_task_enqueued_twice_writes_once),
    ("no marker of what is published", SETTLE, f" and {PUBLICATION}", "", tests.test_two_tasks_that_lead_to_one_publication_write_once),
    ("published is marked first", SETTLE, f"{MARKER} and {PUBLICATION}", f"{PUBLICATION} and {MARKER}", tests.test_what_a_task_did_not_publish_is_no_obstacle_to_another),
    ("no acknowledgement", SETTLE, ACK, "", tests.test_what_is_put_is_read_and_once_settled_is_gone),
    ("no deletion", SETTLE, "redis.call('XDEL', KEYS[1], ARGV[3])", "", tests.test_what_is_put_is_read_and_once_settled_is_gone),
    ("settled without a fence", SETTLE, FENCE, "", tests.test_only_the_owner_of_a_lease_writes),
    ("put off without a fence", DEFER, FENCE, "", tests.test_a_stalled_worker_can_neither_put_off_nor_bury_nor_renew),
    ("put off and kept", DEFER, ACK, "", tests.test_depth_counts_and_ages),
    ("buried without a fence", DEAD_LETTER, FENCE, "", tests.test_a_stalled_worker_can_neither_put_off_nor_bury_nor_renew),
    ("seen is not remembered", PUT, "redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[2])", "", tests.test_a_url_seen_before_is_not_put_again_not_even_after_it_is_done),
    ("renewed whoever owns it", RENEW, "p[2] == ARGV[2] and ", "", tests.test_a_stalled_worker_cannot_steal_an_entry_back),
    ("renewed whichever delivery", RENEW, " and p[4] == tonumber(ARGV[i + 1])", "", tests.test_an_earlier_delivery_to_the_same_worker_is_fenced_by_its_counter),
    ("renewing counts as a delivery", RENEW, ", 'JUSTID'", "", tests.test_a_renewed_lease_is_not_claimed),
    ("one's own tasks are claimed", CLAIM, "if not (p[2] == consumer and held[p[1]]) then", "if true then", tests.test_a_worker_does_not_claim_what_it_holds_but_does_what_a_lost_reply_gave_it),
    ("claimed though not idle", CLAIM, "'IDLE', idle_ms, ", "", tests.test_a_renewed_lease_is_not_claimed),
    ("consumers with pending tasks deleted", REAP_CONSUMERS, "consumer.pending == 0 and ", "", tests.test_only_silent_consumers_that_hold_nothing_are_collected),
    ("consumers heard of lately deleted", REAP_CONSUMERS, " and consumer.idle >= tonumber(ARGV[3])", "", tests.test_a_consumer_heard_of_lately_is_not_collected),
]  # fmt: skip


@pytest.mark.parametrize(("script", "right", "wrong", "test"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS])
async def test_a_mutant_is_noticed(
    *,
    script: str,
    right: str,
    wrong: str,
    test: Callable[..., Any],
    workers: tuple[UrlQueue, UrlQueue],  # noqa: F811 - fixture
    redis: Redis,
    redis_url: str,
    settings: Settings,  # noqa: F811 - fixture
    out: Callable[[str], list[StreamWrite]],  # noqa: F811 - fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = scripts if hasattr(scripts, script) else group
    source = getattr(home, script).source
    assert right in source
    monkeypatch.setattr(home, script, Script(source.replace(right, wrong)))
    given = {"workers": workers, "queue": workers[0], "redis": redis, "redis_url": redis_url, "settings": settings}
    given |= {"out": out, "monkeypatch": monkeypatch}
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        await test(**{name: given[name] for name in inspect.signature(test).parameters})
