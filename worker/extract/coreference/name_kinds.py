"""The kind of a name: a person, an organisation, a country, or unknown."""

from __future__ import annotations

from typing import Literal

from worker.extract.grammar.chunker import NounPhrase
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.company_names import load_company_names
from worker.extract.lexicon.institution_names import load_institutions
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.lexicon_file import Words
from worker.extract.lexicon.person_words import load_person_words

NameKind = Literal["person", "organisation", "country", "unknown"]


def classify(text: AnnotatedText, lexicon: Lexicon, first: int, last: int, *, titled: bool, article: bool) -> NameKind:
    """Return the kind of a name, by the gazetteer, its last word, its title or given name, and its article."""
    name = " ".join(text.words[first:last])
    if name in lexicon.countries:
        return "country"
    if _is_listed_organisation(name, lexicon, titled=titled):
        return "organisation"
    if name in lexicon.demonyms:
        return "unknown"
    last_word = text.lower[last - 1]
    if _is_organisation_head(last_word, lexicon) or (last - first > 1 and last_word in _organisation_endings(lexicon)):
        return "organisation"
    if first and text.words[first - 1][0].islower() and text.lower[first - 1] in lexicon.organisation_heads:
        return "organisation"  # "the agency Baltic Wire"
    if _ends_in_thing(text, lexicon, first, last) and not (titled and _may_be_surname(text, lexicon, first, last)):
        return "organisation"
    if titled or _opens_with_given_name(text, lexicon, first, last):
        return "person"
    if last - first > 1 and last_word in lexicon.outlet_heads:
        return "organisation"  # "Port Weekly"
    if article or (last - first == 1 and (_is_acronym(name) or _is_compound(name, lexicon))):
        return "organisation"
    return "organisation" if last - first > 1 and _is_named_after_things(text, lexicon, first, last) else "unknown"


def _is_named_after_things(text: AnnotatedText, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return whether a name of several words is not that of a person: "Google Maps", "Hurricane Ida", "Blue Harbour".

    It begins with a company or with a noun that precedes no person's name, or consists of common words.
    """
    if text.is_headline(first):
        return False  # all words may be capitalised
    opening = text.lower[first] in load_person_words(lexicon.language).organisation_openings
    if opening or text.words[first] in load_company_names(lexicon.language):
        return True
    return all(is_common_word(text, lexicon, i) for i in range(first, last))


def _is_listed_organisation(name: str, lexicon: Lexicon, *, titled: bool) -> bool:
    """Return whether a name is in the gazetteers; after a title, the name of a company is a surname."""
    low = name.lower()
    return (
        (not titled and name in load_company_names(lexicon.language))
        or name in load_institutions(lexicon.language).classes
        or name in lexicon.seats_of_power
        or low in lexicon.acronyms
        or low in lexicon.outlets
        or low in lexicon.international
    )


def _is_organisation_head(word: str, lexicon: Lexicon) -> bool:
    if word.rstrip(".") in load_person_words(lexicon.language).company_forms:
        return True
    return word in lexicon.organisation_heads or (word.endswith("s") and word[:-1] in lexicon.organisation_heads)


def _organisation_endings(lexicon: Lexicon) -> Words:
    return load_person_words(lexicon.language).organisation_endings


def _opens_with_given_name(text: AnnotatedText, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return whether a name of several words begins with a given name; "UN" in "UN Relief" is none."""
    if last - first == 1 or (
        text.words[first].isupper() and len(text.words[first]) > 1 and not text.words[last - 1].isupper()
    ):
        return False
    return text.lower[first] in lexicon.given_names


def _ends_in_thing(text: AnnotatedText, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return whether a name is that of a law, event, building or place: "Executive Order", "Gambling Bill".

    The noun after a given name may be a surname or belong to a caption: "Ida Hill", "Ida Lunde Rally".
    """
    if text.lower[last - 1] not in lexicon.thing_nouns or text.lower[first] in lexicon.given_names:
        return False
    courtesy = first > 0 and text.lower[first - 1].rstrip(".") in lexicon.closed_classes.courtesy_titles
    return not courtesy


def _is_compound(word: str, lexicon: Lexicon) -> bool:
    """Return whether a word has a capital inside, as names of companies have: "WikiPort"; "McBride" is a surname."""
    inner = next((i for i in range(1, len(word)) if word[i].isupper() and word[i - 1].islower()), 0)
    return inner > 0 and word.isalpha() and word[:inner] not in load_person_words(lexicon.language).surname_prefixes


def _is_acronym(word: str) -> bool:
    """Return whether a word is in capitals, a plural "s" left aside: "NGOs"."""
    return word.rstrip("s").isupper() and len(word.strip(".")) > 1


def _may_be_surname(text: AnnotatedText, lexicon: Lexicon, first: int, last: int) -> bool:
    """Return whether the last word of a name after a title may be a surname: "Judge Hill", "Minister Kwasi March"."""
    return last - first > 1 or text.lower[last - 1] in lexicon.thing_surnames


def is_common_word(text: AnnotatedText, lexicon: Lexicon, i: int, *, opens: bool = False) -> bool:
    """Return whether a capitalised word is a word of the language and no frequent name or given name.

    `opens`: whether it opens a sentence, so that its capital says nothing.
    """
    known, word = load_tagger(lexicon.language).tag_dictionary, text.words[i]
    listed = text.lower[i] in known or text.lower[i] in lexicon.thing_nouns or text.lower[i] in lexicon.roles
    return listed and (opens or "NNP" not in known.get(word, ())) and text.lower[i] not in lexicon.given_names


def is_listed_surname(text: AnnotatedText, phrase: NounPhrase, lexicon: Lexicon) -> bool:
    """Return whether a profession in capitals is a surname in a list: "Baker, Lunde and Tamm"; no office or title."""
    word, at = text.lower[phrase.head], phrase.head
    if phrase.last - phrase.first > 1 or word in lexicon.offices or word in lexicon.titles:
        return False
    if not text.words[at][0].isupper() or text.tags[at] not in {"NNP", "NN"}:
        return False
    after = text.words[phrase.last : phrase.last + 3]
    if text.tags[phrase.last + 1 : phrase.last + 2] == ["NNP"] and (
        after[0] == "and" or (after[0] == "," and after[2:] in ([","], ["and"]))
    ):
        return True
    return at > 1 and text.words[at - 1] == "and" and text.tags[at - 2] == "NNP"
