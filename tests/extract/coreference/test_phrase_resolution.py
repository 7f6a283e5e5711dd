"""What phrases denote by their own words alone: names, offices, bodies, groups."""

import gc
import weakref

import pytest

from worker.extract.document import Document, read_document
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Actor, Article


def read(text: str) -> Document:
    words = load_lexicon("en")
    assert words is not None
    return read_document(Article(id="a", url="https://news.example/a", text=text, language="en"), words)


def denoted(text: str, phrase: str) -> Actor:
    doc = read(text)
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
def test_a_phrase_denotes_what_its_words_name_or_describe(phrase: str, name: str, kind: str) -> None:
    actor = denoted(f"{phrase} met the harbour master.", phrase)
    assert (actor.name, actor.type) == (name, kind)


def test_the_mention_is_the_phrase_as_it_stands() -> None:
    actor = denoted("Prime Minister Ida Lunde of Norway left.", "Prime Minister Ida Lunde")
    assert actor.mention is not None
    assert actor.mention.text == "Prime Minister Ida Lunde"


def test_an_article_holds_no_circle_of_references() -> None:
    """What was read of an article is freed with its last use, and leaves the garbage collector nothing to find."""

    gc.disable()
    try:
        doc = read("Minister Jaan Tamm said he would sail. “I will,” Tamm said.")
        gone = weakref.ref(doc.mentions)
        del doc
        assert gone() is None
    finally:
        gc.enable()
