"""PLOVER records: every record of the golden articles is valid, with the right actors and recipients."""

from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import msgspec
import pytest

from tests.golden.articles import ARTICLES
from worker.coding.ontology import PLOVER_CONTEXTS, PLOVER_TYPES
from worker.coding.plover_export.records import NoRecord, event_record
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Event, article_id

NULL = {"type": "null"}
ENTITY = {
    "type": "object",
    "required": ["entity_text", "entity_name", "country_code", "sector_code", "office"],
    "properties": {
        "entity_text": {"type": "string", "minLength": 1},
        "entity_name": {"type": "string", "minLength": 1},
        "country_code": {"anyOf": [NULL, {"pattern": "^[A-Z]{3}$"}]},
        "sector_code": {"anyOf": [NULL, {"pattern": "^[A-Z]{3}$"}]},
        "office": {"anyOf": [NULL, {"type": "string"}]},
    },
    "additionalProperties": False,
}
FIELDS: dict[str, Any] = {
    "id": {"type": "string", "minLength": 1},
    "date": {"anyOf": [NULL, {"type": "string", "format": "date"}]},
    "enddate": {"anyOf": [NULL, {"type": "string", "format": "date"}]},
    "actor": {"type": "array", "items": ENTITY, "minItems": 1},
    "recipient": {"type": "array", "items": ENTITY},
    "event": {"type": "array", "items": {"enum": sorted(PLOVER_TYPES)}, "minItems": 1},
    "mode": {"type": "array", "items": {"enum": sorted({m for t in PLOVER_TYPES.values() for m in t.modes.split()})}},
    "context": {"type": "array", "items": {"enum": sorted(PLOVER_CONTEXTS)}, "uniqueItems": True},
    "event_loc": {"anyOf": [NULL, {"type": "object", "required": ["name", "cc3"]}]},
    "event_text": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    "quad_code": {"enum": [1, 2, 3, 4]},
    "text_info": {"type": "object", "required": ["sequence", "start", "end"]},
    "cite_info": {"type": "object", "required": ["url"]},
}
RECORD = {"type": "object", "required": list(FIELDS), "properties": FIELDS, "additionalProperties": False}
"""The fields of the PLOVER Manual 0.8, "Data Fields", that are filled."""

PUBLISHED_AT = datetime(2025, 3, 5, tzinfo=UTC)


def events(text: str) -> list[Event]:
    url = "https://news.example/1"
    return extract_events(Article(id=article_id(url), url=url, text=text, language="en", published_at=PUBLISHED_AT))


def records(text: str) -> list[dict[str, Any]]:
    made = []
    for event in events(text):
        try:
            made.append(msgspec.to_builtins(event_record(event)))
        except NoRecord:
            continue
    return made


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_every_record_of_a_golden_article_is_valid(path: Any) -> None:
    checker = jsonschema.Draft202012Validator(RECORD, format_checker=jsonschema.FormatChecker())
    for made in records(path.read_text(encoding="utf-8")):
        checker.validate(made)
        (kind,) = made["event"]
        assert set(made["mode"]) <= set(PLOVER_TYPES[kind].modes.split())
        assert made["quad_code"] == PLOVER_TYPES[kind].quad


def test_the_golden_articles_have_records_to_check() -> None:
    assert sum(len(records(path.read_text(encoding="utf-8"))) for path in ARTICLES) > 20


def names(entities: list[dict[str, Any]]) -> list[str]:
    return [entity["entity_name"] for entity in entities]


ROLES: list[tuple[str, str, list[str], list[str]]] = [
    (
        "Finnish Prime Minister Aino Ranta met Estonian Prime Minister Liis Tamm on Monday.",
        "CONSULT",
        ["Aino Ranta", "Liis Tamm"],
        [],
    ),
    ("Finnish Prime Minister Aino Ranta visited Estonia on Monday.", "CONSULT", ["Aino Ranta"], ["Estonia"]),
    (
        "Finnish Prime Minister Aino Ranta hosted Estonian Prime Minister Liis Tamm on Monday.",
        "CONSULT",
        ["Liis Tamm"],
        ["Aino Ranta"],
    ),
    (
        "Finnish Prime Minister Aino Ranta refused to meet Estonian Prime Minister Liis Tamm.",
        "REJECT",
        ["Aino Ranta"],
        ["Liis Tamm"],
    ),
    (
        "Finnish Prime Minister Aino Ranta will meet Estonian Prime Minister Liis Tamm.",
        "AGREE",
        ["Aino Ranta", "Liis Tamm"],
        [],
    ),
    ("Norway imposed sanctions on Estonia.", "COERCE", ["Norway"], ["Estonia"]),
    ("Foreign Minister Ana Belm accused Norway of espionage.", "ACCUSE", ["Ana Belm"], ["Norway"]),
]


@pytest.mark.parametrize(("text", "kind", "actor", "recipient"), ROLES, ids=[row[0] for row in ROLES])
def test_actors_and_recipients(text: str, kind: str, actor: list[str], recipient: list[str]) -> None:
    made = [r for r in records(text) if r["event"] == [kind]][-1]  # a refusal is a statement, too, which comes first
    assert (names(made["actor"]), names(made["recipient"])) == (actor, recipient)


def test_a_record_has_place_day_and_the_position_of_its_evidence() -> None:
    text = "Finnish Prime Minister Aino Ranta met Estonian Prime Minister Liis Tamm in Norway on Monday."
    (made,) = records(text)
    assert made["event_loc"] == {"name": "Norway", "cc3": "NOR"}
    assert (made["date"], made["enddate"]) == ("2025-03-03", "2025-03-03")
    assert text[made["text_info"]["start"] : made["text_info"]["end"]] == text
    assert made["event_text"] == ["met"]
    assert made["cite_info"] == {"url": "https://news.example/1", "language": "en", "codebook": "plover-0.8"}


def test_a_planned_meeting_has_the_day_of_publication() -> None:
    (made,) = records("Finnish Prime Minister Aino Ranta will meet Estonian Prime Minister Liis Tamm.")
    assert made["date"] == PUBLISHED_AT.date().isoformat()


def test_contexts_are_those_of_the_code_and_the_category() -> None:
    (made,) = records("Norway approved military aid to Estonia.")
    assert made["context"][0] == "military"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Prime Minister Ana Belm said the ferries would run all winter.", "no PLOVER type"),
        ("Norway has postponed the election.", "no PLOVER type"),
    ],
)
def test_an_event_without_a_type_has_no_record(text: str, why: str) -> None:
    (event,) = events(text)
    with pytest.raises(NoRecord, match=why):
        event_record(event)


def test_an_event_without_an_actor_has_no_record() -> None:
    (event,) = [e for e in events("Norway imposed sanctions on Estonia.") if e.plover]
    with pytest.raises(NoRecord, match="no actor"):
        event_record(msgspec.structs.replace(event, deciders=[]))


def test_an_event_without_day_and_publication_has_no_date() -> None:
    (event,) = events("Norway imposed sanctions on Estonia.")
    undated = msgspec.structs.replace(event, published_at=None, decided_on=None)
    assert event_record(undated).date is None
    assert event_record(msgspec.structs.replace(undated, decided_on=date(2025, 1, 2))).date == date(2025, 1, 2)
