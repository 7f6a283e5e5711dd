"""Recognition and classification of proper names.

A name ends a base noun phrase ("Estonian Prime Minister [Jaan Tamm]") or is a possessor in it ("[Tamm]'s remarks").
The words before it in the phrase are its role; `worker.extract.coreference.roles` adds roles outside the phrase.
"""

from __future__ import annotations

from msgspec import Struct

from worker.extract.coreference.name_kinds import NameKind, classify, is_listed_surname
from worker.extract.coreference.person_nouns import is_person_noun, is_role_word, singular_role
from worker.extract.grammar.chunker import Chunks, NounPhrase
from worker.extract.grammar.nicknames import NICKNAME_MARKS
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.grammar.time_phrases import is_time_expression
from worker.extract.lexicon.gazetteer import Gender
from worker.extract.lexicon.institution_names import load_institutions
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_MARKS_IN_NAME = frozenset({*NICKNAME_MARKS, *NICKNAME_MARKS.values()})
_SENTENCE_INITIAL = frozenset({"JJ", "CD", "NNS", "DT", "PRP$"})
_PARTIES = frozenset({"D-", "R-", "I-"})
_NO_ROLE = (-1, -1)
_MAX_PARTICLE = 4
"""Letters of a particle joined to a name, its hyphen or apostrophe included."""
_MAX_AFFILIATION = 3
"""Words of a party before a name: "Liberal Democrats"."""
_FUNCTION_TAGS = frozenset({"RB", "CC", "SC", "IN", "DT", "WP", "UH", "PRP", "MD"})
_CAPITALISED = frozenset({"NNP", "NN", "NNS", "JJ", "FW", "CD"})


class Name(Struct, frozen=True, gc=False):
    """An occurrence of a proper name."""

    first: int
    last: int
    """End of the name; titles are excluded."""
    kind: NameKind
    phrase: int
    """Index of its noun phrase."""
    role_first: int = -1
    role_last: int = -1
    """Token range of the role; -1 if there is none."""
    outer_first: int = -1
    """Start of the noun phrase, titles and appositions before the name included."""
    gender: Gender | None = None


def find_names(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon) -> list[Name]:
    """Return the names of a text in order, with the roles before them."""
    found: list[Name] = []
    unnamed: list[tuple[int, int, int]] = []
    labels = text.layout.labels
    for number, phrase in enumerate(chunks.noun_phrases):
        if text.tags[phrase.head] in {"PRP", "EX", "WP"}:
            continue
        if labels and text.sentence_range(phrase.first)[0] in labels:
            continue  # a dateline names no speaker and no antecedent
        for first, last in _split_at_possessives(text, phrase):
            if text.words[last - 1].islower():
                continue
            name = _find_name(text, lexicon, number, phrase, first, last)
            if name is not None:
                found.append(name)
            elif text.words[last - 1][0].isupper():
                unnamed.append((number, first, last))
    return _with_surnames(text, found, unnamed)


def _with_surnames(text: AnnotatedText, found: list[Name], unnamed: list[tuple[int, int, int]]) -> list[Name]:
    """Return the names with those of `unnamed` that are the surname of a full name: "Weaver" after "Ida Weaver".

    `unnamed`: phrase and token range of capitalised words that are no names by themselves.
    """
    surnames = {text.words[n.last - 1] for n in found if n.kind == "person" and n.last - n.first > 1}
    added = [
        Name(first=last - 1, last=last, kind="unknown", phrase=number, outer_first=first)
        for number, first, last in unnamed
        if text.words[last - 1] in surnames and text.tags[first] != "DT"
    ]
    return sorted(found + added, key=lambda name: name.first) if added else found


def _split_at_possessives(text: AnnotatedText, phrase: NounPhrase) -> list[tuple[int, int]]:
    """Return the parts of a noun phrase between possessives: "Hale 's press officer Jo Fry" has two."""
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


def _find_name(  # noqa: PLR0917 - the phrase and its part
    text: AnnotatedText, lexicon: Lexicon, number: int, phrase: NounPhrase, first: int, last: int
) -> Name | None:
    """Return the name in tokens [first, last), at the end of a part of a noun phrase; None if there is none."""
    if last - first > 1 and text.lower[last - 1] in lexicon.groups and not _ends_in_country(text, lexicon, first, last):
        return None  # "the Senate Republicans" are a group
    if last - first > 1 and _ends_in_role(text, lexicon, first, last):
        return None
    if is_party_tag(text.words[last - 1]):
        return None
    start = last
    while start > first and _is_name_word(text, start - 1, lexicon):
        start -= 1
    while start < last and not _may_open_name(text, lexicon, start):
        start += 1
    if start == last or is_time_expression(text, first, last, last - 1, lexicon) or is_pronoun(text, start, lexicon):
        return None
    name_start = _name_start(text, lexicon, first, start, last)
    gender = _title_gender(text, lexicon, first, name_start)
    listed = name_start == last and is_listed_surname(text, phrase, lexicon)
    if name_start == last:
        if not listed:
            return None
        name_start = start
    titled = name_start > start or (start > first and text.lower[start - 1] in lexicon.roles)
    name_first = name_start if name_start > start else _skip_demonym(text, lexicon, start, last)
    article = text.tags[first] == "DT" and name_first == first + 1
    kind = "person" if listed else classify(text, lexicon, name_first, last, titled=titled, article=article)
    role = _role_range(text, lexicon, first, name_start, name_first) if kind in {"person", "unknown"} else _NO_ROLE
    return Name(
        first=name_first,
        last=last,
        kind=kind,
        phrase=number,
        role_first=role[0],
        role_last=role[1],
        outer_first=first,
        gender=gender,
    )


def _ends_in_country(text: AnnotatedText, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return whether the last two words are a country: "the United States"."""
    return last - first > 1 and f"{text.words[last - 2]} {text.words[last - 1]}" in lexicon.countries


def _role_range(text: AnnotatedText, lexicon: Lexicon, first: int, name_start: int, name: int) -> tuple[int, int]:
    """Return the token range of the role before a name; a courtesy title alone is no role."""
    while first < name_start and text.tags[first] in {"DT", "PRP$"}:
        first += 1
    title = text.lower[first].rstrip(".")
    courtesy = name - first == 1 and title in lexicon.titles and title not in lexicon.offices
    return (first, name) if first < name and not courtesy else _NO_ROLE


def is_party_tag(word: str) -> bool:
    """Return whether a word is the tag of party and state after a legislator's name: "D-Ohio"."""
    return len(word) > 2 and word[:2] in _PARTIES  # noqa: PLR2004


def is_pronoun(text: AnnotatedText, i: int, lexicon: Lexicon) -> bool:
    """Return whether a word is a pronoun that was tagged as a name; "US" is not."""
    return text.lower[i] in lexicon.pronouns and (len(text.words[i]) == 1 or not text.words[i].isupper())


def _may_open_name(text: AnnotatedText, lexicon: Lexicon, i: int) -> bool:
    """Return whether the capitalised word at `i` can begin a name.

    At the start of a sentence, adjectives, numerals, plurals and determiners cannot: their capital is due to the
    position.
    """
    if not text.words[i][0].isupper():
        return False
    return text.sentence_range(i)[0] != i or (
        text.tags[i] not in _SENTENCE_INITIAL and not _is_function_word(text, lexicon, i)
    )


def _ends_in_role(text: AnnotatedText, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return whether a capitalised phrase describes a person by a role: "The Bergen North MP", "a Labour MP".

    The letters after a full name ("Ida Lunde MP") are no role of this kind.
    """
    if text.tags[first] == "DT" and text.lower[last - 1] in lexicon.roles and last - first > 2:  # noqa: PLR2004
        return True
    role = text.words[last - 1] in lexicon.title_acronyms
    return role and not any(text.lower[i] in lexicon.given_names for i in range(first, last - 1))


def _is_function_word(text: AnnotatedText, lexicon: Lexicon, i: int) -> bool:
    """Return whether a word is an adverb, conjunction or preposition in lower case and no name in upper case."""
    known = load_tagger(lexicon.language).tag_dictionary
    tags = known.get(text.lower[i])
    return tags is not None and tags[0] in _FUNCTION_TAGS and "NNP" not in known.get(text.words[i], ())


def _is_name_word(text: AnnotatedText, i: int, lexicon: Lexicon) -> bool:
    """Return whether a word can be part of a name: capitalised, "&" or a name particle."""
    word = text.words[i]
    if word[0].isupper():
        return text.tags[i] in _CAPITALISED or len(word) > 1
    if word in _MARKS_IN_NAME:
        return i > 0 and text.words[i - 1][0].isupper()  # marks are inside a noun phrase only around a nickname
    if "-" in word or "'" in word or "’" in word:
        return _is_capital_after_particle(word)
    if word in {"&", "and"}:
        return i > 0 and text.words[i - 1][0].isupper()  # "and" is inside a noun phrase only as a part of a name
    return text.lower[i] in lexicon.name_particles


def _is_capital_after_particle(word: str) -> bool:
    """Return whether a short particle joined to a name precedes its capital: "al-Tayer", "d'Estaing"."""
    capital = next((i for i, letter in enumerate(word) if letter.isupper()), 0)
    return 0 < capital <= _MAX_PARTICLE and word[capital - 1] in "-'’"


def _name_start(text: AnnotatedText, lexicon: Lexicon, first: int, start: int, last: int) -> int:
    """Return where the name itself starts: after the last title or role of the capitalised words.

    A role word at the end, after a given name or courtesy title, is a surname ("Martin Bishop").
    """
    name_start = start
    for i in range(start, last):
        if _is_title(text, lexicon, i, last) and not (
            (i == last - 1 and i > first and _is_surname_or_letters(text, lexicon, name_start, i))
            or _is_given_name(text, lexicon, start, i, last)
        ):
            name_start = i + 1
    return name_start


def _is_title(text: AnnotatedText, lexicon: Lexicon, i: int, last: int) -> bool:
    """Return whether a capitalised word is a role or title; letters such as "FM" are one before a name only.

    "MS" and "DR" before a name are initials.
    """
    word, low = text.words[i], text.lower[i].rstrip(".")
    if i + 1 < last and f"{word} {text.words[i + 1]}" in lexicon.countries:
        return False  # "Sri Lanka"
    if word in lexicon.title_acronyms:
        return i + 1 < last and text.lower[last - 1] not in lexicon.organisation_heads
    if low in lexicon.closed_classes.courtesy_titles and word.isupper() and i + 1 < last:
        return text.words[i + 1].isupper()
    return (
        is_role_word(low, lexicon) or low in lexicon.titles or (i + 2 < last and singular_role(low) in lexicon.offices)
    )


def _is_surname_or_letters(text: AnnotatedText, lexicon: Lexicon, name_start: int, i: int) -> bool:
    """Return whether the title at the end is a surname ("Martin Bishop") or letters after a name ("Ida Lunde MP")."""
    before = text.lower[i - 1].rstrip(".")
    if before in lexicon.closed_classes.courtesy_titles:
        return True
    if i <= name_start:
        return False
    letters = text.words[i].isupper() and text.lower[i] in lexicon.post_nominals and i - name_start > 1
    return letters or before in lexicon.given_names or _is_profession_as_surname(text, lexicon, name_start, i)


def _is_profession_as_surname(text: AnnotatedText, lexicon: Lexicon, start: int, i: int) -> bool:
    """Return whether a profession after one unknown capitalised word is a surname: "Suzzanne Monk"."""
    low, known = text.lower[i], load_tagger(lexicon.language).tag_dictionary
    if i != start + 1 or low in lexicon.offices or low in lexicon.titles or not text.words[i].istitle():
        return False
    plain = text.words[start].istitle() and text.lower[start] not in known and text.words[start] not in known
    return plain and text.words[start] not in lexicon.demonyms and not text.is_headline(i)


def _is_given_name(text: AnnotatedText, lexicon: Lexicon, start: int, i: int, last: int) -> bool:
    """Return whether a role is a given name: one word follows, and it is no title or comes after another role.

    "Hunter Lunde", "Justice Minister Duke Lunde"; but "Bishop Lunde".
    """
    low = text.lower[i]
    if i != last - 2 or low in lexicon.titles or not text.words[last - 1][0].isupper():
        return False
    follows_role = i > start and text.lower[i - 1] in lexicon.roles
    return low in lexicon.given_name_roles and (follows_role or i == start)


def _skip_demonym(text: AnnotatedText, lexicon: Lexicon, start: int, last: int) -> int:
    """Return the position after a demonym before a full name: "Russian", "US"."""
    while last - start > 2:  # noqa: PLR2004 - a full name is left
        size = _affiliation_length(text, lexicon, start, last)
        if not size:
            break
        start += size
    return start


def _affiliation_length(text: AnnotatedText, lexicon: Lexicon, i: int, last: int) -> int:
    """Return the number of words before a full name for its people, party, group or body ("Oslo-based"); else 0."""
    word, low = text.words[i], text.lower[i]
    if word in lexicon.demonyms:
        return 1
    if text.lower[last - 1] in lexicon.organisation_heads:
        return 0
    classes = load_institutions(lexicon.language).classes
    for size in range(min(_MAX_AFFILIATION, last - i - 2), 0, -1):
        if text.lower[i + size] in lexicon.given_names and " ".join(text.words[i : i + size]) in classes:
            return size
    named = text.lower[i + 1] in lexicon.given_names
    opens = text.sentence_range(i)[0] == i and _is_verb(text, lexicon, i)
    listed = word in lexicon.seats_of_power or low in lexicon.groups or (word.isupper() and low in lexicon.acronyms)
    if not named and text.lower[i + 2] in lexicon.given_names and text.words[i + 1].isupper() and i + 3 < last:
        return 2 * (low not in lexicon.given_names and len(text.words[i + 1]) > 1)  # "Harbour FC Jan Berg"
    listed = listed or (word.isupper() and len(word) > 1 and word.isalpha() and not text.words[last - 1].isupper())
    listed = listed or (low not in lexicon.given_names and _is_common_person_noun(text, lexicon, i))
    return int((named and (listed or opens)) or low.endswith(load_person_words(lexicon.language).affiliation_suffixes))


def _is_common_person_noun(text: AnnotatedText, lexicon: Lexicon, i: int) -> bool:
    """Return whether a capitalised word is a common noun for a person: "Vendor Glenn Berg"."""
    known = load_tagger(lexicon.language).tag_dictionary
    return is_person_noun(text.lower[i], lexicon) and "NNP" not in known.get(text.words[i], ())


def _is_verb(text: AnnotatedText, lexicon: Lexicon, i: int) -> bool:
    """Return whether a word that opens a sentence is a verb: "Praising Ida Lunde"."""
    known = load_tagger(lexicon.language).tag_dictionary
    return known.get(text.lower[i], ("",))[0].startswith("VB") and "NNP" not in known.get(text.words[i], ())


def _title_gender(text: AnnotatedText, lexicon: Lexicon, first: int, name_start: int) -> Gender | None:
    """Return the gender that a title or role before the name shows; None if there is none."""
    for i in range(first, name_start):
        word = text.lower[i].rstrip(".")
        if word in lexicon.gender_of and (word in lexicon.titles or word in lexicon.roles):
            return lexicon.gender_of[word]
    return None
