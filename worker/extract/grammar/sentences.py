"""Annotation of an article's text: paragraphs, sentences, tokens with tags, and quotations.

Tokens are kept as parallel lists, because objects for a thousand tokens would cost more time than all the rules.
Token 7 is `words[7]`, `lower[7]`, `tags[7]`, at the character offsets `starts[7]:ends[7]`.  Token ranges are half open;
offsets count code points of the article's text.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct

from worker.extract.grammar.layout import Layout, read_layout
from worker.extract.grammar.pos_repair import tag_tokens
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.punctuation import SENTENCE_FINAL
from worker.extract.grammar.quotes import Quotation, find_quotations
from worker.extract.grammar.tokens import Tokens, tokenize, without_invisible
from worker.extract.lexicon.lexicon import Lexicon
from worker.schema import Span

_MAX_SENTENCE_TOKENS = 250
"""Tokens after which a sentence is cut (a table, a hostile text), so that no rule takes quadratic time."""
_TICKER = 2
"""Tokens from an angle bracket to the full stop inside a ticker symbol."""
_CLOSING_BRACKETS = frozenset({")", "]"})


class AnnotatedText(Struct, frozen=True, eq=False):
    """The tokens of an article and their annotations, in parallel lists."""

    string: str
    words: list[str]
    lower: list[str]
    """The words in lower case, with typographic apostrophes replaced by straight ones."""
    tags: list[str]
    """Part-of-speech tags, see `worker.extract.grammar.pos_tagger`."""
    starts: list[int]
    ends: list[int]
    paragraphs: list[tuple[int, int]]
    sentences: list[tuple[int, int]]
    """Token ranges.  A sentence is not cut inside a quotation, so it may contain several quoted sentences."""
    sentence_of: list[int]
    paragraph_of: list[int]
    quotations: list[Quotation]
    quotation_of: list[int]
    """Index in `quotations` of the quotation that covers the token; -1 if there is none."""
    layout: Layout

    def span(self, first: int, last: int) -> Span:
        """Return a non-empty token range, `last` excluded, as a span of the article."""
        start, end = self.starts[first], self.ends[last - 1]
        return Span(start=start, end=end, text=self.string[start:end])

    def slice(self, first: int, last: int) -> str:
        """Return the tokens from `first` up to `last` (excluded) as written; "" for an empty range.

        Soft hyphens and zero-width characters are left out.
        """
        return without_invisible(self.string[self.starts[first] : self.ends[last - 1]]) if last > first else ""

    def sentence_range(self, token: int) -> tuple[int, int]:
        """Return the token range of the sentence that contains a token."""
        return self.sentences[self.sentence_of[token]]

    def paragraph_range(self, token: int) -> tuple[int, int]:
        """Return the token range of the paragraph that contains a token."""
        return self.paragraphs[self.paragraph_of[token]]

    def is_headline(self, token: int) -> bool:
        """Return whether a token is in a headline or section title."""
        return self.layout.kinds[self.paragraph_of[token]] == "headline"

    def quotation_starting_at(self, token: int) -> Quotation | None:
        """Return the quotation whose first token this is; None if there is none and after the last token."""
        if token >= len(self.quotation_of) or self.quotation_of[token] < 0:
            return None
        quotation = self.quotations[self.quotation_of[token]]
        return quotation if quotation.first == token else None

    def token_at(self, offset: int) -> int:
        """Return the first token that ends after the code point `offset`; `len(words)` if there is none."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self.ends[middle] <= offset:
                low = middle + 1
            else:
                high = middle
        return low


def annotate(string: str, lexicon: Lexicon) -> AnnotatedText:
    """Annotate a text.  Every string is valid; the empty one has no tokens."""
    tokens = tokenize(string, lexicon)
    found, quotation_of = find_quotations(tokens, lexicon)
    layout = read_layout(tokens, quotation_of, load_tagger(lexicon.language).tag_dictionary, lexicon)
    sentences = _split_sentences(tokens, found, quotation_of, layout.sentence_starts(), lexicon)
    return AnnotatedText(
        string=string,
        words=tokens.words,
        lower=tokens.lower,
        tags=tag_tokens(tokens, sentences, found, quotation_of, layout, lexicon),
        starts=tokens.starts,
        ends=tokens.ends,
        paragraphs=tokens.paragraphs,
        sentences=sentences,
        sentence_of=_range_index(sentences, len(tokens.words)),
        paragraph_of=_range_index(tokens.paragraphs, len(tokens.words)),
        quotations=found,
        quotation_of=quotation_of,
        layout=layout,
    )


def _range_index(ranges: list[tuple[int, int]], size: int) -> list[int]:
    """Return for every token the index of the range that contains it."""
    index = [0] * size
    for number, (first, last) in enumerate(ranges):
        index[first:last] = [number] * (last - first)
    return index


# ---------------------------------------------------------------- sentences
def _split_sentences(
    tokens: Tokens, found: list[Quotation], quotation_of: list[int], starts: set[int], lexicon: Lexicon
) -> list[tuple[int, int]]:
    """Return the sentences: paragraphs cut at full stops, except within a quotation that continues, and at `starts`."""
    words = tokens.words
    sentences = []
    for first, last in tokens.paragraphs:
        cuts = [first]
        i = first
        while i < last:
            if i in starts and cuts[-1] < i:
                cuts.append(i)
            if words[i] in SENTENCE_FINAL or (
                words[i][-1] == "." and _ends_after_abbreviation(tokens, i, last, lexicon)
            ):
                end = _skip_closing_marks(words, quotation_of, found, i + 1, last)
                inside = end < last and quotation_of[end - 1] >= 0 and quotation_of[end] == quotation_of[end - 1]
                inside = inside or (i >= _TICKER and words[i - _TICKER] == "<")  # "<NVO | .OL>"
                if end < last and not inside and _starts_sentence(words[end], lexicon):
                    cuts.append(end)
                i = end
            else:
                i += 1
            if i - cuts[-1] > _MAX_SENTENCE_TOKENS and i < last and quotation_of[i] < 0:
                cuts.append(i)
        cuts.append(last)
        sentences += [(a, b) for a, b in pairwise(cuts) if a < b]
    return sentences


def _skip_closing_marks(words: list[str], quotation_of: list[int], found: list[Quotation], i: int, last: int) -> int:
    """Return the position after the marks that belong to a stop: more stops, brackets, the closing quotation mark."""
    while i < last and (
        words[i] in SENTENCE_FINAL
        or words[i] in _CLOSING_BRACKETS
        or (
            quotation_of[i] >= 0
            and found[quotation_of[i]].last == i + 1
            and i > 0
            and quotation_of[i - 1] == quotation_of[i]
            and found[quotation_of[i]].closed
        )
    ):
        i += 1
    return i


def _ends_after_abbreviation(tokens: Tokens, i: int, last: int, lexicon: Lexicon) -> bool:
    """Return whether an abbreviation ("U.S.", "Inc.") also ends its sentence: a typical sentence opener follows."""
    words, lower = tokens.words, tokens.lower
    if len(words[i]) < 3 or i + 1 >= last or lower[i].rstrip(".") in lexicon.title_abbreviations:  # noqa: PLR2004
        return False
    following = words[i + 1]
    if len(following) > 1 and following.isupper():
        return False  # a line in capitals: "U.S. STILL …"
    return following[0].isupper() and lower[i + 1] in lexicon.sentence_openers


def _starts_sentence(word: str, lexicon: Lexicon) -> bool:
    return not word[0].islower() and (word[0].isalnum() or word in lexicon.opening_marks or word[0] in "[(@#$£€—–-•*")
