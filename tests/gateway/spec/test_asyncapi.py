"""The AsyncAPI document is valid and names every frame."""

import gzip
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from worker.gateway.spec.asyncapi import make_asyncapi
from worker.schema import KINDS

DATA = Path(__file__).parent.parent.parent / "data"
SPECIFICATION = Draft7Validator(json.loads(gzip.decompress((DATA / "asyncapi-3.0.0.json.gz").read_bytes())))
DOCUMENT: dict[str, Any] = json.loads(json.dumps(make_asyncapi()))


def resolves(ref: str) -> bool:
    at: Any = DOCUMENT
    for step in ref.removeprefix("#/").split("/"):
        at = at.get(step) if isinstance(at, dict) else None
    return at is not None


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        here = [node["$ref"]] if "$ref" in node else []
        return here + [ref for value in node.values() for ref in references(value)]
    return [ref for value in node for ref in references(value)] if isinstance(node, list) else []


def test_the_document_is_valid_asyncapi_3_0() -> None:
    assert [f"{error.json_path}: {error.message}" for error in SPECIFICATION.iter_errors(DOCUMENT)] == []


def test_an_invalid_asyncapi_document_is_detected() -> None:
    broken = json.loads(json.dumps(DOCUMENT))
    broken["operations"]["listen"]["action"] = "shout"
    assert list(SPECIFICATION.iter_errors(broken))


def test_every_reference_resolves() -> None:
    assert [ref for ref in references(DOCUMENT) if not resolves(ref)] == []


def test_both_channels_carry_events_of_every_kind_and_control_frames() -> None:
    for channel in DOCUMENT["channels"].values():
        assert set(channel["messages"]) == {*KINDS, "retraction", "heartbeat", "gap", "error"}
