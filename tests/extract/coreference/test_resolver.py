"""Pronouns, common nouns and documents, resolved in articles of several genres."""

import pytest

from tests.extract.coreference.speakers import speaker_names, speakers


@pytest.mark.parametrize(
    ("before", "pronoun", "name"),
    [
        # the subject rather than the object
        ("Erik Dahl met Jaan Tamm in Riga.", "He", "Erik Dahl"),
        # the subject of the later sentence
        ("Jaan Tamm came. Erik Dahl left.", "He", "Erik Dahl"),
        # the last subject is more salient than a speaker two sentences before
        ("Jaan Tamm said ships would sail. The weather was fine. Erik Dahl arrived late.", "He", "Erik Dahl"),
        # the person of the right gender
        ("Anna Low met Jaan Tamm in Riga.", "He", "Jaan Tamm"),
        # the most salient person, even if unnamed
        ("Jaan Tamm came. In the yard a carpenter waits. The carpenter says wood is dear.", "He", "The carpenter"),
        # a person introduced at the end of the sentence
        ("That worries Erik Dahl, head of the port.", "He", "Erik Dahl"),
    ],
)
def test_a_pronoun_resolves_to_the_most_salient_person(before: str, pronoun: str, name: str) -> None:
    assert speaker_names(f"{before} {pronoun} said it was late.")[-1].lower() == name.lower()


def test_a_name_inside_a_quotation_is_not_an_antecedent() -> None:
    assert speaker_names("Jaan Tamm opened the port.\n\n“Erik Dahl was right,” he said.") == ["Jaan Tamm"]


def test_an_object_pronoun_does_not_refer_to_the_subject_of_its_clause() -> None:
    text = "Erik Dahl visited Jaan Tamm. Dahl thanked him. He said it was late."
    assert speaker_names(text)[-1] == "Erik Dahl"


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("Senior harbour officials met the owners.", "Senior harbour officials"),
        ("Erik Dahl and Jaan Tamm met in Riga.", "Erik Dahl and Jaan Tamm"),
    ],
)
def test_they_refers_to_a_group_or_a_conjunction(before: str, name: str) -> None:
    (speaker,) = speakers(f"{before} They said ships would sail.")
    assert (speaker.name, speaker.type) == (name, "group")


def test_they_does_not_refer_to_a_country() -> None:
    (speaker,) = speakers("Norway was late. They said ships would sail.")
    assert speaker.name == "They"


def test_a_bare_quantifier_refers_to_the_group_before() -> None:
    assert speaker_names("Young fishermen own the boats, but many say that fuel is dear.") == ["Young fishermen"]


def test_it_refers_to_the_organisation_before() -> None:
    assert speaker_names("The Northern Fisheries Forum met in Riga. It said nets were empty.") == [
        "Northern Fisheries Forum"
    ]


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ("The Association of Ferry Crews", "union"),
        ("The Baltic Herald", "newspaper"),
        ("Nordhavn Shipping Corporation", "company"),
        ("The Riga District Court", "court"),
    ],
)
def test_a_common_noun_refers_to_an_organisation_of_its_type(named: str, kind: str) -> None:
    (speaker,) = speakers(f"{named} opened an office in Oslo.\n\nThe {kind} said that more would follow.")
    assert speaker.name == named.removeprefix("The ")


def test_a_common_noun_does_not_refer_to_an_organisation_of_another_type() -> None:
    (speaker,) = speakers("The Riga District Court opened an office.\n\nThe company said that more would follow.")
    assert "Court" not in speaker.name


def test_a_ruling_speaks_for_the_court() -> None:
    text = "The Riga District Court heard the case on Monday.\n\n“The ferry is safe,” the ruling said."
    assert speaker_names(text) == ["Riga District Court"]


def test_a_document_with_a_possessive_speaks_for_the_possessor() -> None:
    assert speaker_names("Erik Dahl stayed away.\n\nHis letter said that he was ill.") == ["Erik Dahl"]


def test_a_report_speaks_for_its_author() -> None:
    assert speaker_names("According to a new report by Amnesty, the nets were empty.") == ["Amnesty"]


def test_the_first_person_is_the_author_that_the_article_names() -> None:
    text = (
        "Why I walk.\n\nCars are loud. I told my neighbours that I would walk.\n\n"
        "They laughed.\n\nIda Lunde is a teacher in Oslo."
    )
    (speaker,) = speakers(text)
    assert (speaker.name, speaker.mention and speaker.mention.text) == ("Ida Lunde", "I")


def test_the_first_person_without_an_author_is_no_speaker() -> None:
    assert speakers("I told my neighbours that I would walk.\n\nJaan Tamm opened the port on Monday.") == []


def test_speaker_labels_of_a_transcript_resolve_to_full_names() -> None:
    text = "Host Ida Lunde asked Erik Dahl about ferries.\n\nLUNDE: Is it safe?\n\nDAHL: It is."
    assert speaker_names(text)[-2:] == ["Ida Lunde", "Erik Dahl"]


def test_long_chains_of_relatives_and_documents_terminate() -> None:
    assert speakers("who " * 3000 + "said that.") is not None
    assert speakers("report by " * 3000 + "said that.") is not None
    assert speakers("the post's " * 3000 + "report said that.") is not None


def test_the_last_word_of_an_organisations_name_refers_to_it() -> None:
    text = "The Baltic Herald printed it on Monday.\n\nThe Herald said that ships had sailed. It said they were late."
    assert speaker_names(text) == ["Baltic Herald"] * 2
