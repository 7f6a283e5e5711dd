"""Cues that follow what they announce: "…," X said · "…," said X · …, X said · and interruptions."""

from __future__ import annotations

from worker.extract.complements import FINAL, complement, content_end, trim
from worker.extract.document import Doc
from worker.extract.finds import BREAKS, Find, clause_start
from worker.extract.lexicon import Cue
from worker.extract.occasions import venue_of
from worker.extract.openings import cue_of
from worker.extract.phrases import NounPhrase, VerbGroup
from worker.extract.sources import Range, animate, is_party, speaker_after, subject, text_is_venue

_CIRCUMSTANCE = frozenset(
    {"when", "while", "after", "as", "before", "although", "though", "in", "during", "on", "at", "with"}
)


def after_content(doc: Doc, verb: VerbGroup, first: int, last: int, finds: list[Find]) -> Find | None:
    """ "…," X said · "…," said X · …, X said.  With what follows the interruption."""
    cue = cue_of(doc, verb)
    if verb.passive or not (verb.finite or _is_past_tag(doc, verb, cue, first, last)):
        return None
    source, edge, inverted = _around(doc, verb, first, last, cue)
    if source is None or edge < first:
        return None
    quote = _quotation_ending(doc, edge)
    if quote >= first:
        known = cue is not None and (cue.clause or cue.inverts)
        if not known and not _is_bare_tag(doc, verb, source, last):
            return None
        start = _content_start(doc, quote, first, finds)
        rule = "quotation_cue_source" if inverted else "quotation_source_cue"
    else:
        if cue is None or not cue.clause or doc.text.words[edge] not in BREAKS or (inverted and not cue.inverts):
            return None
        if not _is_parenthetical(doc, verb, source, last, inverted=inverted):
            return None
        start = clause_start(doc, first, edge, finds)
        if doc.text.tags[start] in {"SC", "WP"} and "," not in doc.text.words[start:edge]:
            return None  # "When the talks ended, she said …": a subordinate clause is not yet content
        rule = "content_cue_source" if inverted else "content_source_cue"
    left = trim(doc, start, edge + (quote >= first and doc.text.quoted[edge] >= 0))
    tail = max(verb.last, source[1])
    more = _resumption(doc, tail, last, quoted=quote >= first)
    if left <= start or (
        quote < first and not doc.phrases.finite_between(start, left) and not _opens_with_verb(doc, more)
    ):
        return None
    pieces = [(start, left)]
    if more is not None:
        pieces.append(more)
    target, venue = _recipient(doc, cue, tail, last), venue_of(doc, tail, last)
    return Find(
        source=source,
        cue=(verb.first, verb.last),
        pieces=pieces,
        act=cue.act if cue else "say",
        thought=cue is not None and cue.thought,
        rule="interrupted_" + rule.partition("_")[0] if more else rule,
        venue=venue,
        target=target if venue is None or target != venue else None,
    )


def _is_past_tag(doc: Doc, verb: VerbGroup, cue: Cue | None, first: int, last: int) -> bool:
    """Whether a "participle" is the past tense of a tag line: "No ferry will sail, insisted Hale's office." """
    if cue is None or not cue.inverts or verb.first <= first or doc.text.tags[verb.head] != "VBN":
        return False
    source = speaker_after(doc, verb.last, last) if doc.text.words[verb.first - 1] in BREAKS else None
    return source is not None and _ends(doc, source[1], last)


def _ends(doc: Doc, at: int, last: int) -> bool:
    return at >= last or doc.text.words[at] in FINAL


def _around(doc: Doc, verb: VerbGroup, first: int, last: int, cue: Cue | None) -> tuple[Range | None, int, bool]:
    """The cue's source, the token before both, and whether the source stands after the verb."""
    before = verb.first - 1
    quoted = before >= first and _quotation_ending(doc, before) >= first
    if before >= first and (quoted or doc.text.words[before] in BREAKS):
        source = speaker_after(doc, verb.last, last)
        somebody = source is not None and (quoted or animate(doc, source) or doc.text.words[source[1] : last] == ["."])
        if source is not None and somebody and _inverts(doc, cue, source, last, quoted=quoted):
            return source, before, True
    source = subject(doc, verb, first)
    return source, (source[0] - 1 if source else -1), False


def _inverts(doc: Doc, cue: Cue | None, source: Range, last: int, *, quoted: bool) -> bool:
    """May the speaker follow this verb?  After a quotation any's may ("…?" bristled Hale.), if nothing else does."""
    if cue is not None:
        return cue.inverts
    person = quoted and doc.text.tags[source[1] - 1] == "NNP" and animate(doc, source)
    return person and _ends(doc, source[1], last)


def _quotation_ending(doc: Doc, token: int) -> int:
    """First token of the quotation that ends at a token, or right before it where that is a comma; else -1."""
    text = doc.text
    at = token
    if at > 0 and text.quoted[at] < 0 and text.words[at] in BREAKS:
        at -= 1
    if at < 0 or text.quoted[at] < 0:
        return -1
    quotation = text.quotations[text.quoted[at]]
    if quotation.last != at + 1:
        return -1
    inner = quotation.inner[1] - 1
    while inner > quotation.first and text.words[inner] in doc.lexicon.quotation_marks:
        inner -= 1
    ended = at != token or text.words[inner] in {",", ".", "?", "!", "—", "–", "--", "…", "..."} or not quotation.closed
    whole = ended or doc.phrases.finite_between(*quotation.inner)  # its comma forgotten
    return quotation.first if whole else -1


def _is_bare_tag(doc: Doc, verb: VerbGroup, source: Range, last: int) -> bool:
    """A verb that is no known cue still is one in "…," she shrugged."""
    after = max(verb.last, source[1])
    return after >= last or doc.text.words[after] in FINAL or doc.text.words[after] in BREAKS


def _content_start(doc: Doc, quote: int, first: int, finds: list[Find]) -> int:
    """Where content that ends with a quotation begins: with the quotation, or with the clause it completes."""
    floor = max([first, *(max(f.last, f.cue[1]) for f in finds if f.last <= quote)])
    if quote <= floor or doc.text.words[quote - 1] in {",", ":", "—", "–", "--", "."}:
        return quote
    return clause_start(doc, floor, quote, finds)


def _is_parenthetical(doc: Doc, verb: VerbGroup, source: Range, last: int, *, inverted: bool) -> bool:
    """Does nothing that could be content follow the cue: the end, a comma, or an adverbial?"""
    text = doc.text
    after = source[1] if inverted else _after_recipient(doc, verb, last)
    if after + 1 < last and text.words[after] in BREAKS and text.quoted[after + 1] >= 0:
        return inverted or _goes_on_inside(doc, after + 1)  # "When she left, X said, "…"": the quotation is the content
    if after >= last or text.words[after] in FINAL or text.words[after] in BREAKS:
        return True
    if text.words[after] == ":" or text.quoted[after] >= 0:
        return False
    cue = cue_of(doc, verb)
    right = complement(doc, verb, cue, last) if cue is not None else None
    return right is None or (
        right.form == "phrase"
        and text_is_venue(doc, doc.phrases.noun(right.first) or NounPhrase(right.first, right.first + 1, right.first))
    )


def _recipient(doc: Doc, cue: Cue | None, at: int, last: int) -> Range | None:
    """Who is told: "told the crowd", "explained to reporters in Oslo"."""
    text = doc.text
    to = at < last and text.lower[at] == "to"
    if at >= last or not (to or (cue is not None and cue.recipient)):
        return None
    phrase = doc.phrases.noun(at + to)
    told = phrase is not None and phrase.first == at + to and is_party(doc, phrase)
    return speaker_after(doc, at + to, last) if told else None


def _after_recipient(doc: Doc, verb: VerbGroup, last: int) -> int:
    told = _recipient(doc, cue_of(doc, verb), verb.last, last)
    return told[1] if told else verb.last


def _resumption(doc: Doc, at: int, last: int, *, quoted: bool) -> Range | None:
    """What goes on after an interruption: "…," he said, "…" · The plan, he said, would fail."""
    text = doc.text
    if quoted:
        for i in range(at, last):
            if text.quoted[i] >= 0:
                return _resumed(doc, i, last)
            verb = doc.phrases.verb(i)
            cue = cue_of(doc, verb) if verb is not None and i > at else None
            if verb is not None and cue is not None and cue.clause and not _is_manner(doc, verb, last):
                return None
        return None
    if at + 1 < last and text.words[at] in BREAKS and text.tags[at + 1] not in {"VBG", "CC", "WP"}:
        verb = doc.phrases.verb(at + 1 + _goes_on_inside(doc, at + 1))
        if (verb is not None and verb.finite) or (
            text.tags[at + 1] in {"DT", "IN", "SC", "TO"} and text.lower[at + 1] not in _CIRCUMSTANCE
        ):
            return at + 1, trim(doc, at + 1, content_end(doc, at + 1, last))
    return None


def _is_manner(doc: Doc, verb: VerbGroup, last: int) -> bool:
    """ "…," she said, laughing, "is all …": after the participle the same sentence goes on."""
    text, at = doc.text, verb.last + 1
    between = (
        doc.text.tags[verb.head] == "VBG" and at + 1 < last and text.words[verb.last] == "," and text.quoted[at] >= 0
    )
    return between and text.words[at + 1][0].islower()


def _goes_on_inside(doc: Doc, at: int) -> bool:
    """ "The league, X said, "never paid": does the quotation that opens here begin with a verb for the words before?"""
    verb = doc.phrases.verb(at + 1) if doc.text.quoted[at] >= 0 and at + 1 < len(doc.text.words) else None
    return verb is not None and verb.finite and verb.first == at + 1


def _resumed(doc: Doc, at: int, last: int) -> Range | None:
    """The quotation that goes on at a token, with the conjunction before it; not one that has its own speaker."""
    text = doc.text
    opens = text.quotations[text.quoted[at]]
    joined = text.tags[at - 1] == "CC"
    glue = joined or text.words[at - 1] in {",", ":", "—", "–", "--", "-", "."}
    if not glue or opens.first != at or _is_tagged(doc, opens.last, last):
        return None
    return at - joined, trim(doc, at, _to_sentence_end(doc, opens.last, last))


def _is_tagged(doc: Doc, at: int, last: int) -> bool:
    """Does a speaker of its own follow a quotation: "…," said X · "…," X said?"""
    verb = doc.phrases.verb(at) if at < last else None
    if verb is None:
        phrase = doc.phrases.noun(at) if at < last else None
        verb = doc.phrases.verb(phrase.last) if phrase is not None and phrase.first == at else None
    cue = cue_of(doc, verb) if verb is not None and verb.finite else None
    return cue is not None and cue.inverts


def _opens_with_verb(doc: Doc, piece: Range | None) -> bool:
    if piece is None:
        return False
    verb = doc.phrases.verb(piece[0])
    return _goes_on_inside(doc, piece[0]) or (verb is not None and verb.finite)


def _to_sentence_end(doc: Doc, after: int, last: int) -> int:
    """A quotation's end, or the sentence's where the quotation is part of a clause that goes on."""
    return content_end(doc, after, last) if after < last and doc.text.words[after] not in FINAL | BREAKS else after
