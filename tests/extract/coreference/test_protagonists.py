"""Descriptions that tell something new of a person, and documents that speak for their issuers."""

import pytest

from tests.extract.coreference.speakers import speaker_names, speakers


# ---------------------------------------------------------------- descriptions
@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("The former mayor", "Jaan Tamm"),
        ("The harbour owner", "Jaan Tamm"),
        ("The Narva MP", "Jaan Tamm"),
        ("The retired surgeon", "Jaan Tamm"),
        ("A surgeon", "A surgeon"),
        ("The spokesman", "The spokesman"),
        ("The president", "The president"),
    ],
)
def test_a_definite_description_may_tell_something_new_of_the_last_subject(description: str, name: str) -> None:
    text = f"Jaan Tamm said the port was closed.\n\n{description} added that it was late."
    assert speaker_names(text) == ["Jaan Tamm", name]


def test_a_new_description_is_recorded_as_a_role() -> None:
    text = "Jaan Tamm said the port was closed.\n\nThe former mayor added that it was late."
    assert speakers(text)[-1].role == "former mayor"


def test_an_office_of_another_kind_describes_another_person() -> None:
    text = "Finance Minister Jaan Tamm said the port was closed.\n\nThe governor added that it was late."
    assert speaker_names(text) == ["Jaan Tamm", "The governor"]


def test_the_subject_of_the_sentence_is_not_described_once_more() -> None:
    text = "Ida Lunde left on Friday.\n\nJaan Tamm spoke to Lunde after the retired surgeon had said it was late."
    assert speaker_names(text) == ["Ida Lunde"]


def test_a_person_named_after_a_description_is_not_described_by_it() -> None:
    text = "Jaan Tamm left on Friday.\n\nThe retired surgeon said Tamm was late."
    assert speaker_names(text) == ["The retired surgeon"]


def test_the_main_person_of_an_article_may_be_its_president() -> None:
    text = (
        "Tamm opened the port.\n\nMr Tamm came late on Friday. Mr Tamm left at noon.\n\n"
        "The president said the port was safe."
    )
    assert speaker_names(text) == ["Tamm"]


def test_the_described_person_of_the_lead_is_named_in_the_next_paragraph() -> None:
    text = "A former ports minister has called for a new quay.\n\nIda Lunde wants it to open in May."
    assert speaker_names(text)[0] == "Ida Lunde"


def test_an_unnamed_spokesman_is_not_the_person_named_next() -> None:
    text = "A harbour spokesman said the port was closed.\n\nJaan Tamm said he was late."
    assert speaker_names(text) == ["A harbour spokesman", "Jaan Tamm"]


def test_the_official_is_the_one_who_has_just_spoken_unnamed() -> None:
    text = (
        "Port director Jaan Tamm left on Friday. Ships sailed on Monday. Rain fell on Tuesday.\n\n"
        "An official said it was late.\n\nThe official added that nobody had seen it."
    )
    assert speaker_names(text) == ["An official", "An official"]


def test_a_shadow_office_is_another_office() -> None:
    text = "Jaan Tamm, the shadow chancellor, left on Friday.\n\nThe chancellor said it was late."
    assert speaker_names(text) == ["The chancellor"]


# ---------------------------------------------------------------- documents
@pytest.mark.parametrize(
    ("document", "issuer"),
    [
        ("A Ports Ministry news release", "Ports Ministry"),
        ("A release from the Ports Ministry", "Ports Ministry"),
        ("A report published by the Ports Ministry", "Ports Ministry"),
        ("Last week's report by the Ports Ministry", "Ports Ministry"),
        ("Jaan Tamm's letter", "Jaan Tamm"),
        ("An article in the Baltic Tribune", "Baltic Tribune"),
    ],
)
def test_a_document_speaks_for_its_issuer(document: str, issuer: str) -> None:
    assert speaker_names(f"{document} said the port was closed.") == [issuer]


def test_a_document_mentioned_again_has_the_same_issuer() -> None:
    text = "The port is closed, according to a Ports Ministry news release.\n\nThe release said it was late."
    assert speaker_names(text) == ["Ports Ministry", "Ports Ministry"]


def test_an_official_of_a_state_is_no_person_of_unknown_country() -> None:
    text = "Jaan Tamm said it was late.\n\nThen the Norwegian envoy said it was cold."
    assert speaker_names(text) == ["Jaan Tamm", "the Norwegian envoy"]
