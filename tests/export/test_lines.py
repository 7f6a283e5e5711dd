"""The door that takes lines: one bad line spoils no other, and everything left out is counted."""

import json
from collections.abc import Iterable
from datetime import date

import msgspec

from worker.export import Mistake, Report, Wanted, plover_lines
from worker.schema import Actor, Decision, Event, Kind, Meeting, Plover, Span, Statement

SPAN = Span(start=0, end=3, text="met")
ANA = Actor(name="Ana", type="person")


def meeting(n: int, day: date | None = None) -> Meeting:
    return Meeting(
        id=f"m{n}",
        url="",
        sentence=SPAN,
        confidence=1,
        rule="r",
        form="talks",
        status="held",
        participants=[ANA],
        held_on=day,
        plover=Plover(type="CONSULT"),
        cameo="040",
    )


STATEMENT = Statement(id="s", url="", sentence=SPAN, confidence=1, rule="r", content=[SPAN], quotation="direct")
NOBODY = Decision(
    id="d", url="", sentence=SPAN, confidence=1, rule="r", deciders=[], status="taken", plover=Plover(type="COERCE")
)


def lines(*given: Event | bytes) -> list[bytes]:
    return [event if isinstance(event, bytes) else msgspec.json.encode(event) for event in given]


def exported(given: Iterable[bytes], wanted: Wanted | None = None) -> tuple[list[str], list[Mistake], Report]:
    report = Report()
    answers = list(plover_lines(given, wanted or Wanted(), report))
    ids = [json.loads(answer)["id"] for answer in answers if isinstance(answer, bytes)]
    return ids, [answer for answer in answers if isinstance(answer, Mistake)], report


def test_a_bad_line_is_named_by_its_number_and_spoils_no_other() -> None:
    ids, mistakes, report = exported(
        lines(meeting(1), b"not json", b"\xff", b"", b'{"kind":"gossip"}', b"[]", meeting(2))
    )
    assert ids == ["m1", "m2"]
    assert [mistake.line for mistake in mistakes] == [2, 3, 5, 6]
    assert all(mistake.why for mistake in mistakes)
    assert report.errors == 4


def test_a_line_of_a_batch_holds_the_events_of_a_document() -> None:
    batch = msgspec.json.encode({"id": "a", "events": [meeting(1), STATEMENT, meeting(2)]})
    ids, mistakes, _ = exported([batch, b'{"id": "b", "error": "bad_date: soon"}', b'{"id": "c", "events": []}'])
    assert ids == ["m1", "m2"]
    assert mistakes == [Mistake(2, "bad_date: soon")]


def test_what_is_left_out_is_counted_with_its_reason() -> None:
    ids, _, report = exported(lines(STATEMENT, STATEMENT, NOBODY, meeting(1)))
    assert ids == ["m1"]
    assert str(report) == "1 exported, 3 left out (2 statements with no PLOVER type, 1 decisions with no actor)"


def test_only_the_kinds_asked_for_are_exported() -> None:
    kinds: tuple[Kind, ...] = ("statement",)
    ids, _, report = exported(lines(meeting(1), STATEMENT), Wanted(kinds=kinds))
    assert ids == []
    assert str(report) == "0 exported, 2 left out (1 statements with no PLOVER type, 1 not asked for)"


def test_only_the_days_asked_for_are_exported() -> None:
    days = [date(2025, 3, n) for n in (1, 2, 3, 4)]
    given = lines(*(meeting(day.day, day) for day in days), meeting(9))
    assert exported(given, Wanted(after=days[1], until=days[2]))[0] == ["m2", "m3"]
    assert exported(given, Wanted(after=days[2]))[0] == ["m3", "m4"]
    assert exported(given, Wanted(until=days[0]))[0] == ["m1"]
    assert exported(given)[0] == ["m1", "m2", "m3", "m4", "m9"]


def test_records_come_out_while_lines_still_come_in() -> None:
    def endless() -> Iterable[bytes]:
        while True:
            yield from lines(meeting(1))

    assert isinstance(next(plover_lines(endless(), Wanted(), Report())), bytes)


def test_nothing_in_nothing_out() -> None:
    assert str(exported([])[2]) == "0 exported, 0 left out"


def test_an_entry_nested_too_deep_is_a_bad_line() -> None:
    assert exported([b'{"kind":"meeting","id":' + b"[" * 100_000])[2].errors == 1
