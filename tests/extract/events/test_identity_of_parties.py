"""Who decides and who meets: full names of bodies, titles cut from names, countries from the article."""

from worker.extract import extract
from worker.schema import Article, Decision, Meeting


def _events(text: str) -> tuple[list[Meeting], list[Decision]]:
    events = list(extract(Article(id="a", url="https://news.example/a", text=text, language="en")))
    return [e for e in events if isinstance(e, Meeting)], [e for e in events if isinstance(e, Decision)]


def test_bodies_that_any_state_has_belong_to_the_country_of_the_article() -> None:
    text = (
        "Rain fell on Nepal's parliament on Monday. The House of Representatives approved the levy in Kathmandu. "
        "The Supreme Court blocked the eviction order."
    )
    deciders = [[(d.name, d.type, d.country) for d in decision.deciders] for decision in _events(text)[1]]
    assert deciders == [
        [("House of Representatives", "organisation", "NP")],
        [("Supreme Court", "organisation", "NP")],
    ]


def test_a_body_outside_any_country_of_the_article_has_none() -> None:
    (decision,) = _events("The Supreme Court blocked the eviction order.")[1]
    assert [(d.name, d.country) for d in decision.deciders] == [("Supreme Court", None)]


def test_a_ministry_of_several_fields_is_named_in_full() -> None:
    (decision,) = _events("The Ministry of Fisheries, Housing and Sports adopted the plan in 2020.")[1]
    assert [(d.name, d.type) for d in decision.deciders] == [
        ("Ministry of Fisheries, Housing and Sports", "organisation")
    ]


def test_ministers_who_meet_are_persons_with_their_roles() -> None:
    (meeting,) = _events("Prime Minister Ada Carver met Justice Minister Dean Marsh on Tuesday.")[0]
    assert [(p.name, p.type, p.role) for p in meeting.participants] == [
        ("Ada Carver", "person", "Prime Minister"),
        ("Dean Marsh", "person", "Justice Minister"),
    ]


def test_institutions_decide_by_their_names_alone() -> None:
    (decision,) = _events("Ofcom banned the broadcast on Monday.")[1]
    assert [(d.name, d.type, d.country) for d in decision.deciders] == [("Ofcom", "organisation", "GB")]
