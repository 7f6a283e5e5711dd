"""Hostile text of articles stays text: it runs nothing and does not disturb the layout."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from msgspec.structs import replace
from playwright.async_api import expect

from tests.gateway.browsing import article
from worker.schema import KINDS, Actor, Article, Decision, Event, Meeting, Plover, Span, Statement, article_id, hash_id

if TYPE_CHECKING:
    from tests.gateway.page.browser_page import BrowserPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL: Final = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
STRANGE: Final = (
    EVIL,
    "javascript:document.title='owned'",
    "\"'><svg/onload=document.title='owned'>",
    "{{constructor.constructor('alert(1)')()}}${alert(1)}",
    "</article></main></body><h1>Over</h1>",
    "&lt;b&gt;&amp;amp;&#x3c;i&#x3e;",
    "\u202eright to left override, never ended",
    "\u2066\u2067\u2068 isolates, never ended",
    "\u200f\u061cعبد الرحمن السويدي وزير الخارجية",
    "יעל בן־דוד, שרת החוץ (2026)",
    "外務大臣は「港は凍らない」と述べた。" * 8,
    "Z͑ͫ̓a̴l̷g̸o̵" + "̶" * 60,
    "W" * 400,
    "Words without an end " * 200,
    "https://phish.example/" + "a/" * 150,
    "\ufeff\u200b\u00ad\u2028\u2029line\tbreaks\r\n\n\nand feeds\x0b\x0c",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿\U0001d518\U0001d52b\U0001d526" * 5,
    "\U0010ffff\ue000\ufffd",
    " ",
)
ADDRESSES: Final = (
    "javascript:document.title='owned'",
    "data:text/html,<script>document.title='owned'</script>",
    "https://xn--80ak6aa92e.example/?q=<b>",
    "https://user:password@news.example/",
    "//news.example/",
    "nothing at all",
    "",
)


COUNTRIES: Final = ("NO", "FI", EVIL, "\u202eXX", "W" * 90, "no country", "")


def hostile(seed: int) -> list[tuple[Article, list[Event]]]:
    """Make an article of each strange text, with an event of each kind whose fields hold strange texts."""
    rng = random.Random(seed)
    return [_strange(rng, text, n) for n, text in enumerate(STRANGE)]


def _strange(rng: random.Random, text: str, n: int) -> tuple[Article, list[Event]]:
    def actor() -> Actor:
        name, role = rng.choice(STRANGE), rng.choice(STRANGE)
        return Actor(name=name, mention=whole, type="person", role=role, country=rng.choice(COUNTRIES))

    whole, url = Span(start=0, end=len(text), text=text), rng.choice([*ADDRESSES, f"https://strange.example/{n}"])
    of = article(text, title=rng.choice(STRANGE), byline=[rng.choice(STRANGE)], site=rng.choice(STRANGE))
    of = replace(of, id=article_id(url), url=url)
    given: dict[str, Any] = {
        "url": url,
        "published_at": of.published_at,
        "sentence": whole,
        "cue": Span(start=0, end=1, text=text[:1]),
        "rule": rng.choice(STRANGE),
        "via": [rng.choice(STRANGE)],
        "plover": Plover(type=rng.choice(STRANGE), mode=rng.choice(STRANGE)),
        "cameo": rng.choice(STRANGE),
        "confidence": rng.random(),
    }
    said, met, decided = (hash_id(str(n), kind) for kind in KINDS)
    speaker, target, parties = actor(), actor(), [actor() for _ in range(30)]
    return of, [
        Statement(id=said, speaker=speaker, target=target, content=[whole], quotation="mixed", venue=whole, **given),
        Meeting(id=met, participants=parties, form="talks", status="held", place=whole, topic=whole, **given),
        Decision(id=decided, deciders=[actor()], status="taken", object=whole, when=whole, **given),
    ]


INTRUDERS: Final = "main :is(img, script, style, iframe, object, embed, form:not(.filter-form), [onload], [onerror])"
WIDER: Final = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("*")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => `${one.tagName} ${one.className}`)"""
"""Returns the elements that overflow the screen."""
LEFT: Final = "all => all.map((one) => Math.round(one.getBoundingClientRect().left))"


async def check(ui: BrowserPage, title: str) -> None:
    """Assert that no script ran, no element or javascript: link was injected, and nothing overflows the screen."""
    page = ui.page
    assert " ".join((await page.title()).split()) == " ".join(title.split())
    assert await page.locator(INTRUDERS).count() == 0
    assert await page.locator('a:is([href^="javascript" i], [href^="data" i])').count() == 0
    assert await page.evaluate(WIDER) == []


@pytest.mark.parametrize("width", [320, 1280])
async def test_hostile_events_run_nothing_and_keep_the_layout(ui: BrowserPage, width: int) -> None:
    for of, events in hostile(width):
        await ui.publish(of, *events)
    await ui.page.set_viewport_size({"width": width, "height": 900})
    await ui.go()
    await expect(ui.page.locator(".event-row")).to_have_count(3 * len(STRANGE))
    await check(ui, "Feed · Communiqué")
    for part in (".event-kind", ".event-actors", ".event-meta"):
        assert len(set(await ui.page.locator(part).evaluate_all(LEFT))) == 1
    for view, shown in (("Network", ".matrix tbody tr"), ("Health", ".tiles")):
        await ui.page.get_by_role("link", name=view).click()
        await expect(ui.page.locator(shown).first).to_be_visible()
        await check(ui, f"{view} · Communiqué")


@pytest.mark.parametrize("title", [EVIL, STRANGE[6], "W" * 400])
async def test_a_hostile_article_is_shown_as_text(ui: BrowserPage, title: str) -> None:
    """Show one article of all the strange texts, with the events of each in a paragraph of its own."""
    texts = [text for text in STRANGE if "\n" not in text and text.strip()]
    of = article("\n\n".join(texts), "strange", title=title, byline=[title], site=title)
    about = [event for strange, events in hostile(7) if strange.text in texts for event in events]
    events = [_moved(event, of) for event in about]
    await ui.publish(of, *events)
    await ui.go(f"#/article?{urlencode({'url': of.url, 'event': events[-1].id})}")
    await expect(ui.page.locator("#card")).to_contain_text("Found by")
    assert await ui.page.locator(".article-text p").all_text_contents() == texts
    for event in events:
        annotations = ui.page.locator(f'.article-text [data-event="{event.id}"][data-label]')
        assert await annotations.first.text_content() in {event.sentence.text, event.sentence.text[:1]}
    await check(ui, f"{title} · Communiqué")


def _moved(event: Event, of: Article) -> Event:
    """Return an event with its spans moved to where its sentence is in the article."""
    at = of.text.index(event.sentence.text)

    def moved(span: Span | None) -> Span | None:
        return span and replace(span, start=span.start + at, end=span.end + at)

    def named(actor: Actor | None) -> Actor | None:
        return actor and replace(actor, mention=moved(actor.mention))

    common: dict[str, Any] = {"url": of.url, "sentence": moved(event.sentence), "cue": moved(event.cue)}
    match event:
        case Statement():
            own: dict[str, Any] = {"content": [moved(span) for span in event.content], "venue": moved(event.venue)}
            return replace(event, speaker=named(event.speaker), target=named(event.target), **own, **common)
        case Meeting():
            own = {"participants": [named(one) for one in event.participants]}
            return replace(event, place=moved(event.place), topic=moved(event.topic), **own, **common)
        case Decision():
            own = {"deciders": [named(one) for one in event.deciders], "object": moved(event.object)}
            return replace(event, when=moved(event.when), **own, **common)


async def test_a_javascript_url_is_not_a_link(ui: BrowserPage) -> None:
    await ui.go("#/article?url=javascript:alert(1)")
    await expect(ui.page.locator(".article .notice")).to_be_visible()
    assert await ui.page.locator('a[href^="javascript"]').count() == 0
    ui.complaints.clear()  # the browser logs the 404
