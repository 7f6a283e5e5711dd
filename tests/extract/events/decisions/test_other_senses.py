"""Verbs of decision in another sense, by their object or complement."""

import pytest

from worker.extract import extract
from worker.schema import Article, Decision


def triggers(text: str) -> list[str]:
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    return [event.cue.text for event in extract(article) if isinstance(event, Decision) and event.cue is not None]


@pytest.mark.parametrize(
    "text",
    [
        "The finance ministry released data for the second quarter.",
        "Footage was released by the interior ministry on Monday.",
        "The Senate committee concluded its hearing on Tuesday.",
        "Norway has launched a missile from a northern island.",
        "The defence minister raised concerns about the bridge.",
        "The president broke the silence on Friday.",
        "Norway dropped to 12 in the ranking of the ministry.",
        "The health ministry announced that two patients died in Tartu.",
        "The interior ministry announced that the ferry had sustained minor damage.",
        "The police announced the arrest of two smugglers.",
        "President Berg ruled from a castle.",
        "The former president ruled in exile.",
        "President Berg's arrest led to riots in May.",
        "The government waits for an official announcement.",
        "The Bill will remove the fee for visitors.",
        "The newspaper refused to print the allegations against the mayor.",
        "The interior minister promised robust action after the riots.",
        "The government spoke about proposed limits on fishing.",
        "The cabinet was criticised for proposed sanctions on Norway.",
        "Police escorted suspended minister Ana Berg to the ministry.",
        "Having the cabinet impose a levy on ore would please the unions.",
        "The government should consider closing the old bridge.",
    ],
)
def test_publications_ends_executions_idioms_changes_and_facts_are_no_decisions(text: str) -> None:
    assert triggers(text) == []


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("The interior ministry released three prisoners on Monday.", "released"),
        ("Norway has launched an inquiry into the bridge.", "launched"),
        ("The parliament dropped the bill on Friday.", "dropped"),
        ("The court ruled that the fee was unlawful.", "ruled"),
        ("The government announced a ban on imports of ore.", "announced"),
        ("The president's dismissal of the police chief angered the unions.", "dismissal"),
        ("The government is considering closing the old bridge.", "considering"),
        ("The cabinet approved planned closures of the ferry ports.", "approved"),
    ],
)
def test_the_same_verbs_with_other_objects_are_decisions(text: str, trigger: str) -> None:
    assert triggers(text) == [trigger]
