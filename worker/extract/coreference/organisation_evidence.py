"""Names that their context shows to be organisations: "an analyst at Belmora", "Belmora shares", "Belmora, which …".

English news introduces persons by full names or titles.  A single name without a title, beside such words, denotes no
person.
"""

from __future__ import annotations

from worker.extract.coreference.names import Name
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_MAX_ROLE = 4
"""Words from a business role to the preposition before the name: "chief executive officer of"."""
_PREPOSITIONS = frozenset({"at", "of", "in", "with", "for"})


def named_as_organisations(text: AnnotatedText, lexicon: Lexicon, names: list[Name]) -> list[Name]:
    """Return the names; those that the context of any occurrence shows to be organisations become organisations.

    Surnames of persons whom the article introduces are left unchanged.
    """
    surnames = {text.words[n.last - 1] for n in names if n.kind == "person"}
    unclear = [n for n in names if n.kind == "unknown" and text.words[n.last - 1] not in surnames]
    shown = {text.words[n.last - 1] for n in unclear if _is_shown(text, lexicon, n)}
    shown |= _modifiers_of_business(text, lexicon, {text.words[n.last - 1] for n in unclear})
    if not shown:
        return names
    found = {n.first for n in unclear if text.words[n.last - 1] in shown}
    return [as_organisation(n) if n.first in found else n for n in names]


def as_organisation(name: Name) -> Name:
    """Return a name as that of an organisation, which has no role or gender."""
    return Name(
        first=name.first,
        last=name.last,
        kind="organisation",
        phrase=name.phrase,
        outer_first=name.outer_first,
    )


def _is_shown(text: AnnotatedText, lexicon: Lexicon, name: Name) -> bool:
    """Return whether the words around a name show that it is an organisation's."""
    return _is_antecedent_of_which(text, name) or _has_business_role(text, lexicon, name)


def _is_antecedent_of_which(text: AnnotatedText, name: Name) -> bool:
    """Return whether a clause with "which" modifies the name: "Belmora, which makes tyres"."""
    return text.lower[name.last : name.last + 2] == [",", "which"]


def _modifiers_of_business(text: AnnotatedText, lexicon: Lexicon, words: set[str]) -> set[str]:
    """Return the members of `words` before a noun of business: "Belmora's shareholders", "Belmora shares"."""
    nouns, found = load_person_words(lexicon.language).business_nouns, set()
    for i, word in enumerate(text.lower):
        if i and word in nouns:
            owner = i - 2 if i > 1 and text.tags[i - 1] == "POS" else i - 1
            if text.words[owner] in words:
                found.add(text.words[owner])
    return found


def _has_business_role(text: AnnotatedText, lexicon: Lexicon, name: Name) -> bool:
    """Return whether the name follows a role in business and a preposition: "the chief executive of Belmora"."""
    before = name.first - 1
    if before < 1 or text.lower[before] not in _PREPOSITIONS or text.tags[name.last : name.last + 1] == ["POS"]:
        return False
    words = load_person_words(lexicon.language)
    return not words.business_roles.isdisjoint(text.lower[max(0, before - _MAX_ROLE) : before]) and (
        text.lower[before - 1] in words.business_roles or text.lower[before - 1] in lexicon.roles
    )
