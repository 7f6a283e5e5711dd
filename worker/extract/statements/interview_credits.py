"""Outlets of interviews, credited for later statements of the interviewee as well.

"Hale told [the Daily Post] the port would open. He said the cranes had come": both statements were made to the Post.
"""

from __future__ import annotations

import msgspec

from worker.extract.document import Document
from worker.schema import Statement


class InterviewCredits:
    """The outlet of the latest interview with each person."""

    def __init__(self, doc: Document) -> None:
        self._doc = doc
        self._outlets: dict[str, list[str]] = {}

    def credit(self, statement: Statement, *, interview: bool) -> Statement:
        """Return the statement, with the outlet of the interview to which it belongs.

        `interview`: whether its sentence names the outlet.  Another venue or addressee ends the interview; "told the
        newspaper" does not.
        """
        speaker = statement.speaker
        if speaker is None or speaker.type != "person":
            return statement
        if statement.via:
            if interview:
                self._outlets[speaker.name] = statement.via
            return statement
        if self._is_elsewhere(statement):
            self._outlets.pop(speaker.name, None)
        outlets = self._outlets.get(speaker.name)
        if not outlets:
            return statement
        target = statement.target if statement.venue is None else None  # "told the newspaper"
        return msgspec.structs.replace(statement, via=list(outlets), target=target)

    def _is_elsewhere(self, statement: Statement) -> bool:
        """Return whether the statement has a venue or addressee other than an unnamed newspaper or broadcaster."""
        if statement.venue is None:
            return statement.target is not None and statement.act in {"say", "announce", "ask"}
        words = statement.venue.text.lower().split()
        unnamed = statement.venue.text.islower() and words[0] == "the"
        return not (unnamed and words[-1] in self._doc.lexicon.outlet_heads | self._doc.lexicon.programmes)
