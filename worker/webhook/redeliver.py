"""Dead letters, sent once more when somebody has mended their receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.errors import Failure

if TYPE_CHECKING:
    from worker.webhook.deliver import Send
    from worker.webhook.place import Place

BATCH: Final = 100


async def redeliver(place: Place, send: Send) -> tuple[int, int]:
    """Send every dead letter once, the oldest first; return how many were taken, and how many are left.

    A letter is deleted when its receiver has taken it, so an end in between sends it again, under the same id.
    """
    taken, refused, after = 0, 0, "0-0"
    while letters := await place.letters(after, BATCH):
        for after, letter in letters:
            try:
                await send(letter)
            except Failure:
                refused += 1
            else:
                await place.forget(after)
                taken += 1
    return taken, refused
