"""Cues before their content: "X said that …" · "praised Y" · "saying …" · "which X said would …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_LONG_DASHES
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.acts import act_of_cue
from worker.extract.statements.candidate import StatementCandidate, content_limit
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.content.complements import Complement, find_complement
from worker.extract.statements.content.content_end import quotation_ends_in_comma, trim_end
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.patterns.anaphoric_reports import match_anaphoric_report
from worker.extract.statements.patterns.deeds import is_deed
from worker.extract.statements.patterns.made_clear import match_made_clear
from worker.extract.statements.patterns.nominal_cues import match_adjective_cue
from worker.extract.statements.patterns.passive_cues import match_passive_cue, match_unattributed_question
from worker.extract.statements.phrase_kinds import TokenRange, is_animate, is_party, is_time
from worker.extract.statements.source.controlled_subject import CueSource, find_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject
from worker.extract.statements.source.relative_objects import relative_object
from worker.extract.statements.venue_and_date import statement_venue

_RELATIVE_ENDS = COMMA_AND_LONG_DASHES | {")", ";", "."}
"""Punctuation that ends a relative clause."""


def match_before_content(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Return the attribution of a verb that precedes its content, in the sentence [first, last); None if there is none.

    "X said that …" · "X praised Y" · ", saying …" · "and called for …" · "was accused of …" · "is sceptical that …".
    The content ends before the attributions in `candidates`.
    """
    cue = cue_of_verb(doc, verb)
    if cue is None:
        idiom = match_made_clear(doc, verb, first, last, candidates)
        return idiom or match_adjective_cue(doc, verb, first, last, candidates)
    limit = min(content_limit(candidates, verb.head, last), _fronted_clause_end(doc, verb, first, last))
    relative = _match_relative_content(doc, verb, cue, first, limit) or _match_relative_object(
        doc, verb, cue, first, limit
    )
    if relative is not None:
        return relative
    if verb.passive:
        return match_anaphoric_report(doc, verb, cue, first, last) or match_passive_cue(doc, verb, cue, first, limit)
    question = match_unattributed_question(doc, verb, cue, first, limit)
    if question is not None:
        return question
    found = find_source(doc, verb, first, candidates)
    if found is None or _is_generic(doc, found.source):
        return None
    complement = find_complement(doc, verb, cue, limit)
    if complement is None or complement.last <= complement.first or not _is_possible(doc, cue, found, complement):
        return None
    return StatementCandidate(
        source=found.source,
        cue=(found.cue_first, complement.cue_last),
        content=[_content(doc, found.source, complement, first)],
        act=act_of_cue(doc, verb, cue),
        thought=cue.thought,
        rule=f"{found.construction}_{complement.form}",
        venue=statement_venue(doc, verb.last, complement.first),
        target=_target(doc, cue, verb, complement),
    )


def _is_possible(doc: Document, cue: Cue, found: CueSource, complement: Complement) -> bool:
    """Return whether a source with this complement makes a statement.

    An inanimate source states no phrase ("the rain praised …"); an infinitive of purpose states only that-clauses and
    quotations ("he called a meeting to say that …").
    """
    if _has_no_content(doc, cue, complement) or _is_anonymity(doc, cue, complement):
        return False
    if is_deed(doc, cue, found.source, complement):
        return False
    if complement.form == "phrase" and cue.act == "say" and doc.text.lower[slice(*found.source)] == ["that"]:
        return False  # "a group that has advised ministers"
    if complement.form == "phrase" and not (is_animate(doc, found.source) or _is_judging_it(doc, found.source, cue)):
        return False
    return found.construction != "purpose" or complement.form in {"that", "quotation"}


def _is_generic(doc: Document, source: TokenRange) -> bool:
    """Return whether the source refers to no particular speaker: "You know that …", "nobody knows whether …"."""
    words = doc.text.lower[slice(*source)]
    negative = words[0] in doc.lexicon.negative_pronouns or words[-1] in {"nothing", "none"}
    return words == ["you"] or negative or words[:2] == ["no", "one"]


def _content(doc: Document, source: TokenRange, complement: Complement, first: int) -> TokenRange:
    """Return the content, without the matrix verb after it: "what Hale called “a delay” | lasted hours"."""
    last = complement.last
    if complement.form == "phrase" and source[0] > first and doc.text.lower[source[0] - 1] == "what":
        last = next((i for i in range(complement.first + 1, last) if _is_finite_outside_quotation(doc, i)), last)
    return complement.first, last


def _is_finite_outside_quotation(doc: Document, token: int) -> bool:
    """Return whether the token belongs to a finite verb group outside quotations."""
    verb = doc.chunks.verb_group(token)
    return verb is not None and verb.finite and doc.text.quotation_of[token] < 0


def _is_judging_it(doc: Document, source: TokenRange, cue: Cue) -> bool:
    """Return whether the source is an "it" that criticises, accuses or denies, hence an organisation.

    "It condemned the vote".
    """
    return doc.text.lower[source[0]] == "it" and cue.act in {"criticise", "accuse", "deny"}


def _match_relative_content(
    doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int
) -> StatementCandidate | None:
    """Match content whose subject is the relative pronoun: "…, which X said | would fail"."""
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


def _match_relative_object(
    doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int
) -> StatementCandidate | None:
    """Match an antecedent as content: "a decision that X has described as vandalism", "whom X accused of greed"."""
    relative = relative_object(doc, verb, first)
    if relative is None:
        return None
    return StatementCandidate(
        source=relative.source,
        cue=(verb.first, verb.last),
        content=[relative.antecedent, (relative.predicate, _clause_end(doc, relative.predicate, limit))],
        act=act_of_cue(doc, verb, cue),
        rule="relative_object",
    )


def _clause_end(doc: Document, first: int, limit: int) -> int:
    """Return the end of a relative clause: a comma (also inside a quotation), dash, bracket or stop; else `limit`."""
    text, at = doc.text, first
    while at < limit and (text.quotation_of[at] >= 0 or text.words[at] not in _RELATIVE_ENDS):
        at = text.quotations[text.quotation_of[at]].last if text.quotation_of[at] >= 0 else at + 1
        if text.quotation_of[at - 1] >= 0 and quotation_ends_in_comma(doc, at):
            break
    return trim_end(doc, first, min(at, limit))


def _fronted_clause_end(doc: Document, verb: VerbGroup, first: int, last: int) -> int:
    """Return the end of the clause that opens the sentence, if `verb` is in that clause; else `last`.

    "While Hale said it rains | , crowds …".
    """
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


def _has_no_content(doc: Document, cue: Cue, complement: Complement) -> bool:
    """Return whether the complement holds no content: "denied it", "charged nothing", "addressed the crowd".

    After a cue of criticism or denial, "this" and "that" are content ("rejected that"); "it" and "nothing" never are.
    """
    words = {"it", "nothing"} if cue.act in {"criticise", "deny"} else {"it", "nothing", "that", "this"}
    if complement.last - complement.first == 1 and doc.text.lower[complement.first] in words:
        return True
    addressee = doc.chunks.noun_phrase(complement.first) if cue.addressee and complement.form == "phrase" else None
    return addressee is not None and addressee.last >= complement.last and is_party(doc, addressee)


def _is_anonymity(doc: Document, cue: Cue, complement: Complement) -> bool:
    """Return whether the complement only asks for anonymity: "asked not to be named", "on condition of | anonymity"."""
    words = doc.text.lower[complement.first : complement.last]
    named = cue.act in {"ask", "decline"} and bool({"named", "identified", "quoted"} & set(words[:4]))
    return (complement.form == "infinitive" and named) or (cue.act == "say" and words[0] == "anonymity")


def _target(doc: Document, cue: Cue, verb: VerbGroup, complement: Complement) -> TokenRange | None:
    """Return the party addressed, accused, criticised or praised; None if there is none."""
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
