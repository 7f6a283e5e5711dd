"""Offices without a country, in articles about a country other than their holders'."""

import pytest

from tests.extract.coreference.speakers import speakers

ABOUT_LATVIA = "Latvia closed its ports. Latvian ships stayed in Riga, and Finland, with Finnish ferries, waited.\n\n"


@pytest.mark.parametrize(
    "introduction",
    [
        "Latvian President Anna Ozola met President Jan Berg.",
        "Latvia's president, Anna Ozola, met President Jan Berg.",
        "When President Jan Berg called his Latvian counterpart, Anna Ozola, the line was dead.",
    ],
)
def test_a_president_without_a_country_is_not_that_of_the_country_whose_president_is_introduced(
    introduction: str,
) -> None:
    speaker = speakers(f"{ABOUT_LATVIA}{introduction}\n\nPresident Berg said it was late.")[-1]
    assert (speaker.name, speaker.country) == ("Jan Berg", "FI")


def test_the_president_who_is_introduced_keeps_the_country_in_later_sentences() -> None:
    text = f"{ABOUT_LATVIA}Latvian President Anna Ozola stayed.\n\nPresident Ozola said it was late."
    assert speakers(text)[-1].country == "LV"


def test_a_predecessor_is_no_other_holder_of_the_office() -> None:
    text = f"{ABOUT_LATVIA}Former Latvian President Ida Kalns stayed.\n\nPresident Anna Ozola said it was late."
    assert speakers(text)[-1].country == "LV"


def test_an_office_that_one_of_two_countries_lacks_belongs_to_the_other() -> None:
    text = "The United States and Latvia talked. U.S. officials flew from Washington to Riga, in Latvia.\n\n"
    (speaker,) = speakers(text + "Prime Minister Anna Ozola said it was late.")
    assert speaker.country == "LV"


def test_a_surname_with_its_country_belongs_to_the_holder_of_an_office() -> None:
    text = "Energy Minister Anna Ozola said it was late.\n\nThe talks were led by Ozola of Latvia and two others."
    assert speakers(text)[0].country == "LV"
