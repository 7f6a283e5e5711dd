"""The users of Redis in docs/operating.md: the commands that create them, and what they were denied."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from redis.asyncio import Redis

PAGE = (Path(__file__).parents[1] / "docs" / "operating.md").read_text(encoding="utf-8")

IGNORED_DENIALS: Final = {"client|setinfo", "client"}
"""Sent by redis-py to identify itself, which may be denied; Redis 6.2 logs only the command."""


def acl_setuser(user: str) -> list[str]:
    """Return the words of the command that creates the "fleet" or the "reader"; the password is PASSWORD."""
    found = re.search(rf"(?ms)^```redis {user}\n(.*?)\n```$", PAGE)
    assert found
    return found[1].split()


async def denied_commands(client: Redis) -> set[str]:
    """Return the commands that the server has denied."""
    log: Any = await client.acl_log(count=1000)
    return {entry["object"].lower() for entry in log} - IGNORED_DENIALS
