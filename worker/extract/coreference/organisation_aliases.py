"""Aliases of organisations: acronyms, and head nouns for a name mentioned before.

"The Northern Ferry Union (NFU)" defines "the NFU", and "the union" unless another union is named before.
"""

from __future__ import annotations

from worker.extract.coreference.names import Name
from worker.extract.grammar.chunker import Chunks
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon

_MIN_ACRONYM_LETTERS = 3
"""Letters of the shortest acronym that is derived from a name; shorter ones are ambiguous."""


class OrganisationAliases:
    """Full names of the organisations of one article, by alias."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon) -> None:
        self.text, self.chunks, self.lexicon = text, chunks, lexicon
        self.by_head: dict[str, str] = {}
        """Head noun in lower case -> full name."""
        self.by_initials = _acronyms(text, chunks)

    def add(self, name: Name) -> None:
        """Record the aliases of an organisation's name; a name of one word has none."""
        if name.last - name.first < 2:  # noqa: PLR2004
            return
        phrase = self.chunks.noun_phrases[name.phrase]
        full = self.text.slice(name.first, self.phrase_end(phrase.last, self.text.sentence_range(name.first)[1]))
        head = self.text.lower[name.last - 1]
        if head in self.lexicon.organisation_heads:
            self.by_head.setdefault(head, full)
        initials = "".join(w[0] for w in self.text.words[name.first : name.last] if w[0].isupper())
        if len(initials) >= _MIN_ACRONYM_LETTERS:
            self.by_initials.setdefault(initials, full)

    def phrase_end(self, at: int, last: int) -> int:
        """Return the end of the of-phrases after an organisation's head: "Bank of England", "Ministry of Defence"."""
        while at + 1 < last and self.text.lower[at] in {"of", "for", "on"}:
            following = self.chunks.noun_phrase(at + 1)
            if following is None or following.last > last or self.text.lower[following.head] in self.lexicon.time_nouns:
                break
            at = following.last
        return at


def _acronyms(text: AnnotatedText, chunks: Chunks) -> dict[str, str]:
    """Return the acronyms defined in brackets: {"NFF": "Northern Fisheries Forum"}."""
    found: dict[str, str] = {}
    for i in range(1, len(text.words) - 2):
        if (
            text.words[i] == "("
            and text.words[i + 2] == ")"
            and text.words[i + 1].isupper()
            and len(text.words[i + 1]) > 1
        ):
            phrase = chunks.noun_phrase(i - 1)
            if phrase is None:
                continue
            start = phrase.first
            while (
                start > 1
                and text.lower[start - 1] in {"of", "for", "and", "on", "the"}
                and chunks.noun_phrase(start - 2) is not None
            ):
                start = chunks.noun_phrases[chunks.noun_phrase_of[start - 2]].first
            full = [w for w in text.words[start : phrase.last] if w[0].isupper()]
            if "".join(w[0] for w in full) == text.words[i + 1]:
                first = next(k for k in range(start, phrase.last) if text.words[k][0].isupper())
                found[text.words[i + 1]] = text.slice(first, phrase.last)
    return found
