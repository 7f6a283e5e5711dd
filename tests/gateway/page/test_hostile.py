"""Whatever an article says stays text: it runs nothing, and moves nothing around it."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.browsing import article, person, span, statement
from tests.gateway.page.reading import Reader, marks, open_article

pytestmark = pytest.mark.asyncio(loop_scope="session")


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


async def test_an_address_that_would_run_is_no_link(reader: Reader) -> None:
    await reader.go("#/article?url=javascript:alert(1)")
    await expect(reader.page.locator(".article .notice")).to_be_visible()
    assert await reader.page.locator('a[href^="javascript"]').count() == 0
    reader.complaints.clear()  # the gateway knows no such article, and says so
