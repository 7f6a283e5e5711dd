"""The commands in docs/operating.md that create the users of Redis."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[1] / "docs" / "operating.md").read_text(encoding="utf-8")


def acl_setuser(user: str) -> list[str]:
    """Return the words of the command that creates the "fleet" or the "reader"; the password is PASSWORD."""
    found = re.search(rf"(?ms)^```redis {user}\n(.*?)\n```$", PAGE)
    assert found
    return found[1].split()
