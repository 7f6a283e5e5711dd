"""The country that an office or body represents: its own words first, then the country the article is about."""

import pytest

from tests.extract.coreference.test_mentions import speakers

HOME = "Estonia is cold. Estonian ports freeze, and Tallinn waits for ice.\n\n"


def test_an_office_or_body_of_a_state_is_the_articles_own() -> None:
    minister, ministry, editor, chief = speakers(
        HOME + "Transport Minister Jaan Tamm said ships will sail.\n\nThe finance ministry said there was money.\n\n"
        "Editor Mari Kask said she doubted it.\n\nUN Secretary General Eva Brand said nothing had changed."
    )
    assert (minister.country, ministry.country) == ("EE", "EE")
    assert (editor.country, chief.country) == (None, None)


def test_own_words_come_before_the_articles_country() -> None:
    (minister,) = speakers(HOME + "Norwegian Transport Minister Ida Lunde said ships will sail.")
    assert minister.country == "NO"


def test_an_article_about_two_countries_is_at_home_in_neither() -> None:
    text = "Estonia and Latvia talked. Estonian and Latvian ships sailed from Tallinn to Riga.\n\n"
    (minister,) = speakers(text + "Transport Minister Jaan Tamm said ships will sail.")
    assert minister.country is None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        # who serves a politician represents the politician's country
        ("Norwegian Prime Minister Ida Lunde stayed.\n\nErik Dahl, a Lunde aide, said it was late.", "NO"),
        ("Norwegian Prime Minister Ida Lunde stayed.\n\nThe Lunde campaign said it was late.", "NO"),
        ("Norwegian security adviser Erik Dahl said it was late.", "NO"),
        ("State-run Norwegian television said it was late.", "NO"),
        # relatives, firms and unions represent none
        ("The Norwegian president's daughter, Mona Dahl, said it was late.", None),
        ("The Norwegian Fishing Company said it was late.", None),
        ("The Norwegian Observatory for Whales said it was late.", None),
    ],
)
def test_who_represents_a_country(text: str, country: str | None) -> None:
    assert speakers(text)[-1].country == country
