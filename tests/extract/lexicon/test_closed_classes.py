"""Closed classes: read as sets, none missing, none without a use."""

import msgspec
import pytest

from worker.extract.lexicon.closed_classes import ClosedClasses, closed_classes

LISTS = {name: f"a_few {name}" for name in ClosedClasses.__struct_fields__}


def test_every_list_is_a_set_of_words_and_of_phrases() -> None:
    assert closed_classes(LISTS).fronted_subordinators == {"a few", "fronted subordinators"}


def test_a_missing_list_is_named() -> None:
    with pytest.raises(msgspec.ValidationError, match="fronted_subordinators"):
        closed_classes({name: listed for name, listed in LISTS.items() if name != "fronted_subordinators"})


def test_a_list_that_no_rule_asks_for_is_named() -> None:
    with pytest.raises(msgspec.ValidationError, match="interjections"):
        closed_classes(LISTS | {"interjections": "oh ah"})
