"""Punctuation marks by function."""

from __future__ import annotations

SENTENCE_FINAL = frozenset({".", "!", "?", "…", "...", "...."})
"""Marks that end a sentence."""
CLAUSE_FINAL = SENTENCE_FINAL | {";"}
"""Marks that end a main clause."""
TYPESET_DASHES = frozenset({"—", "–", "―"})
DASHES = TYPESET_DASHES | {"--", "-"}
"""Dashes, a free-standing hyphen included."""
LONG_DASHES = DASHES - {"-"}
"""Dashes, hyphens excluded."""
COMMA_AND_DASHES = DASHES | {","}
"""Marks that set off words within a sentence, a free-standing hyphen included."""
COMMA_AND_LONG_DASHES = LONG_DASHES | {","}
"""Marks that set off words within a sentence, hyphens excluded."""
CLAUSE_BOUNDARIES = CLAUSE_FINAL | COMMA_AND_DASHES
