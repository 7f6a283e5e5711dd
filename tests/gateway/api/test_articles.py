"""Articles with their events, and URLs to enqueue."""

from __future__ import annotations

import io
from typing import Any

import pytest
from msgspec.structs import replace

from tests.gateway.conftest import Publisher, RunningGateway, StartGateway, make_event
from worker.queue import UrlQueue
from worker.schema import Article, Span, article_id
from worker.settings import Settings

URL = "https://news.example/talks"
ARTICLE = Article(id=article_id(URL), url=URL, text="Ümit spoke. They met.", title="Talks", language="en")


async def test_an_article_comes_with_its_events_in_text_order(server: RunningGateway, publish: Publisher) -> None:
    other = Article(id=article_id("https://other.example/1"), url="https://other.example/1", text="No.")
    late = make_event(1, "statement", url=URL, sentence=Span(start=12, end=21, text="They met."))
    early = make_event(2, "decision", url=URL, sentence=Span(start=0, end=11, text="Ümit spoke."))
    await publish.article(ARTICLE, [late, early])
    await publish.article(other, [make_event(9, url=other.url), make_event(10, url=other.url)])
    for path in (f"/v1/articles/{ARTICLE.id}", f"/v1/articles?url={URL}?utm_source=feed"):
        answer = await server.get(path)
        assert answer["article"]["text"] == ARTICLE.text
        assert [event["rule"] for event in answer["events"]] == ["2", "1"]


async def test_the_newest_publication_of_an_article_is_returned(server: RunningGateway, publish: Publisher) -> None:
    await publish.article(Article(id=ARTICLE.id, url=URL, text="Before."), [])
    await publish.article(ARTICLE, [])
    assert (await server.get(f"/v1/articles/{ARTICLE.id}"))["article"]["text"] == ARTICLE.text


async def test_an_event_is_shown_in_the_article_of_its_revision(server: RunningGateway, publish: Publisher) -> None:
    corrected = replace(ARTICLE, text="Corrected. Ümit spoke. They talked.", revision=1)
    before = make_event(1, "statement", url=URL, sentence=Span(start=0, end=11, text="Ümit spoke."))
    added = make_event(2, "meeting", url=URL, sentence=Span(start=23, end=35, text="They talked."), revision=1)
    await publish.article(ARTICLE, [before])
    await publish.article(corrected, [added])
    for revision, event in enumerate((before, added)):
        for path in (f"/v1/articles/{ARTICLE.id}?revision={revision}", f"/v1/articles?url={URL}&revision={revision}"):
            answer = await server.get(path)
            text, [found] = answer["article"]["text"], answer["events"]
            span = found["sentence"]
            assert (found["id"], text[span["start"] : span["end"]]) == (event.id, span["text"])
    assert (await server.get(f"/v1/articles/{ARTICLE.id}"))["article"]["revision"] == 1
    unknown = await server.get(f"/v1/articles/{ARTICLE.id}?revision=2", 404)
    assert unknown["detail"] == "revision 2 of the article is not among the newest ones, which are indexed"


@pytest.mark.parametrize("revision", ["-1", "1.0", "x", "", "65536", "9" * 50])
async def test_a_revision_that_is_no_number_is_refused(server: RunningGateway, revision: str) -> None:
    assert (await server.get(f"/v1/articles/{ARTICLE.id}?revision={revision}", 400))["parameter"] == "revision"


@pytest.mark.parametrize("path", [f"/v1/articles/{'0' * 32}", "/v1/articles?url=https://nowhere.example/"])
async def test_an_unknown_article_is_not_found(server: RunningGateway, path: str) -> None:
    assert (await server.get(path, 404))["type"] == "urn:communique:problem:not_found"


@pytest.mark.parametrize("query", ["", "?url=", "?url=ftp://x", "?url=https://a.example/&url=https://b.example/"])
async def test_an_invalid_url_is_rejected(server: RunningGateway, query: str) -> None:
    assert (await server.get(f"/v1/articles{query}", 400))["parameter"] == "url"


# ---------------------------------------------------------------- enqueueing
async def test_every_url_is_put_seen_or_refused(server: RunningGateway, settings: Settings) -> None:
    urls = ["https://a.example/1", "ftp://b.example/", "https://a.example/1?utm_source=x", "https://a.example/2"]
    answer = await server.post({"urls": urls})
    assert [result["outcome"] for result in answer["results"]] == ["put", "refused", "seen", "put"]
    assert (answer["put"], answer["seen"], answer["refused"]) == (2, 1, 1)
    refused = answer["results"][1]
    assert (refused["url"], refused["reason"]) == ("ftp://b.example/", "bad_url")
    assert answer["results"][0]["article"] == article_id("https://a.example/1")
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        [taken] = await queue.read(10, 0)
        depth = await queue.depth()
    assert (taken.task.url, depth.waiting) == ("https://a.example/1", 1)


async def test_a_request_with_only_refused_urls_is_unprocessable(server: RunningGateway) -> None:
    problem = await server.post({"urls": ["nonsense", "https://"]}, 422)
    assert [result["outcome"] for result in problem["results"]] == ["refused", "refused"]


@pytest.mark.parametrize("body", [{}, {"urls": []}, {"urls": "https://a.example/"}, {"urls": [1]}, {"url": []}, [], 7])
async def test_a_malformed_body_is_rejected(server: RunningGateway, body: Any) -> None:
    assert (await server.post(body, 400))["type"] == "urn:communique:problem:bad_body"


async def test_too_many_urls_are_rejected(server: RunningGateway) -> None:
    await server.post({"urls": [f"https://a.example/{i}" for i in range(1001)]}, 400)


async def test_a_body_that_is_not_json_is_rejected_so_that_no_html_form_can_post(server: RunningGateway) -> None:
    async with server.session.post("/v1/articles", data='{"urls": ["https://a.example/"]}') as response:
        assert response.status == 415
        assert (await response.json(content_type=None))["parameter"] == "Content-Type"


async def test_a_body_that_is_too_large_is_rejected(server: RunningGateway) -> None:
    headers = {"Content-Type": "application/json"}
    async with server.session.post("/v1/articles", data=io.BytesIO(b" " * (5 << 20)), headers=headers) as response:
        assert response.status == 413


async def test_a_full_queue_is_reported_with_retry_after(start_gateway: StartGateway) -> None:
    async with start_gateway(max_backlog=1) as server:
        await server.post({"urls": ["https://a.example/1"]})
        async with server.session.post("/v1/articles", json={"urls": ["https://a.example/2"]}) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "60")
