"""Whatever an article says stays text: it runs nothing, and moves nothing around it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from msgspec.structs import replace
from playwright.async_api import expect

from tests.gateway.browsing import article
from worker.schema import KINDS, Actor, Article, Decision, Event, Meeting, Plover, Span, Statement, article_id, digest

if TYPE_CHECKING:
    from tests.gateway.page.reading import Reader

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
    """Make an article of every strange text, and an event of each kind with strange words wherever words may stand."""
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
    said, met, decided = (digest(str(n), kind) for kind in KINDS)
    speaker, target, parties = actor(), actor(), [actor() for _ in range(30)]
    return of, [
        Statement(id=said, speaker=speaker, target=target, content=[whole], quotation="mixed", venue=whole, **given),
        Meeting(id=met, participants=parties, form="talks", status="held", place=whole, topic=whole, **given),
        Decision(id=decided, deciders=[actor()], status="taken", object=whole, when=whole, **given),
    ]


INTRUDERS: Final = "main :is(img, script, style, iframe, object, embed, form:not(.filter-form), [onload], [onerror])"
WIDER: Final = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("*")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => `${one.tagName} ${one.className}`)"""
"""What reaches out of a page that is wider than the screen."""
LEFT: Final = "all => all.map((one) => Math.round(one.getBoundingClientRect().left))"


async def check(reader: Reader, title: str) -> None:
    """Nothing has run, nothing has been let in, no address runs, and nothing is wider than the screen."""
    page = reader.page
    assert " ".join((await page.title()).split()) == " ".join(title.split())
    assert await page.locator(INTRUDERS).count() == 0
    assert await page.locator('a:is([href^="javascript" i], [href^="data" i])').count() == 0
    assert await page.evaluate(WIDER) == []


@pytest.mark.parametrize("width", [320, 1280])
async def test_hostile_events_run_nothing_and_stay_in_their_places(reader: Reader, width: int) -> None:
    for of, events in hostile(width):
        await reader.publish(of, *events)
    await reader.page.set_viewport_size({"width": width, "height": 900})
    await reader.go()
    await expect(reader.page.locator(".line")).to_have_count(3 * len(STRANGE))
    await check(reader, "Feed · Communiqué")
    for part in (".line-kind", ".line-who", ".line-notes"):
        assert len(set(await reader.page.locator(part).evaluate_all(LEFT))) == 1
    for view, shown in (("Picture", ".matrix tbody tr"), ("Health", ".figures")):
        await reader.page.get_by_role("link", name=view).click()
        await expect(reader.page.locator(shown).first).to_be_visible()
        await check(reader, f"{view} · Communiqué")


async def test_hostile_articles_are_shown_letter_by_letter(reader: Reader) -> None:
    for n, (strange, about) in enumerate(hostile(7)):
        url = f"https://strange.example/{n}"
        of, events = replace(strange, id=article_id(url), url=url), [replace(event, url=url) for event in about]
        await reader.publish(of, *events)
        await reader.page.goto("about:blank")
        await reader.go(f"#/article?{urlencode({'url': url, 'event': events[1].id})}")
        await expect(reader.page.locator("#card")).to_contain_text("Found by")
        shown = await reader.page.locator(".article-text p").all_text_contents()
        assert shown == [line for line in of.text.split("\n") if line.strip()]
        [heading] = await reader.page.locator("h1").all_text_contents()
        assert heading == (of.title or "strange.example")
        await check(reader, f"{heading} · Communiqué")


async def test_an_address_that_would_run_is_no_link(reader: Reader) -> None:
    await reader.go("#/article?url=javascript:alert(1)")
    await expect(reader.page.locator(".article .notice")).to_be_visible()
    assert await reader.page.locator('a[href^="javascript"]').count() == 0
    reader.complaints.clear()  # the gateway knows no such article, and says so
