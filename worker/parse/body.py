"""Extract the paragraphs of an article from its page, without boilerplate."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse.blocks import HEADINGS, Block, read_blocks
from worker.parse.boilerplate import is_comments_heading, is_end_heading, strip_small_suspects
from worker.parse.container import ContentScorer
from worker.parse.markup import clean_text, text_size
from worker.parse.payment_notices import without_notices
from worker.parse.quotation_elements import write_quotation_marks
from worker.parse.visible_dates import parse_written_date

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…:;\"”»“。！？」』)\]]$")  # noqa: RUF001 - full-width marks are meant
_MAX_LINKED = 0.8
"""Share of link text above which a block that ends like a sentence is a link, not text."""
_MAX_LINKED_PHRASE = 0.5
"""Share of link text above which a block that does not end like a sentence is a link: "Read more: …"."""
_LEGAL = re.compile(
    r"^(?:©|\(c\)|copyright\b)|\ball rights reserved\b|\balle rechte vorbehalten\b|\btous droits réservés\b"
    r"|\btodos los derechos reservados\b|\btodos os direitos reservados\b|\btutti i diritti riservati\b",
    re.IGNORECASE,
)
"""Legal notices: they are about the page."""
_MAX_LEGAL = 200
_FULL_STOP = re.compile(r"[.。।]['\"”»“」』’)\]]?$")  # noqa: RUF001 - typographic marks are meant
_MIN_LINKED_PARAGRAPH = 60
"""Characters from which a paragraph that is a link as a whole is text if it ends like a statement; headlines do not."""
_MIN_PHRASE = 40
"""A block that is no paragraph, heading, item or row is a label if shorter than this and not ended like a sentence."""
_MIN_TEASER_LINKED = 0.25
"""Share of link text from which an item is a teaser: the linked title of another page, followed by an excerpt."""
_THIN_SIZE, _THIN_MARGIN = 700, 0.5
"""Size below which a text is short, and size of the text outside it, as a share, from which others are as long."""
_LITTLE_SHARE = 0.7
"""Share of the text on the page up to which a short text is little."""
_MIN_BODY = 250
"""Characters of text after which a heading over comments ends the article."""
_MIN_REPEATED = 100
"""Longer blocks are dropped if they repeat an earlier one; shorter ones may be the questions of an interview."""
_EDGE_BLOCKS = 3
"""First and last blocks among which lines about the page are removed."""
_MAX_DATE_LINE = 120
_MAX_CONSENT = 400
_MAX_END = 600
"""Characters that may come after a heading that ends the article."""
_SIGNATURES = ("—", "\N{EN DASH}", "-")
"""First characters of the line with the author and date of a quoted post."""
_CONSENT = re.compile(
    r"\b(?:site|website|we|seite|webseite|wir|nous|utilizamos|usamos|sito|stránky|strona)\b.{0,80}\bcookies?\b",
    re.IGNORECASE,
)

_STANDFIRST_CLASSES = ",".join(
    f"[class*='{word}' i]"
    for word in (
        *(
            "standfirst",
            "lead",
            "lede",
            "intro",
            "dek",
            "deck",
            "summary",
            "subtitle",
            "subhead",
            "excerpt",
            "abstract",
        ),
        *("strap", "description", "synopsis", "vorspann", "chapo", "sapo", "entradilla", "sommario", "ingress"),
        *("bajada", "perex"),
    )
)
_STANDFIRST_TAGS = "p, h2, h3, h4, strong, li, [itemprop~='description']"
_STANDFIRST_CHARS = range(50, 1_200)
_MAX_STANDFIRST_NODES = 500
_FIRST_PARAGRAPHS = 8
"""Paragraphs at the start of the body that may already contain the standfirst."""
_COMPARED_CHARS = 50
"""First characters that a standfirst and a description must share; descriptions are often cut."""


class Body(Struct, frozen=True):
    """The text of a page."""

    paragraphs: list[str] = []
    """The paragraphs in document order, each one line, none empty."""
    teasers: int = 0
    """Number of blocks that link to other pages: linked headings, and items that begin with a link."""
    has_notice: bool = False
    """Whether a notice that the article is for subscribers was removed."""
    is_doubtful: bool = False
    """Whether the text does not begin as the page describes it, and either is short or others are nearly as long."""


def read_body(page: LexborHTMLParser, title: str, descriptions: Iterable[str], url: str = "") -> Body:
    """Return the article's body; it has no paragraphs if the page has no running text.

    A standfirst outside the body becomes the first paragraph if one of the page's `descriptions` repeats it.  Removes
    non-content elements from the tree, so metadata must be read before.
    """
    strip_small_suspects(page)
    body = page.body
    if body is None:
        return Body()
    for line_break in body.css("br"):
        line_break.replace_with("\n")
    write_quotation_marks(body)
    scorer = ContentScorer(body, title, url)
    root = scorer.best()
    if root is None:
        return Body()
    blocks = read_blocks(root, scorer.is_boilerplate)
    teasers = sum(map(_is_teaser, blocks))
    kept, has_notice = without_notices(_select_paragraphs(blocks, _key(title)))
    paragraphs = [block.text for block in kept]
    expected = description_beginnings(descriptions)
    is_thin = _is_thin(paragraphs, scorer, root)
    paragraphs = _prepend_standfirst(paragraphs, body, root, expected)
    is_doubtful = is_thin and bool(expected) and not begins_as_described(paragraphs, expected)
    return Body(paragraphs, teasers, has_notice, is_doubtful)


def _is_thin(paragraphs: list[str], scorer: ContentScorer, root: LexborNode) -> bool:
    """Return whether a text is short and little of that on the page, or others on the page are nearly as long."""
    size = sum(map(text_size, paragraphs))
    is_little = size < _THIN_SIZE and _LITTLE_SHARE * scorer.size_on_page() > size
    return is_little or scorer.share_outside(root) > _THIN_MARGIN


def _key(text: str) -> str:
    """Return the words of a text in a form that compares equal despite case, punctuation and spacing."""
    return " ".join(_WORD.findall(text.casefold()))


# ---------------------------------------------------------------- paragraphs
def _select_paragraphs(blocks: list[Block], title: str) -> list[Block]:
    """Return the blocks without teasers and their labels, repetitions, the title and trailing headings."""
    kept: list[Block] = []
    seen: set[str] = set()
    links = 0
    for block in blocks:
        if block.tag in HEADINGS and is_comments_heading(block.text) and sum(len(b.text) for b in kept) >= _MIN_BODY:
            break
        if not _is_text(block):
            links += _is_link(block)
            continue
        _drop_label_of_links(kept, links)
        links = 0
        is_title = len(block.text) <= 2 * len(title) + _MIN_PHRASE and _key(block.text) == title
        if block.text not in seen and not is_title:
            kept.append(block)
            if len(block.text) > _MIN_REPEATED:
                seen.add(block.text)
    _drop_label_of_links(kept, links)
    kept = _cut_at_end_heading(kept)
    kept = [b for i, b in enumerate(kept) if _EDGE_BLOCKS <= i < len(kept) - _EDGE_BLOCKS or not _is_about_page(b)]
    while kept and kept[-1].tag in HEADINGS:
        kept.pop()
    return kept


def _cut_at_end_heading(kept: list[Block]) -> list[Block]:
    """Return the blocks before a heading such as "About the author", if little text comes after it."""
    after = 0
    cut = len(kept)
    for at in range(len(kept) - 1, 0, -1):
        text = kept[at].text
        after += len(text)
        if after > _MAX_END:
            break
        if kept[at].tag in HEADINGS and is_end_heading(_key(text)):
            cut = at
    return kept[:cut]


def _is_about_page(block: Block) -> bool:
    """Return whether a block is a line with the date of the page, or asks for consent to cookies."""
    text = block.text
    is_line = len(text) <= _MAX_DATE_LINE and block.tag not in HEADINGS and not _SENTENCE_END.search(text)
    if is_line and not text.startswith(_SIGNATURES):
        return parse_written_date(text) is not None
    return len(text) <= _MAX_CONSENT and bool(_CONSENT.search(text))


def _drop_label_of_links(kept: list[Block], links: int) -> None:
    """Remove the last block if it is the label of links that follow it: a heading of several, or "Read more"."""
    if not links or not kept:
        return
    last = kept[-1]
    is_label = len(last.text) < _MIN_PHRASE and not _SENTENCE_END.search(last.text.rstrip(":"))
    if is_label and last.tag not in {"li", "tr"} and (links > 1 or last.tag not in HEADINGS):
        kept.pop()


def _is_link(block: Block) -> bool:
    return block.linked > _MAX_LINKED_PHRASE * len(block.text)


def _is_text(block: Block) -> bool:
    length = len(block.text)
    is_sentence = bool(_SENTENCE_END.search(block.text))
    if block.tag == "h1" or (length <= _MAX_LEGAL and _LEGAL.search(block.text)):
        return False
    if block.linked > (_MAX_LINKED if is_sentence else _MAX_LINKED_PHRASE) * length:
        return block.tag == "p" and length >= _MIN_LINKED_PARAGRAPH and bool(_FULL_STOP.search(block.text))
    return is_sentence or length >= _MIN_PHRASE or block.tag in HEADINGS or block.tag in {"p", "li", "tr"}


def _is_teaser(block: Block) -> bool:
    if block.tag in HEADINGS:
        return block.linked > _MAX_LINKED * len(block.text)
    linked = _MIN_TEASER_LINKED
    return block.tag not in {"p", "tr"} and block.linked > linked * len(block.text) > linked * _MIN_PHRASE


# ---------------------------------------------------------------- standfirst
def _prepend_standfirst(paragraphs: list[str], body: LexborNode, root: LexborNode, expected: set[str]) -> list[str]:
    """Return the paragraphs with the standfirst before them, unless they already contain the standfirst."""
    if not expected or begins_as_described(paragraphs, expected):
        return paragraphs
    standfirst = _find_standfirst(body, root, expected)
    return [standfirst, *paragraphs] if standfirst else paragraphs


def description_beginnings(descriptions: Iterable[str]) -> set[str]:
    """Return the beginnings of the descriptions of a page, in the form that `begins_as_described` compares."""
    return {_key(d)[:_COMPARED_CHARS] for d in descriptions if len(d) in _STANDFIRST_CHARS}


def begins_as_described(paragraphs: list[str], expected: set[str]) -> bool:
    """Return whether one of the first paragraphs begins like a description of the page."""
    return any(_begins_with_one_of(text, expected) for text in paragraphs[:_FIRST_PARAGRAPHS])


def _find_standfirst(body: LexborNode, root: LexborNode, expected: set[str]) -> str:
    """Return the text outside `root` that begins like a description of the page; "" if there is none."""
    for selector in (_STANDFIRST_TAGS, _STANDFIRST_CLASSES):
        for node in body.css(selector)[:_MAX_STANDFIRST_NODES]:
            written = node.text()
            if not _STANDFIRST_CHARS.start <= len(written) <= 2 * _STANDFIRST_CHARS.stop:
                continue
            text = clean_text(written)
            if (
                len(text) in _STANDFIRST_CHARS
                and _begins_with_one_of(text, expected)
                and not _is_inside_or_link(node, root)
            ):
                return text
    return ""


def _begins_with_one_of(text: str, expected: set[str]) -> bool:
    """Return whether the text begins with one of the expected beginnings, possibly after a dateline ("Berlin. …")."""
    start = _key(text[: 2 * _COMPARED_CHARS])
    return any(beginning in start for beginning in expected)


def _is_inside_or_link(node: LexborNode, root: LexborNode) -> bool:
    """Return whether the node is inside `root` or inside a link."""
    above: LexborNode | None = node
    while above is not None:
        if above.tag == "a" or above.mem_id == root.mem_id:
            return True
        above = above.parent
    return False
