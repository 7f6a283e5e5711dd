"""Grammar on the page: agreement of verbs and subjects, of nouns and counts, by the same rules as in a terminal."""

from __future__ import annotations

from typing import Any, Final, get_args

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.browsing import article, person, span, statement
from tests.gateway.page.browser_page import BrowserPage
from worker.schema import Act, Actor, ActorType
from worker.terminal import wording

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES: Final = (
    *("Maren Holt", "the two leaders", "Fishermen", "reporters", "a crowd", "A number of officials", "every minister"),
    *("police", "Rome police", "They", "we", "Norway", "United Nations", "an ally of the king", ""),
)
RUN: Final = """async ([module, name, calls]) => {
  const functions = await import(`/static/${module}`);
  return calls.map((given) => functions[name](...given));
}"""


async def run(ui: BrowserPage, name: str, calls: list[list[Any]]) -> list[Any]:
    """Call a function of grammar.js in the browser, once for each list of arguments."""
    await ui.go()
    results: list[Any] = await ui.page.evaluate(RUN, ["grammar.js", name, calls])
    return results


async def test_every_verb_agrees_with_its_subject_as_in_the_terminal(ui: BrowserPage) -> None:
    actors = [Actor(name=name, type=kind) for name in NAMES for kind in get_args(ActorType)]
    cases = [(act, actor) for act in get_args(Act) for actor in actors]
    shown = await run(ui, "verb", [[act, [{"name": a.name, "type": a.type}]] for act, a in cases])
    assert shown == [wording.verb_phrase(act, actor) for act, actor in cases]


async def test_prepositions_are_those_of_the_terminal(ui: BrowserPage) -> None:
    acts = get_args(Act)
    shown = await run(ui, "preposition", [[act] for act in acts])
    expected = [wording.verb_phrase(act, None, "X").partition(" ")[2].removesuffix("X").strip() for act in acts]
    assert [word.strip() for word in shown] == expected


@pytest.mark.parametrize(
    ("actors", "verb"),
    [
        ([], "criticises"),
        ([("Maren Holt", "person")], "criticises"),
        ([("Maren Holt", "person"), ("Juhani Korpi", "person")], "criticise"),
        ([("Fishermen", "group")], "criticise"),
        ([("A crowd", "group")], "criticises"),
        ([("A number of officials", "group")], "criticise"),
    ],
)
async def test_several_subjects_and_groups_take_the_plural(
    ui: BrowserPage, actors: list[tuple[str, str]], verb: str
) -> None:
    subjects = [{"name": name, "type": kind} for name, kind in actors]
    assert await run(ui, "verb", [["criticise", subjects]]) == [verb]


async def test_counts_agree_with_their_nouns(ui: BrowserPage) -> None:
    calls = [[0, "event"], [1, "event"], [2, "event"], [1200, "event"], [1, "country", "countries"]]
    assert await run(ui, "plural", [*calls, [2, "country", "countries"]]) == [
        *("0 events", "1 event", "2 events", "1,200 events", "1 country", "2 countries")
    ]


async def test_names_are_joined_as_a_list(ui: BrowserPage) -> None:
    assert await run(ui, "joinNames", [[[]], [["A"]], [["A", "B"]], [["A", "B", "C"]]]) == [
        *("", "A", "A and B", "A, B and C")
    ]


async def test_a_row_has_a_plural_verb_after_a_group_and_a_preposition_before_its_addressee(ui: BrowserPage) -> None:
    of = article("“Stay away,” the two leaders said to reporters.", "group")
    leaders = Actor(name="the two leaders", mention=span(of.text, "the two leaders"), type="group")
    reporters = Actor(name="reporters", mention=span(of.text, "reporters"), type="group")
    await ui.publish(of, statement(of, leaders, "“Stay away,”", target=reporters))
    await ui.go()
    await expect(ui.page.locator(".event-actors")).to_have_text("the two leaders say to reporters")
    await expect(ui.page.locator(".event-row")).to_have_attribute(
        "aria-label", "the two leaders say to reporters: “Stay away,”"
    )


async def test_a_person_takes_the_singular(ui: BrowserPage) -> None:
    of = article("“Stay away,” Maren Holt said.", "one")
    await ui.publish(of, statement(of, person(of, "Maren Holt"), "“Stay away,”"))
    await ui.go()
    await expect(ui.page.locator(".event-actors")).to_have_text("Maren Holt says")
