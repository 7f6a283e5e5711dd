"""Names: where they begin and end, what they name, and which title belongs to them."""

import pytest

from tests.extract.coreference.speakers import speaker_names, speakers
from worker.extract import extract
from worker.schema import Actor, Article, Decision, Meeting

Fields = tuple[str, str, str | None, str | None]


def fields(actor: Actor) -> Fields:
    return actor.name, actor.type, actor.role, actor.country


def parties(text: str) -> list[Actor]:
    """Return the participants and deciders of an article, in text order."""
    events = extract(Article(id="a", url="https://news.example/a", text=text, language="en"))
    found = [
        e.participants if isinstance(e, Meeting) else e.deciders for e in events if isinstance(e, Meeting | Decision)
    ]
    return [actor for actors in found for actor in actors]


# ---------------------------------------------------------------- short names inside longer ones
def test_a_country_is_not_a_person_whose_given_name_is_the_same() -> None:
    text = (
        "Fisheries Minister Jordan Lepik waved on Friday.\n\n"
        "Jordan's decision to close the border angered Riga. Jordan said the border had been calm."
    )
    (decider,) = parties(text)
    assert fields(decider) == ("Jordan", "country", None, "JO")
    assert [fields(s) for s in speakers(text)][-1] == ("Jordan", "country", None, "JO")


def test_an_acronym_is_not_the_first_word_of_a_longer_name() -> None:
    (speaker,) = speakers("EU Ports and Harbours Agency clerks left the quay. The EU said the work goes on.")
    assert (speaker.name, speaker.type) == ("EU", "organisation")


# ---------------------------------------------------------------- titles
@pytest.mark.parametrize(
    ("subject", "name", "role"),
    [
        ("FM Jaan Tamm", "Jaan Tamm", "FM"),
        ("EAM Jaan Tamm", "Jaan Tamm", "EAM"),
        ("Finance MEC Jaan Tamm", "Jaan Tamm", "Finance MEC"),
        ("Cde Jaan Tamm", "Jaan Tamm", None),
        ("Lt Gen Jaan Tamm", "Jaan Tamm", "Lt Gen"),
        ("Rt Hon Jaan Tamm", "Jaan Tamm", "Rt Hon"),
        ("Sheikh Jaan Tamm", "Jaan Tamm", "Sheikh"),
        ("Jaan Tamm MP", "Jaan Tamm", None),
        ("Rosa Field KC", "Rosa Field", None),
    ],
)
def test_a_title_is_no_part_of_the_name(subject: str, name: str, role: str | None) -> None:
    first, second = speakers(f"{subject} said the port was closed.\n\n{name.rsplit(maxsplit=1)[-1]} said it was late.")
    assert (first.name, first.type) == (name, "person")
    assert second.name == name
    if role is not None:
        assert first.role == role


def test_a_title_in_capitals_precedes_a_name_after_a_preposition() -> None:
    text = "According to FM Oskar Lindqvist, the ports are open. Lindqvist said on Friday that ships sail."
    assert [(s.name, s.type, s.role) for s in speakers(text)] == [("Oskar Lindqvist", "person", "FM")] * 2


def test_a_role_before_a_surname_may_be_a_given_name() -> None:
    text = "Prime Minister Nora Baker met Fisheries Minister Duke Hill on Friday."
    assert [fields(p)[:3] for p in parties(text)] == [
        ("Nora Baker", "person", "Prime Minister"),
        ("Duke Hill", "person", "Fisheries Minister"),
    ]


def test_a_surname_may_be_a_role() -> None:
    text = "Nora Weaver, the mayor, said the quay was closed.\n\nWeaver said it would open on Friday."
    assert speaker_names(text) == ["Nora Weaver", "Nora Weaver"]


def test_an_organisation_in_a_role_is_no_part_of_the_name() -> None:
    (speaker,) = speakers("“Never,” Latvia's envoy to the EU Anna Ozola said after the talks.")
    assert fields(speaker) == ("Anna Ozola", "person", "Latvia's envoy to the EU", "LV")
    (speaker,) = speakers("The Norwegian ambassador to the United Nations Ida Lunde said nothing had changed.")
    assert (speaker.name, speaker.country) == ("Ida Lunde", "NO")


# ---------------------------------------------------------------- conjunctions inside names
def test_the_fields_of_a_ministry_are_one_name() -> None:
    text = "The Ministry of Fisheries, Housing and Sports approved the budget in 2021."
    assert [p.name for p in parties(text)] == ["Ministry of Fisheries, Housing and Sports"]


def test_the_name_of_a_country_may_contain_a_conjunction() -> None:
    (speaker,) = speakers("Trinidad and Tobago's fisheries ministry said on X that the talks were short.")
    assert fields(speaker) == ("Trinidad and Tobago's fisheries ministry", "organisation", None, "TT")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Ports and Fisheries Minister Jaan Tamm", "Jaan Tamm"),
        ("Culture, Sports and Housing Secretary Jaan Tamm", "Jaan Tamm"),
        ("The Minister of Trade and Industry Jaan Tamm", "Jaan Tamm"),
        ("The minister of state for trade and industry, Jaan Tamm,", "Jaan Tamm"),
        ("The Ports and Exchange Commission", "Ports and Exchange Commission"),
        ("Ernst and Young's Jaan Tamm", "Jaan Tamm"),
    ],
)
def test_conjoined_fields_belong_to_one_office_or_body(subject: str, name: str) -> None:
    assert speaker_names(f"{subject} said the port was closed.") == [name]


def test_a_surname_is_no_field_of_the_office_after_it() -> None:
    (speaker,) = speakers("Tamm and Finance Minister Ida Lunde said the port was closed.")
    assert (speaker.name, speaker.type) == ("Tamm and Finance Minister Ida Lunde", "group")


# ---------------------------------------------------------------- kinds of names
@pytest.mark.parametrize("name", ["Amnesty International", "Human Rights Watch", "Transparency International"])
def test_a_non_governmental_organisation_is_no_person(name: str) -> None:
    text = f"{name} said the camp was closed. It added that it was late."
    assert [(s.name, s.type) for s in speakers(text)] == [(name, "organisation")] * 2


def test_a_law_is_no_person() -> None:
    text = "Jaan Tamm backed the Harbour Bill.\n\nHe said it was late."
    assert speaker_names(text)[-1] == "Jaan Tamm"


def test_a_headline_in_capitals_introduces_no_name() -> None:
    text = "LUNDE SAYS QATAR STILL WEIGHING PORT PLAN\n\nPresident Lunde said the port was open. She said it was late."
    assert speaker_names(text)[1:] == ["Lunde", "Lunde"]


# ---------------------------------------------------------------- parts of names
@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Arturo Mendoza Grisanti", "Mendoza"),
        ("Ahmed Humaid al-Tayer", "Tayer"),
        ("Sheikh Hamad bin Khalid al-Zayer", "Sheikh Hamad"),
        ("Yun Jae-min", "Yun"),
        ("Xi Wenbo", "Mr Xi"),
    ],
)
def test_a_part_of_a_name_refers_to_its_bearer(full: str, short: str) -> None:
    text = f"Oil Minister {full} said the port was closed.\n\n{short} said it was late."
    first, second = speaker_names(text)
    assert first == second == full.removeprefix("Sheikh ")


# ---------------------------------------------------------------- names with marks and conjunctions
@pytest.mark.parametrize(
    "name",
    ["Robert 'Bob' Lund", 'Robert "Bob" Lund', "Robert “Bob” Lund", "Robert \u2018Bob\u2019 Lund", "Robert (Bob) Lund"],
)
def test_a_nickname_is_a_part_of_the_name(name: str) -> None:
    text = f"Mayor {name} said that rain fell. Mr Lund said that it was late."
    assert [fields(s) for s in speakers(text)] == [(name, "person", "Mayor", None)] * 2


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u200b", "\ufeff", "\u2066"])
def test_a_mark_without_a_glyph_does_not_end_a_title_or_name(mark: str) -> None:
    for title, name in (
        (f"Mayor{mark}", "Ida Lunde"),
        (f"{mark}Mayor", f"Ida{mark} Lunde"),
        ("Mayor", f"Ida Lun{mark}de"),
    ):
        (speaker,) = speakers(f"{title} {name} said that rain fell.")
        assert fields(speaker) == (name, "person", "Mayor", None)


def test_a_profession_in_a_list_of_surnames_is_a_surname() -> None:
    assert [fields(a) for a in parties("Carpenter, Stolten and Poel met in Riga on Monday.")] == [
        (name, "person", None, None) for name in ("Carpenter", "Stolten", "Poel")
    ]


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("The Securities and Exchange Commission said rain fell.", "Securities and Exchange Commission", "US"),
        ("The Treaties and Harbours Agency said rain fell.", "Treaties and Harbours Agency", None),
    ],
)
def test_a_body_with_two_fields_is_one_name(text: str, name: str, country: str | None) -> None:
    assert [fields(s) for s in speakers(text)] == [(name, "organisation", None, country)]


def test_a_title_of_a_country_precedes_the_institution_that_begins_it() -> None:
    text = "Latvia is dry. Latvian rain fell.\n\nTreasury Secretary Jo Fry said rain fell."
    assert [fields(s) for s in speakers(text)] == [("Jo Fry", "person", "Treasury Secretary", "US")]


@pytest.mark.parametrize(
    ("subject", "name", "role"),
    [
        ("Vendor Glenn Berg", "Glenn Berg", "Vendor"),
        ("Rovers QB Glenn Berg", "Glenn Berg", None),
        ("Estonian Ambassador to Latvian Glenn Berg", "Glenn Berg", "Estonian Ambassador to Latvian"),
    ],
)
def test_a_profession_club_or_post_before_a_full_name_is_no_part_of_it(subject: str, name: str, role: str) -> None:
    (speaker,) = speakers(f"{subject} said the port was closed.")
    assert (speaker.name, speaker.role) == (name, role)


def test_a_family_name_before_given_names_is_the_surname() -> None:
    text = "Ng Yat Hung said the port was closed.\n\nMr Ng said it was late."
    assert speaker_names(text) == ["Ng Yat Hung"] * 2


def test_a_tag_of_party_and_state_is_no_name() -> None:
    (speaker,) = speakers("A spokesperson for Sen. Ida Lunde, D-Ohio, said it was late.")
    assert (speaker.type, speaker.role) == ("unnamed", "spokesperson for Sen. Ida Lunde")


def test_a_profession_after_an_unknown_given_name_is_a_surname() -> None:
    (speaker,) = speakers("Ylvanne Monk told reporters that it was late.")
    assert (speaker.name, speaker.type) == ("Ylvanne Monk", "person")
