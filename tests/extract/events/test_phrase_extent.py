"""How far objects and topics extend; "|" marks where the phrase begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extract.document import read_document
from worker.extract.events.event_context import EventContext
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Article

LEXICON = load_lexicon("en")
EVENT_LEXICON = load_event_lexicon("en")


def context_of(text: str) -> EventContext:
    assert LEXICON
    assert EVENT_LEXICON
    document = read_document(Article(id="a", url="https://news.example/a", text=text), LEXICON)
    return EventContext(document, EVENT_LEXICON)


def phrase_of(marked: str) -> str | None:
    before, _, after = marked.partition("|")
    ctx = context_of(before + after)
    span = ctx.topics.clause_span(ctx.text.token_at(len(before)))
    return span.text if span else None


@pytest.mark.parametrize(
    ("marked", "phrase"),
    [
        # further acts and clauses
        ("Lepik fired |her adviser and is looking for another.", "her adviser"),
        ("Berg proposed |a freeze last week and Latvia has begun its own review.", "a freeze"),
        ("Lepik approved |the tunnel but medical staff fear the noise.", "the tunnel"),
        ("Berg announced |aid for dairy farms and it was not clear who would pay.", "aid for dairy farms"),
        ("Delegates who voted to |endorse the ban were Norway, Estonia and Latvia.", "endorse the ban"),
        ("Lepik said they would |ban nets and continue to fish.", "ban nets"),
        # further infinitives
        ("Lepik vowed to |close the port and open another.", "close the port and open another"),
        ("Berg promised to |cut taxes, freeze rents and build homes.", "cut taxes, freeze rents and build homes"),
        ("Lepik vowed to |oppose, and seek to end, the levy.", "oppose, and seek to end, the levy"),
        ("Lepik unveiled |a plan to help farmers further reduce costs.", "a plan to help farmers further reduce costs"),
        ("Berg closed |the port and opened another.", "the port"),
        # quotations
        (
            'Berg tabled |a bill "to open the port, to dredge it, and for other ends" on Monday.',
            'a bill "to open the port, to dredge it, and for other ends"',
        ),
        ('Berg promised "|large cuts" to the fleet.', '"large cuts" to the fleet'),
        (
            'Lepik ended |what he called the "golden week," saying it cost too much.',
            'what he called the "golden week,"',
        ),
        # adverbs and predicates after the object
        ("Lepik is studying |the judgment carefully to see what it means.", "the judgment"),
        ("Berg called the ruling on |the port a landmark.", "the port"),
        ("Lepik rejected |the plan saying it cost too much.", "the plan"),
        ("Lepik proposed that |towns scale down to one ferry.", "towns scale down to one ferry"),
        ("Lepik cancelled |the race less than a week later.", "the race"),
        ("Lepik unveiled |a plan to cut costs by 2030.", "a plan to cut costs by 2030"),
        # sums and names of companies
        (
            "Lepik announced |a 2.5 million euro, five-year plan for ports.",
            "a 2.5 million euro, five-year plan for ports",
        ),
        ("Lepik picked |the Lind Group, Inc. for the work.", "the Lind Group, Inc. for the work"),
        ("Lepik asked for |the files in a letter to the mayor.", "the files"),
        # lists, brackets and names with commas
        (
            "Berg announced that |a union of Estonia, Latvia and Norway will patrol.",
            "a union of Estonia, Latvia and Norway will patrol",
        ),
        ("Parliament approved |taxes, loans and grants.", "taxes, loans and grants"),
        ("Parliament approved |the plan, Berg and Lepik said.", "the plan"),
        (
            "Parliament passed |a bill on fees, including the toll for lorries.",
            "a bill on fees, including the toll for lorries",
        ),
        ("Parliament approved |a small, largely idle port.", "a small, largely idle port"),
        ("Norway approved |the Arctic Harbour (AH) plan for 12 towns.", "the Arctic Harbour (AH) plan for 12 towns"),
        ("Lepik dismissed |the mayor of Belm, Ostrava, on Friday.", "the mayor of Belm, Ostrava"),
        ('Berg backed |a system of "harbour passes".', 'a system of "harbour passes"'),
        (
            "Berg postponed |his trip to Norway, Latvia and Malta after protests.",
            "his trip to Norway, Latvia and Malta",
        ),
        ('Berg adopted |a "so what" approach.', 'a "so what" approach'),
        (
            "Norway summoned |the envoy to protest over what it called a breach.",
            "the envoy to protest over what it called a breach",
        ),
        ("They follow Norway's adoption of |new standards has stalled.", "new standards"),
        # adjuncts
        ("Lepik suspended |two clerks in connection with the leak.", "two clerks"),
        ("Parliament rejected |the bill because it was late.", "the bill"),
        ("Lepik decided to |back the plan as the police said it would help.", "back the plan"),
        ("Berg signed |the charter at a ceremony in Riga.", "the charter"),
        ("Norway suspended |the treaty until a legal challenge is heard.", "the treaty"),
        ("Norway extended |the treaty until May.", "the treaty until May"),
        ("Parliament approved |the loan in a 7-2 vote.", "the loan"),
        ("Parliament rejected |the loan with 74 votes against, 63 in favour.", "the loan"),
        ("The court ruled that |the pilot lied during the trial.", "the pilot lied during the trial"),
        # times
        ("Parliament rejected |the treaty last week.", "the treaty"),
        ("Parliament rejected |the treaty in November.", "the treaty"),
        ("The tribunal annulled |the permit issued on 8 March.", "the permit issued on 8 March"),
        ("Berg rejected |the plan a short while ago.", "the plan"),
        ("Parliament approved |the 2025 budget on Monday evening.", "the 2025 budget"),
        ("Lepik ordered |the bank on Friday to pay.", "the bank on Friday to pay"),
        ("Ottawa announced |this week plans to ban nets.", "plans to ban nets"),
        ("Ottawa rejected |last week's plan.", "last week's plan"),
        # relative clauses and attributions
        ("Berg announced that |the ferry, an old boat, had sunk.", "the ferry, an old boat, had sunk"),
        ("Berg signed |an order that restores the vote to sailors.", "an order that restores the vote to sailors"),
        ("Berg withdrew |200 guards who act as a buffer.", "200 guards"),
        ("They agreed on |a text on which the vote depends.", "a text on which the vote depends"),
        ("Parliament approved |the tunnel, the Riga Courier reports.", "the tunnel"),
    ],
)
def test_a_phrase_ends_where_another_constituent_of_the_sentence_begins(marked: str, phrase: str) -> None:
    assert phrase_of(marked) == phrase


@given(st.text(alphabet='abc ,.()-"ATO12 until that who', max_size=60))
def test_any_text_has_an_extent_within_it(text: str) -> None:
    ctx = context_of(text)
    for first in range(len(ctx.text.words)):
        assert first <= ctx.topics.extent.end_of(first) <= len(ctx.text.words)
