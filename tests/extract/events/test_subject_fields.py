"""Subject fields of articles, sentences and parties by their words."""

from worker.extract.document import read_document
from worker.extract.events.event_context import EventContext, event_context
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Actor, Article


def context(text: str) -> EventContext:
    lexicon = load_lexicon("en")
    assert lexicon is not None
    found = event_context(read_document(Article(id="a", url="", text=text, language="en"), lexicon))
    assert found is not None
    return found


def test_the_field_with_the_most_words_is_the_subject() -> None:
    match = context("The striker scored two goals. The coach praised his goalkeeper, and the minister watched.")
    bill = context("The senate passed the bill. Ministers and lawmakers cheered, and a striker watched the vote.")
    assert (match.subject_fields.subject, bill.subject_fields.subject) == ("sport", "politics")


def test_one_word_makes_no_subject() -> None:
    assert context("Ana Berg opened the envelope for the singer.").subject_fields.subject == "none"


def test_the_fields_near_a_token_come_from_its_sentence() -> None:
    found = context("The striker signed. The senator resigned.").subject_fields
    assert found.near(2, 3) == ["sport"]
    assert found.near(6, 7) == ["politics"]


def test_the_fields_of_a_party_come_from_its_name_and_role() -> None:
    found = context("Ana Berg spoke.").subject_fields
    assert found.of_party(Actor(name="Ana Berg", type="person", role="club's goalkeeper")) == ["sport"]
    assert found.of_party(Actor(name="Ana Berg", type="person")) == []


def test_the_level_of_a_field_rises_with_its_share_of_the_words() -> None:
    filler = "Ana walked home slowly and then read her letters again. " * 40
    few, many = context(filler + "The goalkeeper left."), context("The goalkeeper left his club.")
    assert "sport:1" in few.subject_fields.levels
    assert "sport:3" in many.subject_fields.levels
    assert "sport:0" in context(filler).subject_fields.levels
