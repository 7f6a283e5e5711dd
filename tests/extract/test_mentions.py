"""Who is who: short names, roles, pronouns and descriptions resolve within the article, and to nothing outside it."""

from worker.extract import extract
from worker.schema import Actor, Article, Statement


def speakers(text: str) -> list[Actor]:
    found = extract(Article(id="a", url="https://news.example/a", text=text, language="en"))
    return [e.speaker for e in found if isinstance(e, Statement) and e.speaker is not None]


def names(text: str) -> list[str]:
    return [speaker.name for speaker in speakers(text)]


def test_a_short_name_takes_the_fullest_one_even_from_further_down() -> None:
    assert names("Tamm said ships will sail.\n\nMinister Jaan Tamm said the port is safe.") == [
        "Jaan Tamm",
        "Jaan Tamm",
    ]


def test_role_and_country_come_from_the_words_around_the_name() -> None:
    before, after, of = speakers(
        "Estonian Transport Minister Jaan Tamm said ships will sail.\n\n"
        "Ida Lunde, the foreign minister of Norway, said the port is safe.\n\n"
        "The Minister of Transport of Latvia Anna Ozola said nothing had changed."
    )
    assert (before.name, before.role, before.country) == ("Jaan Tamm", "Estonian Transport Minister", "EE")
    assert (after.name, after.role, after.country) == ("Ida Lunde", "foreign minister of Norway", "NO")
    assert (of.name, of.country) == ("Anna Ozola", "LV")


def test_a_description_resolves_to_the_holder_of_the_role() -> None:
    text = (
        "Estonian Transport Minister Jaan Tamm met Norwegian Foreign Minister Ida Lunde.\n\n"
        "The Norwegian foreign minister said ships will sail.\n\nThe transport minister said the port is safe."
    )
    assert names(text) == ["Ida Lunde", "Jaan Tamm"]


def test_a_pronoun_goes_to_the_last_speaker_whose_gender_fits() -> None:
    text = (
        "Prime Minister Robert Hale said taxes will fall.\n\nMinister Anna Low said they will rise.\n\n"
        "“Not this year,” he said.\n\n“Next year then,” she said."
    )
    assert names(text) == ["Robert Hale", "Anna Low", "Robert Hale", "Anna Low"]


def test_a_title_tells_two_people_of_one_surname_apart() -> None:
    text = (
        "John Hale and his wife Mary Hale moved in.\n\nMrs. Hale said the house was cold.\n\n"
        "Mr. Hale said the house was warm."
    )
    assert names(text) == ["Mary Hale", "John Hale"]


def test_a_document_speaks_for_its_owner() -> None:
    text = "Minister Jaan Tamm opened the port.\n\nTamm's Facebook post reads: “We are proud.”"
    assert names(text) == ["Jaan Tamm"]


def test_a_group_without_a_name_is_worded_as_in_the_text() -> None:
    (speaker,) = speakers("Some Danish officials said the port was closed.")
    assert (speaker.name, speaker.type, speaker.country) == ("Some Danish officials", "group", "DK")


def test_an_officer_of_an_international_body_has_no_country() -> None:
    (speaker,) = speakers("NATO Secretary General Eva Brand said the alliance was ready.")
    assert (speaker.role, speaker.country) == ("NATO Secretary General", None)
