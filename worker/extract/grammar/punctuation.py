"""Punctuation by what it does."""

from __future__ import annotations

SENTENCE_FINAL = frozenset({".", "!", "?", "…", "...", "...."})
"""End a sentence."""
CLAUSE_FINAL = SENTENCE_FINAL | {";"}
"""End a clause for good."""
TYPESET_DASHES = frozenset({"—", "–", "―"})
DASHES = TYPESET_DASHES | {"--", "-"}
"""A hyphen counts where it stands alone."""
LONG_DASHES = DASHES - {"-"}
"""A hyphen does not."""
COMMA_AND_DASHES = DASHES | {","}
"""Set words apart within a sentence."""
COMMA_AND_LONG_DASHES = LONG_DASHES | {","}
"""Set words apart where a hyphen would not."""
CLAUSE_BOUNDARIES = CLAUSE_FINAL | COMMA_AND_DASHES
