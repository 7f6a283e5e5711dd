from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.webhook.receiver import Receiver, running_receiver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as served:
        yield served
