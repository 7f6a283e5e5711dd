from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.fetch.meta_refresh import refresh_target
from worker.schema import Page

URL = "https://harbourpost.example/old"


def target(body: str) -> str | None:
    return refresh_target(Page(url=URL, body=body.encode()))


@pytest.mark.parametrize(
    "tag",
    [
        '<meta http-equiv="refresh" content="0; url=/new">',
        "<META HTTP-EQUIV=Refresh CONTENT='3;URL=/new'>",
        '<meta content="0;url=&quot;https://harbourpost.example/new&quot;" http-equiv="refresh" />',
        '<meta http-equiv="refresh" content="1, /new">',
    ],
)
def test_the_url_of_a_refresh_is_found(tag: str) -> None:
    assert target(f"<head>{tag}</head><p>Moved.</p>") == "https://harbourpost.example/new"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Moved.</p>",
        '<meta http-equiv="refresh" content="300; url=/new">',
        '<meta http-equiv="refresh" content="99999999999999999999; url=/new">',
        '<meta http-equiv="refresh" content="0">',
        '<meta http-equiv="refresh" content="0; url=/old#top">',
        '<meta http-equiv="refresh" content="0; url=javascript:alert(1)">',
        '<meta http-equiv="refresh" content="0; url=http://[::1">',
        '<noscript><meta http-equiv="refresh" content="0; url=/new"></noscript>',
        '<!-- <meta http-equiv="refresh" content="0; url=/new"> -->',
        '<meta http-equiv="refresh" content="0; url=/new"><p>One.</p><p>Two.</p><p>Three.</p>',
        '<meta http-equiv="refresh" content="0; url=/new">' + " " * 70_000,
        '<meta name="refresh" content="0; url=/new">',
    ],
)
def test_other_pages_do_not_redirect(body: str) -> None:
    assert target(body) is None


@given(st.binary(max_size=300))
def test_any_content_gives_a_url_or_none(content: bytes) -> None:
    page = Page(url=URL, body=b'<meta http-equiv=refresh content="0; url=' + content + b'">')
    found = refresh_target(page)
    assert found is None or found.startswith(("http://", "https://"))
