"""Redelivery of dead letters, for use after a receiver has been repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.errors import Failure

if TYPE_CHECKING:
    from worker.webhook.deliverer import Send
    from worker.webhook.subscription_state import SubscriptionState

DEAD_LETTER_BATCH: Final = 100
"""Dead letters read at once."""


async def redeliver_dead_letters(state: SubscriptionState, send: Send) -> tuple[int, int]:
    """Send every dead letter once, oldest first; return (number accepted, number rejected).

    A dead letter is deleted after its receiver accepted it.  If the process ends in between, the next redelivery sends
    it again, under the same id.
    """
    accepted, rejected, after = 0, 0, "0-0"
    while letters := await state.dead_letters_after(after, DEAD_LETTER_BATCH):
        for after, message in letters:
            try:
                await send(message)
            except Failure:
                rejected += 1
            else:
                await state.delete_dead_letter(after)
                accepted += 1
    return accepted, rejected
