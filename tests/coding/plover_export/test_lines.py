"""Line-based export: an invalid line does not affect the others, and everything left out is counted."""

import json
from collections.abc import Iterable
from datetime import date

import msgspec

from worker.coding.plover_export.lines import ExportFilter, ExportReport, LineError, export_lines
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
NO_DECIDER = Decision(
    id="d", url="", sentence=SPAN, confidence=1, rule="r", deciders=[], status="taken", plover=Plover(type="COERCE")
)


def encode_lines(*given: Event | bytes) -> list[bytes]:
    return [event if isinstance(event, bytes) else msgspec.json.encode(event) for event in given]


def exported(
    given: Iterable[bytes], wanted: ExportFilter | None = None
) -> tuple[list[str], list[LineError], ExportReport]:
    report = ExportReport()
    answers = list(export_lines(given, wanted or ExportFilter(), report))
    ids = [json.loads(answer)["id"] for answer in answers if isinstance(answer, bytes)]
    return ids, [answer for answer in answers if isinstance(answer, LineError)], report


def test_an_invalid_line_is_reported_by_its_number_and_the_others_are_exported() -> None:
    ids, errors, report = exported(
        encode_lines(meeting(1), b"not json", b"\xff", b"", b'{"kind":"gossip"}', b"[]", meeting(2))
    )
    assert ids == ["m1", "m2"]
    assert [error.line for error in errors] == [2, 3, 5, 6]
    assert all(error.message for error in errors)
    assert report.errors == 4


def test_a_line_may_contain_the_events_of_a_document() -> None:
    batch = msgspec.json.encode({"id": "a", "events": [meeting(1), STATEMENT, meeting(2)]})
    ids, errors, _ = exported([batch, b'{"id": "b", "error": "bad_date: soon"}', b'{"id": "c", "events": []}'])
    assert ids == ["m1", "m2"]
    assert errors == [LineError(2, "bad_date: soon")]


def test_events_left_out_are_counted_with_the_reason() -> None:
    ids, _, report = exported(encode_lines(STATEMENT, STATEMENT, NO_DECIDER, meeting(1)))
    assert ids == ["m1"]
    assert str(report) == "1 exported, 3 left out (2 statements with no PLOVER type, 1 decision with no actor)"


def test_only_the_wanted_kinds_are_exported() -> None:
    kinds: tuple[Kind, ...] = ("statement",)
    ids, _, report = exported(encode_lines(meeting(1), STATEMENT), ExportFilter(kinds=kinds))
    assert ids == []
    assert str(report) == "0 exported, 2 left out (1 statement with no PLOVER type, 1 filtered out)"


def test_only_events_of_the_wanted_days_are_exported() -> None:
    days = [date(2025, 3, n) for n in (1, 2, 3, 4)]
    given = encode_lines(*(meeting(day.day, day) for day in days), meeting(9))
    assert exported(given, ExportFilter(after=days[1], until=days[2]))[0] == ["m2", "m3"]
    assert exported(given, ExportFilter(after=days[2]))[0] == ["m3", "m4"]
    assert exported(given, ExportFilter(until=days[0]))[0] == ["m1"]
    assert exported(given)[0] == ["m1", "m2", "m3", "m4", "m9"]


def test_export_is_lazy() -> None:
    def endless() -> Iterable[bytes]:
        while True:
            yield from encode_lines(meeting(1))

    assert isinstance(next(export_lines(endless(), ExportFilter(), ExportReport())), bytes)


def test_no_lines_give_no_records() -> None:
    assert str(exported([])[2]) == "0 exported, 0 left out"


def test_json_nested_too_deep_is_an_invalid_line() -> None:
    assert exported([b'{"kind":"meeting","id":' + b"[" * 100_000])[2].errors == 1
