"""Word classes name the kind of act of a verb or noun, in all its forms."""

from worker.extract.lexicon.act_classes import load_act_classes, plural_of, verb_lemmas


def test_verb_forms_lead_to_the_classes_of_their_lemma() -> None:
    classes = load_act_classes("en")
    assert classes is not None
    lemmas = verb_lemmas("en")
    assert [lemmas[form] for form in ("scrapped", "redrawn", "vetoes", "quitting", "pegged")] == [
        "scrap",
        "redraw",
        "veto",
        "quit",
        "peg",
    ]
    assert "prohibit" in classes.classes_of_verb["outlaw"]


def test_a_verb_with_its_particle_is_an_entry_of_its_own() -> None:
    classes = load_act_classes("en")
    assert classes is not None
    assert classes.verb_entry("call", ["off", "the", "vote"]) == "call_off"
    assert classes.verb_entry("call", ["the", "vote"]) == "call"
    assert classes.classes_of_verb["strike_down"] == ("rule",)


def test_nouns_are_found_in_singular_and_plural() -> None:
    classes = load_act_classes("en")
    assert classes is not None
    assert classes.classes_of_noun["vetoes"] == classes.classes_of_noun["veto"] == ("veto",)
    assert "law" in classes.classes_of_object["treaties"]
    assert "legislature" in classes.kinds_of_decider["councillors"]


def test_regular_plurals() -> None:
    assert [plural_of(noun) for noun in ("treaty", "tax", "law", "chairman", "day")] == [
        "treaties",
        "taxes",
        "laws",
        "chairmen",
        "days",
    ]


def test_an_unsupported_language_has_no_classes() -> None:
    assert load_act_classes("xx") is None
    assert verb_lemmas("xx") == {}
