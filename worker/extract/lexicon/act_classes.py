"""Classes of verbs, nouns and deciders by the kind of act they denote: `lexicon/<language>_act_classes.toml`.

The features of decision candidates name these classes, so that a word that no annotated article contains is judged as
the other words of its class.
"""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files

import msgspec
from msgspec import Struct

from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.lexicon.inflection import inflected_forms

Classes = tuple[str, ...]
"""Names of the classes of a word, sorted; empty for an unlisted word."""
_NO_CLASSES: Classes = ()
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_PLURALS_IN_OES = frozenset({"veto", "embargo", "tomato", "cargo", "hero"})


class ActClasses(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The content of the file and the lookup tables derived from it.  Every string is a list of words."""

    verbs: dict[str, str]
    """Class -> lemmas, with their particles after "_" ("call_off")."""
    objects: dict[str, str]
    """Class -> singular nouns that are acted on."""
    nouns: dict[str, str]
    """Class -> singular nouns that denote an act."""
    deciders: dict[str, str]
    """Kind of decider -> head words."""
    needs: dict[str, str]
    """Verb -> the classes of which its object must be one; without an object it needs none."""
    other_senses: dict[str, str]
    """Verb -> singular nouns that, as its object, give it a sense other than a choice: "release data"."""
    grammar: dict[str, str]
    """Sets of function words by name; the comments of the file explain them."""
    irregular: dict[str, str]

    @cached_property
    def needed_objects(self) -> dict[str, frozenset[str]]:
        """Verb -> the classes of which its object must be one."""
        return {verb: frozenset(names.split()) for verb, names in self.needs.items()}

    @cached_property
    def objects_of_other_senses(self) -> dict[str, frozenset[str]]:
        """Verb -> nouns, singular and plural, that give it a sense other than a choice."""
        return {verb: _forms(nouns) for verb, nouns in self.other_senses.items()}

    @cached_property
    def grammar_words(self) -> dict[str, frozenset[str]]:
        """Name of a set of function words -> its words."""
        return {name: frozenset(words.split()) for name, words in self.grammar.items()}

    @cached_property
    def classes_of_verb(self) -> dict[str, Classes]:
        """Lemma, with its particles -> classes."""
        return _inverted(self.verbs)

    @cached_property
    def particle_verbs(self) -> dict[str, list[str]]:
        """Lemma -> its entries with particles, longest first."""
        table: dict[str, list[str]] = {}
        for entry in sorted(self.classes_of_verb, key=lambda e: (-e.count("_"), e)):
            if "_" in entry:
                table.setdefault(entry.partition("_")[0], []).append(entry)
        return table

    @cached_property
    def classes_of_object(self) -> dict[str, Classes]:
        """Form of a noun, singular or plural -> classes of objects."""
        return _with_plurals(_inverted(self.objects))

    @cached_property
    def classes_of_noun(self) -> dict[str, Classes]:
        """Form of a noun, singular or plural -> kinds of acts that it denotes."""
        return _with_plurals(_inverted(self.nouns))

    @cached_property
    def kinds_of_decider(self) -> dict[str, Classes]:
        """Head word of a party, singular or plural -> kinds of deciders."""
        return _with_plurals(_inverted(self.deciders))

    def verb_entry(self, lemma: str, following: list[str]) -> str:
        """Return the longest entry of a lemma whose particles are among the following words, or else the lemma.

        A particle may be separated from its verb by its object: "turned the offer down".
        """
        for entry in self.particle_verbs.get(lemma, ()):
            particles = entry.split("_")[1:]
            if particles == following[: len(particles)]:
                return entry
        return lemma


def _inverted(table: dict[str, str]) -> dict[str, Classes]:
    found: dict[str, list[str]] = {}
    for name in sorted(table):
        for word in table[name].split():
            known = found.setdefault(word, [])
            if name not in known:
                known.append(name)
    return {word: tuple(names) for word, names in found.items()}


def _forms(nouns: str) -> frozenset[str]:
    """Return some nouns in singular and plural."""
    listed = nouns.split()
    return frozenset(listed) | frozenset(map(plural_of, listed))


def plural_of(noun: str) -> str:
    """Return the regular plural of a noun."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith("man"):
        return noun[:-3] + "men"
    return noun + ("es" if noun.endswith(_SIBILANTS) or noun in _PLURALS_IN_OES else "s")


def _with_plurals(singular: dict[str, Classes]) -> dict[str, Classes]:
    return {plural_of(noun): classes for noun, classes in singular.items()} | singular


@cache
def load_act_classes(language: str) -> ActClasses | None:
    """Return the word classes of a language, read once per process; None if the language has no file."""
    file = files("worker.extract") / "lexicon" / f"{language}_act_classes.toml"
    return msgspec.toml.decode(file.read_bytes(), type=ActClasses) if file.is_file() else None


@cache
def verb_lemmas(language: str) -> dict[str, str]:
    """Return verb form -> lemma for the verbs of the word classes and of the event lexicon."""
    classes, events = load_act_classes(language), load_event_lexicon(language)
    if classes is None or events is None:
        return {}
    known = events.lemmas
    lemmas = set(known.values())
    own = {entry.partition("_")[0] for entry in classes.classes_of_verb} - lemmas
    irregular = {**events.irregular, **classes.irregular}
    regular = {form: verb for verb in sorted(own, key=_longest_first) for form in inflected_forms(verb, irregular, {})}
    listed = {form: verb for verb in classes.irregular for form in inflected_forms(verb, irregular, {})}
    return {**regular, **known, **listed}


def _longest_first(verb: str) -> tuple[int, str]:
    """Sort key by which the forms of a shorter verb replace those of a longer one."""
    return -len(verb), verb
