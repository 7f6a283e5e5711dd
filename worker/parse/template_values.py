"""Values that a template left unfilled: "undefined", "null", "{{ author }}"."""

from __future__ import annotations

import re

_UNFILLED = re.compile(
    r"\s*(?:undefined|null|none|nan|n/?a|\(none\)|\[object Object\]|-+|\?+)?\s*|.*(?:\{\{|\$\{|<%|%7B%7B|\[\[).*",
    re.IGNORECASE | re.DOTALL,
)
_UNFILLED_SEGMENT = re.compile(r"(?:^|/)(?:undefined|null|none|nan|\[object)(?:[/?#. ]|$)", re.IGNORECASE)


def is_unfilled(value: str) -> bool:
    """Return whether a value is empty or was left unfilled by a template."""
    return bool(_UNFILLED.fullmatch(value))


def is_unfilled_address(value: str) -> bool:
    """Return whether an address or a segment of its path was left unfilled."""
    return is_unfilled(value) or bool(_UNFILLED_SEGMENT.search(value))
