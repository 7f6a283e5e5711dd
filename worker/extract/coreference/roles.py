"""Roles next to the noun phrase of a name: in an of-phrase before it, or in an apposition on either side.

"The Minister of Transport of Latvia Anna Ozola", "the mayor of Riga, Anna Ozola", "Anna Ozola, formerly the mayor".
"""

from __future__ import annotations

from worker.extract.coreference.appositions import apposed_role, letters_after
from worker.extract.coreference.name_kinds import is_listed_surname
from worker.extract.coreference.names import Name
from worker.extract.coreference.person_nouns import is_person_noun, is_role_word, singular_role
from worker.extract.grammar.chunker import Chunks, NounPhrase
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import PersonWords

_MAX_OF_PHRASES = 3
"""Of-phrases between a role and the comma before its holder."""


def with_adjacent_role(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> Name:
    """Return the name with a role from an of-phrase or apposition, unless it has one already."""
    if name.kind == "country":
        return name
    if name.kind == "organisation":
        return _role_of(text, chunks, lexicon, name) or name  # "ambassador to the United Nations Ana Lie"
    return (
        _role_in_named_body(text, chunks, lexicon, name)
        or _role_of(text, chunks, lexicon, name)
        or _role_before(text, chunks, lexicon, name)
        or _role_beside(text, chunks, lexicon, name)
        or _role_after(text, chunks, lexicon, name)
        or name
    )


def _role_in_named_body(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> Name | None:
    """Return the name with the body in its role: "Bank of Latvia | Governor Anna Ozola", split at "of"; else None."""
    phrase = chunks.noun_phrases[name.phrase]
    at = phrase.first
    if name.role_first != at or at < 2 or text.lower[at - 1] != "of" or not text.words[at][0].isupper():  # noqa: PLR2004
        return None
    body = chunks.noun_phrase(at - 2)
    if not is_role_word(text.lower[name.role_last - 1], lexicon):
        return None
    if body is None or not text.words[body.head][0].isupper() or is_role(text, body, lexicon):
        return None
    return _with_role(name, name.first, _without_article(text, body.first), name.role_last, body.first)


def _role_of(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> Name | None:
    """Return the name with a role before a prepositional phrase: "Minister of Transport of Latvia Anna Ozola".

    The phrase of the name begins with the place, department or organisation of the role: "envoy to the UN Ana Lie".
    None without such a role.
    """
    phrase = chunks.noun_phrases[name.phrase]
    if phrase.first == 0 or text.lower[phrase.first - 1] not in {"of", "to", "for", "at"}:
        return None
    start = _without_article(text, phrase.first)
    cut = _complement_end(text, start, name, lexicon)
    if cut <= start or cut >= name.last:
        return None
    head = chunks.noun_phrase(phrase.first - 2)
    while (
        head is not None and not is_role(text, head, lexicon) and head.first > 1 and text.lower[head.first - 1] == "of"
    ):
        head = chunks.noun_phrase(head.first - 2)
    if head is None or not is_role(text, head, lexicon):
        return None
    return _with_role(name, cut, _without_article(text, head.first), cut, head.first)


def _complement_end(text: AnnotatedText, start: int, name: Name, lexicon: Lexicon) -> int:
    """Return the end of the place, department or organisation before a name in its phrase; `start` if there is none."""
    if start < name.first:
        named = " ".join(text.words[start : name.first])
        country = named in lexicon.countries or named in lexicon.demonyms
        listed = country or named.lower() in lexicon.departments or named.lower() in lexicon.acronyms
        return name.first if listed or named.lower() in lexicon.international else start
    if name.last - name.first < 2:  # noqa: PLR2004
        return start
    for i in range(start + 1, name.last - 1):
        if text.lower[i] in lexicon.given_names and _is_organisation(text, start, i, lexicon):
            return i
    place = _place_length(text, start, name.last, lexicon)
    end = start + place if place else _departments_end(text, start, name.last, lexicon)
    while end > start and end + 2 < name.last and text.lower[end] in lexicon.thing_nouns:
        end += 1  # "Trade Negotiations"
    rest = text.lower[name.last - 1]
    return start if rest in lexicon.thing_nouns or rest in lexicon.organisation_heads else end


def _departments_end(text: AnnotatedText, start: int, last: int, lexicon: Lexicon) -> int:
    """Return the end of the departments from `start` on: "Trade", "Trade and Industry"; `start` if there are none."""
    end = start + _department_length(text, start, last, lexicon)
    while end > start and end + 2 < last and text.lower[end] == "and":
        size = _department_length(text, end + 1, last, lexicon)
        if not size:
            return start
        end += 1 + size
    return start if text.lower[end] == "and" else end


def _is_organisation(text: AnnotatedText, first: int, last: int, lexicon: Lexicon) -> bool:
    """Return whether the tokens are the name of an organisation: "United Nations", "Ports Authority"."""
    return text.lower[last - 1] in lexicon.organisation_heads or (
        " ".join(text.lower[first:last]) in lexicon.international
    )


def _with_role(name: Name, first: int, role_first: int, role_last: int, outer: int) -> Name:
    return Name(
        first=first,
        last=name.last,
        kind="person",
        phrase=name.phrase,
        role_first=role_first,
        role_last=role_last,
        outer_first=outer,
        gender=name.gender,
    )


def _department_length(text: AnnotatedText, first: int, last: int, lexicon: Lexicon) -> int:
    """Return the number of tokens from `first` that name a department of government; 0 if there is none."""
    for size in (2, 1):
        if first + size < last and " ".join(text.lower[first : first + size]) in lexicon.departments:
            return size
    return 0


def _place_length(text: AnnotatedText, first: int, last: int, lexicon: Lexicon) -> int:
    """Return the number of tokens from `first` that name a country, longest match first; 0 if there is none."""
    for size in range(min(lexicon.max_place_words, last - first), 0, -1):
        if " ".join(text.words[first : first + size]) in lexicon.countries:
            return size
    return 0


def is_role(text: AnnotatedText, phrase: NounPhrase, lexicon: Lexicon) -> bool:
    """Return whether the head of the phrase is a role: "the foreign minister"."""
    word = text.lower[phrase.head]
    if word == "lady":
        return text.lower[phrase.head - 1] == "first"
    return is_role_word(word, lexicon) and not is_listed_surname(text, phrase, lexicon)


def role_heads(role: list[str], lexicon: Lexicon, person_words: PersonWords) -> frozenset[str]:
    """Return the head nouns of a role: "mayor" and "chief" of "deputy mayor and chief of police"."""
    owner = max((i for i, word in enumerate(role) if word == "'s"), default=-1)
    heads, head = set(), ""
    for word in [*role[owner + 1 :], "and"]:
        long_form = person_words.abbreviations.get(word.rstrip("."), (word,))
        if word in lexicon.closed_classes.role_prepositions or word in {"and", ","}:
            heads.add(head)
            head = ""
            if word in lexicon.closed_classes.role_prepositions and heads - {""}:
                break  # but not after "Bank" in "Bank of Latvia Governor"
        elif head in lexicon.roles - person_words.rank_words and word.rstrip(".") in person_words.rank_words - {
            "general"
        }:
            continue  # "Interior Minister Sheikh"
        elif long_form[-1] in lexicon.roles:
            head = long_form[-1]
        elif is_role_word(word, lexicon):
            head = word.partition("-")[2]
        else:
            one = singular_role(word).rstrip(".")  # "Senators Tamm and Lunde", "Sens. Tamm and Lunde"
            long_form = person_words.abbreviations.get(one, (one,))
            head = long_form[-1] if long_form[-1] in lexicon.roles else head
    return frozenset(heads - {""})


def _without_article(text: AnnotatedText, first: int) -> int:
    return first + 1 if text.tags[first] in {"DT", "PRP$"} else first


def _role_before(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> Name | None:
    """Return the name with the apposition before it: "The foreign minister of Estonia, Jaan Tamm, …"."""
    phrase = chunks.noun_phrases[name.phrase]
    if (
        name.role_first >= 0
        or name.outer_first != phrase.first
        or phrase.first <= 1
        or text.words[phrase.first - 1] != ","
    ):
        return None
    before = chunks.noun_phrase(phrase.first - 2)
    role_end = phrase.first - 1
    of_phrases = 0
    while (
        before is not None
        and not is_role(text, before, lexicon)
        and of_phrases < _MAX_OF_PHRASES
        and before.first > 1
        and text.lower[before.first - 1] in {"of", "for", "at"}
    ):
        before = chunks.noun_phrase(before.first - 2)
        of_phrases += 1
    if before is None or not is_role(text, before, lexicon):
        return None
    if before.first > 1 and text.lower[before.first - 1] in {"of", "for"}:
        outer = chunks.noun_phrase(before.first - 2)
        before = outer if outer is not None and is_role(text, outer, lexicon) else before  # "Minister of Justice"
    if before.last < len(text.words) and text.lower[before.last] not in {"of", "for", "at", ","}:
        return None
    if text.lower[before.first] in {"a", "an"} and before.first and text.words[before.first - 1] == ",":
        return None  # "X, a senator, Y and Z": the apposition belongs to X
    if _ends_fronted_phrase(text, chunks, before, name):
        return None
    return _with_role(name, name.first, _without_article(text, before.first), role_end, before.first)


def _ends_fronted_phrase(text: AnnotatedText, chunks: Chunks, role: NounPhrase, name: Name) -> bool:
    """Return whether a role ends a phrase before the clause of the name: "After talks with the mayor, X said"."""
    if role.first == 0 or text.tags[role.first - 1] not in {"IN", "TO"}:
        return False
    verb = chunks.verb_group(name.last) if name.last < len(text.words) else None
    return verb is not None and verb.finite


def _role_after(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> Name | None:
    """Return the name with the role after it: "Jaan Tamm, the foreign minister of Estonia, …", "Jaan Tamm MP".

    None if a role before the name is known already.
    """
    if name.role_first >= 0 and name.kind == "person":
        return None
    letters = letters_after(text, name.first, name.last, lexicon)
    if letters is not None:
        return _with_role(name, name.first, *letters, name.outer_first)
    if name.last != chunks.noun_phrases[name.phrase].last:
        return None
    role = apposed_role(text, chunks, lexicon, name.last)
    return _with_role(name, name.first, *role, name.outer_first) if role is not None else None


def _role_beside(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, name: Name) -> Name | None:
    """Return the name with the agent noun directly before it, which the chunker separates: "Radio talker | Jaan Tamm".

    None without one, and after a preposition: "in a letter Jaan Tamm said".
    """
    first = chunks.noun_phrases[name.phrase].first
    full = name.last - name.first > 1 and text.lower[name.first] in lexicon.given_names
    if name.role_first >= 0 or name.first != first or first == 0 or not full:
        return None
    before = chunks.noun_phrase(first - 1)
    if before is None or before.last != first or text.tags[before.head] != "NN":
        return None
    head = text.lower[before.head]
    if text.words[before.head].isupper() or not is_person_noun(head, lexicon) or head in lexicon.time_nouns:
        return None
    return _with_role(name, name.first, _without_article(text, before.first), first, before.first)


def with_shared_role(text: AnnotatedText, lexicon: Lexicon, names: list[Name]) -> list[Name]:
    """Return the names, where conjuncts of a name with a plural title have its role: "Senators Tamm and Lunde"."""
    shared: list[Name] = []
    for name in names:
        before = shared[-1] if shared else None
        if before is not None and len(shared) > 1 and text.words[before.first - 1] == "(":
            before = shared[-2]  # the state in brackets is a name of its own
        if before is not None and name.role_first < 0 <= before.role_first and _is_conjunct(text, before, name):
            title = text.lower[before.role_last - 1].rstrip(".")
            if title.endswith("s") and (title in lexicon.titles or title[:-1] in lexicon.roles):
                shared.append(_with_role(name, name.first, before.role_first, before.role_last, before.outer_first))
                continue
        shared.append(name)
    return shared


def _is_conjunct(text: AnnotatedText, one: Name, other: Name) -> bool:
    """Return whether one name follows another after "and" or a comma."""
    start = one.last
    if text.words[start] == "(" and ")" in text.words[start : other.first]:
        start = text.words.index(")", start) + 1  # "Senators Tamm (Ky.) and Lunde (Fla.)"
    return other.kind in {"person", "unknown"} and text.lower[start : other.first] in (["and"], [","], [",", "and"])
