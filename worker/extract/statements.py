"""Statements."""
from __future__ import annotations
from collections.abc import Iterable
from worker.extract.document import Doc
from worker.schema import Statement
def statements(doc: Doc) -> Iterable[Statement]:
    """Find statements."""
    return doc.statements
