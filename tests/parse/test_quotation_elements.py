from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import PARAGRAPHS, html, story
from worker.parse import quotation_elements
from worker.parse.body import read_body


def added(markup: str, *, language: str = "en") -> list[str]:
    """Return the paragraphs that `markup` after a story adds to its text."""
    page = html(f"<article>{story()}{markup}</article>").replace("<html", f'<html lang="{language}"', 1)
    paragraphs = read_body(LexborHTMLParser(page), "", ()).paragraphs
    assert paragraphs[: len(PARAGRAPHS)] == PARAGRAPHS
    return paragraphs[len(PARAGRAPHS) :]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<p><q>The ferry <i>stays</i> in port</q>, said Ilva Brandt.</p>",
            "“The ferry stays in port”, said Ilva Brandt.",
        ),
        (
            "<p><q>She said <q>never</q> to me</q>, Brandt said.</p>",
            "“She said \N{LEFT SINGLE QUOTATION MARK}never\N{RIGHT SINGLE QUOTATION MARK} to me”, Brandt said.",
        ),
        ("<p><q>“Stay in port,”</q> said Ilva Brandt.</p>", "“Stay in port,” said Ilva Brandt."),
        ("<p>The <q></q> mark of the port is empty.</p>", "The mark of the port is empty."),
    ],
)
def test_marks_that_a_browser_draws_are_text(markup: str, text: str) -> None:
    assert added(markup) == [text]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr-CA", "« Le bac reste à quai », dit Ilva Brandt."),
        ("de", "„Le bac reste à quai“, dit Ilva Brandt."),
        ("en-GB", "“Le bac reste à quai”, dit Ilva Brandt."),
    ],
)
def test_marks_are_those_of_the_page_s_language(language: str, text: str) -> None:
    assert added("<p><q>Le bac reste à quai</q>, dit Ilva Brandt.</p>", language=language) == [text]


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        (
            "<p>Brandt wrote:</p><blockquote><p>The ferry stays in port.</p></blockquote>",
            ["Brandt wrote:", "“The ferry stays in port.”"],
        ),
        (
            "<p>Brandt wrote:</p> <div><blockquote>The ferry stays in port all winter long.</blockquote></div>",
            ["Brandt wrote:", "“The ferry stays in port all winter long.”"],
        ),
        (
            "<p>It reads:</p><blockquote><p>The ferry stays.</p><p>The quay is shut.</p><p>— I. Brandt</blockquote>",
            ["It reads:", "“The ferry stays.", "“The quay is shut.”", "— I. Brandt"],
        ),
        (
            "<p>Brandt wrote:</p><blockquote><p>The “old” ferry stays in port.</p></blockquote>",
            ["Brandt wrote:", "The “old” ferry stays in port."],
        ),
        (
            "<p>Brandt left the hall.</p><blockquote><p>The ferry stays in port.</p></blockquote>",
            ["Brandt left the hall.", "The ferry stays in port."],
        ),
    ],
)
def test_a_block_quotation_after_an_introducing_line_gets_marks(markup: str, texts: list[str]) -> None:
    assert added(markup) == texts


@pytest.mark.parametrize(("line", "quotations_read"), [("", 0), ("She wrote:", 1)])
def test_only_introduced_block_quotations_are_read(
    line: str, quotations_read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr(quotation_elements, "_quoted_paragraphs", read.append)
    markup = f"<p>A line without a mark.</p>{'<blockquote>' * 500}<p>{line}</p><blockquote>{'<p>We sail.</p>' * 50}"
    body = LexborHTMLParser(markup).body
    assert body is not None
    quotation_elements.write_quotation_marks(body)
    assert len(read) == quotations_read
