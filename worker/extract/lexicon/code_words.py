"""The words by which events are coded (`lexicon/<language>_codes.toml`), and which classes of them a text holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec
from msgspec import Struct

from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.lexicon.inflection import forms

Classes = frozenset[str]
Section = dict[str, str]
"""Class -> its words, parted by blanks; "_" stands for a blank inside one."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_LONGEST = 4
"""Words of the longest entry."""


class Openers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that open a content of a certain kind."""

    question: str


class Absence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What says of a meeting that it did not take place, and what that it was refused."""

    words: str
    refusal: str


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    language: str
    irregular: dict[str, str]
    verbs: Section
    deeds: Section
    nouns: Section
    openers: Openers
    absence: Absence


class Found(NamedTuple):
    """The classes whose words a stretch of text holds."""

    verbs: Classes
    deeds: Classes
    """Of words that say a deed and are no verb."""
    nouns: Classes


_NOTHING = Found(frozenset(), frozenset(), frozenset())


class CodeWords:
    """The words of one language, ready to be looked up."""

    def __init__(self, file: _File) -> None:
        self.question: Classes = frozenset(file.openers.question.split())
        self.absence: Classes = frozenset(file.absence.words.split())
        self.refusal: Classes = frozenset(file.absence.refusal.split())
        sections = (_spelt(file.verbs, file), _listed(file.deeds), _listed(file.nouns))
        entries = {entry for section in sections for entry in section}
        self._table = {e: Found(*(section.get(e, frozenset()) for section in sections)) for e in entries}
        self._first: Classes = frozenset(e.partition(" ")[0] for e in entries)
        self._longer: Classes = frozenset(e.partition(" ")[0] for e in entries if " " in e)
        """First words of entries, and of entries of several words."""

    def find(self, words: list[str]) -> Found:
        """Return the classes of every entry among the words (lower case), the longest entry at each place."""
        found = list(self._each(words))
        if not found:
            return _NOTHING
        verbs, deeds, nouns = zip(*found, strict=True)
        return Found(frozenset().union(*verbs), frozenset().union(*deeds), frozenset().union(*nouns))

    def first_verb(self, words: list[str]) -> Classes:
        """Return the classes of the first verb or other word for a deed."""
        return next((f.verbs | f.deeds for f in self._each(words) if f.verbs or f.deeds), frozenset())

    def _each(self, words: list[str]) -> Iterator[Found]:
        for i, word in enumerate(words):
            if word not in self._first:
                continue
            if word in self._longer:
                entry = next(
                    (e for n in range(_LONGEST, 1, -1) if (e := " ".join(words[i : i + n])) in self._table), word
                )
            else:
                entry = word
            if entry in self._table:
                yield self._table[entry]


def tokens(text: str, most: int) -> list[str]:
    """Return at most the first `most` words of a text, in lower case; reads no further than it must."""
    return _WORD.findall(text[: most * 24].lower().replace("’", "'"))[:most]


@cache
def load(language: str) -> CodeWords | None:
    """Return the language's words, None where there is no file for it; a broken file raises."""
    file = files("worker.extract") / "lexicon" / f"{language}_codes.toml"
    return CodeWords(msgspec.toml.decode(file.read_bytes(), type=_File)) if file.is_file() else None


# ---------------------------------------------------------------- the table
def _listed(section: Section) -> Mapping[str, Classes]:
    return _inverted((word.replace("_", " "), name) for name, listed in section.items() for word in listed.split())


def _spelt(section: Section, file: _File) -> Mapping[str, Classes]:
    """Spell out every form of the verbs, a particle after each."""
    known = _known_forms(file.language)
    return _inverted(
        (f"{form} {particle.replace('_', ' ')}".strip(), name)
        for name, listed in section.items()
        for verb, _, particle in (entry.partition("_") for entry in listed.split())
        for form in known.get(verb, set()) | forms(verb, file.irregular, {})
    )


def _known_forms(language: str) -> Mapping[str, set[str]]:
    """Return the forms of the verbs that the other lexicons of the language know."""
    made: defaultdict[str, set[str]] = defaultdict(set)
    events = load_event_lexicon(language)
    for form, lemma in events.lemmas.items() if events else ():
        made[lemma].add(form)
    return made


def _inverted(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Classes]:
    made: defaultdict[str, set[str]] = defaultdict(set)
    for word, name in pairs:
        made[word].add(name)
    return {word: frozenset(names) for word, names in made.items()}
