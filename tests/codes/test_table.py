"""The reviewed table is complete and true to the ontologies: every event has a code, or a reason why it has none."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import product
from typing import get_args

import pytest

from worker.codes import CAMEO, Codes, Known, Traits, code
from worker.codes.table import FILE, MATTERS, TABLE, Column, _Row, _row, codes_of
from worker.schema import Act, Category, DecisionStatus, Form, Kind, MeetingStatus

ALL_ROWS = [*FILE.statement, *FILE.meeting, *FILE.decision]


def combinations() -> Iterator[tuple[str, ...]]:
    yield from (("statement", act) for act in get_args(Act))
    yield from (("meeting", *pair) for pair in product(get_args(Form), get_args(MeetingStatus)))
    yield from (("decision", *pair) for pair in product(get_args(Category), get_args(DecisionStatus)))


def test_the_table_covers_every_combination_and_nothing_else() -> None:
    assert set(TABLE) == set(combinations())


@pytest.mark.parametrize("what", list(combinations()), ids="-".join)
def test_every_combination_ends_with_a_row_that_always_holds(what: tuple[str, ...]) -> None:
    last = TABLE[what][-1]
    assert last.holds(Known())
    assert last.codes is not None


def test_no_row_is_hidden_by_those_above_it() -> None:
    assert {_row(row) for row in ALL_ROWS} == {row for rows in TABLE.values() for row in rows}


@pytest.mark.parametrize("row", ALL_ROWS, ids=str)
def test_a_row_has_a_code_or_a_matter_and_without_any_code_a_reason(row: _Row) -> None:
    assert bool(row.code) != bool(row.matter)
    assert (row.code == "-") == bool(row.why)


def test_every_value_that_a_row_names_is_one_of_its_kind() -> None:
    for row in FILE.statement:
        assert set(row.act.split()) <= set(get_args(Act))
        assert (row.form, row.status, row.category) == ("", "", "")
    for row in FILE.meeting:
        assert set(row.form.split()) <= set(get_args(Form))
        assert set(row.status.split()) <= set(get_args(MeetingStatus))
        assert (row.act, row.category) == ("", "")
    for row in FILE.decision:
        assert set(row.status.split()) <= set(get_args(DecisionStatus))
        assert set(row.category.split()) <= set(get_args(Category))
        assert (row.act, row.form) == ("", "")


def every_code() -> set[Codes]:
    found = {row.codes for rows in TABLE.values() for row in rows}
    found |= {matter.codes for matters in MATTERS.values() for matter in matters}
    return {codes for codes in found if codes is not None}


def test_every_code_exists() -> None:
    assert {codes.cameo for codes in every_code()} - {None} <= set(CAMEO)


def test_every_matter_asks_for_something() -> None:
    assert all(matter.deed or matter.about or matter.named for matter in FILE.matter)


SECTIONS: dict[Column, set[str]] = {
    "appeal": {"02"},
    "demand": {"10"},
    "pledge": {"03"},
    "intent": {"03", "11", "13"},  # 115: who files a suit brings it
    "reject": {"12", "14"},  # 143: to boycott is to refuse and to protest
    "threat": {"13"},
}


@pytest.mark.parametrize("column", SECTIONS)
def test_a_column_of_matters_keeps_to_its_section_of_cameo(column: Column) -> None:
    found = {row.codes.cameo[:2] for row in MATTERS[column] if row.codes and row.codes.cameo}
    assert found <= SECTIONS[column]


def test_the_four_codes_of_a_matter_are_parallel() -> None:
    """CAMEO repeats one list in 02, 03 and 10; it mediates as 028, 039, 108, and a promise to sign is only an AGREE."""
    for matter in FILE.matter:
        rests = {written[2:] for written in (matter.appeal, matter.demand, matter.pledge) if written}
        assert len(rests) <= 1 or matter.about == "mediation" or matter.deed == "sign approve", matter


@pytest.mark.parametrize("written", ["999", "57", "160 SANCTION-cancel", "- RETREAT-flee", "x"])
def test_a_code_outside_the_ontologies_cannot_be_written(written: str) -> None:
    with pytest.raises(ValueError, match="has no"):
        codes_of(written)


# ---------------------------------------------------------------- the words
def test_every_class_of_the_table_has_its_words_and_every_word_its_use() -> None:
    file = files("worker.extract") / "lexicon" / "en_codes.toml"
    words = tomllib.loads(file.read_text(encoding="utf-8"))
    rows, matters = ALL_ROWS, FILE.matter
    deeds = " ".join([*(row.deed for row in rows), *(matter.deed for matter in matters)]).split()
    cues = " ".join(row.cue for row in rows).split()
    about = " ".join([*(row.about for row in rows), *(f"{matter.about} {matter.named}" for matter in matters)]).split()
    assert set(about) == set(words["nouns"])
    assert {*deeds, *cues} == {*words["verbs"], *words["deeds"]} - {"refuse"}  # which tells what a refusal is about


# ---------------------------------------------------------------- what the issue and the codebooks say
EXPECTED: list[tuple[tuple[str, ...], Traits, str | None, str | None]] = [
    (("meeting", "talks", "held"), Known(), "040", "CONSULT"),
    (("meeting", "call", "held"), Known(), "041", "CONSULT-phone"),
    (("meeting", "visit", "held"), Known(), "042", "CONSULT-visit"),
    (("meeting", "talks", "held"), Known(when=frozenset({"third_place"})), "044", "CONSULT-third-party"),
    (("meeting", "talks", "held"), Known(cue=frozenset({"negotiate"})), "046", "CONSULT"),
    (("meeting", "talks", "held"), Known(cue=frozenset({"mediate"})), "045", "CONSULT"),
    (("meeting", "summit", "held"), Known(when=frozenset({"many"})), "040", "CONSULT-multilateral"),
    (("meeting", "visit", "planned"), Known(), "036", "AGREE"),
    (("meeting", "talks", "proposed"), Known(), "106", "REQUEST-meet"),
    (("meeting", "summit", "denied"), Known(), "125", "REJECT-meet"),
    (("meeting", "talks", "denied"), Known(when=frozenset({"never_happened"})), None, None),
    (("meeting", "talks", "cancelled"), Known(), "164", "SANCTION-withdraw"),
    (("meeting", "press_conference", "held"), Known(), "010", None),
    (("statement", "say"), Known(), "010", None),
    (("statement", "deny"), Known(), "016", None),
    (("statement", "praise"), Known(), "051", "SUPPORT"),
    (("statement", "criticise"), Known(), "111", "ACCUSE-disapprove"),
    (("statement", "accuse"), Known(), "112", "ACCUSE-allege"),
    (("statement", "demand"), Known(), "100", "REQUEST"),
    (("statement", "threaten"), Known(), "130", "THREATEN"),
    (("decision", "executive", "rejected"), Known(cue=frozenset({"veto"})), "129", "REJECT-yield"),
    (
        ("decision", "executive", "taken"),
        Known(deed=frozenset({"impose"}), about=frozenset({"sanctions"})),
        "163",
        "COERCE-restrict",
    ),
    (
        ("decision", "executive", "taken"),
        Known(deed=frozenset({"ease"}), about=frozenset({"sanctions"})),
        "085",
        "RETREAT",
    ),
    (("decision", "agreement", "taken"), Known(cue=frozenset({"sign"})), "057", "SUPPORT"),
    (("decision", "personnel", "taken"), Known(deed=frozenset({"resign"})), None, "RETREAT-resign"),
    (("decision", "personnel", "taken"), Known(), None, None),
    (("decision", "executive", "not_taken"), Known(), None, None),
    (("decision", "executive", "postponed"), Known(), None, None),
]


@pytest.mark.parametrize(("what", "traits", "cameo", "plover"), EXPECTED, ids=str)
def test_what_the_codebooks_say(what: tuple[str, ...], traits: Traits, cameo: str | None, plover: str | None) -> None:
    kind: Kind = "statement" if what[0] == "statement" else "meeting" if what[0] == "meeting" else "decision"
    found = code(traits, kind, *what[1:])
    mode = f"-{found.plover.mode}" if found.plover and found.plover.mode else ""
    assert (found.cameo, found.plover and found.plover.type + mode) == (cameo, plover)
