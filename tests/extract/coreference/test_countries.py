"""The country that an office or organisation represents: the one in its words, else the home country."""

import pytest

from tests.extract.coreference.speakers import speakers

HOME = "Estonia is cold. Estonian ports freeze, and Tallinn waits for ice.\n\n"


def test_a_state_office_or_body_without_a_country_belongs_to_the_home_country() -> None:
    minister, ministry, editor, chief = speakers(
        HOME + "Transport Minister Jaan Tamm said ships will sail.\n\nThe finance ministry said there was money.\n\n"
        "Editor Mari Kask said she doubted it.\n\nUN Secretary General Eva Brand said nothing had changed."
    )
    assert (minister.country, ministry.country) == ("EE", "EE")
    assert (editor.country, chief.country) == (None, None)


def test_a_country_in_the_role_precedes_the_home_country() -> None:
    (minister,) = speakers(HOME + "Norwegian Transport Minister Ida Lunde said ships will sail.")
    assert minister.country == "NO"


def test_an_article_about_two_countries_has_no_home_country() -> None:
    text = "Estonia and Latvia talked. Estonian and Latvian ships sailed from Tallinn to Riga.\n\n"
    (minister,) = speakers(text + "Transport Minister Jaan Tamm said ships will sail.")
    assert minister.country is None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        # a servant of a politician represents the politician's country
        ("Norwegian Prime Minister Ida Lunde stayed.\n\nErik Dahl, a Lunde aide, said it was late.", "NO"),
        ("Norwegian Prime Minister Ida Lunde stayed.\n\nThe Lunde campaign said it was late.", "NO"),
        ("Norwegian security adviser Erik Dahl said it was late.", "NO"),
        ("State-run Norwegian television said it was late.", "NO"),
        # relatives, companies and observatories represent no country
        ("The Norwegian president's daughter, Mona Dahl, said it was late.", None),
        ("The Norwegian Fishing Company said it was late.", None),
        ("The Norwegian Observatory for Whales said it was late.", None),
    ],
)
def test_the_represented_country(text: str, country: str | None) -> None:
    assert speakers(text)[-1].country == country


@pytest.mark.parametrize("body", ["Vienna University", "Georgetown College"])
def test_a_place_in_the_name_of_a_private_body_is_no_country(body: str) -> None:
    (speaker,) = speakers(f"{body} said it was late.")
    assert (speaker.type, speaker.country) == ("organisation", None)


def test_the_county_of_an_official_that_is_named_after_a_city_is_not_in_the_country_of_the_city() -> None:
    (speaker,) = speakers("Jan Berg, emergency director for New Hanover County, said it was late.")
    assert speaker.country is None


def test_the_body_of_a_person_represents_the_country_of_the_person() -> None:
    text = HOME + "Norwegian Prime Minister Ida Lunde said she was ready.\n\nHer government said ships would sail."
    assert [(s.name, s.country) for s in speakers(text)] == [("Ida Lunde", "NO"), ("Her government", "NO")]


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [("The brokerage", "organisation"), ("The judiciary", "organisation"), ("The man", "unnamed")],
)
def test_a_noun_for_a_body_is_an_organisation(phrase: str, kind: str) -> None:
    (speaker,) = speakers(f"{phrase} said it was late.")
    assert (speaker.name, speaker.type) == (phrase, kind)
