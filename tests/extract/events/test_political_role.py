"""Offices and bodies shared with clubs and companies are political only without a word of sport or culture."""

import pytest

from worker.extract.document import read_document
from worker.extract.events.event_context import event_context
from worker.extract.events.political_role import PoliticalRole
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Actor, Article


def role_of(actor: Actor) -> PoliticalRole:
    lexicon = load_lexicon("en")
    assert lexicon is not None
    ctx = event_context(read_document(Article(id="a", url="", text="It rained.", language="en"), lexicon))
    assert ctx is not None
    return ctx.roles.political_role(actor)


@pytest.mark.parametrize(
    ("role", "political"),
    [
        ("head coach", 0),
        ("film director", 0),
        ("club president", 0),
        ("chief scientist", 0),
        ("director of Netflix", 0),
        ("prison director", 2),
        ("president", 2),
        ("sports minister", 2),
    ],
)
def test_persons_by_their_role(role: str, political: PoliticalRole) -> None:
    assert role_of(Actor(name="Ana Berg", type="person", role=role)) == political


@pytest.mark.parametrize(
    ("name", "political"),
    [
        ("the festival jury", 1),
        ("World Athletics Federation", 1),
        ("Football League", 1),
        ("the trade committee", 2),
        ("the sports ministry", 2),
    ],
)
def test_bodies_by_their_name(name: str, political: PoliticalRole) -> None:
    assert role_of(Actor(name=name, type="organisation")) == political
