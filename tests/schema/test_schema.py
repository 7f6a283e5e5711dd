"""The wire form of events, tasks and stream entries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator

from worker.publish import make_traceparent, publication_entries
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
def test_an_event_survives_encoding_and_decoding(event: Event) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_every_kind_is_the_tag_of_one_event() -> None:
    assert [msgspec.to_builtins(e)["kind"] for e in EVENTS] == list(KINDS)


def test_an_event_with_fields_of_a_later_version_decodes() -> None:
    later = msgspec.to_builtins(EVENTS[0]) | {"mood": "calm"}
    assert msgspec.convert(later, Event) == EVENTS[0]


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_without_the_fields_of_its_article_decodes(event: Event) -> None:
    old = {k: v for k, v in msgspec.to_builtins(event).items() if k not in {"title", "site", "revision", "same_as"}}
    found = msgspec.convert(old, Event)
    assert (found.title, found.site, found.revision, found.same_as) == ("", None, 0, None)


def test_an_article_without_revision_and_origin_decodes() -> None:
    found = msgspec.json.decode(b'{"id":"1","url":"https://a.example/","text":"A met."}', type=Article)
    assert (found.revision, found.same_as, found.source, found.requested_url) == (0, None, None, None)


def test_a_task_without_fields_of_later_versions_decodes() -> None:
    assert msgspec.json.decode(b'{"id":"1","url":"https://a.example/"}', type=Task).attempt == 0


def test_ids_depend_on_every_part_and_on_their_boundaries() -> None:
    assert hash_id("ab", "c") != hash_id("a", "bc")
    assert task_id("https://a.example/") != article_id("https://a.example/")
    assert len(hash_id("")) == 32


def test_ids_are_stable() -> None:
    assert article_id("https://a.example/") == "8e359c050cd474be921443c42886d92a"


def test_streams_have_their_documented_names() -> None:
    assert event_stream("communique", "meeting") == "communique:events:meeting"
    assert article_stream("communique") == "communique:articles"


# ---------------------------------------------------------------- descriptions
SCHEMA = event_schema()


@pytest.mark.parametrize("part", [*SCHEMA["$defs"]])
def test_every_part_of_an_event_and_every_field_has_a_description(part: str) -> None:
    about = SCHEMA["$defs"][part]
    assert about["description"].endswith((".", "always."))
    undocumented = [
        name for name, field in about["properties"].items() if not field.get("description") and name != "kind"
    ]
    assert undocumented == []


def test_every_field_of_an_article_has_a_description() -> None:
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
def test_every_value_of_a_closed_list_has_a_meaning(words: Any, meanings: Mapping[str, str]) -> None:
    assert tuple(meanings) == get_args(words)
    assert all(meaning.endswith((".", "”.")) for meaning in meanings.values())


def test_the_schema_describes_every_value() -> None:
    fields = [field for part in SCHEMA["$defs"].values() for field in part["properties"].values()]
    documented = [field for field in fields if "enum" in field and "description" in field]
    assert len(documented) == 7
    for field in documented:
        assert all(f"- `{word}`: " in field["description"] for word in field["enum"])


def test_the_documented_fields_of_an_entry_are_those_written() -> None:
    article = Article(id=article_id("https://a.example/"), url="https://a.example/", text="A met.")
    for write in publication_entries(
        article, EVENTS, RedisSettings(), datetime(2026, 3, 1, tzinfo=UTC), make_traceparent(hash_id("trace"))
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
def test_the_schema_rejects_what_is_never_written(change: dict[str, Any], path: str) -> None:
    meeting = msgspec.to_builtins(EVENTS[1]) | {"id": hash_id("1")}
    validator = Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": "#/$defs/Meeting"}]})
    validator.validate(meeting)
    (error,) = [leaf for error in validator.iter_errors(meeting | change) for leaf in leaves(error)]
    assert error.absolute_path[-1] == path


def leaves(error: Any) -> list[Any]:
    """Return the innermost errors of one, except those of the alternative that is null."""
    if not error.context:
        return [] if error.validator == "type" and error.validator_value == "null" else [error]
    return [leaf for inner in error.context for leaf in leaves(inner)]
