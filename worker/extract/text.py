"""One pass over an article: paragraphs, sentences, tokens with their classes, and quotations.

A `Text` keeps its tokens as parallel lists, because an article has a thousand of them and a thousand objects cost
more than all the rules.  "Token 7" is `words[7]`, `lower[7]`, `tags[7]`, standing at `starts[7]:ends[7]`.  Every range
of tokens is half open, and every offset counts code points of the article's own text.
"""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise

from msgspec import Struct

from worker.extract.lexicon import Lexicon
from worker.extract.quotes import Quotation, quotations
from worker.extract.tags import Tagger, tagger
from worker.extract.tokens import Tokens, tokenize
from worker.schema import Span

_STOPS = frozenset({".", "!", "?", "…", "...", "...."})
_PAST = frozenset({"VBD", "VBN"})
_AUXILIARY = 4
"""Letters of the longest auxiliary that asks a question ("Does")."""
_NAMELIKE = frozenset({"RB", "JJ", "VB", "VBG", "VBN", "VBD", "NN", "NNS", "UH", "FW"})
_LONGEST = 250
"""Tokens after which a "sentence" (a table, a hostile text) is cut, so that no rule's work grows with its square."""
_CLOSERS = frozenset({")", "]"})
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_STRAY = frozenset({"UH", "FW", "NN"})
"""Classes in which a capitalised word may be a name that the tagger did not know."""
_TAG_LINE = 6
"""Tokens of a speaker and a verb after a quotation."""
_LEFT = 12
"""Tokens of a clause before its end in which its verb is looked for."""
_IN_TAG_LINE = frozenset({"DT", "NN", "NNS", "NNP", "CD", "JJ", "POS"})
_BEFORE_NOUN = frozenset({"DT", "JJ", "NN", "NNP", "POS", "PRP$"})
_SUBJECTS = frozenset({"NN", "NNS", "NNP", "PRP", "RB"})
_OBJECTS = frozenset({"NNP", "PRP", "NNS", "DT", "SC", "PRP$", "TO"})
"""What follows a verb rather than a participle that stands alone."""


class Text(Struct, frozen=True, eq=False):
    """An article's words in order, with everything later stages look up by token."""

    string: str
    words: list[str]
    lower: list[str]
    """Lower case, typographic apostrophes straightened."""
    tags: list[str]
    """Word classes, see `worker.extract.tags`."""
    starts: list[int]
    ends: list[int]
    paragraphs: list[tuple[int, int]]
    sentences: list[tuple[int, int]]
    """Never cut inside a quotation that goes on, so a sentence may hold several quoted ones."""
    sentence_of: list[int]
    paragraph_of: list[int]
    quotations: list[Quotation]
    quoted: list[int]
    """Index of the quotation that covers the token, or -1."""

    def span(self, first: int, last: int) -> Span:
        """Return the tokens `first` up to `last` (half open, not empty) as a span of the article."""
        start, end = self.starts[first], self.ends[last - 1]
        return Span(start=start, end=end, text=self.string[start:end])

    def slice(self, first: int, last: int) -> str:
        """Return the article's own characters under the tokens."""
        return self.string[self.starts[first] : self.ends[last - 1]] if last > first else ""

    def sentence(self, token: int) -> tuple[int, int]:
        """Return the token range of the sentence around a token."""
        return self.sentences[self.sentence_of[token]]

    def paragraph(self, token: int) -> tuple[int, int]:
        """Return the token range of the paragraph around a token."""
        return self.paragraphs[self.paragraph_of[token]]

    def token_at(self, offset: int) -> int:
        """Return the first token that ends after the code point `offset` (`len(words)` after the last one)."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self.ends[middle] <= offset:
                low = middle + 1
            else:
                high = middle
        return low


def read(string: str, lexicon: Lexicon) -> Text:
    """Read an article's text; any string is a text, the empty one has no tokens."""
    tokens = tokenize(string, lexicon)
    found, quoted = quotations(tokens, lexicon)
    sentences = _sentences(tokens, found, quoted, lexicon)
    tags = _with_nouns(_tags(tokens, sentences, tagger(lexicon.language)), tokens, lexicon)
    tags = _with_cues(tags, tokens, found, lexicon)
    return Text(
        string=string,
        words=tokens.words,
        lower=tokens.lower,
        tags=_with_verbs(tags, tokens.lower, sentences, quoted),
        starts=tokens.starts,
        ends=tokens.ends,
        paragraphs=tokens.paragraphs,
        sentences=sentences,
        sentence_of=_index_of(sentences, len(tokens.words)),
        paragraph_of=_index_of(tokens.paragraphs, len(tokens.words)),
        quotations=found,
        quoted=quoted,
    )


def _tags(tokens: Tokens, sentences: list[tuple[int, int]], model: Tagger) -> list[str]:
    """Word classes, those of lines in title case told as if they were set like text."""
    words, lower = tokens.words, tokens.lower
    titles = [p for p in tokens.paragraphs if _is_title_case(words, *p, model)]
    if not titles:
        return _with_known_names(words, model.tag(words, lower), sentences)
    plain = list(words)
    for first, last in titles:
        plain[first:last] = lower[first:last]
    tags = _with_known_names(plain, model.tag(plain, lower), sentences)
    names = {word for word, tag in zip(plain, tags, strict=True) if tag == "NNP" and not word.islower()}
    for first, last in titles:
        for i in range(first, last):
            if words[i] in names or (words[i].isupper() and len(words[i]) > 1):
                plain[i] = words[i]
        tags[first:last] = model.tag(plain[first:last], lower[first:last])
    return tags


def _is_title_case(words: list[str], first: int, last: int, model: Tagger) -> bool:
    """Are four words in five of a short line capitalised, small ones aside, and no verb set small among the names?"""
    if any(w.islower() and not _PAST.isdisjoint(model.classes.get(w, ())) for w in words[first:last]):
        return False  # "Hale met Belm in Oslo.": a sentence of names
    long = [w for w in words[first:last] if len(w) > 3 and w[0].isalpha()]  # noqa: PLR2004 - of, and, the …
    return 3 <= len(long) <= 25 and 5 * sum(w[0].isupper() for w in long) >= 4 * len(long)  # noqa: PLR2004


def _with_known_names(words: list[str], tags: list[str], sentences: list[tuple[int, int]]) -> list[str]:
    """A word that is a name inside some sentence is one where it opens a sentence too ("Hale said")."""
    openers = {first for first, _ in sentences}
    names = {word for i, word in enumerate(words) if tags[i] == "NNP" and i not in openers and not word.isupper()}
    for i in openers:
        if tags[i] == "VBZ" and len(words[i]) > _AUXILIARY:
            tags[i] = "NNS"  # no sentence opens with a third person: "Talks between …"
        if words[i][0].isupper() and (tags[i] == "FW" or (tags[i] in _NAMELIKE and words[i] in names)):
            tags[i] = "NNP"
    return tags


def _with_nouns(tags: list[str], tokens: Tokens, lexicon: Lexicon) -> list[str]:
    """Repair what the lexicon knows better: "the provincial assembly" is no adverb, "Fishermen say" names nobody."""
    known = tagger(lexicon.language).classes
    for i, (tag, low) in enumerate(zip(tags, tokens.lower, strict=True)):
        if tag == "RB" and i and tags[i - 1] in _BEFORE_NOUN and low in lexicon.organisation_heads:
            tags[i] = "NN"
        elif tag in _STRAY and tokens.words[i][0].isupper() and _is_name(tags, i, low, known, lexicon):
            tags[i] = "NNP"
        elif tag == "NN" and lexicon.lemmas.get(low, low) != low and low not in known and not low.endswith("s"):
            tags[i] = "VBD" if i and tags[i - 1] in _SUBJECTS else "VBN"  # an irregular past it never saw: "upheld"
        elif tag == "NNS" and _plans_to(tags, i, tokens.lower, lexicon):
            tags[i] = "VBZ"
        elif tag == "NNP" and (low in lexicon.groups or low.endswith(("men", "women"))) and _opens(tags, tokens, i):
            tags[i] = "NNS"
    return tags


def _is_name(tags: list[str], i: int, low: str, known: Container[str], lexicon: Lexicon) -> bool:
    """Tell a name from a class guessed by its ending alone, and a given name before another one."""
    unread = tags[i] != "NN" and low not in known
    return unread or (low in lexicon.given_names and i + 1 < len(tags) and tags[i + 1] == "NNP")


def _plans_to(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Tell the verb of "Hale plans to build" from the noun of "the Hale plans to build" and "Hale's plans to"."""
    if lower[i + 1 : i + 2] != ["to"] or tags[i + 2 : i + 3] != ["VB"] or lexicon.lemmas.get(lower[i], "s")[-1] == "s":
        return False
    at = i - 1
    while at >= 0 and tags[at] == "NNP":
        at -= 1
    return at < i - 1 and (at < 0 or tags[at] in {"PUNCT", "CC", "SC"})


def _with_cues(tags: list[str], tokens: Tokens, found: list[Quotation], lexicon: Lexicon) -> list[str]:
    """Repair verbs beside quotations that look like nouns: “…,” Hale notes. · “…,” the text read. · Hale notes: “…”"""
    for quotation in found:
        before = quotation.first - 2
        if before > 0 and tokens.words[before + 1] in {":", ","}:
            _take_for_verb(tags, tokens, before, lexicon)
        for at in range(quotation.last + 1, min(quotation.last + _TAG_LINE, len(tags))):
            if tags[at] not in _IN_TAG_LINE:
                break
            if at + 1 == len(tags) or tags[at + 1] in {"PUNCT", "IN", "RB"}:
                _take_for_verb(tags, tokens, at, lexicon)
                break
    return tags


def _take_for_verb(tags: list[str], tokens: Tokens, at: int, lexicon: Lexicon) -> None:
    cue = lexicon.cues.get(tokens.lower[at])
    if (
        cue is not None
        and cue.clause
        and tags[at] in {"NN", "NNS"}
        and tags[at - 1] in _IN_TAG_LINE - {"DT", "JJ"}
        and not tokens.lower[at].endswith("ing")
        and not _has_verb_before(tags, at)
    ):
        tags[at] = "VBZ" if tokens.lower[at].endswith("s") else "VBD"


def _has_verb_before(tags: list[str], at: int) -> bool:
    """Tell a noun whose clause has its verb already ("She said of his claims: …")."""
    for i in range(at - 1, max(-1, at - _LEFT), -1):
        if tags[i] in _FINITE:
            return True
        if tags[i] == "PUNCT":
            return False
    return False


def _opens(tags: list[str], tokens: Tokens, i: int) -> bool:
    """Tell whether a word opens its sentence and is not the first one of a name."""
    starts = i == 0 or tokens.words[i - 1] in _STOPS or tokens.string[tokens.ends[i - 1]] == "\n"
    return starts and (i + 1 == len(tags) or tags[i + 1] not in {"NNP", "POS"})


def _with_verbs(tags: list[str], lower: list[str], sentences: list[tuple[int, int]], quoted: list[int]) -> list[str]:
    """Repair what only the whole sentence shows: a participle is its verb where there is no other ("She resigned.").

    No other outside quotations.  Not before "by", and not where no full stop ends the sentence: headlines leave out
    "was".
    """
    for first, last in sentences:
        if tags[first] == "VBZ" and last - first > 1 and tags[first + 1] == "IN":
            tags[first] = "NNS"  # "Talks between …": no verb opens a sentence in the third person
        stopped = lower[last - 1] in _STOPS or quoted[last - 1] >= 0
        if not stopped or any(tags[i] in _FINITE and quoted[i] < 0 for i in range(first, last)):
            continue
        for at in range(first + 1, last - 1):
            if tags[at] == "VBN" and quoted[at] < 0 and lower[at + 1] != "by" and _may_be_past(tags, at):
                tags[at] = "VBD"
                break
    return tags


def _may_be_past(tags: list[str], at: int) -> bool:
    """Tell whether a subject may stand before a participle: right there, or before an aside ("X, the Y, told CNN")."""
    return tags[at - 1] in _SUBJECTS or (tags[at - 1] == "PUNCT" and tags[at + 1] in _OBJECTS)


def _index_of(ranges: list[tuple[int, int]], size: int) -> list[int]:
    """For every token the number of the range that holds it."""
    index = [0] * size
    for number, (first, last) in enumerate(ranges):
        index[first:last] = [number] * (last - first)
    return index


# ---------------------------------------------------------------- sentences
def _sentences(tokens: Tokens, found: list[Quotation], quoted: list[int], lexicon: Lexicon) -> list[tuple[int, int]]:
    """Cut paragraphs at full stops, but not where a quotation (unless it fills the sentence so far) goes on."""
    words = tokens.words
    sentences = []
    for first, last in tokens.paragraphs:
        cuts = [first]
        i = first
        while i < last:
            if words[i] in _STOPS or (words[i][-1] == "." and _ends_after_abbreviation(tokens, i, last, lexicon)):
                end = _after_closers(words, quoted, found, i + 1, last)
                inside = end < last and quoted[end - 1] >= 0 and quoted[end] == quoted[end - 1]
                if end < last and not inside and _starts_sentence(words[end], lexicon):
                    cuts.append(end)
                i = end
            else:
                i += 1
            if i - cuts[-1] > _LONGEST and i < last and quoted[i] < 0:
                cuts.append(i)
        cuts.append(last)
        sentences += [(a, b) for a, b in pairwise(cuts) if a < b]
    return sentences


def _after_closers(words: list[str], quoted: list[int], found: list[Quotation], i: int, last: int) -> int:
    """Step over what belongs to the stop before: more stops, closing brackets, the quotation's own closing mark."""
    while i < last and (
        words[i] in _STOPS
        or words[i] in _CLOSERS
        or (
            quoted[i] >= 0
            and found[quoted[i]].last == i + 1
            and i > 0
            and quoted[i - 1] == quoted[i]
            and found[quoted[i]].closed
        )
    ):
        i += 1
    return i


def _ends_after_abbreviation(tokens: Tokens, i: int, last: int, lexicon: Lexicon) -> bool:
    """Does "U.S." or "Inc." also end its sentence?  Only before a word that opens sentences ("The", "He")."""
    words, lower = tokens.words, tokens.lower
    if len(words[i]) < 3 or i + 1 >= last or lower[i].rstrip(".") in lexicon.title_abbreviations:  # noqa: PLR2004
        return False
    following = words[i + 1]
    return following[0].isupper() and lower[i + 1] in lexicon.sentence_openers


def _starts_sentence(word: str, lexicon: Lexicon) -> bool:
    return not word[0].islower() and (word[0].isalnum() or word in lexicon.opening_marks or word[0] in "[(@#$£€—–-•*")
