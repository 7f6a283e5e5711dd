"""What every extractor is given: one article, read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from worker.extract.coreference.mentions import MentionResolver
from worker.extract.grammar.chunker import Chunks, chunk
from worker.extract.grammar.sentences import AnnotatedText, annotate
from worker.extract.lexicon.lexicon import Lexicon
from worker.schema import Article, Event, Meeting, Statement


class Document(Struct, frozen=True, eq=False):
    """An article with its words, chunks and parties, and the statements once they are found."""

    article: Article
    lexicon: Lexicon
    text: AnnotatedText
    chunks: Chunks
    mentions: MentionResolver
    statements: list[Statement] = []
    """In text order; filled by the first extractor, so that the later ones can say `attributed_to`."""
    meetings: list[Meeting] = []
    """Filled by the extractor of meetings: who met is who could have decided."""


Extractor = Callable[[Document], Iterable[Event]]


def read_document(article: Article, lexicon: Lexicon) -> Document:
    """Read an article; never fails, whatever the text."""
    text = annotate(article.text, lexicon)
    chunks = chunk(text, lexicon)
    return Document(
        article=article,
        lexicon=lexicon,
        text=text,
        chunks=chunks,
        mentions=MentionResolver(text, chunks, lexicon),
        statements=[],
        meetings=[],
    )
