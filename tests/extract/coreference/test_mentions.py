"""Mentions: short names, roles, pronouns and descriptions are resolved within the article."""

from tests.extract.coreference.speakers import speaker_names, speakers
from worker.extract import extract
from worker.extract.document import read_document
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Article, Statement


def test_a_surname_resolves_to_the_fullest_name_of_the_article() -> None:
    assert speaker_names("Tamm said ships will sail.\n\nMinister Jaan Tamm said the port is safe.") == [
        "Jaan Tamm",
        "Jaan Tamm",
    ]


def test_role_and_country_are_taken_from_the_words_around_the_name() -> None:
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
    assert speaker_names(text) == ["Ida Lunde", "Jaan Tamm"]


def test_a_pronoun_resolves_to_the_last_speaker_of_its_gender() -> None:
    text = (
        "Prime Minister Robert Hale said taxes will fall.\n\nMinister Anna Low said they will rise.\n\n"
        "“Not this year,” he said.\n\n“Next year then,” she said."
    )
    assert speaker_names(text) == ["Robert Hale", "Anna Low", "Robert Hale", "Anna Low"]


def test_a_title_distinguishes_two_people_of_one_surname() -> None:
    text = (
        "John Hale and his wife Mary Hale moved in.\n\nMrs. Hale said the house was cold.\n\n"
        "Mr. Hale said the house was warm."
    )
    assert speaker_names(text) == ["Mary Hale", "John Hale"]


def test_a_document_speaks_for_its_owner() -> None:
    text = "Minister Jaan Tamm opened the port.\n\nTamm's Facebook post reads: “We are proud.”"
    assert speaker_names(text) == ["Jaan Tamm"]


def test_an_unnamed_group_keeps_its_wording() -> None:
    (speaker,) = speakers("Some Danish officials said the port was closed.")
    assert (speaker.name, speaker.type, speaker.country) == ("Some Danish officials", "group", "DK")


def test_an_officer_of_an_international_organisation_has_no_country() -> None:
    (speaker,) = speakers("NATO Secretary General Eva Brand said the alliance was ready.")
    assert (speaker.role, speaker.country) == ("NATO Secretary General", None)


def test_an_apposition_names_the_holder_of_the_office() -> None:
    (speaker,) = speakers("Latvia's Fisheries Minister, Peteris Ozols, said the nets were empty.")
    assert (speaker.name, speaker.type, speaker.country) == ("Peteris Ozols", "person", "LV")


def test_a_sentence_initial_plural_or_article_is_not_part_of_a_name() -> None:
    assert [s.type for s in speakers("Fishermen on both shores said the nets were empty.")] == ["group"]
    (party,) = speakers("The Greens said that they would try again.")
    assert (party.name, party.type) == ("Greens", "organisation")


def test_a_common_noun_before_a_name_classifies_it() -> None:
    (agency,) = speakers("According to the agency Baltic Wire, the nets were empty.")
    assert (agency.name, agency.type) == ("Baltic Wire", "organisation")


def test_the_object_of_a_speech_verb_is_not_its_speaker() -> None:
    text = "Ida Lunde, the foreign minister of Norway, said ships will sail.\n\nMinister Anna Low thanked her."
    found = extract(Article(id="a", url="https://news.example/a", text=text, language="en"))
    (target,) = [e.target for e in found if isinstance(e, Statement) and e.target is not None]
    assert target.name == "Ida Lunde"


def test_a_pronoun_reveals_the_gender_of_an_ambiguous_name() -> None:
    text = (
        "Minister Qixx Tamm said ships will sail.\n\nMinister Anna Low said they will not.\n\n“They sail,” he said.\n\n"
        "“They do not,” she said."
    )
    assert speaker_names(text) == ["Qixx Tamm", "Anna Low", "Qixx Tamm", "Anna Low"]


def test_the_relative_clause_of_a_speaker_ends_before_the_main_verb() -> None:
    assert speaker_names("Jaan Tamm, who said the port was shut, denied that it was empty.") == [
        "Jaan Tamm",
        "Jaan Tamm",
    ]


def test_the_body_before_a_noun_is_an_organisation() -> None:
    text = "Latvia waited. Since May, despite the Supreme Court ban, ships have sailed from Riga in Latvia."
    lexicon = load_lexicon("en")
    assert lexicon is not None
    doc = read_document(Article(id="a", url="https://news.example/a", text=text, language="en"), lexicon)
    first = doc.text.words.index("Supreme")
    actor = doc.mentions.resolve(first, first + 2)
    assert (actor.name, actor.type, actor.country) == ("Supreme Court", "organisation", "LV")
