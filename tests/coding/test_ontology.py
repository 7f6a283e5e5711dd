"""The ontologies are complete, and codes outside them are rejected."""

from collections import Counter

import pytest

from worker.coding.ontology import CAMEO, PLOVER_CONTEXTS, PLOVER_TYPES, parse_plover, plover_contexts
from worker.schema import Plover


def test_cameo_has_every_code_of_the_codebook() -> None:
    """Expected counts: the sections of the verb codebook 1.1b3."""
    per_section = Counter(code[:2] for code in CAMEO)
    counted = [10, 27, 28, 7, 8, 5, 6, 25, 5, 27, 12, 26, 22, 26, 6, 13, 13, 14, 9, 7]
    assert per_section == {f"{n:02}": count for n, count in enumerate(counted, start=1)}


def test_a_code_of_four_digits_refines_one_of_three() -> None:
    assert {code for code in CAMEO if len(code) == 4 and code[:3] not in CAMEO} == set()
    assert {len(code) for code in CAMEO} == {3, 4}


@pytest.mark.parametrize("code", [code for code in CAMEO if CAMEO[code].plover])
def test_every_code_has_a_plover_type_and_contexts_that_exist(code: str) -> None:
    assert parse_plover(CAMEO[code].plover).type in PLOVER_TYPES
    assert set(CAMEO[code].contexts.split()) <= PLOVER_CONTEXTS


def test_only_statement_and_appeal_codes_have_no_plover_type() -> None:
    assert {code[:2] for code in CAMEO if not CAMEO[code].plover} == {"01", "02"}
    assert all(not CAMEO[code].plover for code in CAMEO if code[:2] in {"01", "02"})


def test_plover_has_sixteen_types_in_four_quad_categories() -> None:
    assert len(PLOVER_TYPES) == 16
    assert Counter(t.quad for t in PLOVER_TYPES.values()) == {1: 4, 2: 3, 3: 4, 4: 5}


def test_every_plover_type_can_be_reached_from_cameo() -> None:
    assert {parse_plover(c.plover).type for c in CAMEO.values() if c.plover} == set(PLOVER_TYPES)


@pytest.mark.parametrize("text", ["DEMAND", "CONSULT-host", "SUPPORT-visit", "consult", "", "SANCTION-cancel"])
def test_a_type_or_mode_outside_the_ontology_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="PLOVER has no"):
        parse_plover(text)


def test_a_mode_may_have_a_hyphen() -> None:
    assert parse_plover("CONSULT-third-party") == Plover(type="CONSULT", mode="third-party")


def test_contexts_come_from_the_code_and_from_the_category() -> None:
    assert plover_contexts("1124") == ["military", "legal"]
    assert plover_contexts("115", "court") == ["legal"]
    assert plover_contexts(None, "legislative") == ["legislative"]
    assert plover_contexts(None) == []
