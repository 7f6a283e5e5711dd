"""Resolution of phrases by their own words: names, offices, organisations, groups."""

import gc
import weakref

import pytest

from tests.extract.grammar.annotation import english_lexicon
from worker.extract.document import Document, read_document
from worker.schema import Actor, Article


def document(text: str) -> Document:
    return read_document(Article(id="a", url="https://news.example/a", text=text, language="en"), english_lexicon())


def actor_of(text: str, phrase: str) -> Actor:
    doc = document(text)
    at = text.index(phrase)
    actor, _ = doc.mentions.phrase_resolver.resolve(doc.text.token_at(at), doc.text.token_at(at + len(phrase) - 1) + 1)
    return actor


@pytest.mark.parametrize(
    ("phrase", "name", "kind"),
    [
        ("Estonia's transport minister, Jaan Tamm,", "Jaan Tamm", "person"),
        ("The port authority of Riga", "port authority of Riga", "organisation"),
        ("Two officials", "Two officials", "group"),
        ("Latvia", "Latvia", "country"),
        ("A trawler captain", "A trawler captain", "unnamed"),
    ],
)
def test_a_phrase_resolves_to_the_actor_that_it_names_or_describes(phrase: str, name: str, kind: str) -> None:
    actor = actor_of(f"{phrase} met the harbour master.", phrase)
    assert (actor.name, actor.type) == (name, kind)


def test_the_mention_is_the_phrase_as_written() -> None:
    actor = actor_of("Prime Minister Ida Lunde of Norway left.", "Prime Minister Ida Lunde")
    assert actor.mention is not None
    assert actor.mention.text == "Prime Minister Ida Lunde"


def test_a_document_contains_no_reference_cycle() -> None:
    """A document is freed by reference counting, because its parts form no reference cycle."""
    gc.disable()
    try:
        doc = document("Minister Jaan Tamm said he would sail. “I will,” Tamm said.")
        reference = weakref.ref(doc.mentions)
        del doc
        assert reference() is None
    finally:
        gc.enable()
