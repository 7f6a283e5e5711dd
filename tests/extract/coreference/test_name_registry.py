"""Nominal descriptions: who is meant by "the minister", "his lawyer" or "a police spokesman"."""

import pytest

from tests.extract.coreference.test_mentions import names, speakers


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
def test_a_description_means_who_was_introduced_so(introduction: str, description: str, name: str) -> None:
    assert names(f"{introduction}\n\n{description} said the work was done.") == [name]


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
def test_a_description_that_nobody_fits_stays_itself(text: str) -> None:
    (speaker,) = speakers(text)
    assert speaker.type == "unnamed"
    assert "Lunde" not in speaker.name


def test_the_well_known_are_described_without_being_introduced() -> None:
    text = (
        "Erik Dahl arrived in Riga on Monday.\n\nDahl had promised to come.\n\n"
        "The Norwegian president said he was glad to be there."
    )
    speaker = speakers(text)[-1]
    assert (speaker.name, speaker.role, speaker.country) == ("Erik Dahl", "Norwegian president", "NO")


def test_one_who_speaks_without_a_name_may_be_named_in_the_next_paragraph() -> None:
    text = (
        "A Norwegian army spokesman said the bridge was closed.\n\n“Nobody was hurt,” Col Jaan Tamm said.\n\n"
        "“It opens on Monday,” he added."
    )
    assert names(text) == ["Jaan Tamm"] * 3


def test_one_introduced_as_something_else_is_not_who_spoke_before() -> None:
    text = "A police officer said the bridge was closed.\n\n“I had to walk,” said Jaan Tamm, a student."
    assert names(text) == ["A police officer", "Jaan Tamm"]


def test_a_relative_does_not_bear_the_bare_surname() -> None:
    text = "Erik Dahl brought his daughter Mona Dahl along.\n\nMona Dahl said she was tired.\n\nDahl said he was not."
    assert names(text) == ["Mona Dahl", "Erik Dahl"]


def test_a_surname_after_mr_is_no_title() -> None:
    assert names("“It matters,” said Carl King, a baker.\n\nMr. King said he would vote.") == ["Carl King", "Carl King"]


def test_mr_does_not_mean_a_woman_of_the_name() -> None:
    text = "Mr. Dahl said the port was safe.\n\nAnna Dahl waved.\n\nMr. Dahl said ships would sail."
    assert names(text) == ["Dahl", "Dahl"]


def test_a_slip_in_a_long_surname_makes_nobody_new() -> None:
    assert names("Baker Ida McAllister came.\n\nMcAlister said bread was dear.") == ["Ida McAllister"]


def test_an_office_tells_more_than_a_relation() -> None:
    (speaker,) = speakers("Senator Ida Lunde came with Erik Dahl, her onetime rival.\n\nLunde said it was late.")
    assert speaker.role == "Senator"


def test_the_name_at_the_end_of_a_long_apposition_is_the_speaker() -> None:
    text = "The Forum for Norway's president, Ida Lunde, said talks had failed."
    assert names(text) == ["Ida Lunde"]


def test_an_epithet_that_nobody_is_introduced_by_is_nobody_elses() -> None:
    text = "Erik Dahl came to Riga. Dahl had promised it.\n\nThe rebel-backed president said he was glad."
    assert speakers(text)[-1].name == "The rebel-backed president"


def test_the_president_of_no_country_is_not_whoever_is_named_most() -> None:
    text = "Ida Lunde came to Riga. Lunde had promised it.\n\nThe president said it was late."
    assert speakers(text)[-1].name == "The president"


def test_an_office_that_one_ran_for_is_not_ones_role() -> None:
    text = "Ida Lunde met a man who ran for governor of Ohio. Lunde laughed.\n\nLunde said it was late."
    assert speakers(text)[-1].role is None


def test_a_name_inside_the_name_of_a_thing_tells_the_given_name() -> None:
    text = "Mr. Dahl said it was late.\n\nOslo keeps an Erik Dahl Memorial Day."
    assert names(text) == ["Erik Dahl"]
