"""Articles with marked events are read with offsets in the text without the marks."""

from pathlib import Path

import pytest

from tools.annotated_articles import ArticleFormatError, read_marked_article, read_source

ARTICLE = """\
Harbour tolls to [rise](D1 taken executive | the port board = board | harbour tolls)
2026-03-04

The port board [raised](D1) the tolls. It may [close](D2 ?pending executive | the port board | the old quay) a quay.

Ana Berg [met](M1 held talks | Ana Berg = Berg; Tom Lund) Tom Lund; the [meeting](M1) was short.
"""


def test_marks_are_removed_and_offsets_count_in_the_remaining_text() -> None:
    article = read_marked_article(ARTICLE, "toll.txt", "decisions")
    assert article.text == (
        "Harbour tolls to rise\n\nThe port board raised the tolls. It may close a quay.\n\n"
        "Ana Berg met Tom Lund; the meeting was short."
    )
    assert article.pub_date == "2026-03-04"
    first, second = article.events
    assert [article.text[a:b] for a, b in first.triggers] == ["rise", "raised"]
    assert first.triggers == [(17, 21), (38, 44)]
    assert (first.parties, first.unsure) == ([["the port board", "board"]], False)
    assert first.labels == {"status": "taken", "class": "executive"}
    assert (second.labels, second.unsure) == ({"status": "pending", "class": "executive"}, True)


def test_meetings_have_a_kind_and_several_parties() -> None:
    (meeting,) = read_marked_article(ARTICLE, "toll.txt", "meetings").events
    assert meeting.parties == [["Ana Berg", "Berg"], ["Tom Lund"]]
    assert meeting.labels == {"status": "held", "kind": "talks"}
    assert len(meeting.triggers) == 2


def test_the_described_mention_is_the_main_one_wherever_it_comes() -> None:
    source = "Aas [quits](D1)\n-\n\nThe mayor [stepped down](D1 taken personnel | The mayor) after the [vote](D1)."
    (event,) = read_marked_article(source, "a.txt", "decisions").events
    assert event.triggers == [(21, 33), (4, 9), (44, 48)]


def test_a_dash_means_no_date() -> None:
    assert read_marked_article("Title\n-\n\nBody.", "a.txt", "decisions").pub_date is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Title\n-\n", "a.txt: 1: title, date, a blank line and a body are needed"),
        ("\n-\n\nBody.", "a.txt: 1: no title"),
        ("Title\n-\nBody.\n\nMore.", "a.txt: 3: no blank line after the date"),
        ("Title\n4 March\n\nBody.", "a.txt: 2: '4 March' is no date (YYYY-MM-DD or -)"),
        ("Title\n-\n\nBody. ", "a.txt: 4: space at the start or end of the line"),
        ("Title\n-\n\nBody.\nMore.", "a.txt: 5: no blank line before this paragraph"),
        ("Title\n-\n\nBody.\n\n\nMore.", "a.txt: 6: a blank line too many"),
        ("Title\n-\n\nAas [quit].", "a.txt: 4: a bracket outside of a mark: 'Aas [quit].'"),
        ("Title\n-\n\nAas [quit](X1).", "a.txt: 4: X1: the number of an event is needed (D1, M1)"),
        ("Title\n-\n\nAas [quit](D1).", "a.txt: 4: D1: no mark describes it"),
        (
            "Title\n-\n\nAas [quit](D1 taken personnel | Aas).\n\nAas [left](D1 taken personnel | Aas).",
            "a.txt: 6: D1: described twice",
        ),
        ("Title\n-\n\nAas [quit](D1 taken personnel).", "is not 'status class | parties | object'"),
        ("Title\n-\n\nAas [met](M1 held talks | Aas | trade).", "is not 'status kind | parties'"),
        (
            "Title\n-\n\nAas [quit](D1 done personnel | Aas).",
            "a.txt: 4: D1: status 'done' is none of not_taken, pending",
        ),
        ("Title\n-\n\nAas [quit](D1 taken staff | Aas).", "a.txt: 4: D1: class 'staff' is none of agreement, campaign"),
        ("Title\n-\n\nAas [met](M1 held court | Aas).", "a.txt: 4: M1: kind 'court' is none of call, other"),
        ("Title\n-\n\nAas [met](M1 held talks | Aas; ).", "a.txt: 4: M1: an empty name of a party"),
        ("Title\n-\n\nAas [quit](D1 taken personnel | Lund).", "a.txt: 4: D1: the article does not contain 'Lund'"),
    ],
)
def test_a_fault_is_reported_with_file_and_line(source: str, message: str) -> None:
    with pytest.raises(ArticleFormatError) as error:
        read_marked_article(source, "a.txt", "decisions")
    assert str(error.value).startswith("a.txt: ")
    assert message in str(error.value)


def test_a_source_is_a_file_or_a_folder_of_either_form(tmp_path: Path) -> None:
    (tmp_path / "sport").mkdir()
    (tmp_path / "sport/b.txt").write_text("Second\n-\n\nBody.", encoding="utf-8")
    (tmp_path / "a.txt").write_text("First\n-\n\nBody.", encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('{"text": "Row", "decisions": []}\n', encoding="utf-8")
    assert [a.text for a in read_source(tmp_path, "decisions")] == ["Row", "First\n\nBody.", "Second\n\nBody."]
    assert [a.text for a in read_source(tmp_path / "a.txt", "decisions")] == ["First\n\nBody."]
    assert [a.text for a in read_source(tmp_path / "rows.jsonl", "decisions")] == ["Row"]


def test_a_folder_without_articles_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleFormatError, match=r"holds neither \.jsonl nor \.txt files"):
        read_source(tmp_path, "decisions")


def test_the_articles_of_the_project_have_the_format() -> None:
    decisions, meetings = (read_source(Path("tools/articles"), kind) for kind in ("decisions", "meetings"))
    assert len(decisions) == len(meetings) > 50
    assert any(article.events for article in decisions)
