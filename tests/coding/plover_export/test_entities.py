"""Actors as PLOVER entities: country, sector, office."""

import pytest

from worker.coding.plover_export.entities import actor_entity, alpha3_code, load_sector_words
from worker.schema import Actor, ActorType, Span

FREQUENT_SECTORS = {"GOV", "JUD", "LEG", "MIL", "COP", "OPP", "PTY", "REB", "PRM", "SPY", "UAF"}
LESS_FREQUENT_SECTORS = {"CVL", "BUS", "EDU", "MED", "LAB", "AGR", "JRN", "REF", "REL", "SOC", "CRM", "ELI"}
INTERNATIONAL_CODES = {"UNO", "EUR", "IGO", "NGO", "ISM", "IMG", "MNC"}


def person(role: str | None, country: str | None = None) -> Actor:
    return Actor(name="Ana Belm", type="person", role=role, country=country)


ROLES = {
    "Estonian Transport Minister": "GOV",
    "President of Kyrgyzstan": "GOV",
    "US Secretary of State": "GOV",
    "Deputy Secretary of State": "GOV",
    "vice president": "GOV",
    "Attorney General": "GOV",
    "government spokeswoman": "GOV",
    "Governor-General": None,
    "Republican senator": "LEG",
    "speaker of parliament": "LEG",
    "opposition lawmaker": "LEG",
    "Supreme Court judge": "JUD",
    "Chief Justice": "JUD",
    "prosecutor": "JUD",
    "general": "MIL",
    "chief of the army": "MIL",
    "army chief": "MIL",
    "military spokesman": "MIL",
    "police chief": "COP",
    "head of the police": "COP",
    "head of the intelligence service": "SPY",
    "opposition leader": "OPP",
    "party leader": "PTY",
    "Democratic nominee": "PTY",
    "rebel commander": "REB",
    "union leader": "LAB",
    "church leader": "REL",
    "journalist": "JRN",
    "newspaper editor": "JRN",
    "chief executive": "BUS",
    "former finance minister": "ELI",
    "ex-general": None,
    "juggler": None,
}


@pytest.mark.parametrize(("role", "sector"), ROLES.items())
def test_the_sector_is_that_of_the_head_of_the_role(role: str, sector: str | None) -> None:
    assert actor_entity(person(role), "en").sector_code == sector


def test_a_person_without_a_role_has_no_sector_and_no_office() -> None:
    found = actor_entity(person(None, "EE"), "en")
    assert (found.sector_code, found.office, found.country_code) == (None, None, "EST")


@pytest.mark.parametrize(
    ("role", "sector"), [("Turkish leader", "GOV"), ("the Danish counterpart", "GOV"), ("cheer leader", None)]
)
def test_a_generic_head_with_a_nationality_is_the_government(role: str, sector: str | None) -> None:
    assert actor_entity(person(role, "TR"), "en").sector_code == sector


NAMES: list[tuple[str, ActorType, str | None, str | None, str | None]] = [
    ("Norway", "country", "NO", "NOR", "GOV"),
    ("Oslo", "organisation", "NO", "NOR", "GOV"),
    ("Ministry of Defence", "organisation", "NO", "NOR", "GOV"),
    ("Supreme Court", "organisation", "NO", "NOR", "JUD"),
    ("Herring Party", "organisation", None, None, "PTY"),
    ("Harbour Police", "organisation", "NO", "NOR", "COP"),
    ("Some rebels", "group", None, None, "REB"),
    ("US officials", "group", "US", "USA", "GOV"),
    ("UN Security Council", "organisation", None, "UNO", None),
    ("European Commission", "organisation", None, "EUR", None),
    ("NATO", "organisation", None, "IGO", None),
    ("Amnesty International", "organisation", None, "NGO", None),
    ("Gull Watchers", "group", None, None, None),
]


@pytest.mark.parametrize(("name", "kind", "country", "code", "sector"), NAMES, ids=[row[0] for row in NAMES])
def test_a_group_or_organisation_has_the_sector_of_its_name(
    name: str, kind: ActorType, country: str | None, code: str | None, sector: str | None
) -> None:
    found = actor_entity(Actor(name=name, type=kind, country=country), "en")
    assert (found.country_code, found.sector_code) == (code, sector)


def test_officials_of_an_international_body_have_its_code_as_country_code() -> None:
    found = actor_entity(person("NATO Secretary General"), "en")
    assert (found.country_code, found.sector_code, found.office) == ("IGO", None, "NATO Secretary General")


def test_entity_text_is_the_mention_and_entity_name_the_full_name() -> None:
    actor = Actor(name="Ana Belm", mention=Span(start=0, end=3, text="She"), type="person")
    assert (actor_entity(actor, "en").entity_text, actor_entity(actor, "en").entity_name) == ("She", "Ana Belm")
    assert actor_entity(person(None), "en").entity_text == "Ana Belm"


def test_a_language_without_sector_words_has_countries_but_no_sectors() -> None:
    found = actor_entity(person("Minister", "EE"), "xx")
    assert (found.country_code, found.sector_code) == ("EST", None)


def test_alpha3_codes_are_those_of_iso_3166() -> None:
    assert [alpha3_code(code) for code in ("DE", "GB", "TW", "XX", "", None)] == ["DEU", "GBR", "TWN", None, None, None]


def test_every_sector_and_international_code_is_defined_by_plover() -> None:
    sectors = load_sector_words("en")
    assert sectors is not None
    assert set(sectors.sector_of.values()) <= FREQUENT_SECTORS | LESS_FREQUENT_SECTORS | {None}
    assert set(sectors.international.values()) <= INTERNATIONAL_CODES
