"""Frames of Server-Sent Events (HTML standard, 9.2), as any version of the gateway sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp


def parse_fields(frame: bytes) -> dict[str, str]:
    """Return the fields of one frame; comments are left out."""
    return dict(line.split(": ", 1) for line in frame.decode().splitlines() if line and line[0] != ":")


async def read_frames(response: aiohttp.ClientResponse, count: int) -> list[dict[str, str]]:
    """Return the fields of the next frames that have data."""
    frames: list[dict[str, str]] = []
    while len(frames) < count:
        fields = parse_fields(await response.content.readuntil(b"\n\n"))
        if "data" in fields:
            frames.append(fields)
    return frames
