"""Closed classes: decoded as sets; missing and unknown classes are errors."""

import msgspec
import pytest

from worker.extract.lexicon.closed_classes import ClosedClasses, closed_classes

LISTS = {name: f"a_few {name}" for name in ClosedClasses.__struct_fields__}


def test_a_list_becomes_a_set_of_words_and_phrases() -> None:
    assert closed_classes(LISTS).fronted_subordinators == {"a few", "fronted subordinators"}


def test_a_missing_class_is_named() -> None:
    with pytest.raises(msgspec.ValidationError, match="fronted_subordinators"):
        closed_classes({name: listed for name, listed in LISTS.items() if name != "fronted_subordinators"})


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(msgspec.ValidationError, match="interjections"):
        closed_classes(LISTS | {"interjections": "oh ah"})
