"""Cues that stand before what they announce: X said that … · praised Y · saying … · which X said would …"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_LONG_DASHES
from worker.extract.lexicon.lexicon import Cue
from worker.extract.statements.acts import act_of_cue
from worker.extract.statements.candidate import StatementCandidate, content_limit
from worker.extract.statements.content.complements import Complement, find_complement
from worker.extract.statements.content.content_end import quotation_ends_in_comma, trim_end
from worker.extract.statements.content.content_start import starts_clause
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.patterns.nominal_cues import match_adjective_cue
from worker.extract.statements.patterns.passive_cues import match_passive_cue, match_unattributed_question
from worker.extract.statements.phrase_kinds import TokenRange, is_animate, is_party, is_time
from worker.extract.statements.source.controlled_subject import find_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject
from worker.extract.statements.source.relative_objects import relative_object
from worker.extract.statements.venue_and_date import statement_venue

_RELATIVE_ENDS = COMMA_AND_LONG_DASHES | {")", ";", "."}


def match_before_content(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """X said that … · X praised Y · saying … · and called for … · was accused of …"""
    cue = cue_of_verb(doc, verb)
    if cue is None:
        return match_adjective_cue(doc, verb, first, last, candidates)
    limit = min(content_limit(candidates, verb.head, last), _subordinate_end(doc, verb, first, last))
    relative = _relative_content(doc, verb, cue, first, limit) or _judged(doc, verb, cue, first, limit)
    if relative is not None:
        return relative
    if verb.passive:
        return match_passive_cue(doc, verb, cue, first, limit)
    asked = match_unattributed_question(doc, verb, cue, first, limit)
    if asked is not None:
        return asked
    source, cue_first, rule = find_source(doc, verb, first, candidates)
    if rule == "" or (source is not None and _is_anybody(doc, source)):
        return None
    complement = find_complement(doc, verb, cue, limit)
    if (
        complement is None
        or complement.last <= complement.first
        or _says_nothing(doc, cue, complement)
        or _stays_unnamed(doc, cue, complement)
    ):
        return None
    if (
        source is not None
        and complement.form == "phrase"
        and not (is_animate(doc, source) or _it_judges(doc, source, cue))
    ):
        return None
    if rule == "purpose" and complement.form not in {"that", "quotation"}:
        return None
    return StatementCandidate(
        source=source,
        cue=(cue_first, complement.cue_last),
        content=_pieces(doc, source, complement, first),
        act=act_of_cue(doc, verb, cue),
        thought=cue.thought,
        rule=f"{rule}_{complement.form}",
        venue=statement_venue(doc, verb.last, complement.first),
        target=_target(doc, cue, verb, complement),
    )


def _is_anybody(doc: Document, source: TokenRange) -> bool:
    """ "You know that …", "nobody knows whether …": said of everybody or nobody, it is no statement of anybody's."""
    words = doc.text.lower[slice(*source)]
    return words == ["you"] or words[0] in doc.lexicon.negative_pronouns or words[:2] == ["no", "one"]


def _pieces(doc: Document, source: TokenRange | None, complement: Complement, first: int) -> list[TokenRange]:
    """The content; of "what Hale called “a delay” | lasted nine hours" not the verb that goes on."""
    last = complement.last
    if (
        complement.form == "phrase"
        and source is not None
        and source[0] > first
        and doc.text.lower[source[0] - 1] == "what"
    ):
        last = next((i for i in range(complement.first + 1, last) if _is_outer_verb(doc, i)), last)
    return [(complement.first, last)]


def _is_outer_verb(doc: Document, token: int) -> bool:
    verb = doc.chunks.verb_group(token)
    return verb is not None and verb.finite and doc.text.quotation_of[token] < 0


def _it_judges(doc: Document, source: TokenRange, cue: Cue) -> bool:
    """ "It condemned the vote": an "it" that blames or denies is a body, not a thing."""
    return doc.text.lower[source[0]] == "it" and cue.act in {"criticise", "accuse", "deny"}


def _relative_content(doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int) -> StatementCandidate | None:
    """ "…, which X said would fail": the content is "which" and what follows the cue, its verb first."""
    rest = doc.chunks.verb_group(verb.last)
    if not cue.clause or not verb.finite or verb.passive or rest is None or not rest.finite or rest.first != verb.last:
        return None
    source = preverbal_subject(doc, verb, first)
    if source is None or source[0] <= first or doc.text.tags[source[0] - 1] not in {"WP", "SC"}:
        return None
    pronoun = source[0] - 1
    content = [(verb.last, _clause_end(doc, verb.last, limit))]
    if doc.text.lower[pronoun] in {"which", "who", "that"}:
        content.insert(0, (pronoun, source[0]))
    return StatementCandidate(
        source=source,
        cue=(verb.first, verb.last),
        content=content,
        act=act_of_cue(doc, verb, cue),
        thought=cue.thought,
        rule="relative_content",
    )


def _judged(doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int) -> StatementCandidate | None:
    """ "…, a decision that X has described as vandalism", "whom X accused of greed": the judged and the judgement."""
    parts = relative_object(doc, verb, first)
    if parts is None:
        return None
    return StatementCandidate(
        source=parts.source,
        cue=(verb.first, verb.last),
        content=[parts.antecedent, (parts.predicate, _clause_end(doc, parts.predicate, limit))],
        act=act_of_cue(doc, verb, cue),
        rule="relative_object",
    )


def _clause_end(doc: Document, first: int, limit: int) -> int:
    """The end of a relative clause: its closing comma, in or after a quotation, dash or bracket, or the sentence's."""
    text, at = doc.text, first
    while at < limit and (text.quotation_of[at] >= 0 or text.words[at] not in _RELATIVE_ENDS):
        at = text.quotations[text.quotation_of[at]].last if text.quotation_of[at] >= 0 else at + 1
        if text.quotation_of[at - 1] >= 0 and quotation_ends_in_comma(doc, at):
            break
    return trim_end(doc, first, min(at, limit))


def _subordinate_end(doc: Document, verb: VerbGroup, first: int, last: int) -> int:
    """Where the clause ends that opens a sentence: "While Hale said it rains | , the port is open", "Saying it …"."""
    text = doc.text
    opening = doc.chunks.verb_group(first)
    participle = opening is not None and (text.tags[opening.head] == "VBG" or not opening.finite)
    if not participle and (
        text.tags[first] not in {"SC", "IN"}
        or text.lower[first] not in doc.lexicon.closed_classes.fronted_subordinators
    ):
        return last
    commas = [i for i in range(first, last - 1) if text.words[i] == "," and text.quotation_of[i] < 0]
    if not commas or any(i < verb.first and starts_clause(doc, i + 1, last, after_cue=False) for i in commas):
        return last
    return next((i for i in commas if i >= verb.last and starts_clause(doc, i + 1, last, after_cue=False)), last)


def _says_nothing(doc: Document, cue: Cue, complement: Complement) -> bool:
    """ "denied it", "charged nothing", "addressed the crowd": what was said is not told; "rejected that" tells it."""
    words = {"it", "nothing"} if cue.act in {"criticise", "deny"} else {"it", "nothing", "that", "this"}
    if complement.last - complement.first == 1 and doc.text.lower[complement.first] in words:
        return True
    whom = doc.chunks.noun_phrase(complement.first) if cue.addressee and complement.form == "phrase" else None
    return whom is not None and whom.last >= complement.last and is_party(doc, whom)


def _stays_unnamed(doc: Document, cue: Cue, complement: Complement) -> bool:
    """ "asked not to be named", "spoke on condition of | anonymity": how it was said, not what."""
    words = doc.text.lower[complement.first : complement.last]
    named = cue.act in {"ask", "decline"} and bool({"named", "identified", "quoted"} & set(words[:4]))
    return (complement.form == "infinitive" and named) or (cue.act == "say" and words[0] == "anonymity")


def _target(doc: Document, cue: Cue, verb: VerbGroup, complement: Complement) -> TokenRange | None:
    """Who is told, asked, accused or praised."""
    phrase = doc.chunks.noun_phrase(
        complement.first
        if complement.form == "phrase" or (cue.object_infinitive and complement.first == verb.last)
        else verb.last
    )
    if phrase is None or doc.text.quotation_of[phrase.first] >= 0 or is_time(doc, phrase) or not is_party(doc, phrase):
        return None
    if cue.recipient and verb.last <= phrase.first < complement.first:
        return phrase.first, phrase.last
    if (
        cue.act in {"accuse", "criticise", "praise", "demand", "ask"}
        and complement.form in {"phrase", "infinitive"}
        and phrase.first == complement.first
    ):
        return phrase.first, phrase.last
    return None
