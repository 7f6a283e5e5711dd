"""The OpenAPI document is valid and complete."""

import json
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from worker.filters import CONFIDENCE, PARAMETERS, Filter
from worker.gateway.spec.openapi import make_openapi

DOCUMENT: dict[str, Any] = json.loads(json.dumps(make_openapi()))


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_an_invalid_openapi_document_is_detected() -> None:
    broken = json.loads(json.dumps(DOCUMENT))
    broken["info"]["title"] = 7
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_filter_is_described() -> None:
    described = {p.name for p in PARAMETERS} | {CONFIDENCE}
    assert described == set(Filter.__struct_fields__)
    assert described <= set(DOCUMENT["components"]["parameters"])


def test_every_parameter_is_used() -> None:
    text = json.dumps(DOCUMENT["paths"])
    assert all(f'"#/components/parameters/{name}"' in text for name in DOCUMENT["components"]["parameters"])


def test_every_schema_is_used() -> None:
    text = json.dumps(DOCUMENT)
    assert all(f'"#/components/schemas/{name}"' in text for name in DOCUMENT["components"]["schemas"])
