"""Proper names: where they stand, what they name, and the role and country the words around them give.

A name is found inside a base noun phrase ("Estonian Prime Minister [Jaan Tamm]"), behind an of-phrase ("the Minister
of Transport of Latvia [Anna Ozola]") or as the possessor ("[Tamm]'s remarks").  Its role is the words before it or
an apposition on either side.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from worker.extract.lexicon import Lexicon
from worker.extract.lexicon_people import Gender
from worker.extract.phrases import NounPhrase, Phrases
from worker.extract.text import Text
from worker.extract.time_phrases import is_time

NameKind = Literal["person", "organisation", "country", "unknown"]

_HOPS = 3
"""Of-phrases between a role and the comma before its holder."""
_OPENING = frozenset({"JJ", "CD", "NNS", "DT", "PRP$"})
_CAPITALISED = frozenset({"NNP", "NN", "NNS", "JJ", "FW", "CD"})


class Name(Struct, frozen=True, gc=False):
    """One occurrence of a proper name."""

    first: int
    last: int
    """The name alone, without titles."""
    kind: NameKind
    phrase: int
    """Number of the noun phrase it stands in."""
    role_first: int = -1
    role_last: int = -1
    """The words that say what the bearer is; -1 where there are none."""
    outer_first: int = -1
    """Where the whole phrase begins, titles and appositions before the name included."""
    gender: Gender | None = None


def names(text: Text, phrases: Phrases, lexicon: Lexicon) -> list[Name]:
    """Find the names of a text in order."""
    found: list[Name] = []
    for number, phrase in enumerate(phrases.nouns):
        if text.tags[phrase.head] in {"PRP", "EX", "WP"}:
            continue
        for first, last in _parts(text, phrase):
            name = _name(text, lexicon, number, first, last)
            if name is not None:
                found.append(_with_role(text, phrases, lexicon, name))
    return found


def _parts(text: Text, phrase: NounPhrase) -> list[tuple[int, int]]:
    """Cut a noun phrase at its possessives: "Hale 's press officer Jo Fry" is two parts."""
    if "POS" not in text.tags[phrase.first : phrase.last]:
        return [(phrase.first, phrase.last)]
    parts, first = [], phrase.first
    for i in range(phrase.first, phrase.last):
        if text.tags[i] == "POS":
            parts.append((first, i))
            first = i + 1
    if first < phrase.last:
        parts.append((first, phrase.last))
    return parts


def _name(text: Text, lexicon: Lexicon, number: int, first: int, last: int) -> Name | None:
    """Find the name that ends a part of a noun phrase."""
    if text.words[last - 1].islower():
        return None
    start = last
    while start > first and _is_name_word(text, start - 1, lexicon):
        start -= 1
    while start < last and not _may_open_name(text, start):
        start += 1
    if start == last or is_time(text, first, last, last - 1, lexicon) or is_pronoun(text, start, lexicon):
        return None
    split = _after_role(text, lexicon, first, start, last)
    gender = _title_gender(text, lexicon, first, split)
    if split == last:
        return None
    role_first = first
    while role_first < split and text.tags[role_first] in {"DT", "PRP$"}:
        role_first += 1
    titled = split > start or (start > first and text.lower[start - 1] in lexicon.roles)
    name_first = split if split > start else _after_demonym(text, lexicon, start, last)
    kind = _kind(
        text, lexicon, name_first, last, titled=titled, article=text.tags[first] == "DT" and name_first == first + 1
    )
    role_last = name_first
    while (
        role_last > role_first
        and (title := text.lower[role_last - 1].rstrip(".")) in lexicon.titles
        and title not in lexicon.offices
        and role_last - 1 == role_first
    ):
        role_last -= 1
    has_role = kind in {"person", "unknown"} and role_last > role_first
    return Name(
        first=name_first,
        last=last,
        kind=kind,
        phrase=number,
        role_first=role_first if has_role else -1,
        role_last=role_last if has_role else -1,
        outer_first=first,
        gender=gender,
    )


def is_pronoun(text: Text, i: int, lexicon: Lexicon) -> bool:
    """Whether a word is a pronoun that the tagger took for a name; "US" is none."""
    return text.lower[i] in lexicon.pronouns and (len(text.words[i]) == 1 or not text.words[i].isupper())


def _may_open_name(text: Text, i: int) -> bool:
    """A capital opens a name, but not that of a word which only opens its sentence ("Many Estonians", "The Greens")."""
    return text.words[i][0].isupper() and (text.tags[i] not in _OPENING or text.sentence(i)[0] != i)


def _is_name_word(text: Text, i: int, lexicon: Lexicon) -> bool:
    word = text.words[i]
    if word[0].isupper():
        return text.tags[i] in _CAPITALISED or len(word) > 1
    return word == "&" or (text.lower[i] in lexicon.name_particles)


def _after_role(text: Text, lexicon: Lexicon, first: int, start: int, last: int) -> int:
    """Where the name proper begins: after the last title or role word of the capitalised run.

    A role word that ends the run after a given name or "Mr." is a surname ("Martin Bishop").
    """
    split = start
    for i in range(start, last):
        word = text.lower[i].rstrip(".")
        if word in lexicon.roles or word in lexicon.titles:
            ends = i == last - 1 and i > first
            before = text.lower[i - 1].rstrip(".") if ends else ""
            if not (ends and (before in lexicon.closed.courtesies or (i > split and before in lexicon.given_names))):
                split = i + 1
    return split


def _after_demonym(text: Text, lexicon: Lexicon, start: int, last: int) -> int:
    """Step over "Russian" or "US" before a name of two words or more."""
    if last - start > 2 and text.words[start] in lexicon.demonyms:  # noqa: PLR2004 - a demonym and a full name
        return start + 1
    return start


def _title_gender(text: Text, lexicon: Lexicon, first: int, split: int) -> Gender | None:
    for i in range(first, split):
        word = text.lower[i].rstrip(".")
        if word in lexicon.gender_of and (word in lexicon.titles or word in lexicon.roles):
            return lexicon.gender_of[word]
    return None


def _kind(text: Text, lexicon: Lexicon, first: int, last: int, *, titled: bool, article: bool) -> NameKind:
    whole = " ".join(text.words[first:last])
    if whole in lexicon.countries:
        return "country"
    if whole.lower() in lexicon.acronyms or whole.lower() in lexicon.outlets or whole in lexicon.seats:
        return "organisation"
    if whole in lexicon.demonyms:
        return "unknown"
    ends = text.lower[last - 1]
    if ends in lexicon.organisation_heads or (ends.endswith("s") and ends[:-1] in lexicon.organisation_heads):
        return "organisation"
    if first and text.words[first - 1][0].islower() and text.lower[first - 1] in lexicon.organisation_heads:
        return "organisation"  # "the agency Baltic Wire"
    if titled or (text.lower[first] in lexicon.given_names and last - first > 1):
        return "person"
    if article or (last - first == 1 and whole.isupper() and len(whole.strip(".")) > 1):
        return "organisation"
    return "unknown"


# ---------------------------------------------------------------- roles around a name
def _with_role(text: Text, phrases: Phrases, lexicon: Lexicon, name: Name) -> Name:
    """Add the role that an of-phrase or an apposition gives, where the words before the name gave none."""
    if name.kind in {"organisation", "country"}:
        return name
    return (
        _role_of(text, phrases, lexicon, name)
        or _role_before(text, phrases, lexicon, name)
        or _role_after(text, phrases, lexicon, name)
        or name
    )


def _role_of(text: Text, phrases: Phrases, lexicon: Lexicon, name: Name) -> Name | None:
    """ "Minister of Transport of Latvia Anna Ozola": a department or country, then a name."""
    phrase = phrases.nouns[name.phrase]
    if name.last - name.first < 2 or phrase.first == 0 or text.lower[phrase.first - 1] != "of":  # noqa: PLR2004
        return None
    cut = place_length(text, name.first, name.last, lexicon) or _department_length(text, name.first, name.last, lexicon)
    if not cut or name.first + cut >= name.last:
        return None
    head = phrases.noun(phrase.first - 2)
    while (
        head is not None and not is_role(text, head, lexicon) and head.first > 1 and text.lower[head.first - 1] == "of"
    ):
        head = phrases.noun(head.first - 2)
    if head is None or not is_role(text, head, lexicon):
        return None
    return _named(name, name.first + cut, _without_article(text, head.first), name.first + cut, head.first)


def _named(name: Name, first: int, role_first: int, role_last: int, outer: int) -> Name:
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


def _department_length(text: Text, first: int, last: int, lexicon: Lexicon) -> int:
    for size in (2, 1):
        if first + size < last and " ".join(text.lower[first : first + size]) in lexicon.departments:
            return size
    return 0


def place_length(text: Text, first: int, last: int, lexicon: Lexicon) -> int:
    """Return how many tokens from `first` name a country, the longest reading first; 0 for none."""
    for size in range(min(lexicon.longest_place, last - first), 0, -1):
        if " ".join(text.words[first : first + size]) in lexicon.countries:
            return size
    return 0


def is_role(text: Text, phrase: NounPhrase, lexicon: Lexicon) -> bool:
    """Is the phrase headed by a word for what a person is ("the foreign minister")?"""
    word = text.lower[phrase.head]
    return word in lexicon.roles or (
        word.startswith(("ex-", "co-", "vice-", "then-", "now-")) and word.partition("-")[2] in lexicon.roles
    )


def _without_article(text: Text, first: int) -> int:
    return first + 1 if text.tags[first] in {"DT", "PRP$"} else first


def _role_before(text: Text, phrases: Phrases, lexicon: Lexicon, name: Name) -> Name | None:
    """ "The foreign minister of Estonia, Jaan Tamm, …"."""
    phrase = phrases.nouns[name.phrase]
    if (
        name.role_first >= 0
        or name.outer_first != phrase.first
        or phrase.first <= 1
        or text.words[phrase.first - 1] != ","
    ):
        return None
    before = phrases.noun(phrase.first - 2)
    tail = phrase.first - 1
    hops = 0
    while (
        before is not None
        and not is_role(text, before, lexicon)
        and hops < _HOPS
        and before.first > 1
        and text.lower[before.first - 1] in {"of", "for", "at"}
    ):
        before = phrases.noun(before.first - 2)
        hops += 1
    if before is None or not is_role(text, before, lexicon):
        return None
    if before.first > 1 and text.lower[before.first - 1] in {"of", "for"}:
        outer = phrases.noun(before.first - 2)
        before = outer if outer is not None and is_role(text, outer, lexicon) else before  # "Minister of Justice"
    if before.last < len(text.words) and text.lower[before.last] not in {"of", "for", "at", ","}:
        return None
    if text.lower[before.first] in {"a", "an"} and before.first and text.words[before.first - 1] == ",":
        return None  # "X, a senator, Y and Z": the apposition of somebody else
    return _named(name, name.first, _without_article(text, before.first), tail, before.first)


def _role_after(text: Text, phrases: Phrases, lexicon: Lexicon, name: Name) -> Name | None:
    """ "Jaan Tamm, the foreign minister of Estonia, …"; an apposition adds to a role before the name only if none."""
    phrase = phrases.nouns[name.phrase]
    at = phrase.last
    if name.last != phrase.last or at + 1 >= len(text.words) or text.words[at] != ",":
        return None
    start = at + 2 if text.lower[at + 1] in lexicon.closed.tenure else at + 1
    after = phrases.noun(start)
    if after is None or after.first != start or (name.role_first >= 0 and name.kind == "person"):
        return None
    if not is_role(text, after, lexicon):
        return None
    end = _role_end(text, phrases, after.last, lexicon)
    return _named(name, name.first, _without_article(text, after.first), end, name.outer_first)


def _role_end(text: Text, phrases: Phrases, at: int, lexicon: Lexicon) -> int:
    """Where the role's of-, for- and at-phrases end."""
    limit = min(len(text.words), at + 16)
    while at + 1 < limit and (text.lower[at] in lexicon.closed.of_office or text.words[at] == "and"):
        following = phrases.noun(at + 1)
        if following is None or following.first != at + 1:
            break
        at = following.last
    return at
