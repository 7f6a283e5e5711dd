"""Punctuation by what it does."""

from __future__ import annotations

STOPS = frozenset({".", "!", "?", "…", "...", "...."})
"""End a sentence."""
FINAL = STOPS | {";"}
"""End a clause for good."""
TYPESET_DASHES = frozenset({"—", "–", "―"})
DASHES = TYPESET_DASHES | {"--", "-"}
"""A hyphen counts where it stands alone."""
LONG_DASHES = DASHES - {"-"}
"""A hyphen does not."""
BREAKS = DASHES | {","}
"""Set words apart within a sentence."""
PAUSES = LONG_DASHES | {","}
"""Set words apart where a hyphen would not."""
CLAUSE_ENDS = FINAL | BREAKS
