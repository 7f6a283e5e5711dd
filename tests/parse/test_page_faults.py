"""Pages whose markup misleads: names that mean something else, tags that are never closed, text of others beside it."""

from __future__ import annotations

import pytest

from tests.parse.pages import html, page, story
from worker.parse import parse_article

TITLE = "Ulmen closes its oldest salt basin"
H1 = f"<h1>{TITLE}</h1>"
SALT = [
    "The salt works of Ulmen will close its oldest basin in May, the district council announced after long talks.",
    "Council leader Petra Voss said that nobody would lose a job before the summer is over.",
    "“We have waited eleven years for a decision, and now we have one,” she told reporters in the old town hall.",
    "The company, which employs some three hundred people, had asked for a delay until the new road is finished.",
    "Its director Ivo Lang met the union on Sunday evening and promised to pay for the training of all drivers.",
    "The union has not accepted that offer yet, according to a letter that was read out in the assembly.",
    "Engineers expect that draining the basin will take four weeks and cost about two million crowns.",
    "A first inspection of the walls is planned for the tenth of April, before the birds begin to nest.",
]
OTHERS = [
    "Ticket sales for the summer festival begin tomorrow at nine, and the organisers expect long queues.",
    "A lost parrot that speaks three languages has been found in the garden of a retired ship's cook.",
    "The local football club signed a goalkeeper from the north who has not conceded a goal since autumn.",
    "Rain is expected in the hills by the end of the week, and farmers welcome every drop of it.",
    "The museum shows forty paintings of lighthouses, most of them never seen in public before.",
]
NAMES = [
    *(
        "hidden-x1y2z",
        "field--label-hidden field__item",
        "node-promoted",
        "modal-inner",
        "paywall",
        "read-more-wrapper",
    ),
    *("slideshow-text", "promo", "share-content", "related-content", "sidebar", "newsletter", "gallery", "ad", "popup"),
    *("sponsored", "caption", "bio", "teaser", "footer", "menu", "cookie", "tags", "nav", "d-none", "comment-body"),
]
TAGS = [
    *("aside", "figure", "footer", "noscript", "label", "nav", "button", "header", "form", "dialog", "menu", "picture"),
    *("center", "blockquote", "section", "address", "details", "video", "object", "font"),
]


def read(body: str) -> list[str]:
    head = f"<title>{TITLE} | Ulmen Post</title>"
    return parse_article(page(html(body, head), url="https://www.ulmen-post.example/2025/salt")).text.split("\n\n")


# ---------------------------------------------------------------- names and tags
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "layout",
    [
        f"<div id='page'>{H1}<div class='{{name}}'>{{all}}</div></div>",
        f"<div class='{{name}}'><article>{H1}{{all}}</article></div>",
        f"<article>{H1}<div>{{first}}</div><div class='{{name}}'>{{second}}</div></article>",
        f"<article>{H1}<div class='{{name}}'>{{first}}</div><div>{{second}}</div></article>",
        f"<div id='main'>{H1}<div>{{first}}</div><div id='{{name}}'>{{second}}</div></div>",
        f"<div id='main'>{H1}{{each}}</div>",
    ],
)
def test_a_name_on_a_large_part_of_the_article_drops_nothing(layout: str, name: str) -> None:
    each = "".join(f"<div class='{name}'><p>{p}</p></div>" for p in SALT)
    body = layout.format(name=name, all=story(SALT), first=story(SALT[:4]), second=story(SALT[4:]), each=each)
    assert read(body) == SALT


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize(
    "layout",
    [
        "<div><{tag}>{h1}{text}</{tag}></div>",
        "<div>{h1}<{tag}>{text}</{tag}></div>",
        "<{tag}><a href='/'>Home</a>{h1}{text}",
        "<div id='top'><{tag}><a href='/'>Home</a></div>{h1}{text}",
    ],
)
def test_a_tag_around_the_article_drops_nothing_even_if_it_is_never_closed(layout: str, tag: str) -> None:
    assert read(layout.format(tag=tag, h1=H1, text=story(SALT))) == SALT


@pytest.mark.parametrize("how", ["style='display:none'", "aria-hidden='true'", "hidden", "role='dialog'"])
def test_an_article_that_scripts_would_show_is_read(how: str) -> None:
    assert read(f"<div {how}>{H1}{story(SALT)}</div>") == SALT


def test_random_names_of_paragraphs_mean_nothing() -> None:
    assert read(H1 + "".join(f"<p id='block-n{i}AuAdJl'>{p}</p>" for i, p in enumerate(SALT))) == SALT


@pytest.mark.parametrize(
    "box",
    [
        "<div class='author-bio'><p>Jan Ek writes about salt, ships and the sea for this newspaper.</p></div>",
        "<div class='newsletter'><p>Get our morning letter in your inbox on every day of the week, for free.</p></div>",
        "<div style='display:none'><p>A line that only robots read, and that has nothing to do with salt.</p></div>",
        "<aside><p>Ten winters of salt: a look back at the storms that filled the basins of Ulmen.</p></aside>",
    ],
)
def test_a_short_box_with_such_a_name_is_dropped(box: str) -> None:
    assert read(f"<article>{H1}{story(SALT[:4])}{box}{story(SALT[4:])}</article>") == SALT


def test_a_sidebar_with_more_text_than_the_article_is_dropped() -> None:
    sidebar = f"<aside class='sidebar'>{story(OTHERS)}</aside>"
    assert read(f"<div class='row'><div class='column'>{H1}{story(SALT[:4])}</div>{sidebar}</div>") == SALT[:4]


def test_a_footer_as_long_as_the_article_is_dropped() -> None:
    footer = f"<div class='footer-wrap'><div>{story(OTHERS[:3])}</div></div>"
    assert read(f"<div class='column'>{H1}<div>{story(SALT[:3])}</div></div>{footer}") == SALT[:3]


# ---------------------------------------------------------------- text outside paragraphs
LINKS = "<ul>" + "".join(f"<li><a href='/{i}'>Story {i} of the day is here</a></li>" for i in range(20)) + "</ul>"


@pytest.mark.parametrize(
    "layout",
    [
        "{h1}{text}",
        "{h1}{text}<div>{links}</div>",
        "<center>{h1}{text}</center>{links}",
        "<div>{h1}<div>{text}</div></div>{links}",
        "<table><tr><td><font size='2'>{h1}{text}</font></td><td>{links}</td></tr></table>",
        "<div id='m'>{h1}<div class='t'>{text}</div></div><div class='b'><p>{other}</p></div>",
    ],
)
def test_text_that_only_line_breaks_divide_is_read(layout: str) -> None:
    assert read(layout.format(h1=H1, text="<br><br>".join(SALT), links=LINKS, other="Printed in Ulmen.")) == SALT


def test_paragraphs_that_are_divs_win_over_comments_in_paragraphs() -> None:
    written = "".join(f"<div>{p}</div>" for p in SALT[:4])
    comments = f"<div id='comments'><h3>Best comments</h3>{story(OTHERS * 4)}</div>"
    assert read(f"<div id='m'>{H1}<div class='t'>{written}</div>{comments}</div>") == SALT[:4]


# ---------------------------------------------------------------- text of others
@pytest.mark.parametrize("name", ["comments", "disqus_thread", "comment-list", "kommentare", "discussion", "xyz"])
@pytest.mark.parametrize("heading", ["Comments", "12 comments", "Leave a Reply", "Kommentare (3)", "Les commentaires"])
@pytest.mark.parametrize("times", [1, 4])
def test_comments_below_the_article_are_dropped_however_long_they_are(name: str, heading: str, times: int) -> None:
    comments = f"<div id='{name}'><h3>{heading}</h3>{story(OTHERS * times)}</div>"
    assert read(f"<article>{H1}{story(SALT)}{comments}</article>") == SALT
    assert read(f"{H1}<div class='t'>{story(SALT[:3])}</div>{comments}") == SALT[:3]


def test_a_heading_with_the_word_inside_the_article_ends_nothing() -> None:
    text = f"{story(SALT[:4])}<h2>Comments on the basin from Voss</h2>{story(SALT[4:])}"
    assert read(f"<article>{H1}{text}</article>") == [*SALT[:4], "Comments on the basin from Voss", *SALT[4:]]


def _teaser(number: int, excerpt: str) -> str:
    link = f"<a href='/n/{number}'>Headline of story {number} goes here</a>"
    return f"<div class='c{number}'><h3>{link}</h3><p>{excerpt}</p></div>"


@pytest.mark.parametrize("name", ["related", "more-news", "teasers", "x", "most-read"])
def test_excerpts_below_linked_headlines_are_dropped(name: str) -> None:
    box = f"<div class='{name}'>{''.join(_teaser(i, p) for i, p in enumerate(OTHERS * 3))}</div>"
    assert read(f"<article>{H1}{story(SALT)}</article>{box}") == SALT
    assert read(f"<div id='m'>{H1}{story(SALT[:3])}{box}</div>") == SALT[:3]
    inside = f"<div class='{name}'>{_teaser(1, OTHERS[0])}{_teaser(2, OTHERS[1])}</div>"
    assert read(f"<article>{H1}{story(SALT[:4])}{inside}{story(SALT[4:])}</article>") == SALT


def test_sections_below_linked_headings_are_kept_if_they_are_the_article() -> None:
    parts = "".join(f"<div><h2><a href='/shop/{i}'>Salt {i}</a></h2><p>{p}</p></div>" for i, p in enumerate(SALT[:4]))
    assert [line for line in read(f"<article>{H1}{parts}{story(SALT[4:])}</article>") if line in SALT] == SALT


@pytest.mark.parametrize("heading", ["<h1>Another story for today</h1>", "<h2><a href='/s'>Another story</a></h2>"])
@pytest.mark.parametrize(("opening", "closing"), [("<article>", "</article>"), ("<div class='story'>", "</div>")])
def test_a_stream_of_other_articles_is_dropped(heading: str, opening: str, closing: str) -> None:
    others = "".join(f"{opening}{heading}{story([f'{i} {p}' for p in OTHERS * 2])}{closing}" for i in range(3))
    assert read(f"<main>{opening}{H1}{story(SALT)}{closing}{others}</main>") == SALT


def test_the_row_below_that_of_the_headline_is_no_other_article_though_links_follow_in_it() -> None:
    related = "<h3><a href='/s'>Another story for today</a></h3>"
    rows = f"<section class='row'>{H1}<p>{OTHERS[0]}</p></section><section class='row'>{story(SALT)}{related}</section>"
    assert read(f"<main>{rows}</main>")[-len(SALT) :] == SALT


def test_text_beside_the_article_in_the_body_is_dropped() -> None:
    body = f"<div class='node'>{story(SALT)}</div><div class='region'>{story(OTHERS[:3])}</div>"
    assert read(H1 + body) == SALT


@pytest.mark.parametrize("heading", ["About the author", "Über die Autorin:"])
def test_what_comes_after_a_heading_that_ends_the_article_is_dropped(heading: str) -> None:
    end = f"<h3>{heading}</h3><p>{OTHERS[0]}</p>"
    assert read(f"<article>{H1}{story(SALT)}{end}</article>") == SALT
    middle = read(f"<article>{H1}{story(SALT[:2])}{end}{story(SALT[2:])}</article>")
    assert [line for line in middle if line in SALT] == SALT


# ---------------------------------------------------------------- links
def test_a_paragraph_that_is_a_link_as_a_whole_is_kept_if_it_is_a_statement() -> None:
    statement = "On Friday, the mayor of Ulmen denied every charge that was brought against her office."
    linked = f"<p><a href='/x'><strong>{statement}</strong></a></p>"
    assert read(f"<article>{H1}{story(SALT[:2])}{linked}{story(SALT[2:])}</article>") == [
        *SALT[:2],
        statement,
        *SALT[2:],
    ]


@pytest.mark.parametrize(
    "links",
    [
        "<p>Read more: <a href='/x'>Mayor denies every charge against her</a></p>",
        "<p>Also read</p><p><a href='/x'>Mayor denies every charge against her</a></p>",
        "<h3>Related stories</h3><ul><li><a href='/x'>Mayor denies charges</a></li><li><a href='/y'>Rain</a></li></ul>",
    ],
)
def test_links_to_other_articles_are_dropped_with_their_label(links: str) -> None:
    assert read(f"<article>{H1}{story(SALT[:4])}{links}{story(SALT[4:])}</article>") == SALT
