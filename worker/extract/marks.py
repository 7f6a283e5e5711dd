"""Punctuation by what it does."""

from __future__ import annotations

STOPS = frozenset({".", "!", "?", "…", "...", "...."})
"""End a sentence."""
FINAL = STOPS | {";"}
"""End a clause for good."""
DASHES = frozenset({"—", "–", "―", "--", "-"})
"""A hyphen counts where it stands alone."""
BREAKS = DASHES | {","}
"""Set words apart within a sentence."""
CLAUSE_ENDS = FINAL | BREAKS
