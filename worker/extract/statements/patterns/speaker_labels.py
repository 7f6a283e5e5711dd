"""Statements attributed by layout instead of a verb: a speaker label with a colon or dash, or a signature.

"Tamm: Ferries must sail" · "Tamm on the strike: 'Ferries must sail'" · "MERLE: We never agreed." ·
"Ferries must sail: Tamm" · "“Ferries must sail.” — Jaan Tamm, captain" ·
an embedded post, "Ferries must sail — Jaan Tamm (@tamm) May 3, 2026".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.punctuation import DASHES
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.patterns.interviews import following_paragraphs
from worker.extract.statements.patterns.outlet_credits import is_outlet
from worker.extract.statements.phrase_kinds import TokenRange, is_party
from worker.extract.statements.source.postverbal_source import postverbal_source
from worker.schema import Act

_PREFACE = 12
"""Longest label before a colon, in tokens."""
_CLOSING = 8
"""Longest speaker at the end of a headline, in tokens."""
_SIGNATURE = 16
"""Longest signature (name, role, place, handle, date), in tokens."""
_MARKS = DASHES | {":"}


def match_speaker_label(doc: Document, first: int, last: int) -> StatementCandidate | None:
    """Return the statement that a label or signature in tokens [first, last) attributes; None if there is none.

    A leading label may attribute the rest of the paragraph (a transcript turn), a signature the paragraphs before.
    """
    return _leading_label(doc, first, last) or _closing_label(doc, first, last) or _signature(doc, first, last)


# ---------------------------------------------------------------- colons
def _leading_label(doc: Document, first: int, last: int) -> StatementCandidate | None:
    """Match "Tamm: …" and "Tamm on the strike: …" at the start of a headline, a turn or a quotation."""
    text = doc.text
    if ":" not in text.words[first : min(first + 2 * _PREFACE, last)]:
        return None
    if text.layout.kinds[text.paragraph_of[first]] == "question":
        return None  # the interviewer's
    start = _after_kicker(doc, first, last)
    colon = next((i for i in range(start + 1, min(start + _PREFACE, last - 1)) if text.words[i] == ":"), -1)
    if colon < 0 or text.quotation_of[start] >= 0 or doc.chunks.has_finite_verb(start, colon):
        return None
    source = _label_source(doc, start, colon)
    opens_paragraph = text.paragraph_range(first)[0] == first
    quoted = text.quotation_starting_at(colon + 1) is not None  # even if the quotation is the next sentence
    if source is None or not (opens_paragraph or quoted):
        return None
    turn = opens_paragraph and text.paragraph_of[first] > 0 and not quoted
    end = text.paragraph_range(first)[1] if turn else _content_end(doc, colon + 1, last)
    if turn and not doc.chunks.has_finite_verb(colon + 1, end):
        return None  # a row of figures: "Hale: 2,316."
    rule = "transcript" if turn or _is_capitals(text.words[start]) else "headline_colon"
    content = [(colon + 1, end), *following_paragraphs(doc, first)] if turn else [(colon + 1, end)]
    act: Act = "ask" if turn and text.words[end - 1] == "?" else "say"
    return StatementCandidate(source=source, cue=(colon, colon + 1), content=content, act=act, rule=rule)


def _after_kicker(doc: Document, first: int, last: int) -> int:
    """Return the first token after a kicker and its dash ("EXCLUSIVE – Roger Hale: …"); `first` without a kicker."""
    words = doc.text.words
    for dash in range(first + 1, min(first + _PREFACE, last - 2)):
        if words[dash] in DASHES:
            return dash + 1
        if words[dash] == ":":
            break
    return first


def _label_source(doc: Document, first: int, colon: int) -> TokenRange | None:
    """Return the source in a label.

    Only a phrase with its topic or audience ("on the strike", "to reporters") may come between it and the colon.
    """
    text = doc.text
    source = postverbal_source(doc, first, colon)
    if source is None or not _can_sign(doc, source):
        return None
    return source if source[1] == colon or text.tags[source[1]] in {"IN", "TO"} else None


def _can_sign(doc: Document, source: TokenRange) -> bool:
    """Return whether the phrase is a person, an organisation or a speaking document ("Report: …").

    Topics and kickers ("Opinion: …") are not.
    """
    first, last = source
    if not (doc.lexicon.kickers | {"dear"}).isdisjoint(doc.text.lower[first:last]) or _is_section_title(doc, last - 1):
        return False
    names = [n for n in doc.mentions.registry.names_in(first) if n.last <= last]
    if names:
        return names[-1].kind in {"person", "organisation"} or doc.mentions.person_at(names[-1].first) is not None
    phrase = doc.chunks.noun_phrase(first)
    if phrase is None:
        return False
    word = doc.text.lower[phrase.head]
    if doc.text.tags[phrase.head] == "NNP":
        known = word in doc.lexicon.outlets or word in doc.lexicon.documents
        return known or _is_capitals(doc.text.words[phrase.head])
    return is_party(doc, phrase) or word in doc.lexicon.documents


def _is_section_title(doc: Document, head: int) -> bool:
    """Return whether a label ends with a capitalised noun that denotes no party: "The Plan Stage", "FLOOD RISK"."""
    low, lexicon = doc.text.lower[head], doc.lexicon
    known = load_tagger(lexicon.language).tag_dictionary
    if not doc.text.words[head][0].isupper() or "NN" not in known.get(low, ()) or doc.text.words[head] in known:
        return False
    parties = (lexicon.roles, lexicon.groups, lexicon.organisation_heads, lexicon.documents, lexicon.outlet_heads)
    persons = (doc.mentions.person_at(at) for at in (head, head - 1))
    if any(person is not None and person.confirmed for person in persons):
        return False
    return low not in lexicon.acronyms and not any(low in words for words in parties)


def _is_capitals(word: str) -> bool:
    """Return whether the word has two letters or more, all upper case."""
    return word.isupper() and len(word) > 1


def _content_end(doc: Document, first: int, last: int) -> int:
    """Return the end of the content in the tokens `first` to `last`, without final full stops outside quotations."""
    while last > first + 1 and doc.text.words[last - 1] == "." and doc.text.quotation_of[last - 1] < 0:
        last -= 1
    return last


def _closing_label(doc: Document, first: int, last: int) -> StatementCandidate | None:
    """Match a headline that ends with its source: "Ferries must sail: Tamm", "Ferries to sail – minister"."""
    text = doc.text
    if text.paragraph_of[first] > 0 or text.paragraph_range(first) != (first, last):
        return None
    marks = (i for i in range(last - 2, max(first, last - _CLOSING), -1) if text.words[i] in _MARKS)
    mark = next(marks, -1)
    source = postverbal_source(doc, mark + 1, last) if mark > first and text.quotation_of[mark] < 0 else None
    has_verb = source is not None and any(doc.chunks.verb_group_of[i] >= 0 for i in range(first, mark))
    if source is None or not has_verb or _content_end(doc, first, last) > source[1] or not _can_sign(doc, source):
        return None
    if is_outlet(doc, source):
        return None  # "… – Daily Post": a site's name
    return StatementCandidate(source=source, cue=(mark, mark + 1), content=[(first, mark)], rule="headline_closing")


# ---------------------------------------------------------------- signatures
def _signature(doc: Document, first: int, last: int) -> StatementCandidate | None:
    """Match a dash and a name at the end of a paragraph, which sign the words before: "“…” — Jaan Tamm, captain"."""
    text = doc.text
    end = text.paragraph_range(first)[1]
    if last != end:
        return None
    dash = next((i for i in range(last - 2, max(first, last - _SIGNATURE) - 1, -1) if text.words[i] in DASHES), -1)
    if dash < 0 or text.quotation_of[dash] >= 0 or doc.chunks.has_finite_verb(dash + 1, end):
        return None
    source = postverbal_source(doc, dash + 1, end)
    if source is None or not _can_sign(doc, source):
        return None
    signed = _signed(doc, dash, source, first)
    return (
        StatementCandidate(source=source, cue=(dash, dash + 1), content=[signed], rule="signature") if signed else None
    )


def _signed(doc: Document, dash: int, source: TokenRange, first: int) -> TokenRange | None:
    """Return the quotation that ends at the dash, with its earlier paragraphs, or the text of an embedded post.

    None if there is neither.  A quotation inside a paragraph is not signed.
    """
    text = doc.text
    if dash == 0:
        return None
    if text.quotation_of[dash - 1] >= 0:
        quotation = text.quotations[text.quotation_of[dash - 1]]
        while quotation.continues and quotation.first > 0 and text.quotation_of[quotation.first - 1] >= 0:
            quotation = text.quotations[text.quotation_of[quotation.first - 1]]
        opens = text.paragraph_range(quotation.first)[0] == quotation.first
        return (quotation.first, dash) if opens else None
    post = "@" in text.slice(source[0], min(source[1] + 3, text.paragraph_range(dash)[1]))
    start = text.paragraph_range(first)[0]
    return (start, dash) if post and start < dash else None
