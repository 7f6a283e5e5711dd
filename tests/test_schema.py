"""What travels keeps its form."""

import msgspec
import pytest

from worker.schema import (
    KINDS,
    Decision,
    Event,
    Meeting,
    Span,
    Statement,
    Task,
    article_id,
    article_stream,
    digest,
    event_stream,
    task_id,
)

SENTENCE = Span(start=0, end=6, text="A met.")

EVENTS: list[Event] = [
    Statement(id="1", url="u", sentence=SENTENCE, confidence=0.9, rule="r", content=[SENTENCE], quotation="indirect"),
    Meeting(id="2", url="u", sentence=SENTENCE, confidence=0.9, rule="r", form="talks", status="held", participants=[]),
    Decision(id="3", url="u", sentence=SENTENCE, confidence=0.9, rule="r", deciders=[], status="not_taken"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_comes_back_as_it_went(event: Event) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_every_kind_is_the_tag_of_one_event() -> None:
    assert [msgspec.to_builtins(e)["kind"] for e in EVENTS] == list(KINDS)


def test_an_entry_of_a_later_version_with_more_fields_still_decodes() -> None:
    later = msgspec.to_builtins(EVENTS[0]) | {"mood": "calm"}
    assert msgspec.convert(later, Event) == EVENTS[0]


def test_a_task_of_an_earlier_version_with_fewer_fields_still_decodes() -> None:
    assert msgspec.json.decode(b'{"id":"1","url":"https://a.example/"}', type=Task).attempt == 0


def test_ids_depend_on_every_part_and_on_where_the_parts_are_cut() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert task_id("https://a.example/") != article_id("https://a.example/")
    assert len(digest("")) == 32


def test_ids_are_the_same_on_every_machine_and_day() -> None:
    assert article_id("https://a.example/") == "8e359c050cd474be921443c42886d92a"


def test_streams_are_named_as_the_contract_says() -> None:
    assert event_stream("communique", "meeting") == "communique:events:meeting"
    assert article_stream("communique") == "communique:articles"
