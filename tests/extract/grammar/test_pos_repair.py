"""Tags corrected by the lexicon and by the context of the sentence."""

import pytest

from tests.extract.grammar.annotation import annotated


def tag_of(word: str, string: str) -> str:
    found = annotated(string)
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
def test_a_noun_or_verb_is_a_verb_in_a_clause_without_another(word: str, sentence: str) -> None:
    assert tag_of(word, sentence) == "VBZ"


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
def test_a_noun_or_verb_is_a_noun_in_a_clause_with_a_verb(word: str, sentence: str) -> None:
    assert tag_of(word, sentence) == "NNS"


@pytest.mark.parametrize(
    ("word", "sentence", "expected"),
    [
        ("repeal", "Hale vowed to repeal the law.", "VB"),
        ("blog", "Hale wanted to blog that the ferry was late.", "VB"),
        ("saying", "There is an old saying down there.", "NN"),
        ("warning", "Hale left, warning that the ferry was late.", "VBG"),
    ],
)
def test_infinitives_and_gerunds_are_distinguished_from_nouns(word: str, sentence: str, expected: str) -> None:
    assert tag_of(word, sentence) == expected


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
def test_a_name_that_is_also_another_word_is_a_name(word: str, sentence: str) -> None:
    found = annotated(sentence)
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
def test_a_participle_that_modifies_a_role_is_an_adjective(word: str, sentence: str) -> None:
    assert tag_of(word, sentence) == "JJ"


@pytest.mark.parametrize(
    ("word", "sentence", "expected"),
    [
        ("retired", "Hale retired on Monday.", "VBD"),
        ("angered", "Her view of the port angered farmers.", "VBD"),
        ("angered", "The angered farmers left.", "JJ"),
        ("visiting", "Hale is visiting President Tamm.", "VBG"),
        ("nurse", "“The ferry was late,” nurse Anna Hale said.", "NN"),
        ("ministry", "The ministry signals a delay.", "NN"),
    ],
)
def test_main_verbs_and_roles_keep_their_tags(word: str, sentence: str, expected: str) -> None:
    assert tag_of(word, sentence) == expected


@pytest.mark.parametrize(
    "sentence", ["When envoys met, rain fell.", "Lunde and envoys met in Riga.", "US envoys met in Riga."]
)
def test_an_unknown_plural_of_a_role_is_no_verb(sentence: str) -> None:
    assert tag_of("envoys", sentence) == "NNS"


def test_an_apostrophe_after_s_is_possessive() -> None:
    assert tag_of("'", "He told CBS' Face the Town that the ferry was late.") == "POS"


@pytest.mark.parametrize("verb", ["met", "welcomed"])
def test_a_short_sentence_of_names_is_not_title_case(verb: str) -> None:
    found = annotated(f"Tom Hale {verb} Ana Belm in Oslo.")
    assert [tag for word, tag in zip(found.words, found.tags, strict=True) if word[0].isupper()] == ["NNP"] * 5


def test_a_line_in_title_case_is_tagged_like_sentence_case() -> None:
    found = annotated("Belm Rejects New Ferry Plan\n\nAna Belm left. She said so to Belm.")
    assert list(zip(found.words, found.tags, strict=True))[:5] == [
        ("Belm", "NNP"),
        ("rejects", "VBZ"),
        ("new", "JJ"),
        ("ferry", "NN"),
        ("plan", "NN"),
    ]
