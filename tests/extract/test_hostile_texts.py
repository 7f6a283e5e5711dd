"""Hostile texts: extraction raises nothing, spans are correct and events deterministic."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.benchmarks.hostile import GENERATORS, demo_articles, text_of
from tests.extract.event_parts import parts
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Span

SIZE = 2_000
"""Bytes of a generated text; benchmarks use longer ones."""


def spans(value: object) -> list[Span]:
    return [part for part in parts(value) if isinstance(part, Span)]


def article(text: str) -> Article:
    return Article(id="a", url="https://news.example/a", text=text, language="en")


@pytest.mark.parametrize("number", range(2 * len(GENERATORS)))
def test_hostile_texts_give_correct_spans_and_deterministic_events(number: int) -> None:
    text = text_of(number, 1, SIZE)
    events = extract_events(article(text))
    assert all(text[span.start : span.end] == span.text for event in events for span in spans(event))
    assert len({event.id for event in events}) == len(events)
    assert all(0 < event.confidence < 1 for event in events)
    assert extract_events(article(text)) == events


INSERTIONS = [", ", ". ", "“", "”", " - ", "\n", ": ", "? ", "; ", "(", ") ", "said ", " who ", " that ", " not "]


@st.composite
def fragments(draw: st.DrawFn) -> str:
    """Draw a piece of an article, cut anywhere, with inserted marks and words and often without a full stop."""
    words = re.findall(r"\s+|\S+", draw(st.sampled_from(demo_articles())))
    first = draw(st.integers(0, len(words) - 1))
    piece = words[first : first + draw(st.integers(1, 40))]
    for insertion in draw(st.lists(st.sampled_from(INSERTIONS), max_size=4)):
        piece.insert(draw(st.integers(0, len(piece))), insertion)
    text = "".join(piece)
    return text.rstrip(" .,”\n") if draw(st.booleans()) else text


@settings(max_examples=500)
@given(fragments())
@example("according to a")
@example("The\n.dias ,leader Belm, accused")
@example("Ana Belm declined to comment, not")
@example("aide who has accused former President Bill")
def test_a_truncated_text_gives_correct_spans(text: str) -> None:
    assert all(
        text[span.start : span.end] == span.text for event in extract_events(article(text)) for span in spans(event)
    )


@pytest.mark.parametrize(
    "text",
    [
        "Tamm " + "who " * 1200 + "said that it rains.",
        "Tamm, " + "who, " * 1200 + "who said that it rains.",
        "Tamm of " + "who of " * 1200 + "who said that it rains.",
        'quality," deny Its',
        "Tamm's " * 1200 + "post said that it rains.",
        "He told " + "him to tell " * 1200 + "her that it rains.",
        "(" * 1200 + "Tamm said" + ")" * 1200,
        "“Tamm said \u2018" * 1200 + "it rains",
        "They held " + "a round of " * 1200 + "talks with Norway.",
        "They welcomed the prospect of " + "a series of " * 1200 + "meetings with Norway.",
        "He said " + "both either neither " * 1200 + "men will go.",
        "Tamm" + ", — a man — " * 1200 + "said that it rains.",
        "The cabinet " + "decided to decide to " * 1200 + "close the port.",
        "It rains" + ", according to Reuters" * 1200 + ".",
    ],
    ids=lambda text: text[:24],
)
def test_deep_nesting_and_long_chains_terminate(text: str) -> None:
    assert all(
        text[span.start : span.end] == span.text for event in extract_events(article(text)) for span in spans(event)
    )


PIECES_OF_GRAMMAR = """
Berg|Ida Lunde|Minister Dahl|Sen. Tamm|Israel|the UN|Norway|Reuters|Bank of Oslo|A. B.|both ministers|the two leaders
he|she|they|it|who|I|his|them|all|both|one|neither|which|each other|each of the three presidents|all of them|his lawyer
said|told|was told by|met|will meet with|decided to|voted 6-3 to|refused to|has approved|called|is|would not|to meet
saying|the talks|a round of|the decision to|according to|and|or|but|that|of|to|in|with|between|after|if|including|on
Monday|5|May|2025|U.S.|6-3|10:30:|'s|n't|,|;|:|—|(|)|[|]|“|”|"|\u2018|\u2019|«|.|?|…|\u2013|\t|#a|@b|''|``
\u200b|\u00ad|\u202e|e\u0301|İ|ß|\x00|\ufeff|\u2028|½|٣|一|🙂
"""
PIECES = st.sampled_from(
    [
        *PIECES_OF_GRAMMAR.strip().replace("\n", "|").split("|"),
        *("\n\n", "\n\n\u2013 ", "\ud800", "-" * 300, "x" * 3000, "A" * 3000, "1" * 3000),
    ]
)


@st.composite
def pieces_of_grammar(draw: st.DrawFn) -> str:
    """Draw a text of names, pronouns, triggers and marks in any order, of which a part may be repeated many times."""
    start, part, end = (draw(st.lists(PIECES, max_size=size)) for size in (12, 5, 12))
    return " ".join([*start, *part * draw(st.sampled_from([1, 1, 1, 3, 30])), *end])


@settings(max_examples=400)
@given(pieces_of_grammar())
@example("Berg and both ministers , who both met all of them , who said the two leaders and Berg met each other .")
def test_pieces_of_grammar_in_any_order_give_correct_spans(text: str) -> None:
    assert all(
        text[span.start : span.end] == span.text for event in extract_events(article(text)) for span in spans(event)
    )


ANAPHORA = (
    "both ministers",
    "the two leaders",
    "both sides",
    "the three presidents",
    "Berg",
    "President Lind",
    "Norway",
)


@st.composite
def coordinated_anaphora(draw: st.DrawFn) -> str:
    """Draw sentences whose subjects and objects are lists of names and plural anaphora."""
    lists = st.lists(st.sampled_from(ANAPHORA), min_size=1, max_size=4).map(" and ".join)
    sentences = st.builds("{} {} {}. ".format, lists, st.sampled_from(("met", "met with", "agreed with")), lists)
    return "".join(draw(st.lists(sentences, min_size=1, max_size=8)))


@settings(max_examples=200)
@given(coordinated_anaphora())
@example("Berg and both ministers met in Oslo.")
@example("Berg, Lind and both leaders met in Riga.")
@example("Both ministers met the two leaders. " * 40)
def test_anaphora_coordinated_with_their_antecedents_are_resolved_without_endless_recursion(text: str) -> None:
    for event in extract_events(article(text)):
        assert all(text[span.start : span.end] == span.text for span in spans(event))
