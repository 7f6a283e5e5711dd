"""Idioms and phrases that report: "made it clear", "in X's words", plural nouns of speech that nobody owns."""

import pytest

from tests.extract.statements.test_constructions import Fields, fields


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The mayor made it very clear to reporters that the lock would close.",
            [("The mayor", "made it very clear", ["that the lock would close"], "announce")],
        ),
        (
            "The mayor let it be known that the lock would close.",
            [("The mayor", "let it be known", ["that the lock would close"], "announce")],
        ),
        (
            "The mayor has gone on record as saying the lock would close.",
            [("The mayor", "saying", ["the lock would close"], "announce")],
        ),
        ("The mayor did not make clear whether the lock would close.", []),
        ("The mayor could make it clear that the lock would close.", []),
    ],
)
def test_making_clear(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In the words of Ana Hale, the lock is lost.", [("Ana Hale", "In the words of", ["the lock is lost"], "say")]),
        (
            "“The lock is lost,” in the words of Ana Hale.",
            [("Ana Hale", "in the words of", ["“The lock is lost,”"], "say")],
        ),
        (
            "The lock is, in Hale's words, “a ruin that nobody wants”.",
            [("Hale", "words", ["The lock is", "“a ruin that nobody wants”"], "say")],
        ),
        (
            "Here is how it was in the words of Ana Hale: “It was dark and nobody came to help us.”",
            [("Ana Hale", "in the words of", ["“It was dark and nobody came to help us.”"], "say")],
        ),
    ],
)
def test_in_the_words_of(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The news prompted claims that the lock was unsafe.",
            [(None, "claims", ["that the lock was unsafe"], "say")],
        ),
        (
            "Reports emerged late on Monday that troops would enter Brem.",
            [(None, "Reports", ["that troops would enter Brem"], "say")],
        ),
        ("The news prompted calls for a ban on barges.", [(None, "calls", ["a ban on barges"], "demand")]),
        ("Claims that surfaced on Monday were false.", []),
        ("Calls for help went unheard.", []),
    ],
)
def test_plural_nouns_of_speech_without_a_speaker(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


def test_country_before_a_noun_of_speech() -> None:
    text = "A US announcement that it would build a wall alarmed Oslo."
    assert [(name, cue) for name, cue, _, _ in fields(text)] == [("US", "announcement")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Pilots are trying to assess which barges can sail.",
            [],
        ),
        ("Three labs have published promising early results.", []),
        ("Let's talk about the deep end for a moment.", []),
        ("The lock failed, raising questions about the gate.", []),
        (
            "Tamm could not say when the gate would open.",
            [("Tamm", "could not say", ["when the gate would open"], "decline")],
        ),
    ],
)
def test_deeds_questions_and_silence(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Vice Premier Liu He said the talks went well.", "Liu He"),
        ("Minister So Yun said the talks went well.", "So Yun"),
        ("Harbour Bank analyst Zachary Tammsaar points out that the lock is old.", "Zachary Tammsaar"),
        ("Officials in neighbouring Norland said the border was closed.", "Officials in neighbouring Norland"),
    ],
)
def test_names_of_common_words_and_attributes_of_places(text: str, speaker: str) -> None:
    assert [name for name, *_ in fields(text)] == [speaker]
