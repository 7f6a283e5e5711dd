"""Time expressions, and people named like one."""

import pytest

from worker.extract import extract
from worker.extract.grammar.chunker import chunk
from worker.extract.grammar.sentences import annotate
from worker.extract.grammar.time_phrases import is_time_expression
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Article, Statement


def speakers(string: str) -> list[str | None]:
    events = extract(Article(id="a", url="u", text=string, language="en"))
    return [e.speaker.name if e.speaker else None for e in events if isinstance(e, Statement)]


def times(string: str) -> list[str]:
    words = load_lexicon("en")
    assert words is not None
    text = annotate(string, words)
    found = chunk(text, words).noun_phrases
    return [text.slice(p.first, p.last) for p in found if is_time_expression(text, p.first, p.last, p.head, words)]


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Anna May arrived. “The ferry was late,” said May.", "Anna May"),
        ("Anna May said that the ferry was late.", "Anna May"),
        ("“The ferry was late,” May said.", "May"),
        ("Anna Winter arrived. Winter said that the ferry was late.", "Anna Winter"),
        ("Prime Minister May accused the board of theft.", "May"),
    ],
)
def test_a_person_named_like_a_month_or_season_is_a_speaker(sentence: str, speaker: str) -> None:
    assert speakers(sentence) == [speaker]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("In May Hale said that the ferry sank.", ["May"]),
        ("“The ferry sank,” Hale said Monday.", ["Monday"]),
        ("Hale said last May that the ferry sank.", ["last May"]),
        ("The union hours later said that the ferry sank.", ["hours"]),
        ("Anna May left on 2 May.", ["2 May"]),
    ],
)
def test_a_month_is_a_time_expression(sentence: str, found: list[str]) -> None:
    assert times(sentence) == found
