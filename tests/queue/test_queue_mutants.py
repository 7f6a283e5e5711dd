"""Mutation tests: each mutant changes one line of a script, and a test of the queue must fail on it."""

# ruff: noqa: E501 - a table with one mutant per line
from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.queue import test_addresses as addresses
from tests.queue import test_markers as markers
from tests.queue import test_texts as texts
from tests.queue import test_url_queue as tests
from tests.queue import test_visits as visits
from tests.queue.mutated_scripts import mutated_scripts
from tests.queue.mutation import check_that_it_fails
from tests.queue.test_url_queue import out, settings, workers  # noqa: F401 - fixtures
from worker.queue import UrlQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from worker.settings import Settings
    from worker.streams import StreamWrite

ACK = "redis.call('XACK', READY, ARGV[4], ARGV[6])\n"
FENCE = "if fence then return fence end\n"
GONE = "if not pending then return 'gone' end\n"
OWNER = "pending[2] ~= ARGV[5] or "
COUNTER = " or pending[4] ~= tonumber(ARGV[7])"
SET_DONE = "if not is_done then set_marker(MARKERS, ARGV[8], '', ARGV[10]) end"
SET_PUBLISHED = "for _, marker in ipairs(publications) do set_marker(MARKERS, marker, '', ARGV[10]) end"
WRITE = "if not is_done and not is_published then"

SETTLE, PUT, RETRY_LATER, DEAD_LETTER = "SETTLE", "PUT", "RETRY_LATER", "DEAD_LETTER"
PUT_BACK, PERMIT, ANSWERED, FAILED, SCHEDULE = "PUT_BACK", "PERMIT", "ANSWERED", "FAILED", "SCHEDULE"
PROMOTE = "PROMOTE"
CLAIM, RENEW, REAP_CONSUMERS = "CLAIM", "RENEW", "REAP_CONSUMERS"

MUTANTS: list[tuple[str, str, str, str, Callable[..., Any]]] = [
    ("no fence on the owner", SETTLE, OWNER, "", tests.test_only_the_owner_may_settle),
    ("no fence on the counter", SETTLE, COUNTER, "", tests.test_an_earlier_delivery_to_the_same_worker_is_fenced_by_its_counter),
    ("entries that are not pending pass the fence", SETTLE, GONE, "pending = pending or {0, ARGV[5], 0, tonumber(ARGV[7])}\n", tests.test_settling_again_after_a_lost_reply_changes_nothing),
    ("marker before the type check", SETTLE, "for i = 11, 10 + streams do", "set_marker(MARKERS, ARGV[8], '', ARGV[10])\nfor i = 11, 10 + streams do", tests.test_a_target_of_the_wrong_type_leaves_nothing_written_and_the_task_pending),
    ("no type check", SETTLE, "  if type_error then return type_error end", "", tests.test_a_target_of_the_wrong_type_leaves_nothing_written_and_the_task_pending),
    ("no done marker", SETTLE, SET_DONE, "", tests.test_a_duplicate_does_not_mark_its_publication),
    ("the done marker is not read", SETTLE, WRITE, "if not is_published then", tests.test_a_duplicate_does_not_mark_its_publication),
    ("no marker is read", SETTLE, WRITE, "if true then", tests.test_a_task_enqueued_twice_writes_once),
    ("the marker of the publication is not read", SETTLE, WRITE, "if not is_done then", tests.test_two_tasks_that_lead_to_one_publication_write_once),
    ("no marker of the publication", SETTLE, SET_PUBLISHED, "", tests.test_two_tasks_that_lead_to_one_publication_write_once),
    ("the publication is marked first", SETTLE, SET_DONE, f"{SET_PUBLISHED}\n{SET_DONE}", tests.test_a_duplicate_does_not_mark_its_publication),
    ("no acknowledgement", SETTLE, ACK, "", tests.test_an_enqueued_task_is_read_and_removed_once_settled),
    ("no deletion", SETTLE, "redis.call('XDEL', READY, ARGV[6])", "", tests.test_an_enqueued_task_is_read_and_removed_once_settled),
    ("settled without a fence", SETTLE, FENCE, "", tests.test_only_the_owner_of_a_lease_writes),
    ("the revision of the record is not read", SETTLE, "~= ARGV[18]", "== ' '", visits.test_of_two_visits_at_once_one_publishes_the_revision),
    ("a visit reads the marker of its publication", SETTLE, "if basis == 'visit' then", "if false then", visits.test_a_visit_that_finds_an_earlier_text_again_publishes_it),
    ("a visit does not mark its publication", SETTLE, SET_PUBLISHED, "if basis ~= 'visit' then set_marker(MARKERS, ARGV[9], '', ARGV[10]) end", visits.test_a_text_published_by_a_visit_is_not_published_from_another_address),
    ("no record", SETTLE, "if ARGV[16] ~= '' then", "if false then", visits.test_a_first_reading_is_remembered_and_its_visit_scheduled),
    ("the record never expires", SETTLE, ", 'EX', ARGV[17], 'NX'", ", 'NX'", visits.test_a_first_reading_is_remembered_and_its_visit_scheduled),
    ("a first reading replaces a record", SETTLE, ", 'NX')", ")", visits.test_another_first_reading_of_the_article_keeps_the_record),
    ("a visit keeps the record", SETTLE, "'EX', ARGV[17])", "'EX', ARGV[17], 'NX')", visits.test_a_visit_publishes_a_revision_and_replaces_the_record),
    ("the types of record and visits are not checked", SETTLE, " or check_type(RECORD, 'string')\n  or check_type(VISITS, 'zset') or check_type(TEXTS, 'zset')", "", visits.test_a_record_of_the_wrong_type_leaves_nothing_written),
    ("a duplicate first reading schedules a visit", SETTLE, "(basis ~= 'first' or not is_published)", "true", visits.test_a_duplicate_publication_leaves_the_record_and_schedules_no_visit),
    ("an overtaken visit ends its schedule", SETTLE, "(basis ~= 'first' or not is_published)", "not is_published", visits.test_an_overtaken_visit_continues_its_schedule),
    ("a later article takes the bands of an earlier one", SETTLE, "if value then place = nil break end", "", texts.test_the_first_article_with_a_band_keeps_it),
    ("bands never expire", SETTLE, "if size == 0 then redis.call('PEXPIRE', bucket, tonumber(generation) - now) end", "", texts.test_bands_expire),
    ("a duplicate is indexed", SETTLE, "if not is_done and not is_published then", "add_bands(TEXTS, free, generation, ARGV[21], ARGV[23])\nif not is_done and not is_published then", texts.test_a_duplicate_is_not_indexed),
    ("all markers share their generations", SETTLE, "generations[markers]", "generations[1]", texts.test_the_first_article_with_a_band_keeps_it),
    ("a due visit is not counted as waiting", PROMOTE, "redis.call('INCRBY', WAITING, ARGV[5])", "", visits.test_a_visit_is_moved_to_the_queue_of_its_host_when_it_is_due),
    ("retried later without a fence", RETRY_LATER, FENCE, "", tests.test_a_stalled_worker_can_neither_retry_later_nor_dead_letter_nor_renew),
    ("retried later and not acknowledged", RETRY_LATER, ACK, "", tests.test_depth_counts_and_ages),
    ("dead-lettered without a fence", DEAD_LETTER, FENCE, "", tests.test_a_stalled_worker_can_neither_retry_later_nor_dead_letter_nor_renew),
    ("no seen marker", PUT, "mark_seen(KEYS[7], ARGV[6], ARGV[8] .. (seen == FAILED and FAILED or ''), ARGV[7])", "", tests.test_a_seen_url_is_not_enqueued_again_even_after_it_is_settled),
    ("only the last generation of markers is read", PUT, "for i = #live, 1, -1 do\n    local bucket", "for i = #live, math.max(#live, 1), -1 do\n    local bucket", markers.test_a_marker_lives_for_its_whole_ttl),
    ("a generation takes markers until it expires", PUT, "now + ttl <= expires and ", "", markers.test_a_marker_lives_for_its_whole_ttl),
    ("markers never expire", PUT, "redis.call('PEXPIRE', bucket, tonumber(generation) - now)", "local _", markers.test_a_marker_expires_at_most_a_third_later),
    ("markers of format 1 are not read by put", PUT, "redis.call('EXISTS', KEYS[8]) == 1", "false", markers.test_the_markers_of_format_1_count),
    ("markers of format 1 are not read by settle", SETTLE, "redis.call('EXISTS', old) == 1", "false", markers.test_the_markers_of_format_1_count),
    ("the own marker is not read by put", PUT, "if is_taken(seen, own, ARGV[9] == '')", "if is_taken(seen, nil, ARGV[9] == '')", partial(addresses.test_a_url_that_0_2_0_has_enqueued_is_not_enqueued_again, url=addresses.FORMS[0])),
    ("a failed address is put again", PUT, "(seen == FAILED and not is_folded)", "(seen == FAILED)", addresses.test_after_an_address_has_failed_another_one_is_tried),
    ("no address after a failed one", PUT, "seen ~= OTHERS_FAILED and ", "", addresses.test_after_an_address_has_failed_another_one_is_tried),
    ("no address after a failed folded one", PUT, " and not (seen == FAILED and not is_folded)", "", addresses.test_after_an_address_has_failed_another_one_is_tried),
    ("the second failure hides the first", PUT, "ARGV[8] .. (seen == FAILED and FAILED or '')", "ARGV[8]", addresses.test_after_an_address_has_failed_another_one_is_tried),
    ("the old value of a marker is kept", PUT, "if bucket then replace_value(bucket, marker, value) end", "", addresses.test_a_failed_address_is_read_from_the_generation_that_lives_longer),
    ("a dead letter keeps its address", DEAD_LETTER, "set_failed(KEYS[8], ARGV[9], ARGV[10], ARGV[11])", "", addresses.test_after_an_address_has_failed_another_one_is_tried),
    ("a dead letter sets no own marker", DEAD_LETTER, "if own ~= '' and not find_marker(markers, own) then", "if false then", addresses.test_after_an_address_has_failed_another_one_is_tried),
    ("a task that will be revived releases its address", DEAD_LETTER, "elseif ARGV[9] ~= '' then", "end\nif ARGV[9] ~= '' then", addresses.test_an_address_of_a_host_that_may_answer_again_is_not_replaced),
    ("a failure releases a published article", DEAD_LETTER, "if seen and not has_article(seen) then\n    replace_value(bucket, marker, (own", "if seen then\n    replace_value(bucket, marker, (own", addresses.test_the_failure_of_an_address_does_not_release_a_published_article),
    ("nothing is learned", SETTLE, "for _, marker in ipairs(addresses) do add_article", "for _, marker in ipairs({}) do add_article", addresses.test_addresses_that_led_to_an_article_are_not_enqueued_again),
    ("the article of an address is not kept", SETTLE, "string.sub(seen, 1, TOKEN) or '') .. article", "string.sub(seen, 1, TOKEN) or '')", addresses.test_addresses_that_led_to_an_article_are_not_enqueued_again),
    ("a duplicate leads to its own article", SETTLE, "article = article_of(seen)", "article = article", addresses.test_the_addresses_of_a_duplicate_lead_to_the_article_that_was_published),
    ("the publication is marked before it is read", SETTLE, "local is_done, is_published", "for _, marker in ipairs(publications) do set_marker(MARKERS, marker, '', ARGV[10]) end\nlocal is_done, is_published", addresses.test_a_publication_is_recognised_by_either_of_its_ids),
    ("one id of a publication is read", SETTLE, "is_set(marker, KEYS[12 + streams]) or is_published", "is_set(marker, KEYS[12 + streams])", addresses.test_a_publication_is_recognised_by_either_of_its_ids),
    ("one id of a publication is set", SETTLE, "for _, marker in ipairs(publications) do set_marker", "for _, marker in ipairs({publications[1]}) do set_marker", addresses.test_a_publication_is_recognised_by_either_of_its_ids),
    ("renewed for any owner", RENEW, "p[2] == ARGV[2] and ", "", tests.test_a_stalled_worker_cannot_renew_an_entry_it_has_lost),
    ("renewed for any delivery counter", RENEW, " and p[4] == tonumber(ARGV[i + 1])", "", tests.test_an_earlier_delivery_to_the_same_worker_is_fenced_by_its_counter),
    ("renewing counts as a delivery", RENEW, ", 'JUSTID'", "", tests.test_a_renewed_lease_is_not_claimed),
    ("own tasks are claimed", CLAIM, "if not (p[2] == consumer and held[p[1]]) then", "if true then", tests.test_a_worker_claims_its_own_entries_only_where_their_reply_was_lost),
    ("claimed although not idle", CLAIM, "'IDLE', idle_ms, ", "", tests.test_a_renewed_lease_is_not_claimed),
    ("consumers with pending tasks deleted", REAP_CONSUMERS, "consumer.pending == 0 and ", "", tests.test_only_idle_consumers_without_pending_entries_are_deleted),
    ("recently active consumers deleted", REAP_CONSUMERS, " and consumer.idle >= tonumber(ARGV[3])", "", tests.test_a_consumer_that_was_active_recently_is_not_deleted),
]  # fmt: skip


@pytest.mark.parametrize(("script", "right", "wrong", "test"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS])
async def test_a_mutant_is_detected(
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
    for home, name, mutant in mutated_scripts(script, right, wrong):
        monkeypatch.setattr(home, name, mutant)
    given = {"workers": workers, "queue": workers[0], "redis": redis, "redis_url": redis_url, "settings": settings}
    given |= {"out": out, "monkeypatch": monkeypatch}
    await check_that_it_fails(test, given)
