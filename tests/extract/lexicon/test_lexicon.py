"""The lexicon: strict decoding, inflected forms, countries."""

from importlib import resources

import msgspec
import pytest

from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.lexicon.lexicon_file import LexiconFile


def test_a_language_without_a_file_has_no_lexicon() -> None:
    assert load_lexicon("xx") is None
    assert load_lexicon("../en") is None


def test_an_unknown_key_is_an_error_that_names_its_path() -> None:
    file = resources.files("worker.extract").joinpath("lexicon", "en.toml").read_text(encoding="utf-8")
    broken = file.replace("[quotation]\n", '[quotation]\nopenning = "x"\n', 1)
    with pytest.raises(msgspec.ValidationError, match=r"openning.*\$\.quotation"):
        msgspec.toml.decode(broken, type=LexiconFile)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("said", "say"),
        ("denies", "deny"),
        ("denying", "deny"),
        ("begged", "beg"),
        ("pointed out", "point out"),
        ("criticised", "criticise"),
        ("slammed", "slam"),
        ("agreeing", "agree"),
        ("told", "tell"),
    ],
)
def test_every_form_of_a_cue_has_its_lemma(form: str, lemma: str) -> None:
    words = load_lexicon("en")
    assert words is not None
    assert words.cues[form].lemma == lemma


def test_every_verb_with_a_complement_has_an_act() -> None:
    path = resources.files("worker.extract").joinpath("lexicon", "en.toml")
    file = msgspec.toml.decode(path.read_bytes(), type=LexiconFile)
    listed = {verb for verbs in file.acts.values() for verb in verbs.split()}
    framed = {verb for field in file.frames.__struct_fields__ for verb in getattr(file.frames, field).split()}
    assert framed - listed == set()


def test_every_country_has_a_two_letter_code() -> None:
    words = load_lexicon("en")
    assert words is not None
    assert {code for code in words.countries.values() if len(code) != 2 or not code.isupper()} == set()
    assert len(set(words.countries.values())) >= 195
    assert (words.countries["Estonia"], words.demonyms["Estonian"], words.seats_of_power["Tallinn"]) == (
        "EE",
        "EE",
        "EE",
    )
