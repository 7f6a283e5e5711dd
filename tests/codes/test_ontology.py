"""The ontologies are whole, and nothing outside them can be written."""

from collections import Counter

import pytest

from worker.codes import CAMEO, TYPES, contexts, plover
from worker.codes.ontology import CONTEXTS
from worker.schema import Plover


def test_cameo_has_every_code_of_the_codebook() -> None:
    """The counts are those of the verb codebook's sections, 1.1b3."""
    per_section = Counter(code[:2] for code in CAMEO)
    counted = [10, 27, 28, 7, 8, 5, 6, 25, 5, 27, 12, 26, 22, 26, 6, 13, 13, 14, 9, 7]
    assert per_section == {f"{n:02}": count for n, count in enumerate(counted, start=1)}


def test_a_code_of_four_digits_refines_one_of_three() -> None:
    assert {code for code in CAMEO if len(code) == 4 and code[:3] not in CAMEO} == set()
    assert {len(code) for code in CAMEO} == {3, 4}


@pytest.mark.parametrize("code", [code for code in CAMEO if CAMEO[code].plover])
def test_every_code_has_a_plover_type_and_contexts_that_exist(code: str) -> None:
    assert plover(CAMEO[code].plover).type in TYPES
    assert set(CAMEO[code].contexts.split()) <= CONTEXTS


def test_only_words_have_no_plover_type() -> None:
    assert {code[:2] for code in CAMEO if not CAMEO[code].plover} == {"01", "02"}
    assert all(not CAMEO[code].plover for code in CAMEO if code[:2] in {"01", "02"})


def test_plover_has_sixteen_types_in_four_quad_categories() -> None:
    assert len(TYPES) == 16
    assert Counter(t.quad for t in TYPES.values()) == {1: 4, 2: 3, 3: 4, 4: 5}


def test_every_plover_type_can_be_reached_from_cameo() -> None:
    assert {plover(c.plover).type for c in CAMEO.values() if c.plover} == set(TYPES)


@pytest.mark.parametrize("written", ["DEMAND", "CONSULT-host", "SUPPORT-visit", "consult", "", "SANCTION-cancel"])
def test_what_the_ontology_does_not_have_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="PLOVER has no"):
        plover(written)


def test_a_mode_may_have_a_hyphen() -> None:
    assert plover("CONSULT-third-party") == Plover(type="CONSULT", mode="third-party")


def test_contexts_come_from_the_code_and_from_the_category() -> None:
    assert contexts("1124") == ["military", "legal"]
    assert contexts("115", "court") == ["legal"]
    assert contexts(None, "legislative") == ["legislative"]
    assert contexts(None) == []
