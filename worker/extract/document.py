"""What every extractor is given: one article, read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from worker.extract.coreference.mentions import Mentions
from worker.extract.grammar.chunker import Phrases, chunk
from worker.extract.grammar.sentences import Text, read
from worker.extract.lexicon.lexicon import Lexicon
from worker.schema import Article, Event, Meeting, Statement


class Doc(Struct, frozen=True, eq=False):
    """An article with its words, chunks and parties, and the statements once they are found."""

    article: Article
    lexicon: Lexicon
    text: Text
    phrases: Phrases
    mentions: Mentions
    statements: list[Statement] = []
    """In text order; filled by the first extractor, so that the later ones can say `attributed_to`."""
    meetings: list[Meeting] = []
    """Filled by the extractor of meetings: who met is who could have decided."""


Extractor = Callable[[Doc], Iterable[Event]]


def open_document(article: Article, lexicon: Lexicon) -> Doc:
    """Read an article; never fails, whatever the text."""
    text = read(article.text, lexicon)
    phrases = chunk(text, lexicon)
    return Doc(
        article=article,
        lexicon=lexicon,
        text=text,
        phrases=phrases,
        mentions=Mentions(text, phrases, lexicon),
        statements=[],
        meetings=[],
    )
