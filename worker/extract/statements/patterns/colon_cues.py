"""Quotations that a clause introduces with a colon, whatever its verb.

"Hale had one message: “Go home.”" · "Hale's answer was short: “No.”" · "The minister went on to list his reasons:",
followed by a paragraph that is a quotation.
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.statements.acts import act_of_cue
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.patterns.nominal_cues import possessor
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.extract.statements.source.controlled_subject import main_clause_subject
from worker.extract.statements.source.postverbal_source import passive_agent, postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject


def match_colon_cue(
    doc: Document, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Return the attribution of a quotation after the last colon of the sentence, or at the start of the next sentence.

    None where the quotation does not end its sentence, or where the colon is inside content already found.
    """
    text = doc.text
    colon = next((i for i in range(last - 1, first, -1) if text.words[i] == ":" and text.quotation_of[i] < 0), -1)
    end = _quotation_end(doc, colon + 1, last) if colon > 0 else -1
    introducing = _introducing_verb(doc, first, colon) if end > 0 else None
    if introducing is None:
        return _match_verbless(doc, first, colon, end) if end > colon > 0 else None
    verb, source = introducing
    if any(c.content_includes(colon) and c.cue[0] != verb.first for c in candidates):
        return None
    nominal = _match_possessed_noun(doc, source, verb, (colon + 1, end))
    if nominal is not None or not (is_animate(doc, source) and doc.chunks.has_finite_verb(colon + 1, end)):
        return nominal
    cue = cue_of_verb(doc, verb)
    return StatementCandidate(
        source=source,
        cue=(verb.first, verb.last),
        content=[(colon + 1, end)],
        act=act_of_cue(doc, verb, cue) if cue else "say",
        rule="announced_quotation",
    )


def _match_verbless(doc: Document, first: int, colon: int, end: int) -> StatementCandidate | None:
    """Match an introduction without a verb: "And from Chairwoman Hale:", "A statement by the port:", "Hale:"."""
    text = doc.text
    if doc.chunks.has_finite_verb(first, colon) or not doc.chunks.has_finite_verb(colon + 1, end):
        return None
    at = next((i for i in range(colon - 1, first - 1, -1) if text.lower[i] in {"from", "by"}), first - 1)
    source = postverbal_source(doc, at + 1, colon)
    if source is None or source[1] != colon or not is_animate(doc, source):
        return None
    names_speaker = any(doc.mentions.person_at(i) is not None for i in range(*source))
    if at < first and not names_speaker:
        return None  # "Key points:", "The reasons:"
    cue = (at, at + 1) if at >= first else (colon, colon + 1)
    return StatementCandidate(source=source, cue=cue, content=[(colon + 1, end)], rule="announced_quotation")


def _match_possessed_noun(
    doc: Document, subject: TokenRange, verb: VerbGroup, quotation: TokenRange
) -> StatementCandidate | None:
    """Match a cue noun as the subject, with its possessor as source: "Hale's answer was short: “No.”"."""
    phrase = doc.chunks.noun_phrase(subject[0])
    noun = doc.lexicon.cue_nouns.get(doc.text.lower[phrase.last - 1]) if phrase is not None else None
    if phrase is None or noun is None:
        return None
    source, cue_first = possessor(doc, phrase)
    if source is None:
        return None
    cue = (cue_first, verb.last)
    return StatementCandidate(source=source, cue=cue, content=[quotation], act=noun.act, rule="announced_quotation")


def _quotation_end(doc: Document, at: int, last: int) -> int:
    """Return the end of the quotation that starts at a token and ends its sentence; else -1."""
    text = doc.text
    quotation = text.quotation_starting_at(at)
    if quotation is None:
        return -1
    ends = text.sentence_range(at)[1] if at >= last else last
    return quotation.last if quotation.last + 1 >= ends else -1


def _introducing_verb(doc: Document, first: int, colon: int) -> tuple[VerbGroup, TokenRange] | None:
    """Return the last verb of the main clause and its subject: "told" in "the aide who left told us what he thinks:".

    An infinitive or participle counts only if it is a cue ("went on to say:").  None for a passive.
    """
    text, at = doc.text, colon - 1
    while at >= first:
        verb = doc.chunks.verb_group(at)
        if verb is None or text.quotation_of[at] >= 0:
            at -= 1
            continue
        at = verb.first - 1
        source = _source(doc, verb, first, colon) if verb.finite or cue_of_verb(doc, verb) is not None else None
        if source is not None and not _is_subordinate_subject(doc, source, first):
            return (verb, source) if not verb.passive else _passive_introduction(doc, verb, colon)
    return None


def _passive_introduction(doc: Document, verb: VerbGroup, colon: int) -> tuple[VerbGroup, TokenRange] | None:
    """Return a passive cue with its agent: "This was stated on Telegram by Hale:"; None without an agent."""
    if cue_of_verb(doc, verb) is None:
        return None
    for at in range(verb.last, colon):
        agent = passive_agent(doc, at, colon)
        if agent is not None:
            named = doc.text.words[agent[1]] == "," and doc.chunks.noun_phrase(colon - 1) is not None
            whole = agent[1] == colon or (named and not doc.chunks.has_finite_verb(agent[1], colon))
            return (verb, (agent[0], colon)) if whole else None
    return None


def _is_subordinate_subject(doc: Document, source: TokenRange, first: int) -> bool:
    """Return whether the source is the subject of a relative or that-clause."""
    tags = doc.text.tags
    return tags[source[0]] in _CLAUSE_OPENERS or (source[0] > first and tags[source[0] - 1] in _CLAUSE_OPENERS)


_CLAUSE_OPENERS = frozenset({"WP", "SC"})
"""Tags of relative pronouns and subordinating conjunctions."""


def _source(doc: Document, verb: VerbGroup, first: int, colon: int) -> TokenRange | None:
    """Return the source of a clause before a colon: the verb's subject, the main clause's, or an inverted one.

    Inverted: the noun phrase after the verb ("Stated Hale:").  None if there is none.
    """
    if verb.first == first:
        after = postverbal_source(doc, verb.last, colon)
        return after if after is not None and after[1] == colon else None
    return preverbal_subject(doc, verb, first) if verb.finite else main_clause_subject(doc, verb.first, first)
