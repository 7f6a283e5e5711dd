"""The coding table covers every event type with a code or the reason for having none, and fits the ontologies."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import product
from typing import get_args

import pytest

from worker.coding.ontology import CAMEO
from worker.coding.table import (
    MEASURES,
    TABLE,
    TABLE_FILE,
    CodingFeatures,
    EventCodes,
    FixedFeatures,
    MeasureColumn,
    _compile_row,
    _RowEntry,
    look_up_codes,
    parse_codes,
)
from worker.schema import Act, Category, DecisionStatus, Form, Kind, MeetingStatus

ALL_ROWS = [*TABLE_FILE.statement, *TABLE_FILE.meeting, *TABLE_FILE.decision]


def subtypes() -> Iterator[tuple[str, ...]]:
    yield from (("statement", act) for act in get_args(Act))
    yield from (("meeting", *pair) for pair in product(get_args(Form), get_args(MeetingStatus)))
    yield from (("decision", *pair) for pair in product(get_args(Category), get_args(DecisionStatus)))


def test_the_table_has_rows_for_exactly_the_subtypes_of_events() -> None:
    assert set(TABLE) == set(subtypes())


@pytest.mark.parametrize("subtype", list(subtypes()), ids="-".join)
def test_the_last_row_of_every_subtype_matches_every_event(subtype: tuple[str, ...]) -> None:
    last = TABLE[subtype][-1]
    assert last.matches(FixedFeatures())
    assert last.codes is not None


def test_every_row_is_reachable() -> None:
    assert {_compile_row(row) for row in ALL_ROWS} == {row for rows in TABLE.values() for row in rows}


@pytest.mark.parametrize("row", ALL_ROWS, ids=str)
def test_a_row_has_either_a_code_or_a_measure_and_for_no_code_a_reason(row: _RowEntry) -> None:
    assert bool(row.code) != bool(row.measure)
    assert (row.code == "-") == bool(row.why)


def test_rows_name_only_values_that_their_kind_of_event_has() -> None:
    for row in TABLE_FILE.statement:
        assert set(row.act.split()) <= set(get_args(Act))
        assert (row.form, row.status, row.category) == ("", "", "")
    for row in TABLE_FILE.meeting:
        assert set(row.form.split()) <= set(get_args(Form))
        assert set(row.status.split()) <= set(get_args(MeetingStatus))
        assert (row.act, row.category) == ("", "")
    for row in TABLE_FILE.decision:
        assert set(row.status.split()) <= set(get_args(DecisionStatus))
        assert set(row.category.split()) <= set(get_args(Category))
        assert (row.act, row.form) == ("", "")


def every_code() -> set[EventCodes]:
    found = {row.codes for rows in TABLE.values() for row in rows}
    found |= {measure.codes for measures in MEASURES.values() for measure in measures}
    return {codes for codes in found if codes is not None}


def test_every_code_exists() -> None:
    assert {codes.cameo for codes in every_code()} - {None} <= set(CAMEO)


def test_every_measure_tests_at_least_one_feature() -> None:
    assert all(m.action or m.object or m.leading_object for m in TABLE_FILE.measure)


SECTIONS: dict[MeasureColumn, set[str]] = {
    "appeal": {"02"},
    "demand": {"10"},
    "pledge": {"03"},
    "intent": {"03", "11", "13"},  # 115: announcing a lawsuit is already coded as suing
    "reject": {"12", "14"},  # 143: a boycott is both a refusal and a protest
    "threat": {"13"},
}


@pytest.mark.parametrize("column", SECTIONS)
def test_the_codes_of_a_measure_column_belong_to_its_sections_of_cameo(column: MeasureColumn) -> None:
    found = {row.codes.cameo[:2] for row in MEASURES[column] if row.codes and row.codes.cameo}
    assert found <= SECTIONS[column]


def test_the_codes_of_a_measure_have_the_same_last_digits_in_parallel_sections() -> None:
    """CAMEO repeats one list in 02, 03 and 10, except for mediation (028, 039, 108) and the promise to sign (AGREE)."""
    for measure in TABLE_FILE.measure:
        last_digits = {code[2:] for code in (measure.appeal, measure.demand, measure.pledge) if code}
        assert len(last_digits) <= 1 or measure.object == "mediation" or measure.action == "sign approve", measure


@pytest.mark.parametrize("text", ["999", "57", "160 SANCTION-cancel", "- RETREAT-flee", "x"])
def test_a_code_outside_the_ontologies_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="has no"):
        parse_codes(text)


# ---------------------------------------------------------------- the words
def test_the_table_uses_exactly_the_word_classes_that_have_words() -> None:
    file = files("worker.coding") / "lexicon" / "en_codes.toml"
    words = tomllib.loads(file.read_text(encoding="utf-8"))
    rows, measures = ALL_ROWS, TABLE_FILE.measure
    actions = " ".join([*(row.action for row in rows), *(measure.action for measure in measures)]).split()
    cues = " ".join(row.cue for row in rows).split()
    measured = (f"{measure.object} {measure.leading_object}" for measure in measures)
    objects = " ".join([*(row.object for row in rows), *measured]).split()
    assert set(objects) == set(words["nouns"])
    not_in_table = {"refuse"}  # used by `assign_codes` to find what was refused
    assert {*actions, *cues} == {*words["verbs"], *words["action_words"]} - not_in_table


# ---------------------------------------------------------------- codes that the codebooks prescribe
EXPECTED: list[tuple[tuple[str, ...], CodingFeatures, str | None, str | None]] = [
    (("meeting", "talks", "held"), FixedFeatures(), "040", "CONSULT"),
    (("meeting", "call", "held"), FixedFeatures(), "041", "CONSULT-phone"),
    (("meeting", "visit", "held"), FixedFeatures(), "042", "CONSULT-visit"),
    (
        ("meeting", "talks", "held"),
        FixedFeatures(conditions=frozenset({"third_country"})),
        "044",
        "CONSULT-third-party",
    ),
    (("meeting", "talks", "held"), FixedFeatures(cue=frozenset({"negotiate"})), "046", "CONSULT"),
    (("meeting", "talks", "held"), FixedFeatures(cue=frozenset({"mediate"})), "045", "CONSULT"),
    (
        ("meeting", "summit", "held"),
        FixedFeatures(conditions=frozenset({"multilateral"})),
        "040",
        "CONSULT-multilateral",
    ),
    (("meeting", "visit", "planned"), FixedFeatures(), "036", "AGREE"),
    (("meeting", "talks", "proposed"), FixedFeatures(), "106", "REQUEST-meet"),
    (("meeting", "summit", "denied"), FixedFeatures(), "125", "REJECT-meet"),
    (("meeting", "talks", "denied"), FixedFeatures(conditions=frozenset({"did_not_happen"})), None, None),
    (("meeting", "talks", "cancelled"), FixedFeatures(), "164", "SANCTION-withdraw"),
    (("meeting", "press_conference", "held"), FixedFeatures(), "010", None),
    (("statement", "say"), FixedFeatures(), "010", None),
    (("statement", "deny"), FixedFeatures(), "016", None),
    (("statement", "praise"), FixedFeatures(), "051", "SUPPORT"),
    (("statement", "criticise"), FixedFeatures(), "111", "ACCUSE-disapprove"),
    (("statement", "accuse"), FixedFeatures(), "112", "ACCUSE-allege"),
    (("statement", "demand"), FixedFeatures(), "100", "REQUEST"),
    (("statement", "threaten"), FixedFeatures(), "130", "THREATEN"),
    (("decision", "executive", "rejected"), FixedFeatures(cue=frozenset({"veto"})), "129", "REJECT-yield"),
    (
        ("decision", "executive", "taken"),
        FixedFeatures(action=frozenset({"impose"}), object=frozenset({"sanctions"})),
        "163",
        "COERCE-restrict",
    ),
    (
        ("decision", "executive", "taken"),
        FixedFeatures(action=frozenset({"ease"}), object=frozenset({"sanctions"})),
        "085",
        "RETREAT",
    ),
    (("decision", "agreement", "taken"), FixedFeatures(cue=frozenset({"sign"})), "057", "SUPPORT"),
    (("decision", "personnel", "taken"), FixedFeatures(action=frozenset({"resign"})), None, "RETREAT-resign"),
    (("decision", "personnel", "taken"), FixedFeatures(), None, None),
    (("decision", "executive", "not_taken"), FixedFeatures(), None, None),
    (("decision", "executive", "postponed"), FixedFeatures(), None, None),
]


@pytest.mark.parametrize(("subtype", "features", "cameo", "plover"), EXPECTED, ids=str)
def test_codes_are_those_of_the_codebooks(
    subtype: tuple[str, ...], features: CodingFeatures, cameo: str | None, plover: str | None
) -> None:
    kind: Kind = "statement" if subtype[0] == "statement" else "meeting" if subtype[0] == "meeting" else "decision"
    found = look_up_codes(features, kind, *subtype[1:])
    mode = f"-{found.plover.mode}" if found.plover and found.plover.mode else ""
    assert (found.cameo, found.plover and found.plover.type + mode) == (cameo, plover)
