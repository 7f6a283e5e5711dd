"""Tags of a whole article: the tagger's output, corrected by the lexicon and by the context of the sentence."""

from __future__ import annotations

from collections.abc import Mapping

from worker.extract.grammar.cue_tags import retag_cues, retag_opening_participles
from worker.extract.grammar.headline_tags import retag_elliptical_lines
from worker.extract.grammar.layout import Layout
from worker.extract.grammar.noun_or_verb import (
    NOUN_OR_VERB_TAGS,
    resolve_ing_form,
    resolve_noun_or_verb,
)
from worker.extract.grammar.past_or_participle import retag_past_tense
from worker.extract.grammar.pos_tagger import Tagger, load_tagger
from worker.extract.grammar.punctuation import SENTENCE_FINAL
from worker.extract.grammar.quotes import Quotation
from worker.extract.grammar.subjunctives import retag_subjunctives
from worker.extract.grammar.title_case import title_lines, write_natural_case
from worker.extract.grammar.tokens import Tokens
from worker.extract.lexicon.lexicon import Lexicon

_VERBAL = frozenset({"VB", "VBD", "VBN", "VBP", "VBZ"})
_SHORTEST_HEADLINE = 4
"""Tokens before the verb of the shortest headline that closes with a reporting clause."""
_MAX_CLAUSE = 20
"""Maximum number of tokens from "that" to the verb of its clause."""
_MAX_AUXILIARY_LETTERS = 4
"""Letters of the longest auxiliary that may open a question ("Does")."""
_NO_ACRONYM_TAGS = frozenset({"PUNCT", "VB", "VBP", "VBD", "WP", "CD"})
_NAMELIKE = frozenset({"RB", "JJ", "VB", "VBG", "VBN", "VBD", "VBP", "NN", "NNS", "UH", "FW"})
_MAYBE_NAME = frozenset({"UH", "FW", "NN", "VBN", "RB", "VBP", "MD", "JJ", "NNS"})
"""Tags under which a capitalised word may be a name that is missing in the training data."""
_GUESSED = frozenset({"VBN", "RB", "VBP"})
_IMPOSSIBLE_IF_UNKNOWN = frozenset({"UH", "FW", "CD", "CC", "DT", "PRP", "PUNCT", "POS", "EX", "WP", "NNP"})
"""Tags that an unknown word in lower case cannot have."""
_NEVER_REPAIRED = frozenset({"IN", "SC", "TO", "RP", "CC", "DT", "EX", "POS", "PUNCT", "WP", "CD"})
"""Tags that are right for a word of the training data."""
_VERBS = frozenset({"VB", "VBD", "VBN", "VBP", "VBG"})
_VERBLIKE = frozenset({"VBD", "VBN", "VB", "VBP"})
_NOUN_OR_NOT = frozenset({"RB", "JJ"})
_MODIFIER_TAGS = frozenset({"NN", "VBN", "VBD", "VBG", "VBP"})
_NOMINAL = frozenset({"NN", "NNS", "NNP", "JJ"})
_APOSTROPHES = frozenset({"'", "’"})
_UNKNOWN_WORD = frozenset({"UH", "FW"})
_PRONOUN_SURNAMES = frozenset({"he", "you", "we", "so", "do", "an", "to", "in", "no"})
"""Pronouns and adverbs that are surnames or given names as well."""
_AFTER_NAME = frozenset({"VBD", "VBZ", "MD", "PUNCT", "POS", "CC", "NNP"})
_PREDICATES = frozenset({"VBD", "VBZ", "VBN", "MD"})
_BEFORE_NOUN = frozenset({"DT", "JJ", "NN", "NNP", "POS", "PRP$"})
_BEFORE_VERB = frozenset({"NN", "NNS", "NNP", "PRP"})
_BARE_VERBS = frozenset({"VB", "VBN", "VBP"})


def tag_tokens(  # noqa: PLR0917 - the annotations so far
    tokens: Tokens,
    sentences: list[tuple[int, int]],
    found: list[Quotation],
    quotation_of: list[int],
    layout: Layout,
    lexicon: Lexicon,
) -> list[str]:
    """Return the tag of every token of an article."""
    model = load_tagger(lexicon.language)
    tags = _tag_with_titles(tokens, sentences, layout, model, lexicon)
    for sentence in sentences:
        _repair(tags, tokens, lexicon, sentence)
    _retag_deputies(tags, tokens.lower, lexicon)
    _retag_possessives(tags, tokens, quotation_of)
    tags = retag_cues(tags, tokens, found, lexicon)
    retag_opening_participles(tags, tokens.lower, sentences, lexicon)
    _retag_opening_verbs(tags, sentences)
    retag_subjunctives(tags, tokens.lower, sentences, model.tag_dictionary, lexicon.mandative)
    _retag_nouns_before_past_tense(tags, tokens.lower, model, lexicon)
    retag_past_tense(tags, tokens.lower, sentences, quotation_of)
    retag_elliptical_lines(tags, tokens, layout, sentences, lexicon)
    _retag_determiners(tags, tokens.lower)
    _retag_closing_cues(tags, tokens.lower, sentences, lexicon)
    return tags


def _retag_closing_cues(tags: list[str], lower: list[str], sentences: list[tuple[int, int]], lexicon: Lexicon) -> None:
    """Retag a noun that closes a headline after a plural as its verb: "Harbour needs repair, pilots [insist]"."""
    for first, last in sentences:
        at = last - 1
        if at - _SHORTEST_HEADLINE < first or tags[at] != "NN" or tags[at - 1] not in {"NNS", "NNP"}:
            continue
        cue = lexicon.cues.get(lower[at])
        if cue is not None and cue.inverts and cue.lemma == lower[at] and "," in lower[at - 4 : at - 1]:
            tags[at] = "VBP"


def _retag_determiners(tags: list[str], lower: list[str]) -> None:
    """Retag a "that" that no verb follows, which opens no clause: "rejected [that] idea, saying …".  Works in place."""
    for i, word in enumerate(lower[:-1]):
        if word == "that" and tags[i] == "SC" and tags[i + 1] == "NN" and not _reaches_verb(tags, lower, i + 2):
            tags[i] = "DT"


def _reaches_verb(tags: list[str], lower: list[str], at: int) -> bool:
    """Return whether a verb follows before the end of the sentence or a participle after a comma."""
    for i in range(at, min(len(tags), at + _MAX_CLAUSE)):
        if tags[i] in _VERBAL or tags[i] == "MD":
            return True
        if lower[i] in SENTENCE_FINAL or tags[i] == "VBG":
            return False
    return False


def _retag_deputies(tags: list[str], lower: list[str], lexicon: Lexicon) -> None:
    """Retag an adverb that is part of a title: "the bank's [vice] president".  Works in place."""
    for i in range(len(tags) - 1):
        if tags[i] == "RB" and lower[i] == "vice" and lower[i + 1] in lexicon.roles:
            tags[i] = "JJ"


def _retag_nouns_before_past_tense(tags: list[str], lower: list[str], model: Tagger, lexicon: Lexicon) -> None:
    """Retag a noun that was read as a verb before another verb: "the appeals [court] overturned the ban".

    Only an auxiliary can precede a past form directly.
    """
    auxiliaries = lexicon.be | lexicon.have | lexicon.do
    for at in range(1, len(tags) - 1):
        if (
            tags[at] == "VBP"
            and tags[at + 1] in {"VBN", "VBD"}
            and tags[at - 1] == "NNS"
            and lower[at] not in auxiliaries
            and "NN" in model.tag_dictionary.get(lower[at], ())
        ):
            tags[at] = "NN"


def _tag_with_titles(
    tokens: Tokens, sentences: list[tuple[int, int]], layout: Layout, model: Tagger, lexicon: Lexicon
) -> list[str]:
    """Return the tagger's tags; lines in title case or capitals get their natural case in `tokens.words` before."""
    words, lower = tokens.words, tokens.lower
    titles = title_lines(tokens, model, lexicon.language)
    if not titles:
        return _retag_known_names(words, model.tag(words, lower), sentences)
    layout.title_lines.update(titles)
    lines = [tokens.paragraphs[number] for number in titles]
    plain = list(words)
    for first, last in lines:
        plain[first:last] = lower[first:last]
    tags = _retag_known_names(plain, model.tag(plain, lower), sentences)
    names = {word for word, tag in zip(plain, tags, strict=True) if tag == "NNP" and not word.islower()}
    write_natural_case(words, lines, names, model, lexicon)
    for first, last in lines:
        tags[first:last] = model.tag(words[first:last], lower[first:last])
        for i in range(first, last):
            if tags[i] in _NO_ACRONYM_TAGS and words[i].isupper() and words[i].isalpha() and len(words[i]) > 1:
                tags[i] = "NNP"  # an acronym that the training data lacks
    return tags


def _retag_known_names(words: list[str], tags: list[str], sentences: list[tuple[int, int]]) -> list[str]:
    """Correct the tags of sentence-initial words; a name elsewhere in the text is a name here too: "Hale said"."""
    openers = {first for first, _ in sentences}
    names = {word for i, word in enumerate(words) if tags[i] == "NNP" and i not in openers and not word.isupper()}
    for i in openers:
        if tags[i] == "VBZ" and len(words[i]) > _MAX_AUXILIARY_LETTERS:
            tags[i] = "NNS"  # a sentence does not open with a third-person verb: "Talks between …"
        if words[i][0].isupper() and (tags[i] == "FW" or (tags[i] in _NAMELIKE and words[i] in names)):
            tags[i] = "NNP"
    return tags


def _repair(tags: list[str], tokens: Tokens, lexicon: Lexicon, sentence: tuple[int, int]) -> None:
    """Correct the tags of a sentence by the lexicon: "the provincial assembly" (no adverb), "Fishermen say" (no name).

    Works in place.
    """
    known, words, lower = load_tagger(lexicon.language).tag_dictionary, tokens.words, tokens.lower
    modifiers = lexicon.role_modifiers
    doubtful = [i for i in range(*sentence) if tags[i] not in _NEVER_REPAIRED or lower[i] not in known]
    for i in doubtful:
        tag, low = tags[i], lower[i]
        if words[i][0].isupper() and (
            (tag in _MAYBE_NAME and _may_be_name(tags, words, i, low, known, lexicon))
            or (low in _PRONOUN_SURNAMES and words[i].istitle() and _is_surname(tags, i, sentence))
        ):
            tags[i] = "NNP"
        elif tag in _NOUN_OR_NOT and i and tags[i - 1] in _BEFORE_NOUN and _is_body(low, tag, known, lexicon):
            tags[i] = "NN"
        elif tag in _IMPOSSIBLE_IF_UNKNOWN and words[i].islower() and _is_unseen(low, known, lexicon):
            # an unknown word is no interjection
            tags[i] = "NNS" if low.endswith("s") and low not in lexicon.roles else "NN"
            tags[i] = resolve_noun_or_verb(tags, i, lower, lexicon, sentence)
        elif tag in _MODIFIER_TAGS and low in modifiers and _modifies_role(tags, i, lower, lexicon, sentence):
            tags[i] = "JJ"  # "a longtime aide", "said retired Gen. Hale"
        elif tag in _VERBS:
            tags[i] = _repaired_verb(tags, i, lower, lexicon)
        elif low == "her" and tag == "PRP" and _is_possessive_her(tags, i, lower, lexicon):
            tags[i] = "PRP$"
        elif tag == "NNP" and _is_group(low, lexicon) and _opens_sentence(tags, tokens, i):
            tags[i] = "NNS"
        elif tag in NOUN_OR_VERB_TAGS:
            is_past = _is_past_form(tags, i, low, known)  # "the council decided on": `retag_past_tense` makes it finite
            tags[i] = "VBN" if is_past else resolve_noun_or_verb(tags, i, lower, lexicon, sentence)


def _is_surname(tags: list[str], i: int, sentence: tuple[int, int]) -> bool:
    """Return whether a capitalised pronoun or adverb within a sentence follows a name: "Vice Premier Liu He said"."""
    following = tags[i + 1] if i + 1 < sentence[1] else "PUNCT"
    return i > sentence[0] and tags[i - 1] == "NNP" and following in _AFTER_NAME


def _is_past_form(tags: list[str], i: int, low: str, known: Mapping[str, list[str]]) -> bool:
    """Return whether a word tagged as a noun after a noun or pronoun is a past tense or participle in -ed."""
    return (
        tags[i] == "NN" and low.endswith("ed") and i > 0 and tags[i - 1] in _BEFORE_VERB and "VBD" in known.get(low, ())
    )


def _is_unseen(low: str, known: Mapping[str, list[str]], lexicon: Lexicon) -> bool:
    """Return whether a word is missing in the training data."""
    return low.isalpha() and low not in known and low not in lexicon.name_particles


def _repaired_verb(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> str:
    """Return the tag of a word tagged as a verb, corrected to a noun for roles and people: "the Hale aide said"."""
    tag, low = tags[i], lower[i]
    if tag == "VBG" or (tag == "VBD" and low.endswith("ing")):
        return resolve_ing_form(tags, i)
    if low in lexicon.roles and (_in_noun_phrase(tags, i) or tags[i + 1 : i + 2] == ["NNP"]):
        return tag if "VB" in load_tagger(lexicon.language).tag_dictionary.get(low, ()) else "NN"
    return "NNS" if tag != "VBD" and low.endswith(("men", "women")) else tag


def _is_body(low: str, tag: str, known: Mapping[str, list[str]], lexicon: Lexicon) -> bool:
    """Return whether a word tagged by its ending as adverb or adjective is an organisation noun: "the assembly"."""
    return low in lexicon.organisation_heads and (tag == "RB" or "JJ" not in known.get(low, ()))


def _modifies_role(tags: list[str], i: int, lower: list[str], lexicon: Lexicon, sentence: tuple[int, int]) -> bool:
    """Return whether a participle or noun modifies a role: "said [retired] Gen. Hale", "a [longtime] aide".

    False for a verb: "Hale [retired] on Monday".
    """
    if i + 1 >= sentence[1] or tags[i + 1] not in _NOMINAL or lower[i + 1] in lexicon.time_nouns:
        return False
    if i == sentence[0]:
        return tags[i] != "VBG"  # "Visiting President Hale, he said"
    if tags[i] == "VBN" and tags[i - 1] in {"VBD", "VBZ"}:  # "praised [retired] Gen. Hale"
        return lower[i - 1] not in lexicon.be and lower[i - 1] not in lexicon.have
    cue = lexicon.cues.get(lower[i - 1])
    return tags[i - 1] in {"DT", "PRP$", "POS", "JJ"} or (cue is not None and cue.inverts)


def _retag_possessives(tags: list[str], tokens: Tokens, quotation_of: list[int]) -> None:
    """Retag an apostrophe after "s" as possessive unless it opens or closes a quotation: "CBS' Hale Hour"."""
    for i in range(1, len(tags) - 1):
        if tags[i] == "VBZ" and tags[i - 1] == "CD" and tokens.lower[i] == "'s" and tags[i + 1] in {"NN", "NNP"}:
            tags[i] = "POS"  # "Radio 4's programme"
    if _APOSTROPHES.isdisjoint(tokens.words):
        return
    for i, word in enumerate(tokens.words):
        if word in _APOSTROPHES and i and tags[i] == "PUNCT" and quotation_of[i] < 0 and tokens.lower[i - 1][-1] == "s":
            if tokens.ends[i - 1] == tokens.starts[i]:
                tags[i] = "POS"
            if i + 1 < len(tags) and tags[i + 1] in _VERBLIKE and tokens.words[i + 1][0].isupper():
                tags[i + 1] = "NNP"


def _is_name(tags: list[str], i: int, low: str, known: Mapping[str, list[str]], lexicon: Lexicon) -> bool:
    """Return whether a capitalised word is a name whose tag was guessed from its ending, or a given name."""
    following = tags[i + 1] if i + 1 < len(tags) else ""
    if tags[i] == "MD":
        return following in {"VBD", "VBZ"}  # "May said": a modal does not govern a finite verb
    if low in known or low in lexicon.lemmas:
        return low in lexicon.given_names and following == "NNP"
    if tags[i] in _GUESSED and i and tags[i - 1] in _VERBAL | {"IN", "TO"} and not low.endswith(("ed", "ly", "s")):
        return True  # "slams Kask over …": capitalised within a sentence, without the ending of a participle or adverb
    if tags[i] == "NN" and i and tags[i - 1] in _VERBAL | {"VBG", "IN", "TO"} and following == "PUNCT":
        return low not in lexicon.roles and low not in lexicon.time_nouns  # "citing Lind."
    if tags[i] in {"JJ", "NNS"}:
        return following in _PREDICATES and low[-1] != "s" and not low.endswith(("men", "women"))  # "Duval called"
    return tags[i] in _UNKNOWN_WORD or following == "NNP" or (following in _PREDICATES and low not in lexicon.roles)


def _may_be_name(  # noqa: PLR0917 - the annotations so far
    tags: list[str], words: list[str], i: int, low: str, known: Mapping[str, list[str]], lexicon: Lexicon
) -> bool:
    """Return whether a capitalised word is a name; a seeming plural may be a given name: "Lars Lind"."""
    if tags[i] == "NNS" and low in lexicon.given_names and words[i + 1 : i + 2] != [] and words[i + 1][0].isupper():
        return True
    if (
        i
        and tags[i] == "NN"
        and words[i].istitle()
        and low not in lexicon.roles
        and _in_full_name(words, i, low, known, lexicon)
    ):
        return True  # "analyst Zachary Tamm"
    return _is_name(tags, i, low, known, lexicon)


def _in_full_name(words: list[str], i: int, low: str, known: Mapping[str, list[str]], lexicon: Lexicon) -> bool:
    """Return whether a word is a given name before an unknown capitalised word, or that word."""
    given, surname = (
        (low, words[i + 1]) if low in lexicon.given_names and i + 1 < len(words) else (words[i - 1].lower(), words[i])
    )
    return given in lexicon.given_names and surname.istitle() and surname.lower() not in known


def _is_group(low: str, lexicon: Lexicon) -> bool:
    """Return whether a word denotes a group of persons: "fishermen", "lawmakers"."""
    return low in lexicon.groups or low.endswith(("men", "women"))


def _in_noun_phrase(tags: list[str], i: int) -> bool:
    """Return whether a noun, determiner or modifier precedes the word."""
    return i > 0 and tags[i - 1] in {"DT", "JJ", "NN", "NNP", "POS", "PRP$"}


def _is_possessive_her(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Return whether "her" is a possessive: "welcomed [her] colleague", not "met [her] last week"."""
    after = i + 1 + (tags[i + 1 : i + 2] == ["JJ"])
    noun = after < len(tags) and tags[after] in {"NN", "NNS"} and not lexicon.time_nouns & set(lower[i + 1 : after + 1])
    return noun and i > 0 and tags[i - 1] in {"VB", "VBD", "VBZ", "VBG", "VBP"}


def _opens_sentence(tags: list[str], tokens: Tokens, i: int) -> bool:
    """Return whether a word opens its sentence and is not the first word of a name."""
    starts = i == 0 or tokens.words[i - 1] in SENTENCE_FINAL or tokens.string[tokens.ends[i - 1]] == "\n"
    return starts and (i + 1 == len(tags) or tags[i + 1] not in {"NNP", "POS"})


def _retag_opening_verbs(tags: list[str], sentences: list[tuple[int, int]]) -> None:
    """Retag VBZ before a preposition at the start of a sentence as a plural: "Talks between …"."""
    for first, last in sentences:
        if tags[first] == "VBZ" and last - first > 1 and tags[first + 1] == "IN":
            tags[first] = "NNS"
