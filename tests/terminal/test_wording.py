"""Terminal output is grammatical: verbs agree with their subjects."""

from typing import get_args

import pytest

from worker.schema import Act, Actor, ActorType
from worker.terminal.wording import humanise_code, verb_phrase


@pytest.mark.parametrize(
    ("name", "actor_type", "verb"),
    [
        ("Leena Tamsaar", "person", "criticises"),
        ("The two leaders", "group", "criticise"),
        ("Fishermen", "group", "criticise"),
        ("Ales Karol and Nina Bykova", "group", "criticise"),
        ("a cheering crowd", "group", "criticises"),
        ("a number of officials", "group", "criticise"),
        ("United States", "country", "criticises"),
        ("United Nations", "organisation", "criticises"),
        ("Oslo police", "organisation", "criticise"),
        ("the harbour master", "unnamed", "criticises"),
        ("I", "unnamed", "criticise"),
    ],
)
def test_a_verb_agrees_with_its_subject(name: str, actor_type: ActorType, verb: str) -> None:
    assert verb_phrase("criticise", Actor(name=name, type=actor_type)) == verb


def test_an_unknown_subject_is_singular() -> None:
    assert verb_phrase("ask", None) == "asks"


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("say", "says to reporters"),
        ("announce", "announces to reporters"),
        ("deny", "denies to reporters"),
        ("demand", "demands of reporters"),
        ("accuse", "accuses reporters"),
        ("ask", "asks reporters"),
    ],
)
def test_a_target_follows_with_the_preposition_of_the_verb(act: Act, words: str) -> None:
    assert verb_phrase(act, None, "reporters") == words


@pytest.mark.parametrize("act", get_args(Act))
def test_every_act_has_a_singular_and_a_plural_verb(act: Act) -> None:
    assert verb_phrase(act, None) != verb_phrase(act, Actor(name="They", type="group")) == act


def test_an_underscore_of_a_code_becomes_a_space() -> None:
    assert humanise_code("not_taken") == "not taken"
