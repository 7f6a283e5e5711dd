"""One line per event, at any width, whatever the article contains."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from tests.terminal.samples import DECISION, EVENTS, KORPIAHO, MEETING, URL, rendered, span, statement
from worker.schema import Actor, Event, Meeting, Retraction, Statement
from worker.terminal.event_line import format_event, format_line


def test_a_statement_line_names_speaker_content_and_outlets() -> None:
    text = format_event(statement(via=("DPA", "BTA"))).plain
    assert text == (
        "2025-03-04 06:20 statement Leena Tamsaar (Estonian Prime Minister, EE) demands: “The ice is ours”"
        "  · via DPA, BTA  · courier.example"
    )


def test_a_meeting_line_names_participants_status_place_time_and_topic() -> None:
    assert format_event(MEETING).plain == (
        "2025-03-04 06:20 meeting   Leena Tamsaar (Estonian Prime Minister, EE), Juhani Korpiaho (Finnish Prime "
        "Minister, FI)  press conference cancelled  Turku · on Monday · the icebreaker  · courier.example"
    )


def test_a_decision_line_names_the_decider_of_a_decision_not_taken() -> None:
    assert format_event(DECISION).plain == (
        "2025-03-04 06:20 decision  Chamber of Deputies (RO)  not taken  who dredges the river  · courier.example"
    )


def test_a_retraction_line_names_the_event_and_the_reason() -> None:
    retraction = Retraction(
        id="r",
        of="e\x1b[1",
        of_kind="meeting",
        url=URL,
        retracted_at=datetime(2025, 3, 9, tzinfo=UTC),
        reason="changed",
    )
    assert format_line(retraction).plain == "03-09 retracted  meeting e\ufffd[1: changed  · courier.example"
    assert cell_len(format_line(retraction, 20).plain) <= 20
    assert format_line(MEETING) == format_event(MEETING)


def test_absent_fields_are_left_out() -> None:
    bare = Statement(id="s", url="", sentence=span("x"), confidence=0, rule="r", content=[], quotation="indirect")
    assert format_event(bare).plain.split() == ["statement", "somebody", "says:"]


def test_the_pieces_of_an_interrupted_statement_are_joined() -> None:
    split = Statement(
        id="s", url=URL, sentence=span("x"), confidence=1, rule="r", content=[span("“Ice,”"), span("“melts”")],
        quotation="direct", act="accuse", target=KORPIAHO,
    )  # fmt: skip
    assert "somebody accuses Juhani Korpiaho: “Ice,” … “melts”" in format_event(split).plain


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.id)
def test_each_kind_has_a_colour_of_its_own(event: Event) -> None:
    colours = {kind: {str(s.style) for s in format_event(e).spans} for kind, e in zip("smd", EVENTS, strict=True)}
    others = set().union(*(c for kind, c in colours.items() if kind != event.id))
    assert colours[event.id] - others


def test_a_narrow_line_drops_the_host_then_the_roles_and_then_truncates_the_content() -> None:
    event = statement("“" + "ice " * 30 + "”", via=("DPA",))
    wide, middle, narrow = (format_event(event, width).plain for width in (240, 130, 80))
    assert "courier.example" in wide
    assert "courier.example" not in middle
    assert "via DPA" in middle
    assert "Prime Minister" in middle
    assert "Prime Minister" not in narrow
    assert narrow.startswith("03-04 statement Leena Tamsaar (EE) demands: “ice ")
    assert "…" in narrow


def test_wide_characters_count_as_the_columns_that_they_occupy() -> None:
    assert cell_len(format_event(statement("氷" * 200), 80).plain) <= 80


ODD_TEXT = st.text(st.characters(codec=None), max_size=80) | st.text(
    "\x1b[]31m\x07\n\r\t\u202e\u0301\ud800é氷👩\u200d", max_size=80
)


@given(ODD_TEXT, ODD_TEXT, ODD_TEXT, st.integers(1, 200))
@settings(max_examples=200)
def test_no_text_breaks_a_line_or_controls_the_terminal(words: str, name: str, outlet: str, width: int) -> None:
    event = statement(words, name, (outlet,))
    hostile = Meeting(
        id="m", url=f"http://{words}/", sentence=span(words), confidence=1, rule="r", form="talks", status="held",
        participants=[Actor(name=name, type="person", role=outlet, country=words)], place=span(outlet),
    )  # fmt: skip
    for e in (event, hostile):
        for text in (format_event(e).plain, format_event(e, width).plain):
            assert not {unicodedata.category(c) for c in text} & {"Cc", "Cs", "Zl", "Zp"}
            assert "\u202e" not in text
            text.encode("utf-8")
        assert cell_len(format_event(e, width).plain) <= width
        assert rendered(format_event(e, width), width).count("\n") == 1


def test_rich_markup_in_an_article_is_printed_literally() -> None:
    assert "[bold]x[/bold]" in rendered(format_event(statement("[bold]x[/bold]")), 200)


def test_a_line_is_a_text_so_that_rich_reads_no_markup_in_it() -> None:
    assert isinstance(format_event(statement()), Text)
