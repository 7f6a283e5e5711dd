"""What travels keeps its form."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator

from worker.publish import publication_entries, traceparent
from worker.schema import (
    ENTRY,
    KINDS,
    Article,
    Decision,
    Event,
    Meeting,
    Span,
    Statement,
    Task,
    article_id,
    article_stream,
    event_schema,
    event_stream,
    hash_id,
    task_id,
    values,
)
from worker.settings import RedisSettings

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
    assert hash_id("ab", "c") != hash_id("a", "bc")
    assert task_id("https://a.example/") != article_id("https://a.example/")
    assert len(hash_id("")) == 32


def test_ids_are_the_same_on_every_machine_and_day() -> None:
    assert article_id("https://a.example/") == "8e359c050cd474be921443c42886d92a"


def test_streams_are_named_as_the_contract_says() -> None:
    assert event_stream("communique", "meeting") == "communique:events:meeting"
    assert article_stream("communique") == "communique:articles"


# ---------------------------------------------------------------- what everything means
SCHEMA = event_schema()


@pytest.mark.parametrize("part", [*SCHEMA["$defs"]])
def test_every_part_of_an_event_and_every_field_says_what_it_means(part: str) -> None:
    about = SCHEMA["$defs"][part]
    assert about["description"].endswith((".", "always."))
    silent = [name for name, field in about["properties"].items() if not field.get("description") and name != "kind"]
    assert silent == []


def test_every_field_of_an_article_says_what_it_means() -> None:
    properties = msgspec.json.schema(Article)["$defs"]["Article"]["properties"]
    assert [name for name, field in properties.items() if not field.get("description")] == []


@pytest.mark.parametrize(
    ("words", "meanings"),
    [
        (values.ActorType, values.ACTOR_TYPES),
        (values.Quotation, values.QUOTATIONS),
        (values.Act, values.ACTS),
        (values.Form, values.FORMS),
        (values.MeetingStatus, values.MEETING_STATUSES),
        (values.DecisionStatus, values.DECISION_STATUSES),
        (values.Category, values.CATEGORIES),
    ],
)
def test_every_word_that_a_field_may_hold_has_its_meaning(words: Any, meanings: Mapping[str, str]) -> None:
    assert tuple(meanings) == get_args(words)
    assert all(meaning.endswith((".", "”.")) for meaning in meanings.values())


def test_the_schema_tells_every_meaning_of_every_word() -> None:
    fields = [field for part in SCHEMA["$defs"].values() for field in part["properties"].values()]
    told = [field for field in fields if "enum" in field and "description" in field]
    assert len(told) == 7
    for field in told:
        assert all(f"- `{word}`: " in field["description"] for word in field["enum"])


def test_the_fields_of_an_entry_are_those_that_are_written() -> None:
    article = Article(id=article_id("https://a.example/"), url="https://a.example/", text="A met.")
    for write in publication_entries(
        article, EVENTS, RedisSettings(), datetime(2026, 3, 1, tzinfo=UTC), traceparent(hash_id("trace"))
    ):
        assert sorted(write.fields) == sorted(ENTRY)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"confidence": 1.2}, "confidence"),
        ({"id": "1"}, "id"),
        ({"cameo": "42a"}, "cameo"),
        ({"sentence": {"start": -1, "end": 6, "text": "A met."}}, "start"),
        ({"participants": [{"name": "A", "type": "person", "country": "de"}]}, "country"),
        ({"status": "postponed"}, "status"),
    ],
)
def test_the_schema_refuses_what_is_never_written(change: dict[str, Any], path: str) -> None:
    meeting = msgspec.to_builtins(EVENTS[1]) | {"id": hash_id("1")}
    validator = Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": "#/$defs/Meeting"}]})
    validator.validate(meeting)
    (error,) = [leaf for error in validator.iter_errors(meeting | change) for leaf in leaves(error)]
    assert error.absolute_path[-1] == path


def leaves(error: Any) -> list[Any]:
    """The errors below one, but for those of the alternative that is null."""
    if not error.context:
        return [] if error.validator == "type" and error.validator_value == "null" else [error]
    return [leaf for inner in error.context for leaf in leaves(inner)]
