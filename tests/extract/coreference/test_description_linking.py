"""Descriptions: the antecedents of "the minister", "his lawyer" and "a police spokesman"."""

import pytest

from tests.extract.coreference.speakers import speaker_names, speakers


@pytest.mark.parametrize(
    ("introduction", "description", "name"),
    [
        ("Senator Ida Lunde of Bergen opened the port.", "The senator", "Ida Lunde"),
        ("Ida Lunde, the mayor of Bergen, opened the port.", "The mayor", "Ida Lunde"),
        ("Ida Lunde, a carpenter, opened the shop.", "The carpenter", "Ida Lunde"),
        ("Estonian premier Jaan Tamm opened the port.", "The Estonian prime minister", "Jaan Tamm"),
        ("Estonian President Jaan Tamm opened the port.", "The Estonian leader", "Jaan Tamm"),
        ("Sen. Jaan Tamm opened the port.", "The lawmaker", "Jaan Tamm"),
        ("Gen. Jaan Tamm opened the base.", "The commander", "Jaan Tamm"),
        ("Jaan Tamm, now the harbour director, opened the port.", "The director", "Jaan Tamm"),
        ("Jaan Tamm is the owner of the ferry.", "The owner", "Jaan Tamm"),
        ("Former Norwegian minister Ida Lunde opened the port.", "The former minister", "Ida Lunde"),
    ],
)
def test_a_description_resolves_to_the_person_introduced_by_its_role(
    introduction: str, description: str, name: str
) -> None:
    assert speaker_names(f"{introduction}\n\n{description} said the work was done.") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Former President Ida Lunde opened the port.\n\nThe president said it was late.",
        "Norwegian Foreign Minister Ida Lunde opened the port.\n\nThe finance minister said it was late.",
        "Norwegian President Ida Lunde opened the port.\n\nThe Latvian president said it was late.",
        "Hale aide Ida Lunde opened the port.\n\nErik Dahl waved.\n\nHis lawyer said it was late.",
        "Spokeswoman Ida Lunde opened the port.\n\nA spokesman said it was late.",
    ],
)
def test_a_description_that_matches_no_person_is_an_unnamed_actor(text: str) -> None:
    (speaker,) = speakers(text)
    assert speaker.type == "unnamed"
    assert "Lunde" not in speaker.name


def test_a_well_known_person_is_described_without_an_introduction() -> None:
    text = (
        "Erik Dahl arrived in Riga on Monday.\n\nDahl had promised to come.\n\n"
        "The Norwegian president said he was glad to be there."
    )
    speaker = speakers(text)[-1]
    assert (speaker.name, speaker.role, speaker.country) == ("Erik Dahl", "Norwegian president", "NO")


def test_an_unnamed_speaker_may_be_named_in_the_next_paragraph() -> None:
    text = (
        "A Norwegian army spokesman said the bridge was closed.\n\n“Nobody was hurt,” Col Jaan Tamm said.\n\n"
        "“It opens on Monday,” he added."
    )
    assert speaker_names(text) == ["Jaan Tamm"] * 3


def test_a_person_introduced_with_another_role_is_not_the_unnamed_speaker() -> None:
    text = "A police officer said the bridge was closed.\n\n“I had to walk,” said Jaan Tamm, a student."
    assert speaker_names(text) == ["A police officer", "Jaan Tamm"]


def test_a_description_with_an_unsupported_modifier_is_not_linked() -> None:
    text = "Erik Dahl came to Riga. Dahl had promised it.\n\nThe rebel-backed president said he was glad."
    assert speakers(text)[-1].name == "The rebel-backed president"


def test_an_office_without_a_country_is_not_linked_to_the_most_frequent_name() -> None:
    text = "Ida Lunde came to Riga. Lunde had promised it.\n\nThe president said it was late."
    assert speakers(text)[-1].name == "The president"


def test_a_state_in_brackets_tells_senators_apart() -> None:
    text = "Sens. Jan Berg (Ky.) and Ida Lunde (Fla.) met.\n\nThe Florida senator said it was late."
    assert speaker_names(text) == ["Ida Lunde"]


def test_a_party_in_brackets_names_a_member_of_the_party() -> None:
    text = "Sen. Ida Lunde (R-Fla.) and Sen. Jan Berg (D-Vt.) met.\n\nThe Florida Republican said it was late."
    assert speaker_names(text) == ["Ida Lunde"]


def test_a_constituency_with_a_given_name_describes_its_member() -> None:
    text = "Jan Berg said it was late.\n\nThe Bergen Kelvin MP said it was cold."
    assert speaker_names(text) == ["Jan Berg", "Jan Berg"]


def test_a_newspaper_that_spoke_before_it_is_named_is_that_newspaper() -> None:
    text = "A Bergen newspaper urged calm in a letter.\n\nThe Advocate had hoped.\n\nThe newspaper said it was late."
    assert speaker_names(text)[-1] == "Advocate"
