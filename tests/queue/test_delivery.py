"""Deliveries: a task that a worker may have died of stays a suspect when it is enqueued again."""

from worker.queue import Delivery
from worker.schema import Task

TASK = Task(id="t", url="https://a.example/")


def test_a_suspect_that_is_enqueued_again_stays_one() -> None:
    first = Delivery("1-0", TASK, 1, host="a.example")
    assert (first.is_suspect, first.unfinished_task) == (False, TASK)
    second = Delivery("1-0", TASK, 2, host="a.example")
    assert (second.is_suspect, second.is_repeated_suspect) == (True, False)
    again = Delivery("2-0", second.unfinished_task, 1, host="a.example")
    assert (again.is_suspect, again.is_repeated_suspect) == (True, False)
    third = Delivery("2-0", again.task, 2, host="a.example")
    assert third.is_repeated_suspect
