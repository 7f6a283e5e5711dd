"""The gateway conforms to its OpenAPI document for generated requests (Schemathesis)."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.gateway.conftest import Publisher, make_event
from worker import filters
from worker.gateway.app import GATEWAY_LOOPS, open_gateway
from worker.gateway.server import serve_gateway
from worker.gateway.spec.openapi import make_openapi
from worker.schema import Article, article_id
from worker.settings import Settings
from worker.streams import connect
from worker.telemetry.liveness import LivenessMonitor

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://news.example/1"

schema = schemathesis.openapi.from_dict(msgspec.to_builtins(make_openapi())).exclude(path="/v1/stream")
"""Without the stream, which never ends; its errors have tests of their own."""
OPERATIONS = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def is_beyond_schemas(case: Any) -> bool:
    """Tell whether a request may be rejected although it matches the schema, for a reason JSON Schema cannot express.

    A URL may be invalid; filters may exclude every kind of event, or consist of accents and marks only, which are not
    compared.
    """
    if case.path == "/v1/articles":
        return True
    given_query = case.query or {}
    query = {
        name: [*map(str, value)] if isinstance(value, list) else [str(value)] for name, value in given_query.items()
    }
    try:
        filters.build_filter(query)
    except filters.FilterError as e:
        return "no kind of event" in str(e) or "nothing to look for" in str(e)
    return False


async def publish_some(settings: Settings) -> None:
    async with connect(settings.redis.url or "") as client:
        publish = Publisher(client, settings)
        article = Article(id=article_id(URL), url=URL, text="Words.")
        await publish.article(article, [make_event(number, url=URL) for number in range(9)])


@pytest.fixture(scope="module")
def address(redis_url: str) -> Iterator[str]:
    """Run a gateway in another thread, since the requests of Schemathesis block theirs; yields its URL."""
    gateway_settings = Settings.of(redis_url=redis_url, key_prefix="test-conformance", gateway_burst=10**6)
    found, loop = threading.Event(), asyncio.new_event_loop()
    addresses: list[str] = []
    stop = asyncio.Event()

    def ready(url: str) -> None:
        addresses.append(url)
        found.set()

    async def serving() -> None:
        await publish_some(gateway_settings)
        async with open_gateway(gateway_settings, redis_url, LivenessMonitor(GATEWAY_LOOPS)) as server:
            await serve_gateway(server, "127.0.0.1", 0, stop, ready)

    thread = threading.Thread(target=loop.run_until_complete, args=(serving(),))
    thread.start()
    assert found.wait(20)
    yield addresses[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
    loop.close()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_responses_match_the_openapi_document(operation: Any, address: str) -> None:
    @settings(max_examples=25, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        excluded = [positive_data_acceptance] if is_beyond_schemas(case) else []
        case.call_and_validate(base_url=address, excluded_checks=excluded)

    check()
