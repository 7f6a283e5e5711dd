"""Statements: each construction is found with exact spans, other sentences give none, and no text raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.extract import extract
from worker.schema import Article, Statement


def statements_in(text: str, language: str | None = "en") -> list[Statement]:
    article = Article(id="a", url="https://news.example/a", text=text, language=language)
    return [event for event in extract(article) if isinstance(event, Statement)]


def attributions(text: str) -> list[tuple[str, str, list[str]]]:
    """Return source, cue and content of every statement, as worded in the text."""
    return [
        (
            s.speaker.mention.text if s.speaker and s.speaker.mention else "",
            s.cue.text if s.cue else "",
            [piece.text for piece in s.content],
        )
        for s in statements_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hale said the port was shut.", ("Hale", "said", ["the port was shut"])),
        ("Hale has repeatedly said that it rains.", ("Hale", "has repeatedly said", ["that it rains"])),
        ("“It rains,” said Hale.", ("Hale", "said", ["“It rains,”"])),
        ("“It rains,” Hale said. “It pours.”", ("Hale", "said", ["“It rains,”", "“It pours.”"])),
        ("“It rains,” she said, “and pours.”", ("she", "said", ["“It rains,”", "“and pours.”"])),
        ("“Does it rain?” Hale asked.", ("Hale", "asked", ["“Does it rain?”"])),
        ("The dam, Hale said, is safe.", ("Hale", "said", ["The dam", "is safe"])),
        ("The dam is safe, Hale said on Monday.", ("Hale", "said", ["The dam is safe"])),
        ("According to Hale, the dam is safe.", ("Hale", "According to", ["the dam is safe"])),
        ("According to Hale, who runs the port, it rains.", ("Hale", "According to", ["it rains"])),
        ("According to Hale the port is shut.", ("Hale", "According to", ["the port is shut"])),
        ("The port, according to Hale, will close.", ("Hale", "according to", ["The port", "will close"])),
        (
            "Two crews, according to people close to the talks, had left.",
            ("people close to the talks", "according to", ["Two crews", "had left"]),
        ),
        ("Hale told reporters on Monday that it rains.", ("Hale", "told", ["that it rains"])),
        ("Hale promised to reopen the port.", ("Hale", "promised", ["to reopen the port"])),
        ("Hale accused the union of greed.", ("Hale", "accused", ["the union of greed"])),
        ("Hale called for new elections.", ("Hale", "called for", ["new elections"])),
        ("Hale went on to say that it rains.", ("Hale", "went on to say", ["that it rains"])),
        ("Hale was accused by Low of greed.", ("Low", "was accused by", ["Hale", "greed"])),
        ("Hale\u2019s claim that it rains was ignored.", ("Hale", "claim", ["that it rains"])),
        ("“It rains,” Hale notes.", ("Hale", "notes", ["“It rains,”"])),
        ("“It rains,” the statement read.", ("the statement", "read", ["“It rains,”"])),
        ("Article 33 affirms: “It rains.”", ("Article 33", "affirms", ["“It rains.”"])),
        (
            "“It rains,” said one bystander from the islands.",
            ("one bystander from the islands", "said", ["“It rains,”"]),
        ),
        ("Hale rejected that.", ("Hale", "rejected", ["that"])),
        (
            "A clerk who asked not to be named said it rains.",
            ("A clerk who asked not to be named", "said", ["it rains"]),
        ),
        ("A survey released on Friday said it rains.", ("A survey released on Friday", "said", ["it rains"])),
    ],
)
def test_each_construction_yields_source_cue_and_content(text: str, expected: tuple[str, str, list[str]]) -> None:
    assert attributions(text) == [expected]


def test_coordinated_verbs_share_their_subject() -> None:
    assert attributions("Hale said it rains, but added that it will stop.") == [
        ("Hale", "said", ["it rains"]),
        ("Hale", "added", ["that it will stop"]),
    ]


def test_a_series_of_verbs_shares_its_subject() -> None:
    assert attributions("Hale thanked the crew, accused the owner of greed and promised to stay.") == [
        ("Hale", "thanked", ["the crew"]),
        ("Hale", "accused", ["the owner of greed"]),
        ("Hale", "promised", ["to stay"]),
    ]


def test_a_contradiction_in_the_same_sentence_is_a_statement_of_its_own() -> None:
    assert attributions("Hale said the quota was an insult, while his brother Anton called it a death sentence.") == [
        ("Hale", "said", ["the quota was an insult"]),
        ("his brother Anton", "called", ["it a death sentence"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The pumps were built according to plan.",
        "A clerk who asked not to be named left the port.",
        "Officials who spoke on condition of anonymity left the port.",
        "Hale addressed the crowd.",
        "Hale laughed at the question.",
        "The gates must answer to the owner.",
        "They studied the iron found in old hulls that is worth a lot.",
    ],
)
def test_a_cue_verb_without_content_is_no_statement(text: str) -> None:
    assert attributions(text) == []


def test_the_comma_before_a_participle_may_be_inside_the_quotation() -> None:
    assert [content for _, _, content in attributions("Hale said that “it rains,” adding that it will stop.")] == [
        ["that “it rains,”"],
        ["that it will stop"],
    ]


def test_a_phrasal_verb_of_another_meaning_is_no_cue() -> None:
    assert attributions("Hale called off the dinner at which it rained.") == []


def test_a_quotation_across_paragraphs_is_one_statement() -> None:
    (one,) = statements_in('Hale said: "It rains.\n\n"It pours, too."')
    assert [piece.text for piece in one.content] == ['"It rains.', '"It pours, too."']
    assert one.quotation == "direct"


def test_credited_outlets_are_ordered_from_the_innermost() -> None:
    (one,) = statements_in("It rains, said Minister Hale, quoted by Reuters and Lusa.")
    assert one.via == ["Reuters", "Lusa"]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Hale denied that it rained.", "deny"),
        ("Hale threatened to close the port.", "threaten"),
        ("Hale praised the crew.", "praise"),
        ("Hale refused to comment.", "decline"),
        ("Hale announced that the port is open.", "announce"),
        ("Hale urged the union to wait.", "demand"),
        ("Hale asked whether it rained.", "ask"),
    ],
)
def test_the_cue_verb_determines_the_act(text: str, act: str) -> None:
    assert [s.act for s in statements_in(text)] == [act]


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “river party” drew a crowd.",
        "The film “Harbour Lights” opened on Friday.",
        "It rains. The port is shut.",
        "",
    ],
)
def test_scare_quotes_titles_and_plain_text_are_no_statements(text: str) -> None:
    assert statements_in(text) == []


def test_the_id_does_not_change_when_a_paragraph_is_inserted_above() -> None:
    (below,) = statements_in("Nothing happened here.\n\nHale said the port was shut.")
    (alone,) = statements_in("Hale said the port was shut.")
    assert below.id == alone.id


def test_unsupported_languages_give_no_statements_and_undeclared_english_is_detected() -> None:
    assert statements_in("Hale said the port was shut.", language="fr") == []
    assert (
        len(statements_in("Hale said the port was shut, and that the harbour was closed to ships.", language=None)) == 1
    )


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "“",
            "”",
            '"',
            "''",
            "\u2018",
            ",",
            "said ",
            "Hale said ",
            "A",
            "Anna Tamm ",
            "(",
            "— ",
            "the minister of ",
            "Hale, who ",
        ),
        *(
            "قال الوزير ",
            "👩‍👩‍👧 ",
            "Hale говорит 说 “مرحبا” said ",
            "e\u0301",
            "Hale said\u2028",
            "\x00",
            "\u200b",
            "said the ",
        ),
    ],
)
def test_repeated_fragments_neither_raise_nor_give_wrong_spans(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    for one in statements_in(text):
        assert all(text[s.start : s.end] == s.text for s in (one.sentence, *one.content))


VOCABULARY = (
    'Hale he she who “ ” " said says told that to , . : ; — according asked by of the minister and but Reuters saying '
    "claim was is not would ( ) ? ! Mr. U.S. '' « » quoted reporters Monday ' \u2018 \u2019"
)
WORDS = st.lists(st.sampled_from([*VOCABULARY.split(), "\n", "\n\n"]), max_size=60)


@settings(max_examples=300)
@given(WORDS.map(" ".join) | st.text(max_size=100))
def test_no_text_raises_and_every_span_matches_the_article(text: str) -> None:
    for one in statements_in(text):
        spans = [one.sentence, *one.content, *filter(None, (one.cue, one.venue))]
        spans += [a.mention for a in (one.speaker, one.target) if a is not None and a.mention is not None]
        assert all(text[s.start : s.end] == s.text and s.text for s in spans)
        assert 0 <= one.confidence <= 1


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("“It rains,” Hale said in an interview with AFP.", ["AFP"]),
        ("In an interview with the Daily Post on Monday, Hale said that it rained.", ["Daily Post"]),
        ("Hale said in an interview with two students that it rained.", []),
    ],
)
def test_the_interviewing_outlet_is_credited(text: str, via: list[str]) -> None:
    assert [s.via for s in statements_in(text)] == [via]


def test_a_text_too_short_for_language_detection_is_treated_as_english() -> None:
    assert [s.rule for s in statements_in("“We met,” Ana Belm said.", None)] == ["quotation_source_cue"]


def test_a_longer_text_in_another_language_is_not_treated_as_english() -> None:
    text = "„Wir warten“, sagte Hale am Montag in Bonn. " * 8
    assert statements_in(text, None) == []


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Hale accused Norway of cheating.", "Norway"),
        ("Hale accused officials of cheating.", "officials"),
        ("Hale told reporters that it rained.", "reporters"),
        ("The minister warned Sunday that it rained.", None),
        ("Hale accused two agencies of cheating.", "two agencies"),
        ("Hale rejected the demand.", None),
        ("The opposition demanded an early election.", None),
    ],
)
def test_a_target_is_a_person_or_organisation(text: str, target: str | None) -> None:
    (statement,) = statements_in(text)
    assert (statement.target.name if statement.target else None) == target


@pytest.mark.parametrize("text", ["Hale denied it.", "The owners charged nothing."])
def test_a_pronoun_as_object_is_no_content(text: str) -> None:
    assert statements_in(text) == []
