"""Mutation tests of the scripts on hosts, and of the migration: a test, or the model, must fail on each mutant."""

# ruff: noqa: E501 - a table with one mutant per line
from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.queue import test_hosts as hosts_tests
from tests.queue import test_migration as migration
from tests.queue import test_url_queue as tests
from tests.queue.model_state import WORKERS
from tests.queue.mutated_scripts import ALL, mutated_scripts
from tests.queue.mutation import check_that_it_fails
from tests.queue.test_hosts import clock, hosts, queue, settings  # noqa: F401 - fixtures
from tests.queue.test_migration import old  # noqa: F401 - fixture
from tests.queue.test_queue_model import COMMON, RARE, play
from worker.queue import Hosts, UrlQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from tests.queue.old_queue import OldQueue
    from tests.queue.test_hosts import Clock
    from worker.settings import Settings

GAMES = 25
"""Largest number of sequences of events that the model may need to detect a mutant."""


async def model(redis_url: str) -> None:
    """Play GAMES sequences of events, the same ones in each run."""
    for seed in range(GAMES):
        chance = random.Random(seed)
        steps = [
            (chance.choice([*COMMON, *COMMON, *RARE]), chance.randrange(WORKERS), chance.randrange(3))
            for _ in range(chance.randrange(30, 80))
        ]
        await play(redis_url, steps)


GIVEN_UP = hosts_tests.test_tasks_of_a_host_that_is_given_up_are_enqueued_again_when_it_answers
NEW_HOST = hosts_tests.test_one_task_of_a_new_host_is_released_and_four_once_it_has_answered
DELAY = hosts_tests.test_a_second_request_waits_until_the_first_is_known_to_be_sent_and_then_for_the_delay
LIMIT = hosts_tests.test_no_more_requests_are_in_flight_than_allowed
REPORT = hosts_tests.test_a_task_waits_for_the_report_of_a_permit_and_no_longer
SUCCESS = hosts_tests.test_a_success_closes_the_breaker
EXPIRES = hosts_tests.test_the_state_of_a_host_expires
LONGEST = hosts_tests.test_the_delay_is_the_longest_of_setting_robots_txt_and_response_time
PUT_BACK_TEST = hosts_tests.test_a_task_that_is_put_back_is_the_first_or_the_last_of_its_host
REPEATED = tests.test_a_step_repeated_after_a_lost_reply_moves_each_task_once
MOVED = migration.test_all_tasks_of_an_old_queue_are_moved_in_their_order
LOST = migration.test_a_migration_whose_replies_are_lost_moves_each_task_once
OLD_WORKER = migration.test_a_queue_with_a_worker_of_format_1_is_refused_with_its_name

MUTANTS: list[tuple[str, str, str, str, Callable[..., Any]]] = [
    # ---------------------------------------------------------------- release
    ("released before the delay is over", ALL, "math.max(next_request_at(), tonumber(state[1]) or 0, ", "math.max(tonumber(state[1]) or 0, ", model),
    ("released within the delay after the last release", ALL, "    set('next', at + LEAD)\n", "", model),
    ("released during a pause", ALL, "tonumber(state[2]) or 0, tonumber(state[6]) or 0)", "tonumber(state[6]) or 0)", model),
    ("released while a request has a permit", ALL, ", tonumber(state[6]) or 0)", ")", partial(REPORT, report="sent")),
    ("released without a limit", ALL, "waiting > 0 and active < most and at <=", "waiting > 0 and at <=", model),
    ("released regardless of the delay", ALL, "and at <= exact_now do", "do", model),
    ("no probe", ALL, "(state[3] or not state[4]) and 1 or ", "", NEW_HOST),
    ("several probes", ALL, "(state[3] or not state[4]) and 1", "not state[4] and 1", hosts_tests.test_a_host_that_has_answered_and_fails_gets_one_probe),
    ("vanished entries count", ALL, "if waiting > 0 and active >= most then active = count_active() end", "", hosts_tests.test_an_entry_deleted_by_hand_does_not_block_its_host),
    ("released from the end", ALL, "redis.call('LPOP', QUEUE)\n  redis.call('DECR'", "redis.call('RPOP', QUEUE)\n  redis.call('DECR'", model),
    ("released and still counted as waiting", ALL, "  redis.call('DECR', WAITING)\n", "", hosts_tests.test_a_flood_of_one_host_does_not_delay_another),
    ("released and not active", ALL, "redis.call('SADD', ACTIVE, redis.call('XADD', READY, '*', 'task', task, 'host', host))", "redis.call('XADD', READY, '*', 'task', task, 'host', host)", model),
    ("an idle host stays scheduled", ALL, "    redis.call('ZREM', HOSTS, host)\n", "", model),
    ("a host is not scheduled", ALL, "    redis.call('ZADD', HOSTS, is_due and string.format('%.0f', math.ceil(at)) or '+inf', host)\n", "", model),
    ("a full host is scheduled", ALL, "is_due and string.format('%.0f', math.ceil(at)) or '+inf'", "string.format('%.0f', math.ceil(at))", model),
    ("a due host waits", ALL, "is_due and string.format('%.0f', math.ceil(at)) or '+inf'", "'+inf'", model),
    ("the state lives for ever", ALL, "  redis.call('PEXPIRE', STATE, string.format('%.0f', math.max(at - now, 0) + DAY))\n", "", partial(EXPIRES, steps=["failed"])),
    ("a permit that ended is forgotten", ALL, "  if hold and hold <= now then sent_at = math.max(sent_at or 0, hold) end\n", "", hosts_tests.test_a_permit_that_ended_without_a_report_counts_as_a_request),
    ("no host is due", "DUE", "if wait and wait <= 0 then", "if false then", model),
    ("an ended delivery stays active", ALL, "  redis.call('SREM', ACTIVE, ARGV[6])\n", "", model),
    ("the end of a delivery releases nothing", ALL, "redis.call('SREM', ACTIVE, ARGV[6])\n  schedule()", "redis.call('SREM', ACTIVE, ARGV[6])", model),
    # ---------------------------------------------------------------- enqueue, put back, retry
    ("put and not counted", "PUT", "redis.call('INCR', WAITING)", "", model),
    ("put and not scheduled", "PUT", "schedule()\nreturn 1", "return 1", model),
    ("put back without a fence", "PUT_BACK", "if fence then return fence end\n", "", partial(PUT_BACK_TEST, first=True, order="012")),
    ("put back and not counted", "PUT_BACK", "redis.call('INCR', WAITING)", "", partial(PUT_BACK_TEST, first=True, order="012")),
    ("always put back at the end", "PUT_BACK", "redis.call(ARGV[9], ", "redis.call('RPUSH', ", partial(PUT_BACK_TEST, first=True, order="012")),
    ("retried and not counted", "RETRY_LATER", "redis.call('INCRBY', WAITING, redis.call('ZADD', KEYS[7], ARGV[9], ARGV[8]))", "redis.call('ZADD', KEYS[7], ARGV[9], ARGV[8])", model),
    ("a retry is promoted twice", "PROMOTE", "if redis.call('ZREM', KEYS[7], ARGV[4]) == 0 then return 0 end", "redis.call('ZREM', KEYS[7], ARGV[4])", REPEATED),
    ("a promoted retry stays", "PROMOTE", "if redis.call('ZREM', KEYS[7], ARGV[4]) == 0 then", "if false then", REPEATED),
    ("a retry waits for the others", "PROMOTE", "LPUSH", "RPUSH", tests.test_a_task_that_is_due_comes_before_the_waiting_tasks_of_its_host),
    ("a dead letter is requeued twice", "REQUEUE", "if redis.call('XDEL', KEYS[7], ARGV[4]) == 0 then return 0 end", "redis.call('XDEL', KEYS[7], ARGV[4])", REPEATED),
    ("requeued and not counted", "REQUEUE", "redis.call('INCR', WAITING)", "", model),
    ("a requeued task may be put again", "REQUEUE", "renew_seen(KEYS[8], ARGV[6], ARGV[7])", "", tests.test_a_requeued_task_counts_as_seen),
    # ---------------------------------------------------------------- permits
    ("no delay", "PERMIT", "if wait > 0 then return wait end", "", DELAY),
    ("no pause", "PERMIT", "math.max(next_request_at(), get('retry_at'))", "next_request_at()", SUCCESS),
    ("two permits at once", "PERMIT", "get('hold') > now or ", "", DELAY),
    ("no limit of requests", "PERMIT", " or redis.call('ZCARD', KEYS[7]) >= most", "", LIMIT),
    ("forgotten requests count for ever", "PERMIT", "redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', now)", "", hosts_tests.test_a_request_without_a_report_is_no_longer_counted_after_its_timeout),
    ("requests are not counted", "PERMIT", "redis.call('ZADD', KEYS[7], string.format('%.0f', now + tonumber(ARGV[6])), ARGV[4])", "", LIMIT),
    ("requests live for ever", "PERMIT", "redis.call('PEXPIRE', KEYS[7], ARGV[6])", "", partial(EXPIRES, steps=["permit"])),
    ("the holder is not noted", "PERMIT", "redis.call('HSET', STATE, 'holder', ARGV[4])", "", hosts_tests.test_a_permit_can_be_renewed_by_its_holder),
    ("a permit cannot be renewed", "PERMIT", "if redis.call('HGET', STATE, 'holder') ~= ARGV[4] then", "if true then", hosts_tests.test_a_permit_can_be_renewed_by_its_holder),
    ("a permit does not last", "PERMIT", "set('hold', now + tonumber(ARGV[5]))", "", DELAY),
    ("no Crawl-delay", "PERMIT", "if tonumber(ARGV[7]) > math.max(get('delay'), default_delay) then", "if false then", hosts_tests.test_a_longer_delay_of_robots_txt_counts_from_the_request_for_robots_txt),
    ("the state lives for ever after a permit", "PERMIT", "redis.call('PEXPIRE', STATE, DAY)", "", partial(EXPIRES, steps=["permit"])),
    ("the sending is not noted", ALL, "if ago >= 0 then", "if false then", DELAY),
    ("what was not sent counts as sent", ALL, "if ago >= 0 then", "if true then", hosts_tests.test_a_request_that_was_not_sent_delays_no_other),
    ("an old request moves the last one back", ALL, "math.max(get('sent_at'), exact_now - ago)", "exact_now - ago", hosts_tests.test_a_late_report_does_not_move_the_last_request_back),
    ("a report does not end the permit", ALL, "redis.call('HDEL', STATE, 'holder', 'hold')", "", partial(REPORT, report="sent")),
    ("a report ends the permit of another", ALL, "if redis.call('HGET', STATE, 'holder') == token then", "if true then", hosts_tests.test_a_late_report_does_not_end_the_permit_of_another_request),
    # ---------------------------------------------------------------- reports
    ("sent: ignored", "SENT", "end_permit(ARGV[4], tonumber(ARGV[5]))", "", DELAY),
    ("sent: releases nothing", "SENT", "schedule()\nreturn 1", "return 1", partial(REPORT, report="sent")),
    ("dropped: still in flight", "DROP", "redis.call('ZREM', KEYS[7], ARGV[4])", "", model),
    ("dropped: keeps its permit", "DROP", "end_permit(ARGV[4], tonumber(ARGV[5]))", "", partial(REPORT, report="drop")),
    ("dropped: releases nothing", "DROP", "schedule()\nreturn 1", "return 1", partial(REPORT, report="drop")),
    ("answered: still in flight", "ANSWERED", "redis.call('ZREM', KEYS[7], ARGV[4])", "", LIMIT),
    ("answered: no delay by response time", "ANSWERED", "math.min(response * tonumber(ARGV[8]), tonumber(ARGV[9]))", "0", partial(LONGEST, response_s=8.0, crawl_delay_s=0.0, delay_s=16.0)),
    ("answered: no upper limit of that", "ANSWERED", "math.min(response * tonumber(ARGV[8]), tonumber(ARGV[9]))", "response * tonumber(ARGV[8])", partial(LONGEST, response_s=90.0, crawl_delay_s=0.0, delay_s=30.0)),
    ("answered: still unknown", "ANSWERED", "set('answered_at', now)", "", NEW_HOST),
    ("answered: still paused", "ANSWERED", "redis.call('HDEL', STATE, 'failures', 'retry_at', 'reason', 'down_since')", "", SUCCESS),
    ("answered: still listed as down", "ANSWERED", "redis.call('ZREM', KEYS[8], host)", "", SUCCESS),
    ("answered: keeps its permit", "ANSWERED", "end_permit(ARGV[4], tonumber(ARGV[5]))", "", hosts_tests.test_the_end_of_a_delivery_releases_the_next_task_after_the_delay),
    ("answered: releases nothing", "ANSWERED", "tonumber(ARGV[5]))\nschedule()\n", "tonumber(ARGV[5]))\n", NEW_HOST),
    ("answered: revives nothing", "ANSWERED", "return redis.call('SCARD', KEYS[9])", "return 0", GIVEN_UP),
    ("failed: counted twice", "FAILED", "if string.find(failed, ' ' .. token, 1, true) then", "if false then", hosts_tests.test_a_failure_reported_twice_counts_once),
    ("failed: requests sent before extend the pause", "FAILED", "get('retry_at') > now", "false", hosts_tests.test_failures_of_requests_sent_before_the_breaker_opened_do_not_extend_it),
    ("two requests to a host that fails", "PERMIT", "and 1 or limit", "and limit or limit", hosts_tests.test_a_host_that_fails_gets_one_request_at_a_time),
    ("given up: without room", "GIVE_UP", ", tonumber(ARGV[5]) - redis.call('XLEN', KEYS[7]))", ")", hosts_tests.test_tasks_for_which_the_dead_letters_have_no_room_stay_in_the_queue),
    ("failed: still in flight", "FAILED", "redis.call('ZREM', KEYS[7], ARGV[4])", "", model),
    ("failed: keeps its permit", "FAILED", "end_permit(ARGV[4], tonumber(ARGV[5]))", "", hosts_tests.test_a_request_that_was_not_sent_delays_no_other),
    ("failed: opens at the first", "FAILED", "failures - tonumber(ARGV[7])", "failures - 1", hosts_tests.test_server_errors_open_the_breaker_at_the_third_in_a_row),
    ("failed: no upper limit of the time until a probe", "FAILED", "math.min(tonumber(ARGV[8]) * 2 ^ math.min(over, 40), tonumber(ARGV[9]))", "tonumber(ARGV[8]) * 2 ^ math.min(over, 40)", hosts_tests.test_the_time_to_the_next_probe_doubles_up_to_its_limit),
    ("failed: no jitter", "FAILED", " * tonumber(ARGV[10])", "", partial(hosts_tests.test_the_time_to_the_next_probe_is_jittered, jitter=0.0, wait_s=4.0)),
    ("failed: a short pause ends a long one", "FAILED", "math.max(get('retry_at'), now + pause)", "now + pause", hosts_tests.test_a_short_pause_does_not_end_a_long_one),
    ("failed: the pause that the host demands is ignored", "FAILED", "tonumber(ARGV[11])", "0", partial(hosts_tests.test_a_pause_that_the_host_asks_for_is_bounded, asked_s=120.0, pause_s=120.0)),
    ("failed: down since the last failure", "FAILED", "'HSETNX'", "'HSET'", hosts_tests.test_the_outage_says_since_when_and_when_the_host_last_answered),
    ("failed: not listed as down", "FAILED", "redis.call('ZADD', KEYS[8], string.format('%.0f', now), host)", "", SUCCESS),
    ("failed: releases nothing", "FAILED", "schedule()\nreturn", "return", partial(REPORT, report="failed")),
    # ---------------------------------------------------------------- give up, revive, reset
    ("given up: not to be revived", "GIVE_UP", "  redis.call('SADD', KEYS[8], id)\n", "", GIVEN_UP),
    ("given up: still counted", "GIVE_UP", "redis.call('DECRBY', WAITING, moved)", "moved = moved", GIVEN_UP),
    ("given up: still scheduled", "GIVE_UP", "schedule()\nreturn", "return", model),
    ("dead-lettered: not to be revived", "DEAD_LETTER", "  redis.call('SADD', KEYS[9], id)\n", "", GIVEN_UP),
    ("revived: again and again", "REVIVE", "  redis.call('SREM', KEYS[8], id)\n", "", GIVEN_UP),
    ("revived: not counted", "REVIVE", "redis.call('INCR', WAITING)", "", GIVEN_UP),
    ("revived: still dead", "REVIVE", "    redis.call('XDEL', KEYS[7], id)\n", "", GIVEN_UP),
    ("revived: not scheduled", "REVIVE", "schedule()\nreturn", "return", model),
    ("revived: in any order", "REVIVE", "table.sort(ids)", "table.sort(ids, function(a, b) return a > b end)", GIVEN_UP),
    ("reset: ends the delay", "RESET", "'failures', 'retry_at'", "'failures', 'sent_at', 'retry_at'", hosts_tests.test_a_reset_does_not_end_the_delay_of_a_host),
    ("reset: still paused", "RESET", "'retry_at', ", "", hosts_tests.test_a_reset_host_may_be_requested_at_once),
    ("reset: still listed as down", "RESET", "redis.call('ZREM', KEYS[7], host)", "", hosts_tests.test_a_reset_host_may_be_requested_at_once),
    ("reset: not scheduled", "RESET", "schedule()\nreturn", "return", model),
]  # fmt: skip

MIGRATION_MUTANTS: list[tuple[str, str, str, str, Callable[..., Any]]] = [
    ("migrated beside a running worker", "BEGIN_MIGRATION", "if found.idle < tonumber(ARGV[2]) then", "if false then", OLD_WORKER),
    ("no version after the migration", "BEGIN_MIGRATION", "  redis.call('SET', KEYS[1], ARGV[3])\n", "", partial(migration.test_every_command_of_an_old_worker_fails_before_its_first_write, command=migration.OLD_COMMANDS[0])),
    ("an unfinished migration is overwritten", "BEGIN_MIGRATION", "'RENAMENX'", "'RENAME'", migration.test_an_unfinished_migration_is_not_overwritten_by_another_old_stream),
    ("a task is migrated twice", "MIGRATE_TASK", "if redis.call('XDEL', KEYS[7], ARGV[4]) == 0 then return 0 end", "redis.call('XDEL', KEYS[7], ARGV[4])", LOST),
    ("a migrated task is not counted", "MIGRATE_TASK", "redis.call('INCR', WAITING)", "", MOVED),
    ("a migrated task is not scheduled", "MIGRATE_TASK", "schedule()\nreturn 1", "return 1", MOVED),
    ("a migrated task is the first", "MIGRATE_TASK", "'RPUSH'", "'LPUSH'", MOVED),
    ("an undecodable entry is migrated twice", "MIGRATE_UNDECODABLE", "if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end", "redis.call('XDEL', KEYS[1], ARGV[1])", LOST),
    ("a migrated retry is not counted", "MIGRATE_DELAYED", "redis.call('INCRBY', KEYS[3], redis.call('ZADD', KEYS[2], found[i + 1], found[i]))", "redis.call('ZADD', KEYS[2], found[i + 1], found[i])", MOVED),
]  # fmt: skip


@pytest.mark.parametrize(("script", "right", "wrong", "test"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS])
async def test_a_mutant_is_detected(
    *,
    script: str,
    right: str,
    wrong: str,
    test: Callable[..., Any],
    queue: UrlQueue,  # noqa: F811 - fixture
    hosts: Hosts,  # noqa: F811 - fixture
    clock: Clock,  # noqa: F811 - fixture
    redis: Redis,
    redis_url: str,
    settings: Settings,  # noqa: F811 - fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mutate(monkeypatch, script, right, wrong)
    given = {"queue": queue, "hosts": hosts, "clock": clock, "redis": redis, "redis_url": redis_url}
    given |= {"settings": settings, "monkeypatch": monkeypatch}
    await check_that_it_fails(test, given)


@pytest.mark.parametrize(
    ("script", "right", "wrong", "test"), [m[1:] for m in MIGRATION_MUTANTS], ids=[m[0] for m in MIGRATION_MUTANTS]
)
async def test_a_mutant_of_the_migration_is_detected(
    *,
    script: str,
    right: str,
    wrong: str,
    test: Callable[..., Any],
    old: OldQueue,  # noqa: F811 - fixture
    redis: Redis,
    redis_url: str,
    settings: Settings,  # noqa: F811 - fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("worker.queue.migration.MIN_IDLE_S", 0.0)
    mutate(monkeypatch, script, right, wrong)
    given = {"old": old, "redis": redis, "redis_url": redis_url, "settings": settings, "monkeypatch": monkeypatch}
    await check_that_it_fails(test, given)


def mutate(monkeypatch: pytest.MonkeyPatch, script: str, right: str, wrong: str) -> None:
    """Replace a text of one script, or of all that have it."""
    for home, name, mutant in mutated_scripts(script, right, wrong):
        monkeypatch.setattr(home, name, mutant)
