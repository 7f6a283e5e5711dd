"""Roles of persons, unnamed speakers and organisations, before and after the name."""

import pytest

from tests.extract.coreference.speakers import speakers


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        # after the name
        ("Martin Dell, a former state GOP chair, said it was late.", "former state GOP chair"),
        ("Martin Dell, ranking member of the ports panel, said it was late.", "ranking member of the ports panel"),
        ("Martin Dell, 54, a fisherman from Oakdale, said it was late.", "fisherman"),
        ("Martin Dell (the ports minister) said it was late.", "ports minister"),
        ("Martin Dell, a retired violinist, said it was late.", "retired violinist"),
        ("Martin Dell MP said it was late.", "MP"),
        # before it
        ("Radio talker Martin Dell said it was late.", "Radio talker"),
        ("Ports co-chairman Martin Dell said it was late.", "Ports co-chairman"),
        ("The MP for Oakdale, Martin Dell, said it was late.", "MP for Oakdale"),
        ("Port of Oslo chief Martin Dell said it was late.", "Port of Oslo chief"),
        # a thing in an adjunct is no role
        ("In a letter Martin Dell said it was late.", None),
        ("Martin Dell, a day later, said it was late.", None),
        # the end of a phrase before the clause is no apposition
        ("After talks with the ports minister, Martin Dell said it was late.", None),
        ("In a letter to the former mayor, Martin Dell said it was late.", None),
    ],
)
def test_the_role_of_a_person(sentence: str, role: str | None) -> None:
    assert [(speaker.name, speaker.role) for speaker in speakers(sentence)] == [("Martin Dell", role)]


def test_conjuncts_share_a_plural_title_in_the_singular() -> None:
    _, dell, fry = speakers(
        "Senators Martin Dell and Jo Fry said it was late. Dell said that it rained. Fry said that it snowed."
    )
    assert [(dell.name, dell.role), (fry.name, fry.role)] == [("Martin Dell", "Senator"), ("Jo Fry", "Senator")]


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("A ports ministry spokesman said it was late.", "ports ministry spokesman"),
        ("One western diplomat said it was late.", "western diplomat"),
        ("Another official said it was late.", "official"),
        ("A father of three said it was late.", "father of three"),
        ("A spokeswoman for the river police, who was there, said it was late.", "spokeswoman for the river police"),
        ("A source said it was late.", None),
    ],
)
def test_an_unnamed_person_has_the_role_of_the_description(sentence: str, role: str | None) -> None:
    assert [(speaker.type, speaker.role) for speaker in speakers(sentence)] == [("unnamed", role)]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Investment bank Oakdale Partners said it was late.", "Investment bank"),
        ("Oakdale Partners, an investment bank, said it was late.", "investment bank"),
        ("The charity Oakdale Partners said it was late.", "charity"),
        ("Oakdale Partners said it was late.", None),
    ],
)
def test_the_role_of_an_organisation(text: str, role: str | None) -> None:
    assert [(speaker.name, speaker.type, speaker.role) for speaker in speakers(text)] == [
        ("Oakdale Partners", "organisation", role)
    ]


@pytest.mark.parametrize(
    ("sentence", "name", "role", "country"),
    [
        ("According to FM Zoran Petrovic, the sides are close.", "Zoran Petrovic", "FM", None),
        (
            "Portugal's Ambassador to the UN Ana Teles said it was late.",
            "Ana Teles",
            "Portugal's Ambassador to the UN",
            "PT",
        ),
        ("Justice Minister Dean Marsh said it was late.", "Dean Marsh", "Justice Minister", None),
    ],
)
def test_titles_are_neither_glued_to_names_nor_cut_from_them(
    sentence: str, name: str, role: str, country: str | None
) -> None:
    (speaker,) = speakers(sentence)
    assert (speaker.name, speaker.type, speaker.role, speaker.country) == (name, "person", role, country)


@pytest.mark.parametrize(
    ("sentence", "name", "kind", "role", "country"),
    [
        ("Bank of Latvia Governor Ida Lunde said it was late.", "Ida Lunde", "person", "Bank of Latvia Governor", "LV"),
        (
            "A Bank of Latvia official said it was late.",
            "A Bank of Latvia official",
            "unnamed",
            "Bank of Latvia official",
            "LV",
        ),
        ("Bank of Latvia officials said it was late.", "Bank of Latvia officials", "group", None, "LV"),
        ("Grace Crossing, a charity, said it was late.", "Grace Crossing", "organisation", "charity", None),
    ],
)
def test_officials_are_distinguished_from_their_bodies(
    sentence: str, name: str, kind: str, role: str | None, country: str | None
) -> None:
    (speaker,) = speakers(sentence)
    assert (speaker.name, speaker.type, speaker.role, speaker.country) == (name, kind, role, country)


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        ("Harbour police spokesman Inspector Jan Berg said it was late.", "Harbour police spokesman"),
        ("Energy Minister Sheikh Jan Berg said it was late.", "Energy Minister"),
        ("Chief Medical Officer Dr. Jan Berg said it was late.", "Chief Medical Officer"),
        ("Secretary General Jan Berg said it was late.", "Secretary General"),
    ],
)
def test_a_rank_after_a_role_is_no_part_of_it(sentence: str, role: str) -> None:
    (speaker,) = speakers(sentence)
    assert (speaker.name, speaker.role) == ("Jan Berg", role)


def test_a_role_that_a_description_gives_does_not_replace_the_role_beside_the_name() -> None:
    text = "Ferry captain Jan Berg said it was late.\n\nThe former mayor said it was cold."
    assert [(s.name, s.role) for s in speakers(text)] == [("Jan Berg", "Ferry captain")] * 2


def test_an_apposition_after_a_titled_name_describes_its_bearer() -> None:
    text = "Erik Dahl stayed.\n\nPrince Jan Berg, the younger brother of the king, left.\n\nDahl said it was late."
    (speaker,) = speakers(text)
    assert (speaker.name, speaker.role) == ("Erik Dahl", None)
