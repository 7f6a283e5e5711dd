"""The runbook: generated from docs/operating.md, and served at the URL of each alert."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml
from selectolax.lexbor import LexborHTMLParser

from tests.pages import DOCS, ROOT
from tools import runbook_page
from worker.gateway.assets import WEB

if TYPE_CHECKING:
    from tests.gateway.conftest import RunningGateway

RULES = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text("utf-8"))
URLS = [rule["annotations"]["runbook_url"] for group in RULES["groups"] for rule in group["rules"]]
OPERATING = (DOCS / "operating.md").read_text("utf-8")


def test_the_file_is_the_one_that_make_reference_writes() -> None:
    assert (WEB / "runbook.html").read_text("utf-8") == runbook_page.page(), "Run `make reference`."


async def test_the_url_of_every_alert_leads_to_its_entry(server: RunningGateway) -> None:
    assert URLS
    for url in URLS:
        path, _, anchor = url.rpartition("}}")[2].partition("#")
        async with server.session.get(path) as response:
            assert (response.status, response.content_type) == (200, "text/html")
            entry = LexborHTMLParser(await response.text()).css_first(f"h2#{anchor}")
        assert entry is not None, anchor
        assert entry.text() == anchor
        text = OPERATING.partition(f"\n### {anchor}\n\n")[2]
        paragraph = entry.next.next if entry.next and entry.next.tag == "-text" else entry.next
        assert paragraph is not None
        assert re.findall(r"\w+", paragraph.text())[:8] == re.findall(r"\w+", text)[:8]


async def test_every_link_of_the_page_leads_somewhere_and_nothing_is_loaded_from_elsewhere(
    server: RunningGateway,
) -> None:
    async with server.session.get("/runbook") as response:
        tree = LexborHTMLParser(await response.text())
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    for node in tree.css("a[href], link[href], [src]"):
        target = str(node.attributes.get("href") or node.attributes.get("src"))
        if target.startswith("#"):
            assert target[1:] in ids
            continue
        assert not re.match(r"(\w+:)?//", target), target
        async with server.session.get(f"/{target.removeprefix('./')}") as response:
            assert response.status == 200, target


def test_links_to_other_pages_become_text_and_markup_is_escaped() -> None:
    runbook = "## Runbook\n\n### CommuniqueBug\n\n[Health](#health) <script>\n"
    text = f"## Health\n\nsee [that](sizing.md)\n\n{runbook}\n## End\n"
    html = runbook_page.runbook_html(text)
    assert '<a href="#health">Health</a> &lt;script&gt;' in html
    assert "see that</p>" in html
    assert '<h2 id="CommuniqueBug">' in html
    assert "End" not in html
