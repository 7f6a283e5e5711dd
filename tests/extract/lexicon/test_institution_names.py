"""The gazetteer of institutions: well-formed data, complete classes, lookup by name."""

from importlib import resources
from typing import Any

import msgspec
import pytest

from worker.extract.lexicon.institution_names import (
    ANY_COUNTRY,
    INTERNATIONAL,
    LOCAL,
    InstitutionsFile,
    RegionsFile,
    load_institutions,
)
from worker.extract.lexicon.lexicon_file import word_set

# ISO 3166-1 alpha-2, and XK, the user-assigned code of Kosovo
ISO_3166 = word_set(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK"""
)
G20 = "AR AU BR CA CN DE FR GB ID IN IT JP KR MX RU SA TR US ZA"
EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
NATO = "AL BE BG CA CZ DE DK EE ES FI FR GB GR HR HU IS IT LT LU LV ME MK NL NO PL PT RO SE SI SK TR US"
BALKANS = "AL BA BG GR HR ME MK RO RS SI XK"
MIDDLE_EAST = "AE BH CY EG IL IQ IR JO KW LB OM PS QA SA SY TR YE"
PROMISED = word_set(f"{G20} {EU} {NATO} {BALKANS} {MIDDLE_EAST}")
WITHOUT_PARTIES = word_set("AE KW OM QA SA")
WITHOUT_A_COUNTRY = ["international", "non_governmental", "generic"]
COUNTRY_CLASSES = [field for field in InstitutionsFile.__struct_fields__ if field not in WITHOUT_A_COUNTRY]


def _file(name: str, kind: type[Any]) -> Any:
    path = resources.files("worker.extract").joinpath("lexicon", name)
    return msgspec.toml.decode(path.read_bytes(), type=kind)


def _rows(field: str) -> dict[str, str]:
    file = _file("en_regions.toml", RegionsFile) if field in {"regions", "cities", "currencies"} else None
    rows: dict[str, str] = getattr(file or _file("en_institutions.toml", InstitutionsFile), field)
    return rows


@pytest.mark.parametrize("field", [*COUNTRY_CLASSES, "regions", "cities", "currencies"])
def test_every_code_is_a_country_and_no_name_is_listed_twice(field: str) -> None:
    rows = _rows(field)
    assert set(rows) - ISO_3166 == set()
    doubled = {code: [n for n in names.split() if names.split().count(n) > 1] for code, names in rows.items()}
    assert {code: names for code, names in doubled.items() if names} == {}
    both = [(n, code) for code, names in rows.items() for n in names.split() if f"{n}{LOCAL}" in names.split()]
    assert both == []
    assert list(rows) == sorted(rows)


@pytest.mark.parametrize("field", ["parliaments", "central_banks", "cities", "parties"])
def test_a_complete_class_has_names_of_every_promised_country(field: str) -> None:
    exempt = WITHOUT_PARTIES if field == "parties" else frozenset()
    assert {code for code in PROMISED - exempt if not _rows(field).get(code, "").split()} == set()


@pytest.mark.parametrize("field", WITHOUT_A_COUNTRY)
def test_names_without_a_country_are_listed_once(field: str) -> None:
    names = getattr(_file("en_institutions.toml", InstitutionsFile), field).names.split()
    assert [name for name in names if names.count(name) > 1] == []


def test_a_body_of_a_state_with_the_name_of_an_international_organ_is_marked() -> None:
    assert load_institutions("en").codes["Security Council"] == (INTERNATIONAL, f"{LOCAL}RU")


def test_a_name_of_several_countries_has_all_their_codes() -> None:
    listed = load_institutions("en")
    assert listed.codes["Bundestag"] == ("DE",)
    assert {"AU", "NG", "PH", "US"} <= set(listed.codes["Senate"])
    assert listed.codes["Supreme Court"][0] == ANY_COUNTRY
    assert listed.codes["Prime Minister 's Office"][0] == ANY_COUNTRY


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("the Knesset", True),
        ("Ofcom", True),
        ("Prime Minister\N{RIGHT SINGLE QUOTATION MARK}s Office", True),
        ("African Union", True),
        ("Oxfam", False),
        ("Oakdale Ferries", False),
    ],
)
def test_whether_a_name_is_that_of_a_public_body(name: str, public: bool) -> None:
    assert load_institutions("en").is_public(name) is public
