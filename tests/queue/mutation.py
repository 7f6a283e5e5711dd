"""Mutation tests: a changed script is detected if a test of the unchanged one fails."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


async def check_that_it_fails(test: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Assert that a test fails; pass it those of the `given` values that it takes."""
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        await test(**{name: given[name] for name in inspect.signature(test).parameters if name in given})
