"""The work of extraction grows linearly with the number of distinct names, quotations, bullets and nested marks.

Function calls are counted, not seconds, so that a busy machine does not matter.
"""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tests.benchmarks.limits import paragraph_with_new_names
from worker.pipeline.extract_events import extract_events
from worker.schema import Article

TEXTS: dict[str, Callable[[int], str]] = {
    "names": lambda size: "\n\n".join(map(paragraph_with_new_names, range(size))),
    "one paragraph": lambda size: " ".join(map(paragraph_with_new_names, range(size))),
    "one sentence": lambda size: "; ".join(paragraph_with_new_names(n).replace(".", "") for n in range(size)),
    "quotations": lambda size: " ".join(f"“We will close port {n},” he said. “It is late.”" for n in range(size)),
    "bullets": lambda size: "The cabinet today:\n\n" + "\n\n".join(f"• approved bill {n};" for n in range(size)),
    "nesting": lambda size: "(the mayor said “that " * size + "he met Anna Berg " + "”) " * size,
    "one meeting": lambda size: "President Berg met Prime Minister Dahl in Oslo. The talks ended late.\n\n" * size,
}
SIZE = 100


def calls(text: str) -> int:
    """Return how many functions extraction calls, built-in ones included."""
    count = 0

    def on_event(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(on_event)
    try:
        extract_events(Article(id="a", url="https://news.example/a", text=text, language="en"))
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", TEXTS)
def test_twice_as_much_text_takes_twice_as_many_calls(name: str) -> None:
    text = TEXTS[name]
    calls(text(3))  # loads the models
    assert calls(text(2 * SIZE)) <= 2.25 * calls(text(SIZE))
