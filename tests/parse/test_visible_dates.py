# ruff: noqa: RUF001 - dates in many languages
from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import html, story
from worker.parse.visible_dates import find_visible_date, parse_written_date

SECOND_OF_APRIL = datetime(2024, 4, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("martes 2 de abril de 2024", "2 d’abril del 2024", "2 de abr. de 2024, 18:05", "Martedì, 2 aprile 2024"),
        *("2. dubna 2024", "2 kwietnia 2024 r.", "Вівторок, 2 квітня 2024", "2 апреля 2024, 18:05", "2. april 2024"),
        *("2024. április 2., kedd", "2024 m. balandžio 2 d.", "2024. gada 2. aprīlis", "2 Nisan 2024 Salı"),
        *("الثلاثاء 2 نيسان / أبريل 2024", "الثلاثاء، 02 أبريل 2024", "2 अप्रैल 2024", "2 Απριλίου 2024"),
        *("April 2, 2024", "Apr. 2, 2024 6:05 PM", "Tuesday 2nd April 2024", "2024年4月2日", "2024년 4월 2일"),
        *("Thứ ba, 2 tháng 4, 2024", "02.04.2024", "Posted 2 April 2024, updated 3 April 2024"),
    ],
)
def test_a_written_date_is_parsed_in_many_languages(text: str) -> None:
    assert parse_written_date(text) == SECOND_OF_APRIL


@pytest.mark.parametrize(
    "text", ["", "April", "2 April", "April 2024", "31 April 2024", "2 April 1824", "04/02/2024", "2 apples 2024", "٢"]
)
def test_no_date_is_guessed(text: str) -> None:
    assert parse_written_date(text) is None


@pytest.mark.parametrize(("text", "day"), [("28/11/2024", 28), ("11/28/2024", 28), ("11-11-2024", 11)])
def test_figures_are_read_in_the_only_possible_order(text: str, day: int) -> None:
    assert parse_written_date(text) == datetime(2024, 11, day, tzinfo=UTC)


def test_the_date_of_publication_is_preferred_to_other_dates() -> None:
    page = html(
        '<span class="header-date">5 abril 2024</span><p class="published">2 abril 2024</p>'
        f'<p class="date">{"x " * 90}3 abril 2024</p>' + story()
    )
    assert find_visible_date(LexborHTMLParser(page)) == SECOND_OF_APRIL


def test_a_page_without_a_date_loads_no_other_parser() -> None:
    code = (
        "import sys; from worker.parse import parse_article; from worker.schema import Page; "
        "from tests.parse.pages import html, story; "
        "page = html('<p class=date>Lunes sin fecha 12 de 2024</p>' + story()); "
        "assert parse_article(Page(url='https://news.example/a', body=page.encode())).published_at is None; "
        "print(sorted({'dateparser', 'numpy'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"


@given(st.text(alphabet=st.sampled_from("0123456789 aprilmabde.,/-年月日"), max_size=60))
def test_any_text_gives_a_plausible_date_or_none(text: str) -> None:
    found = parse_written_date(text)
    assert found is None or 1990 <= found.year < 2100
