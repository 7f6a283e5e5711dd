"""Untrusted text cannot control a terminal."""

import pytest

from worker.terminal.sanitise import sanitise


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
def test_control_sequences_and_invisible_characters_are_replaced(hostile: str, harmless: str) -> None:
    assert sanitise(hostile) == harmless


def test_only_the_beginning_of_a_very_long_text_is_kept() -> None:
    assert len(sanitise("x" * 10_000_000)) == 2_000
