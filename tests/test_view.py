"""What a person sees: a line for each kind, at any width, whatever the article hides; the account of a run."""

import io
import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from worker.schema import Actor, Decision, Event, Meeting, Span, Statement
from worker.terminal import LiveView, Tally, line, status, summary, visible


def span(text: str) -> Span:
    return Span(start=0, end=len(text), text=text)


TAMSAAR = Actor(name="Leena Tamsaar", type="person", role="Estonian Prime Minister", country="EE")
KORPIAHO = Actor(name="Juhani Korpiaho", type="person", role="Finnish Prime Minister", country="FI")
CHAMBER = Actor(name="Chamber of Deputies", type="organisation", country="RO")
AT = datetime(2025, 3, 4, 6, 20, tzinfo=UTC)
URL = "https://www.courier.example/news/1"


def statement(text: str = "“The ice is ours”", name: str = "Leena Tamsaar", via: tuple[str, ...] = ()) -> Statement:
    speaker = Actor(name=name, type="person", role=TAMSAAR.role, country="EE")
    return Statement(
        id="s", url=URL, published_at=AT, sentence=span(text), confidence=0.9, rule="r", via=list(via),
        speaker=speaker, content=[span(text)], quotation="direct", act="demand",
    )  # fmt: skip


MEETING = Meeting(
    id="m", url=URL, published_at=AT, sentence=span("s"), confidence=0.9, rule="r", form="press_conference",
    status="cancelled", participants=[TAMSAAR, KORPIAHO], place=span("Turku"), when=span("on Monday"),
    topic=span("the icebreaker"),
)  # fmt: skip
DECISION = Decision(
    id="d", url=URL, published_at=AT, sentence=span("s"), confidence=0.9, rule="r", status="not_taken",
    deciders=[CHAMBER], object=span("who dredges the river"),
)  # fmt: skip
EVENTS: list[Event] = [statement(), MEETING, DECISION]


def console(width: int = 80, *, terminal: bool = False, **environ: str) -> Console:
    return Console(file=io.StringIO(), width=width, height=30, force_terminal=terminal, _environ=environ)


def printed(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def shown(renderable: object, width: int = 80) -> str:
    screen = console(width)
    screen.print(renderable)
    return printed(screen)


# ---------------------------------------------------------------- lines
def test_a_statement_tells_who_said_what_and_who_reported_it() -> None:
    text = line(statement(via=("DPA", "BTA"))).plain
    assert text == (
        "2025-03-04 06:20 statement Leena Tamsaar (Estonian Prime Minister, EE) demands: “The ice is ours”"
        "  · via DPA, BTA  · courier.example"
    )


def test_a_meeting_tells_who_what_status_where_when_and_about_what() -> None:
    assert line(MEETING).plain == (
        "2025-03-04 06:20 meeting   Leena Tamsaar (Estonian Prime Minister, EE), Juhani Korpiaho (Finnish Prime "
        "Minister, FI)  press conference cancelled  Turku · on Monday · the icebreaker  · courier.example"
    )


def test_a_decision_tells_who_did_not_take_it() -> None:
    assert line(DECISION).plain == (
        "2025-03-04 06:20 decision  Chamber of Deputies (RO)  not taken  who dredges the river  · courier.example"
    )


def test_what_is_unknown_is_left_out() -> None:
    bare = Statement(id="s", url="", sentence=span("x"), confidence=0, rule="r", content=[], quotation="indirect")
    assert line(bare).plain.split() == ["statement", "somebody", "says:"]


def test_the_pieces_of_a_statement_are_joined_where_the_speaker_interrupted_it() -> None:
    split = Statement(
        id="s", url=URL, sentence=span("x"), confidence=1, rule="r", content=[span("“Ice,”"), span("“melts”")],
        quotation="direct", act="accuse", target=KORPIAHO,
    )  # fmt: skip
    assert "somebody accuses Juhani Korpiaho: “Ice,” … “melts”" in line(split).plain


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.id)
def test_kinds_can_be_told_apart_by_colour(event: Event) -> None:
    colours = {kind: {str(s.style) for s in line(e).spans} for kind, e in zip("smd", EVENTS, strict=True)}
    others = set().union(*(c for kind, c in colours.items() if kind != event.id))
    assert colours[event.id] - others


def test_a_narrow_line_drops_the_host_first_then_the_roles_and_then_cuts_the_words() -> None:
    event = statement("“" + "ice " * 30 + "”", via=("DPA",))
    wide, middle, narrow = (line(event, width).plain for width in (240, 130, 80))
    assert "courier.example" in wide
    assert "courier.example" not in middle
    assert "via DPA" in middle
    assert "Prime Minister" in middle
    assert "Prime Minister" not in narrow
    assert narrow.startswith("03-04 statement Leena Tamsaar (EE) demands: “ice ")
    assert "…" in narrow


def test_wide_characters_count_for_the_columns_they_take() -> None:
    assert cell_len(line(statement("氷" * 200), 80).plain) <= 80


ODD = st.text(st.characters(codec=None), max_size=80) | st.text(
    "\x1b[]31m\x07\n\r\t\u202e\u0301\ud800é氷👩\u200d", max_size=80
)


@given(ODD, ODD, ODD, st.integers(1, 200))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_a_line_or_reaches_the_terminal_as_a_command(
    words: str, name: str, outlet: str, width: int
) -> None:
    event = statement(words, name, (outlet,))
    hostile = Meeting(
        id="m", url=f"http://{words}/", sentence=span(words), confidence=1, rule="r", form="talks", status="held",
        participants=[Actor(name=name, type="person", role=outlet, country=words)], place=span(outlet),
    )  # fmt: skip
    for e in (event, hostile):
        for text in (line(e).plain, line(e, width).plain):
            assert not {unicodedata.category(c) for c in text} & {"Cc", "Cs", "Zl", "Zp"}
            assert "\u202e" not in text
            text.encode("utf-8")
        assert cell_len(line(e, width).plain) <= width
        assert shown(line(e, width), width).count("\n") == 1


# ---------------------------------------------------------------- hostile text
@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("\x1b]8;;http://evil\x1b\\click", "\ufffd]8;;http://evil\ufffd\\click"),
        ("\x9b31mred", "\ufffd31mred"),
        ("one\r\ntwo\tthree\u2028four", "one  two three four"),
        ("abc\u202edef\u2066ghi", "abcdefghi"),
        ("soft\u00adhyphen\u200b\ufeff", "softhyphen"),
        ("\ud800", "\ufffd"),
        ("[red]not markup[/red]", "[red]not markup[/red]"),
        ("Z" + "\u0301" * 50, "Z" + "\u0301" * 3),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("Übelhör, “Ærø”, 北京", "Übelhör, “Ærø”, 北京"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(hostile: str, harmless: str) -> None:
    assert visible(hostile) == harmless


def test_a_line_of_an_endless_field_is_made_from_its_beginning() -> None:
    assert len(visible("x" * 10_000_000)) == 2_000


def test_markup_in_an_article_stays_words() -> None:
    assert "[bold]x[/bold]" in shown(line(statement("[bold]x[/bold]")), 200)


# ---------------------------------------------------------------- tally
def test_a_url_that_was_put_off_counts_only_once_it_has_ended() -> None:
    tally = Tally()
    tally.outcome("u", "put_off", "politeness")
    assert (tally.articles, tally.waiting) == (0, {"u": "politeness"})
    tally.outcome("u", "done", None)
    assert (tally.articles, tally.done, tally.waiting) == (1, 1, {})


def test_another_workers_task_is_not_an_article_of_ours() -> None:
    tally = Tally()
    tally.outcome("u", "fenced", None)
    tally.outcome("v", "dead", "http_410")
    assert (tally.articles, tally.given_up["http_410"], tally.elsewhere["fenced"]) == (1, 1, 1)


def test_rates_are_over_the_last_seconds_only() -> None:
    tally = Tally()
    tally.tick(100.0, None)
    for second in range(1, 21):
        for _ in range(10 if second <= 10 else 2):
            tally.event(statement())
        tally.tick(100.0 + second, None)
    assert tally.rates() == (2.0, 0.0)
    assert tally.elapsed_s == 20.0


def test_without_time_there_is_no_rate() -> None:
    tally = Tally()
    assert tally.rates() == (0.0, 0.0)
    tally.tick(5.0, None)
    tally.tick(5.0, None)
    assert tally.rates() == (0.0, 0.0)


def test_a_run_without_end_does_not_remember_every_name() -> None:
    tally = Tally()
    for n in range(10_050):
        tally.event(statement(name=f"Speaker {n}"))
        tally.event(statement(name="Leena Tamsaar"))
    assert len(tally.speakers) <= 10_000
    assert tally.speakers["Leena Tamsaar"] == 10_050
    assert set(tally.roles) <= set(tally.speakers)


# ---------------------------------------------------------------- account
def busy() -> Tally:
    tally = Tally()
    tally.tick(0.0, 3)
    for event in EVENTS:
        tally.event(event)
    tally.outcome("a", "done", None)
    tally.outcome("b", "dead", "http_410")
    tally.outcome("c", "put_off", "politeness")
    tally.tick(2.0, 3)
    return tally


@pytest.mark.parametrize("width", [80, 140])
def test_the_status_fits_the_terminal_and_names_every_figure(width: int) -> None:
    text = shown(status(busy()), width)
    assert "1 done · 3 to do · 1 given up (http 410 1)" in text
    assert "1 statement · 1 meeting · 1 decision" in text
    assert "1.5 events/s · 1.0 articles/s · 00:02" in text
    assert len(text.splitlines()) == 4
    assert max(map(cell_len, text.splitlines())) <= width


def test_without_a_known_backlog_the_status_names_what_was_put_off() -> None:
    tally = Tally()
    tally.outcome("u", "put_off", "politeness")
    assert "0 done · 1 put off · 0 given up" in shown(status(tally))


def test_the_summary_has_no_empty_tables() -> None:
    assert "Who spoke most" in shown(summary(busy()))
    assert "Who spoke most" not in shown(summary(Tally()))


@pytest.mark.parametrize("width", [80, 140])
def test_the_summary_accounts_for_everything(width: int) -> None:
    text = shown(summary(busy()), width)
    for words in ("given up", "http 410", "still waiting", "politeness", "Leena Tamsaar", "cancelled", "2.0 s"):
        assert words in text
    assert max(map(cell_len, text.splitlines())) <= width


def test_a_meeting_of_many_parties_leaves_room_for_its_status_and_its_number() -> None:
    tally = Tally()
    parties = tuple(f"{name} Longwinded-Surname" for name in ("Ana", "Jaan", "Petra", "Ivo", "Ruth"))
    tally.meetings[parties, "planned"] = 7
    text = shown(summary(tally), 80)
    assert re.search(r"planned +7", text)
    assert all(name in text for name in ("Ana", "Ruth"))


def test_the_summary_of_nothing_is_still_a_summary() -> None:
    assert "0 articles, 0 events in 0.0 s" in shown(summary(Tally()))


# ---------------------------------------------------------------- screen
def test_elsewhere_than_on_a_terminal_events_are_whole_plain_lines_at_once() -> None:
    screen = console(40)
    with LiveView(screen) as view:
        view.event(statement("“" + "ice " * 40 + "”"))
        assert printed(screen) == line(statement("“" + "ice " * 40 + "”")).plain + "\n"
        view.tick(1.0)
    assert "\x1b" not in printed(screen)
    assert "Summary" in printed(screen)


def test_on_a_terminal_time_draws_events_and_the_account_below_them() -> None:
    screen = console(100, terminal=True, TERM="xterm-256color")
    with LiveView(screen) as view:
        view.event(statement())
        view.outcome("u", "done")
        assert "Tamsaar" not in printed(screen)
        view.tick(1.0, backlog=7)
        assert "Tamsaar" in printed(screen)
        assert "7 to do" in printed(screen)
    assert "\x1b[?25l" in printed(screen)
    assert printed(screen).rindex("\x1b[?25h") > printed(screen).rindex("\x1b[?25l"), "the cursor is not back"


def test_the_terminal_is_given_back_when_the_run_fails() -> None:
    screen = console(100, terminal=True, TERM="xterm")

    def fail() -> None:
        with LiveView(screen) as view:
            view.event(statement())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "\x1b[?25h" in printed(screen)
    assert "Tamsaar" in printed(screen)


def test_colours_are_left_out_where_nobody_wants_them() -> None:
    screen = console(100, terminal=True, TERM="xterm", NO_COLOR="1")
    with LiveView(screen) as view:
        view.event(statement())
        view.tick(1.0)
    assert "\x1b[36m" not in printed(screen)
    assert "Tamsaar" in printed(screen)


def test_a_terminal_that_can_do_nothing_gets_plain_lines() -> None:
    screen = console(100, terminal=True, TERM="dumb")
    with LiveView(screen) as view:
        view.event(statement())
        assert "Tamsaar" in printed(screen)
        view.tick(1.0)
    assert "\x1b[?25l" not in printed(screen)


def test_a_burst_is_shortened_on_a_terminal_and_says_so() -> None:
    screen = console(100, terminal=True, TERM="xterm")
    with LiveView(screen) as view:
        for n in range(100):
            view.event(statement(name=f"Speaker {n}."))
        view.tick(1.0)
        assert "60 more events" in printed(screen)
        assert "Speaker 99." in printed(screen)
        assert view.tally.kinds["statement"] == 100


def test_closing_twice_prints_one_summary() -> None:
    screen = console()
    view = LiveView(screen)
    view.close()
    view.close()
    assert printed(screen).count("Summary") == 1


def test_a_line_is_a_text_so_that_no_markup_in_it_is_read() -> None:
    assert isinstance(line(statement()), Text)
