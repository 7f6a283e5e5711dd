"""Read the body of a response: decoded, limited in size, as a whole or passed on while it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from worker.errors import Permanent
from worker.fetch.decoding import Decoder

if TYPE_CHECKING:
    import aiohttp

    from worker.fetch.resource_types import ResourceType
    from worker.settings import FetchSettings


class BodyReceiver(Protocol):
    """Receives the body of a response while it is transferred."""

    def begin(self, url: str, charset: str | None) -> None:
        """Handle the head of the response: its URL, and the charset that its Content-Type declares."""

    async def receive(self, piece: bytes) -> None:
        """Handle the next piece of the decoded body; a Failure that it raises ends the transfer."""


class ExpectedBody(NamedTuple):
    """What a request expects: the type of the resource, the largest body, and who receives it."""

    resource_type: ResourceType
    max_wire_bytes: int
    """Largest body as transferred."""
    max_decoded_bytes: int
    """Largest body as decoded; `max_bytes` may be less only if the type is truncated."""
    max_bytes: int
    """Largest body that is returned."""
    receiver: BodyReceiver | None = None

    @classmethod
    def of(
        cls,
        resource_type: ResourceType,
        settings: FetchSettings,
        max_bytes: int | None = None,
        receiver: BodyReceiver | None = None,
    ) -> ExpectedBody:
        """Return the limits of the settings, extended to that of the resource type; `max_bytes` lowers them."""
        largest = resource_type.max_bytes or 0
        max_decoded_bytes = max(settings.max_body_bytes, largest)
        returned = min(max_bytes or max_decoded_bytes, max_decoded_bytes)
        return cls(
            resource_type=resource_type,
            max_wire_bytes=max(settings.max_wire_bytes, largest),
            max_decoded_bytes=max_decoded_bytes if resource_type.truncate else returned,
            max_bytes=returned,
            receiver=receiver,
        )


async def read_body(response: aiohttp.ClientResponse, expected: ExpectedBody) -> bytes:
    """Return the decoded body; b"" if a receiver has got it.  Raises Permanent("too_large") beyond the limits."""
    truncate = expected.resource_type.truncate
    if not truncate and (response.content_length or 0) > expected.max_wire_bytes:
        detail = f"Content-Length is {response.content_length}, more than {expected.max_wire_bytes} bytes"
        raise Permanent("too_large", detail)
    decoder = Decoder(response.headers.get("Content-Encoding", ""), expected.max_decoded_bytes)
    wire_bytes = 0
    async for chunk in response.content.iter_any():
        wire_bytes += len(chunk)
        if wire_bytes > expected.max_wire_bytes:
            raise Permanent("too_large", f"more than {expected.max_wire_bytes} bytes transferred")
        if expected.receiver is not None:
            for piece in decoder.pieces(chunk):
                await expected.receiver.receive(piece)
            continue
        decoder.feed(chunk)
        if truncate and decoder.size_bytes >= expected.max_bytes:
            return decoder.first(expected.max_bytes)
    return decoder.finish()
