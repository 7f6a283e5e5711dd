"""Failures keep their class and attributes, also when they are pickled."""

import pickle

import pytest

from worker.errors import Failure, NotYet, Permanent, Transient


@pytest.mark.parametrize(
    "failure",
    [Permanent("http_404", "gone"), Transient("http_503", "busy", 2.5), NotYet("host_busy", "", 1.5)],
    ids=lambda f: type(f).__name__,
)
def test_failures_keep_their_attributes_when_pickled(failure: Failure) -> None:
    copy = pickle.loads(pickle.dumps(failure))
    assert type(copy) is type(failure)
    assert vars(copy) == vars(failure)


def test_a_failure_is_formatted_as_reason_and_detail() -> None:
    assert str(Permanent("http_404", "https://a.example/1")) == "http_404: https://a.example/1"
    assert str(Permanent("robots")) == "robots"
