"""Names that are organisations by the gazetteer of companies, by their own words or by their context."""

import pytest

from tests.extract.coreference.speakers import speakers


def _kinds(text: str) -> list[tuple[str, str]]:
    return [(speaker.name, speaker.type) for speaker in speakers(text)]


@pytest.mark.parametrize("name", ["Volkswagen", "Goldman Sachs", "Real Madrid", "Wells Fargo", "Mary Berg Publishing"])
def test_a_listed_company_or_club_is_an_organisation(name: str) -> None:
    assert _kinds(f"{name} said it was late.") == [(name, "organisation")]


@pytest.mark.parametrize("name", ["Blue Harbour", "Google Ferries", "Hurricane Ida"])
def test_a_name_of_common_words_or_after_a_company_is_no_person(name: str) -> None:
    assert _kinds(f"{name} told reporters that the port was closed.") == [(name, "organisation")]


@pytest.mark.parametrize(
    "context",
    [
        "Belmora shares fell.",
        "Ida Lunde is an analyst at Belmora.",
        "The chief executive of Belmora resigned.",
        "Ida Lunde left Belmora, which makes tyres.",
        "Belmora's headquarters are in Oslo.",
    ],
)
def test_the_context_shows_an_organisation(context: str) -> None:
    assert _kinds(f"{context}\n\nBelmora said it was late.")[-1] == ("Belmora", "organisation")


@pytest.mark.parametrize(
    "text",
    [
        "Mr Bentley said it was late.",
        "Jan Bentley stayed.\n\nBentley said it was late.",
        "Jan Belmora stayed. An analyst at Belmora's office left.\n\nBelmora said it was late.",
        "Critics of Belmora stayed.\n\nBelmora said it was late. Belmora left.",
    ],
)
def test_a_surname_is_no_organisation(text: str) -> None:
    assert _kinds(text)[-1][1] == "person"


@pytest.mark.parametrize(
    ("subject", "name", "code"), [("The United States", "United States", "US"), ("Sri Lanka", "Sri Lanka", "LK")]
)
def test_a_country_of_two_words_is_no_group_and_no_person(subject: str, name: str, code: str) -> None:
    (speaker,) = speakers(f"{subject} said the port was closed.")
    assert (speaker.name, speaker.type, speaker.country) == (name, "country", code)
