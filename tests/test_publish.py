from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import msgspec

from worker.publish import publication_entries, with_provenance
from worker.schema import ARTICLE_ENTRY, Article, Decision, Event, Meeting, Span, Statement, Task
from worker.settings import RedisSettings

NOON = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
SPAN = Span(start=0, end=4, text="Ümit")
ARTICLE = Article(id="a1", url="https://news.example/1", text="Ümit spoke.", title="Talks")
DECISION = Decision(id="d1", url=ARTICLE.url, sentence=SPAN, confidence=0.5, rule="r", deciders=[], status="not_taken")


def test_the_article_is_first_then_its_events_each_in_the_stream_of_its_kind() -> None:
    events: list[Event] = [
        Meeting(id="m1", form="call", status="held", participants=[], url="", sentence=SPAN, confidence=1.0, rule="r"),
        Statement(id="s1", content=[SPAN], quotation="direct", url="", sentence=SPAN, confidence=1.0, rule="r"),
        DECISION,
    ]
    written = publication_entries(ARTICLE, events, RedisSettings(key_prefix="p{1}", stream_length=7), NOON)
    assert [(w.stream, w.fields["id"], w.fields["type"], w.maxlen) for w in written] == [
        ("p{1}:articles", "a1", "article", 7),
        ("p{1}:events:meeting", "m1", "meeting", 7),
        ("p{1}:events:statement", "s1", "statement", 7),
        ("p{1}:events:decision", "d1", "decision", 7),
    ]


def test_the_entry_of_an_article_names_the_task_and_the_worker() -> None:
    task = Task.of("https://news.example/1", source="courier", put_at=NOON)
    [article] = publication_entries(ARTICLE, [], RedisSettings(), NOON)
    named = with_provenance(article, task, "press-1")
    added = {name: value for name, value in named.fields.items() if name not in article.fields}
    assert {*added, "revision"} == set(ARTICLE_ENTRY)  # the revision is in the entry already, unless it is 0
    assert (msgspec.json.decode(added["task"], type=Task), added["worker"]) == (task, "press-1")
    assert (named.stream, named.maxlen) == (article.stream, article.maxlen)


def test_an_entry_has_the_fields_of_the_contract_and_no_others() -> None:
    [_, entry] = publication_entries(ARTICLE, [DECISION], RedisSettings(), NOON)
    data = json.loads(entry.fields["data"])
    assert {name: value for name, value in entry.fields.items() if name != "data"} == {
        "id": "d1",
        "type": "decision",
        "v": "1",
        "time": "2026-03-01T12:00:00.000Z",
        "source": "https://news.example/1",
    }
    assert (data["kind"], data["id"], data["status"]) == ("decision", "d1", "not_taken")
    assert data["sentence"] == {"start": 0, "end": 4, "text": "Ümit"}
    assert data["published_at"] is None
    assert msgspec.json.decode(entry.fields["data"], type=Event) == DECISION


def test_an_article_without_events_is_published_too() -> None:
    [entry] = publication_entries(ARTICLE, [], RedisSettings(), NOON)
    assert msgspec.json.decode(entry.fields["data"], type=Article) == ARTICLE
