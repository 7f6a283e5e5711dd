"""Code words of a language (`lexicon/<language>_codes.toml`): word classes that the coding table tests for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec
from msgspec import Struct

from worker.coding.table import ClassNames
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.lexicon.inflection import inflected_forms

Section = dict[str, str]
"""Word class -> its entries, separated by spaces; "_" is a space within an entry."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
_MAX_ENTRY_WORDS = 4
_MAX_WORD_CHARS = 24
"""Average characters per word that `lower_words` allows for."""


class _Openers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that open a content of a certain type."""

    question: str


class _Absence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words before a meeting cue: `words` negate the meeting, `refusal` says that a party refused it."""

    words: str
    refusal: str


class _CodeWordsFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    language: str
    irregular: dict[str, str]
    verbs: Section
    action_words: Section
    nouns: Section
    openers: _Openers
    absence: _Absence


class WordClasses(NamedTuple):
    """The word classes found in a text, by section of the file."""

    verbs: ClassNames
    action_words: ClassNames
    """Classes of nouns and adjectives that name an action."""
    nouns: ClassNames


_NO_CLASSES = WordClasses(frozenset(), frozenset(), frozenset())


class CodeWords:
    """The code words of one language, indexed for lookup."""

    def __init__(self, file: _CodeWordsFile) -> None:
        self.question_openers: ClassNames = frozenset(file.openers.question.split())
        self.absence: ClassNames = frozenset(file.absence.words.split())
        self.refusal: ClassNames = frozenset(file.absence.refusal.split())
        sections = (_index_verbs(file.verbs, file), _index_words(file.action_words), _index_words(file.nouns))
        entries = {entry for section in sections for entry in section}
        self._table = {e: WordClasses(*(section.get(e, frozenset()) for section in sections)) for e in entries}
        self._first_words: ClassNames = frozenset(e.partition(" ")[0] for e in entries)
        self._first_of_several: ClassNames = frozenset(e.partition(" ")[0] for e in entries if " " in e)

    def find_classes(self, words: list[str]) -> WordClasses:
        """Return the classes of all entries among lower-case words; at each position the longest entry counts."""
        found = list(self._match_entries(words))
        if not found:
            return _NO_CLASSES
        verbs, action_words, nouns = zip(*found, strict=True)
        return WordClasses(frozenset().union(*verbs), frozenset().union(*action_words), frozenset().union(*nouns))

    def first_action(self, words: list[str]) -> ClassNames:
        """Return the classes of the first verb or action word among lower-case words; empty if there is none."""
        matches = self._match_entries(words)
        return next((m.verbs | m.action_words for m in matches if m.verbs or m.action_words), frozenset())

    def _match_entries(self, words: list[str]) -> Iterator[WordClasses]:
        for i, word in enumerate(words):
            if word not in self._first_words:
                continue
            if word in self._first_of_several:
                sizes = range(_MAX_ENTRY_WORDS, 1, -1)
                entry = next((e for n in sizes if (e := " ".join(words[i : i + n])) in self._table), word)
            else:
                entry = word
            if entry in self._table:
                yield self._table[entry]


def lower_words(text: str, limit: int) -> list[str]:
    """Return at most the first `limit` words of a text in lower case, without numbers, with straight apostrophes.

    Reads only the first 24 characters per requested word, so that the cost does not grow with the text.
    """
    return _WORD.findall(text[: limit * _MAX_WORD_CHARS].lower().replace("\u2019", "'"))[:limit]


@cache
def load_code_words(language: str) -> CodeWords | None:
    """Return the code words of a language; None if it has no file.  An invalid file raises a msgspec error."""
    file = files("worker.coding") / "lexicon" / f"{language}_codes.toml"
    return CodeWords(msgspec.toml.decode(file.read_bytes(), type=_CodeWordsFile)) if file.is_file() else None


# ---------------------------------------------------------------- index
def _index_words(section: Section) -> Mapping[str, ClassNames]:
    return _invert((word.replace("_", " "), name) for name, listed in section.items() for word in listed.split())


def _index_verbs(section: Section, file: _CodeWordsFile) -> Mapping[str, ClassNames]:
    """Index every inflected form of the verbs, followed by the verb's particle if it has one."""
    known = _known_forms(file.language)
    return _invert(
        (f"{form} {particle.replace('_', ' ')}".strip(), name)
        for name, listed in section.items()
        for verb, _, particle in (entry.partition("_") for entry in listed.split())
        for form in known.get(verb, set()) | inflected_forms(verb, file.irregular, {})
    )


def _known_forms(language: str) -> Mapping[str, set[str]]:
    """Return the forms of each verb in the event lexicon of the language, by lemma."""
    forms_of: defaultdict[str, set[str]] = defaultdict(set)
    events = load_event_lexicon(language)
    for form, lemma in events.lemmas.items() if events else ():
        forms_of[lemma].add(form)
    return forms_of


def _invert(pairs: Iterable[tuple[str, str]]) -> Mapping[str, ClassNames]:
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for word, name in pairs:
        classes[word].add(name)
    return {word: frozenset(names) for word, names in classes.items()}
