"""A browser page at the gateway of one test, and invented articles with events."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.gateway.browsing import article, decision, meeting, person, publish, served, span, statement
from worker.forget import ForgetTarget, Forgetter
from worker.schema import Actor, Article, Event
from worker.streams import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

    from worker.settings import Settings

TEXT = "“No port will freeze,” 🚢 Maren Holt said. She met Juhani Korpi in Trieste. The Storting passed the bill."
HARBOUR = article(TEXT)
HOLT = person(HARBOUR, "Maren Holt", country="NO", role="foreign minister")
KORPI = person(HARBOUR, "Juhani Korpi", country="FI")
STORTING = Actor(name="Storting", mention=span(TEXT, "The Storting"), type="organisation", country="NO")
SAID = statement(HARBOUR, HOLT, "“No port will freeze,”", cue=span(TEXT, "said"))
MET = meeting(HARBOUR, HOLT, KORPI, cue=span(TEXT, "met"), place=span(TEXT, "Trieste"))
PASSED = decision(HARBOUR, STORTING, cue=span(TEXT, "passed"), object=span(TEXT, "the bill"))

PLAN = article("“The Danish and Finland's plan is ours,” Maren Holt said.", "plan")
PLANNED = statement(PLAN, person(PLAN, "Maren Holt", country="NO"), "“The Danish and Finland's plan is ours,”")


class BrowserPage:
    """A browser page at a running gateway; `complaints` collects the errors of its console."""

    def __init__(self, page: Page, base: str, redis_url: str, settings: Settings) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        self._redis_url, self._settings = redis_url, settings
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)

    async def publish(self, of: Article, *events: Event) -> None:
        await publish(self._redis_url, self._settings, of, *events)

    async def forget(self, of: Article) -> None:
        """Forget an article: its events are retracted."""
        async with connect(self._redis_url) as client:
            target = ForgetTarget.parse(of.url)
            forgetter = Forgetter(client, self._settings, target, lambda *_: None, dry_run=False)
            await forgetter.run(datetime.now(UTC))

    @asynccontextmanager
    async def served(self, **given: Any) -> AsyncIterator[None]:
        """Use a gateway with some settings changed while the block lasts."""
        before = self.base
        async with served(self._settings.override(**given), self._redis_url) as self.base:
            yield
        self.base = before

    async def add_dead_letter(self, reason: str) -> None:
        """Add a dead letter with this reason, as the queue does."""
        async with connect(self._redis_url) as client:
            await client.xadd(
                f"{self._settings.redis.key_prefix}:dead", {"reason": reason, "detail": "", "deliveries": "1"}
            )

    async def go(self, where: str = "#/feed") -> None:
        await self.page.goto(f"{self.base}/{where}")

    async def live(self) -> None:
        await expect(self.page.locator("#connection-state")).to_have_attribute("data-state", "live")


def many(count: int, name: str = "many") -> tuple[Article, list[Event]]:
    """Return an article with `count` statements, “Word 0.” to “Word n.”."""
    of = article(" ".join(f"“Word {n}.”" for n in range(count)), name)
    return of, [statement(of, None, f"“Word {n}.”") for n in range(count)]


async def open_article(ui: BrowserPage, of: Article = HARBOUR, *events: Event) -> None:
    await ui.publish(of, *(events or (SAID, MET, PASSED)))
    await ui.go()
    await ui.page.locator(".event-quote").last.click()
    await expect(ui.page.get_by_role("heading", level=1)).to_have_text(of.title)


def annotations_of(ui: BrowserPage, event: Event, role: str) -> Any:
    return ui.page.locator(f'.article-text .annotation[data-event="{event.id}"][data-role="{role}"]')
