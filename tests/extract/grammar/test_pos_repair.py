"""Word classes: what the tagger says, repaired where the lexicon or the whole sentence knows better."""

import pytest

from worker.extract.grammar.sentences import AnnotatedText, annotate
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon


def english() -> Lexicon:
    words = load_lexicon("en")
    assert words is not None
    return words


def text(string: str) -> AnnotatedText:
    return annotate(string, english())


def class_of(word: str, string: str) -> str:
    found = text(string)
    return found.tags[found.words.index(word)]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("claims", "Anna Hale claims that the ferry was late."),
        ("reports", "The ministry reports that the ferry was late."),
        ("boasts", "The ministry boasts that the ferry was early."),
        ("signals", "The ministry signals a delay."),
        ("bans", "Hale bans the ferries."),
        ("slams", "Hale slams Tamm over the ferry."),
        ("urges", "PM urges calm after ferry riots"),
        ("plans", "The Finnish government plans to meet the rebels."),
    ],
)
def test_the_present_of_a_clause_without_another_verb_is_no_plural(word: str, sentence: str) -> None:
    assert class_of(word, sentence) == "VBZ"


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("claims", "The claims that the ferry was late were false."),
        ("talks", "The ferry talks this week will be long."),
        ("claims", "Hale rejects claims that the ferry was late."),
        ("reports", "Police reports said the ferry was late."),
        ("talks", "The trade talks with Oslo will go on."),
        ("calls", "He ignored ferry calls from Belm."),
        ("plans", "The Belm plans to build a dam were late."),
    ],
)
def test_a_plural_of_a_clause_with_a_verb_is_no_present(word: str, sentence: str) -> None:
    assert class_of(word, sentence) == "NNS"


@pytest.mark.parametrize(
    ("word", "sentence", "expected"),
    [
        ("repeal", "Hale vowed to repeal the law.", "VB"),
        ("blog", "Hale wanted to blog that the ferry was late.", "VB"),
        ("saying", "There is an old saying down there.", "NN"),
        ("warning", "Hale left, warning that the ferry was late.", "VBG"),
    ],
)
def test_infinitives_and_gerunds_are_told_from_nouns(word: str, sentence: str, expected: str) -> None:
    assert class_of(word, sentence) == expected


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("May", "Anna May arrived. May said the ferry was late."),
        ("C.", "“It began in 2020,” said C. Stuart Holm."),
        ("Kask", "Hale tried to meet Kask in Oslo."),
        ("then-Sen.", "Critics of then-Sen. Hale said the ferry was late."),
        ("Face", "He told CBS' Face the Town that the ferry was late."),
    ],
)
def test_a_name_looks_like_another_word(word: str, sentence: str) -> None:
    found = text(sentence)
    at = len(found.words) - 1 - found.words[::-1].index(word)
    assert found.tags[at] == "NNP"


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("retired", "“We will win,” said retired Gen. Jaan Holm."),
        ("retired", "Hale praised retired Gen. Jaan Holm."),
        ("longtime", "“We will win,” said a longtime data expert."),
        ("organizing", "“We will win,” said organizing director Jaan Holm."),
    ],
)
def test_what_says_how_a_role_is_held_is_an_adjective(word: str, sentence: str) -> None:
    assert class_of(word, sentence) == "JJ"


@pytest.mark.parametrize(
    ("word", "sentence", "expected"),
    [
        ("retired", "Hale retired on Monday.", "VBD"),
        ("visiting", "Hale is visiting President Tamm.", "VBG"),
        ("nurse", "“The ferry was late,” nurse Anna Hale said.", "NN"),
        ("ministry", "The ministry signals a delay.", "NN"),
    ],
)
def test_a_verb_stays_one_and_a_role_becomes_none(word: str, sentence: str, expected: str) -> None:
    assert class_of(word, sentence) == expected


def test_an_apostrophe_after_s_owns() -> None:
    assert class_of("'", "He told CBS' Face the Town that the ferry was late.") == "POS"
