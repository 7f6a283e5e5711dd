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


def test_an_apposition_names_whoever_holds_the_office() -> None:
    (speaker,) = speakers("Latvia's Fisheries Minister, Peteris Ozols, said the nets were empty.")
    assert (speaker.name, speaker.type, speaker.country) == ("Peteris Ozols", "person", "LV")


def test_a_plural_or_an_article_that_opens_a_sentence_is_no_persons_name() -> None:
    assert [s.type for s in speakers("Fishermen on both shores said the nets were empty.")] == ["group"]
    (party,) = speakers("The Greens said that they would try again.")
    assert (party.name, party.type) == ("Greens", "organisation")


def test_a_noun_before_a_name_tells_what_it_is() -> None:
    (agency,) = speakers("According to the agency Baltic Wire, the nets were empty.")
    assert (agency.name, agency.type) == ("Baltic Wire", "organisation")


def test_the_object_of_thanks_is_not_who_thanks() -> None:
    text = "Ida Lunde, the foreign minister of Norway, said ships will sail.\n\nMinister Anna Low thanked her."
    found = extract(Article(id="a", url="https://news.example/a", text=text, language="en"))
    (target,) = [e.target for e in found if isinstance(e, Statement) and e.target is not None]
    assert target.name == "Ida Lunde"


def test_a_pronoun_tells_the_gender_of_a_name_that_does_not() -> None:
    text = (
        "Minister Qixx Tamm said ships will sail.\n\nMinister Anna Low said they will not.\n\n“They sail,” he said.\n\n"
        "“They do not,” she said."
    )
    assert names(text) == ["Qixx Tamm", "Anna Low", "Qixx Tamm", "Anna Low"]


def test_the_relative_clause_of_a_speaker_ends_before_his_own_verb() -> None:
    assert names("Jaan Tamm, who said the port was shut, denied that it was empty.") == ["Jaan Tamm", "Jaan Tamm"]
