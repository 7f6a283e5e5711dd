from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import PARAGRAPHS, html, story
from worker.parse.body import read_body

HEADLINE = "Ferry talks go on"
TEASER = (
    "<div class='teaser'><h3><a href='/x'>Storm closes the northern road</a></h3>"
    "<p>The road between the two capes will stay closed for a week, the district says in a statement.</p></div>"
)
COOKIES = (
    "<div id='cookie-banner'><p>This newspaper uses cookies so that it can remember what you have read and show you"
    " advertisements that you may like, as its partners do.</p><p>You may refuse them at any time, in the settings of"
    " your browser or in the form below this text.</p></div>"
)


def read(body: str, *, title: str = HEADLINE, descriptions: tuple[str, ...] = ()) -> list[str]:
    return read_body(LexborHTMLParser(html(body)), title, descriptions).paragraphs


@pytest.mark.parametrize(
    "page",
    [
        f"<article><h1>{HEADLINE}</h1>{{}}</article>",
        f"<div id='main'><h1>{HEADLINE}</h1><div class='article-body'>{{}}</div></div>",
        f"<h1>{HEADLINE}</h1><div class='c7f has-sidebar'>{{}}</div>",
        "<form id='aspnetForm'><div>{}</div></form>",
        f"<div id='ad_portal'><article><h1>{HEADLINE}</h1>{{}}</article></div>",
        "<div class='teaser-content'><div class='story-body'>{}</div></div>",
        "{}",
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        "",
        TEASER * 4,
        COOKIES,
        "<nav><p>Politics, economy, islands, sport, weather, culture, letters and all the rest of it.</p></nav>",
        "<footer><p>Harbour Post, printed in Port Calder. Every right reserved, no copies without leave.</p></footer>",
    ],
)
def test_exactly_the_article_is_read_from_various_layouts_and_boilerplate(page: str, around: str) -> None:
    assert read(page.format(story()) + around) == PARAGRAPHS


def test_boilerplate_inside_the_article_is_skipped() -> None:
    inside = (
        "<aside><p>Ferries of the north: a look back at thirty winters on the ice of the sound.</p></aside>"
        "<div class='newsletter-signup'><p>Get our morning letter in your inbox every day of the week.</p></div>"
        "<div class='relatedStories'><p>The last time that the governors met, they parted without a word.</p></div>"
        "<figure><figcaption>The ferry Alma in Port Calder, in the winter of 2019.</figcaption></figure>"
        "<p><a href='/y'>Read more: the long history of the winter ferries</a></p>"
        "<p hidden>Only robots read what is written here, and nobody else does.</p>"
        "<p style='display: none'>Nor is this line for the eyes of any reader at all.</p>"
        "<button>Share</button>"
    )
    first, *rest = PARAGRAPHS
    assert read(f"<article><p>{first}</p>{inside}{story(rest)}</article>") == PARAGRAPHS


def test_paragraphs_in_wrappers_of_one_class_are_read_together() -> None:
    wrapped = "".join(f"<section><div class='article-text'><p>{p}</p></div></section>" for p in PARAGRAPHS)
    assert read(f"<main>{wrapped}</main>{TEASER}") == PARAGRAPHS


def test_text_separated_only_by_double_line_breaks_is_split_into_paragraphs() -> None:
    assert read(f"<div><div>{'<br><br>'.join(PARAGRAPHS)}</div></div>") == PARAGRAPHS


def test_links_in_one_part_of_a_text_do_not_make_the_other_parts_links() -> None:
    links = "".join(f"<a href='/{i}'>Ferry number {i} of the northern line</a> " for i in range(6))
    text = "<br><br>".join([*PARAGRAPHS, links])
    assert read(f"<div><div>{text}</div></div>") == PARAGRAPHS
    assert read(f"<div><p>{text}</p></div>") == PARAGRAPHS


def test_bodies_of_one_name_and_different_classes_are_read_together() -> None:
    first, second = story(PARAGRAPHS[:1]), story(PARAGRAPHS[1:])
    parts = f"<div><div class='article-text a'>{first}</div></div><div><div class='article-text b'>{second}</div></div>"
    assert read(f"<main><article><h1>{HEADLINE}</h1>{parts}</article></main>") == PARAGRAPHS


@pytest.mark.parametrize(
    "line",
    [
        "Published on Tuesday, 17 September 2024 at 18:05",
        "17/09/2024 - Posted by: Ann Lee - Category: Islands",
        "This website uses cookies. By continuing to use our website, you agree to our use of cookies.",
    ],
)
def test_lines_about_the_page_above_and_below_the_text_are_dropped(line: str) -> None:
    assert read(f"<article><p>{line}</p>{story()}</article>") == PARAGRAPHS
    assert read(f"<article>{story()}<div>{line}</div></article>") == PARAGRAPHS


def test_a_short_question_may_be_repeated() -> None:
    question = "Where will the ferries land in winter, do you think?"
    asked = "".join(f"<h3>{question}</h3><p>{p}</p>" for p in PARAGRAPHS)
    assert read(f"<article>{asked}</article>") == [line for p in PARAGRAPHS for line in (question, p)]


@pytest.mark.parametrize("notice", ["© Harbour Post 2024", "Copyright Harbour Post. All rights reserved."])
def test_legal_notices_are_dropped(notice: str) -> None:
    assert read(f"<article>{story()}<p>{notice}</p></article>") == PARAGRAPHS


def test_a_single_line_break_separates_words_but_not_paragraphs() -> None:
    assert read(f"<p>{PARAGRAPHS[0]}<br>The talks go on.</p>{story(PARAGRAPHS[1:])}")[0] == (
        f"{PARAGRAPHS[0]} The talks go on."
    )


def test_inline_markup_does_not_split_words() -> None:
    (first, *_) = read(
        "<p>The <b>G</b>overnors’ <a href='/x'>letter</a>, sent on Monday, asks for <i>answers</i>.</p>" + story()  # noqa: RUF001 - as newspapers print it
    )
    assert first == "The Governors’ letter, sent on Monday, asks for answers."  # noqa: RUF001 - as newspapers print it


@pytest.mark.parametrize("how", ["class='visually-hidden'", "class='SR-only'", "hidden", "style='clip:rect(0 0 0 0)'"])
def test_text_for_screen_readers_is_not_part_of_a_sentence(how: str) -> None:
    link = f"<a href='/x' class='related'>a long one<span {how}>, opens new tab</span></a>"
    sentence = f"<p>The report, {link}, blames nobody.</p>"
    assert read(sentence + story())[0] == "The report, a long one, blames nobody."


def test_subheadings_list_items_and_table_rows_are_read() -> None:
    extra = (
        "<h2>What the islands ask for</h2><ul><li>Two boats</li><li>A winter timetable</li></ul>"
        "<table><tr><th>Island</th><th>Boats</th></tr><tr><td>Norsay</td><td>2</td></tr></table>"
    )
    assert read(f"<article>{story()}{extra}<p>The ministry has until Friday.</p></article>")[len(PARAGRAPHS) :] == [
        "What the islands ask for",
        "Two boats",
        "A winter timetable",
        "Island Boats",
        "Norsay 2",
        "The ministry has until Friday.",
    ]


def test_a_trailing_heading_and_a_repeated_headline_are_dropped() -> None:
    assert read(f"<article><p>{HEADLINE}</p>{story()}<h2>More from the islands</h2></article>") == PARAGRAPHS


def test_a_repeated_paragraph_is_read_once() -> None:
    assert read(f"<article>{story()}{story()}</article>") == PARAGRAPHS


def test_a_standfirst_repeated_by_a_description_is_the_first_paragraph() -> None:
    lead = "The islands want two boats, the ministry offers one, and the winter is a month away."
    header = f"<header><h1>{HEADLINE}</h1><div class='standfirst'>{lead}</div></header>"
    page = f"{header}<div class='story-body'>{story()}</div>"
    assert read(page, descriptions=(lead[:60] + "…",)) == [lead, *PARAGRAPHS]
    assert read(page) == PARAGRAPHS


def test_a_standfirst_inside_the_article_is_not_added_again() -> None:
    assert read(f"<article>{story()}</article>", descriptions=(PARAGRAPHS[0],)) == PARAGRAPHS


def test_a_short_text_in_a_logographic_script_is_found() -> None:
    paragraphs = [
        "運輸大臣は火曜日に三つの島の知事と会談し、冬の連絡船の費用について話し合った。",
        "会談は金曜日に再開される予定で、結論はまだ出ていないと同省は述べた。",
    ]
    links = "<ul><li><a href='/x'>天気</a></li><li><a href='/y'>スポーツ</a></li></ul>"
    assert read(f"<div>{links}</div><div>{story(paragraphs)}</div>") == paragraphs


@pytest.mark.parametrize("body", ["", "<p></p>", "<nav><a href='/'>Home</a></nav>", "<p>Hello.</p>"])
def test_a_page_without_running_text_has_no_paragraphs(body: str) -> None:
    assert read(body) == []


def test_teasers_are_counted() -> None:
    assert (
        read_body(LexborHTMLParser(html("<div>" + TEASER.replace("teaser", "item") * 3 + "</div>")), "", ()).teasers
        == 3
    )
