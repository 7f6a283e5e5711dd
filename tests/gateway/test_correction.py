"""A correction on its way from the changed page to every interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.consume.correctable_site import CHIEF, REST, SAYS_LATER, SAYS_OPEN, correctable_site, work
from tests.operating.conftest import process
from tests.operating.test_webhook_and_sink_services import run_command
from tests.sink.test_event_writer import rows, write_all
from tests.webhook.receiver import SECRET, running_receiver
from worker.schema import Task, article_id

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.conftest import RunningGateway
    from worker.settings import Settings

OPEN, CHIEF_SAYS, LATER = SAYS_OPEN[:14], CHIEF[:14], SAYS_LATER[:14]


def summary(items: list[dict[str, Any]]) -> list[str]:
    """Return what each event says, with its revision, and which event each retraction withdraws, with its reason."""
    words = {it["id"]: it["content"][0]["text"][:14] for it in items if it["kind"] == "statement"}
    return [
        f"{words[it['id']]} {it['revision']}"
        if it["kind"] == "statement"
        else f"{words[it['of']]} {it['reason']} {it['url'].rpartition('/')[2]}"
        for it in items
    ]


async def test_a_correction_reaches_webhook_sink_subscribe_and_gateway(
    server: RunningGateway, settings: Settings, tmp_path: Path
) -> None:
    settings = settings.override(host_delay_s=0, processes=1)
    environ = {"COMMUNIQUE_WEBHOOK_SECRET": SECRET}
    words = ("webhook", "statement", "--from-start", "--name", "press")
    async with (
        correctable_site() as site,
        running_receiver() as receiver,
        process(settings, tmp_path / "webhook.log", *words, "--to", receiver.url, **environ),
        server.listen("kind=statement") as live,
    ):
        await work(settings, Task.of(site.url("/news")))
        first = await live.frames(2)
        await receiver.wait_for(lambda: len(receiver.bodies) == 2)
        site.paragraphs = (CHIEF, SAYS_LATER, *REST)
        status, _ = await run_command(settings, "put", "--again", site.url("/news"))
        [result] = await work(settings, waiting=1)
        second = await live.frames(2)
        await receiver.wait_for(lambda: len(receiver.bodies) == 4)
        url = site.url("/news")
    assert (status, result.outcome, result.revision, result.retracted) == (0, "revised", 1, 1)
    expected = [f"{OPEN} 0", f"{CHIEF_SAYS} 0", f"{LATER} 1", f"{OPEN} changed news"]

    assert [frame.event for frame in (*first, *second)] == ["statement", "statement", "statement", "retraction"]
    assert summary([frame.json for frame in (*first, *second)]) == expected
    assert sorted(summary([body["data"] for body in receiver.bodies])) == sorted(expected)
    assert [body["type"] for body in receiver.bodies].count("retraction") == 1
    page = await server.get("/v1/events?kind=statement&order=oldest")
    assert summary(page["events"]) == expected
    for revision, said in enumerate((OPEN, LATER)):
        found = await server.get(f"/v1/articles/{article_id(url)}?revision={revision}")
        text, events = found["article"]["text"], found["events"]
        assert said in [event["content"][0]["text"][:14] for event in events if event["kind"] == "statement"]
        assert all(text[it["sentence"]["start"] : it["sentence"]["end"]] == it["sentence"]["text"] for it in events)

    await write_all(tmp_path / "events", settings, kinds=["statement"])
    assert summary(rows(tmp_path / "events")) == expected
    _, lines = await run_command(settings, "subscribe", "statement", "--from-start", "--count", "4")
    assert summary([json.loads(line) for line in lines.splitlines()]) == expected
