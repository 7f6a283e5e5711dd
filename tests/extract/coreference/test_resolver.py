"""Pronouns, and what stands for bodies and documents, in articles of several genres."""

import pytest

from tests.extract.coreference.test_mentions import names, speakers


@pytest.mark.parametrize(
    ("before", "pronoun", "name"),
    [
        # the subject, not the object
        ("Erik Dahl met Jaan Tamm in Riga.", "He", "Erik Dahl"),
        # the later sentence
        ("Jaan Tamm came. Erik Dahl left.", "He", "Erik Dahl"),
        # the subject of the sentence before stands out more than who spoke two sentences ago
        ("Jaan Tamm said ships would sail. The weather was fine. Erik Dahl arrived late.", "He", "Erik Dahl"),
        # gender
        ("Anna Low met Jaan Tamm in Riga.", "He", "Jaan Tamm"),
        # a named person goes before an unnamed one only where he stands out more
        ("Jaan Tamm came. In the yard a carpenter waits. The carpenter says wood is dear.", "He", "The carpenter"),
        # whoever is introduced at the end of a sentence speaks next
        ("That worries Erik Dahl, head of the port.", "He", "Erik Dahl"),
    ],
)
def test_a_pronoun_means_who_stands_out(before: str, pronoun: str, name: str) -> None:
    assert names(f"{before} {pronoun} said it was late.")[-1].lower() == name.lower()


def test_a_name_inside_a_quotation_is_not_who_speaks_after_it() -> None:
    assert names("Jaan Tamm opened the port.\n\n“Erik Dahl was right,” he said.") == ["Jaan Tamm"]


def test_an_object_is_not_the_subject_of_its_clause() -> None:
    text = "Erik Dahl visited Jaan Tamm. Dahl thanked him. He said it was late."
    assert names(text)[-1] == "Erik Dahl"


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("Senior harbour officials met the owners.", "Senior harbour officials"),
        ("Erik Dahl and Jaan Tamm met in Riga.", "Erik Dahl and Jaan Tamm"),
    ],
)
def test_they_are_a_group_or_those_joined_by_and(before: str, name: str) -> None:
    (speaker,) = speakers(f"{before} They said ships would sail.")
    assert (speaker.name, speaker.type) == (name, "group")


def test_they_are_no_country() -> None:
    (speaker,) = speakers("Norway was late. They said ships would sail.")
    assert speaker.name == "They"


def test_many_are_many_of_the_group_before() -> None:
    assert names("Young fishermen own the boats, but many say that fuel is dear.") == ["Young fishermen"]


def test_it_is_the_body_that_spoke() -> None:
    assert names("The Northern Fisheries Forum met in Riga. It said nets were empty.") == ["Northern Fisheries Forum"]


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ("The Association of Ferry Crews", "union"),
        ("The Baltic Herald", "newspaper"),
        ("Nordhavn Shipping Corporation", "company"),
        ("The Riga District Court", "court"),
    ],
)
def test_a_body_is_called_by_its_kind(named: str, kind: str) -> None:
    (speaker,) = speakers(f"{named} opened an office in Oslo.\n\nThe {kind} said that more would follow.")
    assert speaker.name == named.removeprefix("The ")


def test_a_body_of_another_kind_is_not_meant() -> None:
    (speaker,) = speakers("The Riga District Court opened an office.\n\nThe company said that more would follow.")
    assert "Court" not in speaker.name


def test_a_ruling_speaks_for_the_court() -> None:
    text = "The Riga District Court heard the case on Monday.\n\n“The ferry is safe,” the ruling said."
    assert names(text) == ["Riga District Court"]


def test_his_letter_speaks_for_him() -> None:
    assert names("Erik Dahl stayed away.\n\nHis letter said that he was ill.") == ["Erik Dahl"]


def test_a_report_speaks_for_who_made_it() -> None:
    assert names("According to a new report by Amnesty, the nets were empty.") == ["Amnesty"]


def test_i_is_the_author_where_the_piece_names_one() -> None:
    text = (
        "Why I walk.\n\nCars are loud. I told my neighbours that I would walk.\n\n"
        "They laughed.\n\nIda Lunde is a teacher in Oslo."
    )
    (speaker,) = speakers(text)
    assert (speaker.name, speaker.mention and speaker.mention.text) == ("Ida Lunde", "I")


def test_i_is_nobody_known_elsewhere() -> None:
    (speaker,) = speakers("I told my neighbours that I would walk.\n\nJaan Tamm opened the port on Monday.")
    assert (speaker.name, speaker.type) == ("I", "unnamed")


def test_the_turns_of_a_transcript_belong_to_the_fullest_names() -> None:
    text = "Host Ida Lunde asked Erik Dahl about ferries.\n\nLUNDE: Is it safe?\n\nDAHL: It is."
    assert names(text)[-2:] == ["Ida Lunde", "Erik Dahl"]


def test_a_hostile_row_of_relatives_and_documents_ends() -> None:
    assert speakers("who " * 3000 + "said that.") is not None
    assert speakers("report by " * 3000 + "said that.") is not None
    assert speakers("the post's " * 3000 + "report said that.") is not None


def test_the_last_word_of_a_bodys_name_stands_for_it() -> None:
    text = "The Baltic Herald printed it on Monday.\n\nThe Herald said that ships had sailed. It said they were late."
    assert names(text) == ["Baltic Herald"] * 2
