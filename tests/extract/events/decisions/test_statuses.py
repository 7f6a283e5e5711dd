"""Statuses that the grammar determines, and categories that the object determines."""

import pytest

from worker.extract import extract
from worker.schema import Article, Decision


def status_of(text: str, trigger: str) -> str:
    """Return the status of the decision with a trigger."""
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    found = [e for e in extract(article) if isinstance(e, Decision) and e.cue is not None and e.cue.text == trigger]
    assert len(found) == 1, f"{len(found)} decisions with the trigger {trigger!r}"
    return found[0].status


@pytest.mark.parametrize(
    ("text", "trigger", "status"),
    [
        ("The finance minister would not rule out a toll.", "not rule out", "not_taken"),
        ("The government of Norway was unwilling to instruct its navy to leave.", "instruct", "rejected"),
        ("The government of Norway was unable to reach an agreement with Estonia.", "reach", "not_taken"),
        ("The president of Norway has not endorsed the senator.", "not endorsed", "not_taken"),
        ("The amendment was never passed by the senate.", "never passed", "not_taken"),
        ("The ferry stays closed until the Supreme Court approves the sale.", "approves", "pending"),
        ("The ministry has issued no instructions to the police.", "issued", "not_taken"),
        ("The Norwegian government will make a decision on the toll in May.", "decision", "pending"),
        ("The Norwegian government has not made a decision on the toll.", "decision", "not_taken"),
        ("The Norwegian government made a decision on the toll.", "decision", "taken"),
        ("Ministers expect the senate's forthcoming vote on the toll.", "vote", "pending"),
        ("The paper follows a decision by Norwegian ministers not to change the law.", "decision", "rejected"),
        ("The government has unveiled plans to build a bridge.", "unveiled", "proposed"),
    ],
)
def test_status(text: str, trigger: str, status: str) -> None:
    assert status_of(text, trigger) == status


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("The president of Norway vetoed the bill.", "legislative"),
        ("Norway and Estonia signed an agreement on fish.", "agreement"),
        ("The president of Norway signed an order on fish.", "executive"),
    ],
)
def test_category_by_what_is_decided(text: str, category: str) -> None:
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    assert [e.category for e in extract(article) if isinstance(e, Decision)] == [category]
