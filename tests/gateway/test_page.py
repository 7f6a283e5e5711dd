"""The page in a real browser, before a real gateway: whatever a reader sees, does, and must not be done to."""

from __future__ import annotations

import asyncio
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import Browser, Page, async_playwright, expect  # noqa: E402 - after the skip above

from tests.gateway.browsing import (  # noqa: E402 - same
    article,
    decision,
    installed_browser,
    meeting,
    person,
    publish,
    served,
    span,
    statement,
)
from worker.schema import Actor, Article, Event  # noqa: E402 - same
from worker.settings import Settings  # noqa: E402 - same
from worker.streams import connect  # noqa: E402 - same

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        path = installed_browser(driver.chromium.executable_path)
        if path is None:
            pytest.skip("no Chromium to be found: apt install chromium, or playwright install chromium")
        launched = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield launched
        await launched.close()


class Reader:
    """A browser's page before a gateway that serves one test's streams; what the console complains of is kept."""

    def __init__(self, page: Page, base: str, redis_url: str, settings: Settings) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        self._redis_url, self._settings = redis_url, settings
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)

    async def publish(self, of: Article, *events: Event) -> None:
        await publish(self._redis_url, self._settings, of, *events)

    async def bury(self, reason: str) -> None:
        """Add a dead letter, as the queue does."""
        async with connect(self._redis_url) as client:
            await client.xadd(f"{self._settings.key_prefix}:dead", {"reason": reason, "detail": "", "deliveries": "1"})

    async def go(self, where: str = "#/feed") -> None:
        await self.page.goto(f"{self.base}/{where}")

    async def live(self) -> None:
        await expect(self.page.locator("#link-state")).to_have_attribute("data-state", "live")


@pytest_asyncio.fixture(loop_scope="module")
async def reader(browser: Browser, redis_url: str, settings: Settings) -> AsyncIterator[Reader]:
    """A reader whose page made no error, and whose browser had to hold nothing back for the policy's sake."""
    async with served(settings, redis_url) as base:
        context = await browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
        try:
            reading = Reader(await context.new_page(), base, redis_url, settings)
            yield reading
        finally:
            await context.close()
    assert reading.complaints == []


def many(count: int, name: str = "many") -> tuple[Article, list[Event]]:
    """An article with that many statements, each in words of its own."""
    of = article(" ".join(f"“Word {n}.”" for n in range(count)), name)
    return of, [statement(of, None, f"“Word {n}.”") for n in range(count)]


# ---------------------------------------------------------------- the feed
async def test_events_of_all_kinds_arrive_live(reader: Reader) -> None:
    await reader.go()
    await reader.live()
    lines = reader.page.locator(".feed .line")
    await expect(lines).to_have_count(0)
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await expect(lines).to_have_count(3)
    said, met, passed = (reader.page.locator(f".line-{kind}") for kind in ("statement", "meeting", "decision"))
    await expect(said).to_contain_text("Maren Holt foreign minister, Norway says")
    await expect(said.locator(".line-words")).to_have_text("“No port will freeze,”")
    await expect(met).to_contain_text("Maren Holt foreign minister, Norway and Juhani Korpi Finland talks held")
    await expect(passed).to_contain_text("Storting Norway legislative decision taken")
    await expect(said.locator(".line-notes")).to_contain_text("meridian-courier.example")
    await expect(said.locator(".confidence")).to_contain_text("90 %")


async def test_filters_narrow_the_feed_and_stand_in_the_address(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await reader.go()
    lines = reader.page.locator(".feed .line")
    await expect(lines).to_have_count(3)
    await reader.page.get_by_role("button", name="Meetings").click()
    await expect(lines).to_have_count(1)
    assert reader.page.url.endswith("#/feed?kind=meeting")
    await reader.page.get_by_text("More filters").click()
    await reader.page.get_by_label("Country").fill("Finland")
    await reader.page.get_by_label("Country").press("Enter")
    await expect(reader.page.locator(".chip")).to_have_text(["meetings", "Finland"])
    await expect(lines).to_have_count(1)
    await reader.page.reload()
    await expect(lines).to_have_count(1)
    await reader.page.get_by_role("button", name="Remove filter meetings").click()
    await reader.page.get_by_role("button", name="Remove filter Finland").click()
    await reader.page.get_by_role("searchbox", name="Words").fill("port will")
    await expect(reader.page.locator(".chip")).to_have_text(["“port will”"])
    await expect(lines).to_have_count(3)  # the evidence of all three is the whole text


async def test_a_filter_that_means_nothing_is_explained(reader: Reader) -> None:
    await reader.go("#/feed?kind=meeting&act=deny")
    await expect(reader.page.get_by_role("alert")).to_contain_text("kind and act")
    await expect(reader.page.locator("#link-state")).to_have_attribute("data-state", "failed")
    await reader.go("#/feed?country=Atlantis")
    await expect(reader.page.get_by_role("alert")).to_contain_text("There is no such country")
    await reader.page.get_by_role("button", name="Remove filter Atlantis").click()
    await reader.live()
    await expect(reader.page.get_by_role("alert")).to_be_empty()
    assert all("400" in told for told in reader.complaints)
    reader.complaints.clear()


async def test_what_is_new_waits_while_the_reader_reads_further_down(reader: Reader) -> None:
    of, events = many(30)
    await reader.publish(of, *events)
    await reader.go()
    await reader.live()
    await reader.page.mouse.wheel(0, 900)
    await reader.page.wait_for_function("scrollY > 500")
    await reader.publish(HARBOUR, SAID, MET)
    fresh = reader.page.get_by_role("button", name="Show 2 new events")
    await expect(fresh).to_have_text("2 new")
    await expect(reader.page.locator(".line-meeting")).to_have_count(0)
    await fresh.click()
    await expect(reader.page.locator(".line-meeting")).to_have_count(1)
    await reader.page.wait_for_function("scrollY === 0")
    await expect(fresh).to_be_hidden()


async def test_a_feed_that_is_paused_holds_still_until_it_is_resumed(reader: Reader) -> None:
    await reader.go()
    await reader.live()
    await reader.page.get_by_role("button", name="Pause").click()
    await reader.publish(HARBOUR, SAID)
    await expect(reader.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await expect(reader.page.locator(".line")).to_have_count(0)
    await reader.page.get_by_role("button", name="Resume").click()
    await expect(reader.page.locator(".line")).to_have_count(1)


async def test_the_past_comes_as_one_scrolls(reader: Reader) -> None:
    of, events = many(200)
    await reader.publish(of, *events)
    await reader.go()
    words = reader.page.locator(".line-words")
    await expect(words.first).to_have_text("“Word 199.”")
    while not await reader.page.get_by_text("That is all that is kept").is_visible():
        await reader.page.mouse.wheel(0, 20_000)
        await asyncio.sleep(0.05)
    shown = await words.all_text_contents()
    assert shown == [f"“Word {n}.”" for n in reversed(range(200))]


async def test_after_a_disconnection_nothing_is_missing_and_nothing_comes_twice(
    browser: Browser, redis_url: str, settings: Settings
) -> None:
    page = await browser.new_page()
    async with served(settings, redis_url) as base:
        await publish(redis_url, settings, HARBOUR, SAID)
        await page.goto(f"{base}/#/feed")
        await expect(page.locator(".line")).to_have_count(1)
        await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    await expect(page.locator("#link-words")).to_contain_text("Reconnecting")
    await publish(redis_url, settings, HARBOUR, MET)
    async with served(settings, redis_url, int(base.rpartition(":")[2])):
        await publish(redis_url, settings, HARBOUR, PASSED)
        await expect(page.locator(".line")).to_have_count(3, timeout=15_000)
        await expect(page.locator("#link-words")).to_have_text("Live")
        kinds = await page.locator(".line-kind").all_text_contents()
        await page.close()
    assert kinds == ["Decision", "Meeting", "Statement"]


async def test_who_comes_back_from_an_article_goes_on_where_they_left(reader: Reader) -> None:
    of, events = many(40)
    await reader.publish(of, *events)
    await reader.go()
    await reader.page.get_by_text("“Word 9.”").first.click()
    await expect(reader.page.locator(".article-text")).to_be_visible()
    await reader.page.go_back()
    line = reader.page.locator(".feed .line", has=reader.page.get_by_text("“Word 9.”", exact=True))
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()


async def test_a_token_is_asked_for_once_and_kept_for_the_tab(
    browser: Browser, redis_url: str, settings: Settings, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(
        '[[token]]\nname = "reader"\ntoken = "sixteen-letters-or-more"\nscopes = ["read"]\n', encoding="utf-8"
    )
    await publish(redis_url, settings, HARBOUR, SAID)
    async with served(replace(settings, gateway_tokens=str(tokens)), redis_url) as base:
        page = await browser.new_page()
        await page.goto(f"{base}/#/feed")
        await page.get_by_role("textbox", name="Token").fill("sixteen-letters-or-more")
        await page.get_by_role("button", name="Go on").click()
        await expect(page.locator(".line")).to_have_count(1)
        await page.reload()
        await expect(page.locator("#link-words")).to_have_text("Live")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await page.close()


CUT_ANYWHERE = """async (text) => {
  const { frames } = await import("/static/stream.js");
  const bytes = new TextEncoder().encode(text);
  const read = async (at) => {
    const parts = [bytes.slice(0, at), bytes.slice(at)];
    const body = new ReadableStream({ start(c) { parts.forEach((part) => c.enqueue(part)); c.close(); } });
    const found = [];
    for await (const frame of frames(body)) if (Object.keys(frame).length) found.push(frame);
    return JSON.stringify(found);
  };
  return [...new Set(await Promise.all([...bytes.keys()].map(read)))];
}"""


async def test_frames_are_read_wherever_the_network_cuts_them(reader: Reader) -> None:
    await reader.go()
    sent = ': hello\r\nid: 7\n\nevent: statement\nid: 8\ndata: {"é":\ndata: "🚢"}\n\nid: 9\nevent: half'
    assert await reader.page.evaluate(CUT_ANYWHERE, sent) == [
        '[{"id":"7"},{"event":"statement","id":"8","data":"{\\"é\\":\\n\\"🚢\\"}"}]'
    ]


# ---------------------------------------------------------------- an article
async def open_article(reader: Reader, of: Article = HARBOUR, *events: Event) -> None:
    await reader.publish(of, *(events or (SAID, MET, PASSED)))
    await reader.go()
    await reader.page.locator(".line-words").last.click()
    await expect(reader.page.get_by_role("heading", level=1)).to_have_text(of.title)


def marks(reader: Reader, event: Event, role: str) -> Any:
    return reader.page.locator(f'.article-text .mark[data-event="{event.id}"][data-role="{role}"]')


async def test_an_article_marks_the_words_of_every_event_behind_an_emoji_too(reader: Reader) -> None:
    await open_article(reader)
    expected: list[tuple[Event, str, str]] = [
        (SAID, "content", "“No port will freeze,”"),
        (SAID, "source", "Maren Holt"),
        (SAID, "cue", "said"),
        (MET, "party", "Juhani Korpi"),
        (MET, "place", "Trieste"),
        (PASSED, "object", "the bill"),
    ]
    for event, role, words in expected:
        assert "".join(await marks(reader, event, role).all_text_contents()).count(words) == 1
    assert await reader.page.locator(".article-text").text_content() == TEXT


async def test_the_card_beside_an_event_tells_its_facts_codes_and_rule(reader: Reader) -> None:
    await open_article(reader)
    await marks(reader, MET, "cue").click()
    card = reader.page.locator("#card")
    for told in ("Meeting", "foreign minister, Norway", "talks held", "Trieste", "PLOVER CONSULT-visit", "90 %"):
        await expect(card).to_contain_text(told)
    await expect(card).to_contain_text("A verb of meeting")
    await expect(card).not_to_contain_text("CAMEO")
    await marks(reader, SAID, "content").hover()
    await expect(card).to_contain_text("CAMEO 010 Make statement")
    await expect(marks(reader, SAID, "content").first).to_have_class(re.compile(r"\bon\b"))
    await reader.page.mouse.move(5, 5)
    await expect(card).to_contain_text("CONSULT")  # the one that was chosen is there again
    await reader.page.keyboard.press("Escape")
    await expect(card).to_be_hidden()


async def test_parts_that_overlap_or_come_in_pieces_are_all_marked(reader: Reader) -> None:
    of = article("“We, as Ana Brod said, want peace,” he said. “And soon.”", "nested")
    outer = statement(of, None, "“We, as Ana Brod said, want peace,”", "“And soon.”", cue=span(of.text, "he said"))
    inner = statement(of, person(of, "Ana Brod"), "want peace", cue=span(of.text, "said"))
    await open_article(reader, of, outer, inner)
    assert (
        "".join(await marks(reader, outer, "content").all_text_contents())
        == "“We, as Ana Brod said, want peace,”“And soon.”"
    )
    assert await marks(reader, inner, "content").text_content() == "want peace"
    nested = reader.page.locator(f'[data-event="{outer.id}"] [data-event="{inner.id}"]')
    assert await nested.all_text_contents() == ["Ana Brod", "said", "want peace"]


async def test_marks_differ_by_their_line_not_by_colour_alone(reader: Reader) -> None:
    await open_article(reader)
    styles = [
        await marks(reader, SAID, role).first.evaluate("m => getComputedStyle(m).textDecorationStyle")
        for role in ("source", "cue", "content")
    ]
    assert len(set(styles)) == 3
    await marks(reader, SAID, "cue").click()
    labels = [
        await marks(reader, SAID, role).first.evaluate("m => getComputedStyle(m, '::before').content")
        for role in ("source", "cue", "content")
    ]
    assert [label.split('"')[1] for label in labels] == ["speaker", "cue", "content"]


async def test_what_a_hostile_article_says_stays_text(reader: Reader) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    text = f"{evil} said Eve <b>Bold</b>."
    of = article(text, "evil", title=f"Title {evil}", byline=[evil], site=evil)
    said = statement(
        of, person(of, "Eve <b>Bold</b>", role=evil), evil, cue=span(text, "said"), via=[evil], rule="<i>rule</i>"
    )
    await open_article(reader, of, said)
    await marks(reader, said, "cue").click()
    await expect(reader.page.locator("#card")).to_contain_text("<i>rule</i>")
    assert await reader.page.locator("main :is(img, script, i, style, iframe)").count() == 0
    assert await reader.page.locator("main b", has_text="Bold").all_text_contents() == ["Eve <b>Bold</b>"] * 2
    assert await reader.page.locator(".article-text").text_content() == text
    assert await reader.page.title() == f"Title {evil} · Communiqué"


async def test_an_event_whose_article_is_gone_still_shows_its_words(reader: Reader) -> None:
    gone = article(TEXT, "gone")
    await reader.publish(HARBOUR, replace(SAID, url=gone.url))
    await reader.go()
    await reader.page.locator(".line-words").click()
    await expect(reader.page.locator(".article-text")).to_have_text(TEXT)
    await expect(reader.page.locator(".article .notice")).to_contain_text("not kept any more")
    await expect(reader.page.locator("#card")).to_contain_text("foreign minister, Norway")
    reader.complaints.clear()  # the browser tells of the 404


async def test_an_address_that_would_run_is_no_link(reader: Reader) -> None:
    await reader.go("#/article?url=javascript:alert(1)")
    await expect(reader.page.locator(".article .notice")).to_be_visible()
    assert await reader.page.locator('a[href^="javascript"]').count() == 0
    reader.complaints.clear()  # the gateway knows no such article, and says so


# ---------------------------------------------------------------- by keyboard, in the dark, for everybody
async def test_everything_can_be_reached_by_keyboard(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await reader.go()
    page, keyboard = reader.page, reader.page.keyboard
    await expect(page.locator(".line")).to_have_count(3)
    await keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.locator(".line").first.locator("a").focus()
    await keyboard.press("PageDown")
    await expect(page.locator(".line").nth(1)).to_be_focused()
    await keyboard.press("k")
    await expect(page.locator(".line").first).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await page.get_by_role("button", name="Next event").focus()
    await keyboard.press("Tab")
    await expect(page.locator(".article-text .mark:focus")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#card")).to_be_visible()
    await keyboard.press("Escape")
    await expect(page.locator("#card")).to_be_hidden()


async def test_the_dark_is_the_systems_choice_until_the_reader_chooses(reader: Reader) -> None:
    page = reader.page
    paper = "getComputedStyle(document.body).backgroundColor"
    await page.emulate_media(color_scheme="light")
    await reader.go()
    light = await page.evaluate(paper)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(paper)
    assert light != dark
    await page.get_by_role("button", name="Theme: automatic").click()
    await expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    assert await page.evaluate(paper) == light
    await page.reload()
    assert await page.evaluate(paper) == light
    await page.get_by_role("button", name="Theme: light").click()
    assert await page.evaluate(paper) == dark


@pytest.mark.parametrize("where", ["#/feed", "#/picture", "#/health", "article"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong(reader: Reader, where: str, scheme: Any) -> None:
    found = find_spec("axe_playwright_python")
    if found is None or not found.origin:
        pytest.skip("axe-core is not at hand: pip install -e '.[dev]'")
    await reader.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    if where == "article":
        await open_article(reader)
    else:
        await reader.publish(HARBOUR, SAID, MET, PASSED)
        await reader.publish(PLAN, PLANNED)
        await reader.bury("robots")
        await reader.go(where)
        await expect(reader.page.locator(".line, .node, .figures").first).to_be_visible()
    await reader.page.evaluate(Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    wrong = (await reader.page.evaluate("axe.run()"))["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in wrong] == []


async def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: Browser, redis_url: str, settings: Settings
) -> None:
    await publish(redis_url, settings, HARBOUR, SAID, MET, PASSED)
    async with served(settings, redis_url) as base:
        page = await browser.new_page(viewport={"width": 360, "height": 640})
        for where, shown in (("feed", ".line"), ("picture", ".node"), ("health", ".figures")):
            await page.goto(f"{base}/#/{where}")
            await expect(page.locator(shown).first).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.close()


# ---------------------------------------------------------------- the picture and the queue
async def test_the_picture_shows_who_met_and_who_spoke_of_whom_and_redraws_live(reader: Reader) -> None:
    await reader.publish(HARBOUR, MET)
    await reader.go("#/picture")
    page = reader.page
    await expect(page.locator(".node")).to_have_count(2)
    await expect(page.locator(".edge-met")).to_have_count(1)
    await expect(page.locator(".edge-spoke")).to_have_count(0)
    await reader.publish(PLAN, PLANNED)
    await expect(page.locator(".node")).to_have_count(3)
    await expect(page.locator(".edge-spoke")).to_have_count(2)
    cell = page.get_by_role("button", name=re.compile("^Norway spoke of Finland: 1.* Norway and Finland met: 1$"))
    await cell.click()
    await expect(page.locator(".chosen-events .line")).to_have_count(2)
    await expect(page.get_by_role("table")).to_have_accessible_description(re.compile("Those in the rows spoke of those in the columns"))


async def test_the_picture_is_walked_by_arrow_keys(reader: Reader) -> None:
    await reader.publish(HARBOUR, MET)
    await reader.go("#/picture")
    nodes = reader.page.locator(".node")
    await nodes.first.focus()
    await reader.page.keyboard.press("ArrowRight")
    await expect(nodes.nth(1)).to_be_focused()
    await reader.page.keyboard.press("Enter")
    await expect(nodes.nth(1)).to_have_attribute("aria-pressed", "true")
    await expect(reader.page.locator(".chosen-events .line-meeting")).to_have_count(1)


async def test_the_queues_health_is_told_in_figures_and_in_words(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET)
    await reader.bury("not_an_article")
    await reader.go("#/health")
    await expect(reader.page.get_by_role("row", name="not an article 1")).to_be_visible()
    await expect(reader.page.get_by_role("status").filter(has_text="Nothing is waiting")).to_be_visible()
    await expect(reader.page.get_by_role("row", name="meetings 1")).to_be_visible()
    await expect(reader.page.locator(".figures div:has(dt:text-is('Waiting'))")).to_contain_text("0")
