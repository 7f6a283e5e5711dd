"""Roles of organisations: the common noun before or after a name, as in "the investment bank Baltic Partners".

"The charity Harbour Help", "Harbour Help, a charity": both give "charity".
"""

from __future__ import annotations

from worker.extract.coreference.names import Name
from worker.extract.coreference.organisation_evidence import as_organisation
from worker.extract.grammar.chunker import Chunks
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words


def organisation_roles(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, names: list[Name]) -> dict[str, str]:
    """Return lower-case name of an organisation -> role, the first that the article gives."""
    roles: dict[str, str] = {}
    for name in names:
        if name.kind != "country" and name.role_first < 0:
            role = _role_before(text, chunks, lexicon, name) or _role_after(text, chunks, lexicon, name)
            if role is not None:
                roles.setdefault(" ".join(text.lower[name.first : name.last]), text.slice(*role))
    return roles


def described_as_organisations(text: AnnotatedText, names: list[Name], roles: dict[str, str]) -> list[Name]:
    """Return the names, where those with the role of an organisation are organisations: "Grace Crossing, a charity"."""
    return [as_organisation(name) if _is_described(text, name, roles) else name for name in names]


def _is_described(text: AnnotatedText, name: Name, roles: dict[str, str]) -> bool:
    """Return whether a name of several words, which is no surname, has a role of an organisation."""
    unclear = name.kind in {"person", "unknown"} and name.role_first < 0 and name.gender is None
    return unclear and name.last - name.first > 1 and " ".join(text.lower[name.first : name.last]) in roles


def _role_before(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> tuple[int, int] | None:
    """Return the range of the noun before a name in its phrase: "the accountancy firm Tamm & Lunde"."""
    first = chunks.noun_phrases[name.phrase].first
    before = chunks.noun_phrase(first - 1) if first == name.first and first > 0 else None
    start = before.first if before is not None and before.last == first else first
    if start >= name.first or not _is_organisation_noun(text, name.first - 1, lexicon):
        return None
    return _without_determiner(text, start), name.first


def _role_after(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> tuple[int, int] | None:
    """Return the range of an apposition with an article: "Tamm & Lunde, an accountancy firm"."""
    at = name.last
    if at + 1 >= len(text.words) or text.words[at] != "," or text.lower[at + 1] not in {"a", "an", "the"}:
        return None
    phrase = chunks.noun_phrase(at + 1)
    if phrase is None or phrase.first != at + 1:
        return None
    acronym = text.lower[at + 1] != "the" and text.lower[phrase.head] in lexicon.organisation_heads  # "a super PAC"
    if not acronym and not _is_organisation_noun(text, phrase.head, lexicon):
        return None
    return _without_determiner(text, phrase.first), phrase.last


def _is_organisation_noun(text: AnnotatedText, token: int, lexicon: Lexicon) -> bool:
    """Return whether a word in lower case is a common noun for an organisation: "firm", "newspaper"."""
    word = text.words[token]
    return word.islower() and (
        word in lexicon.organisation_heads or word in load_person_words(lexicon.language).name_heads
    )


def _without_determiner(text: AnnotatedText, first: int) -> int:
    return first + 1 if text.tags[first] in {"DT", "PRP$"} else first
