from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.webhook.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made
