"""Whether a candidate reports words, spoken or written, rather than a thought, a finding or a deed.

"Hale believes that …", "the study shows that …" and "Hale offered her seat" are no statements.  A candidate with a
quotation of at least `_QUOTED_SPEECH` words always is: "Hale believes it is “the end of the road”".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.schema import Actor

_QUOTED_SPEECH = 3
"""Minimum number of words of a quotation that is speech, rather than a term, a name or scare quotes."""
_LOWER_CASE = 4
"""Minimum number of letters of a word that is capitalised in titles."""
_BARE_NAME = 2
"""Maximum number of words of an object without predicative after a verb of calling: "called an ambulance"."""
_GERUND_PREPOSITIONS = frozenset({"for", "on", "against", "into", "to", "of", "as", "with", "from", "at", "about"})
"""Prepositions before a gerund that denotes a deed: "fined for | describing …"."""
_CUE_PREPOSITIONS = frozenset({"of", "about"})
"""Prepositions that belong to an adjective as cue: "critical of"."""
_CONTRACTED = frozenset({"'s", "’s"})
"""The pronoun of "let's say"."""
_DEMONSTRATIVES = frozenset({"this", "that", "these", "those", "one"})
_HYPOTHETICAL = frozenset({"phrase", "infinitive", "clause", "that", "question"})
"""Complements that are not yet said if the verb has a modal: "would argue that …", "will announce a plan"."""


def reports_words(doc: Document, candidate: StatementCandidate) -> bool:
    """Return whether the candidate is a statement: its source said or wrote the content."""
    rule = candidate.rule
    if rule == "signature":
        return not _is_title(doc, candidate.content[0])
    if rule == "transcript":
        return _is_speaker(doc, candidate)
    verb = _cue_verb(doc, candidate) if candidate.cue[0] < candidate.cue[1] else None
    cue = cue_of_verb(doc, verb) if verb is not None else None
    if rule == "passive" and cue is not None and cue.predicative:
        return False  # "is called “a farmer's lung”"
    if _has_quoted_speech(doc, candidate):
        return True
    if rule == "adjective":
        words = doc.text.lower[slice(*candidate.cue)]
        return (words[-2] if words[-1] in _CUE_PREPOSITIONS else words[-1]) in doc.lexicon.deeds["outspoken"]
    if candidate.thought or (cue is not None and cue.thought):
        clause = rule.endswith(("_that", "_clause")) or rule == "content_source_cue"
        return cue is not None and clause and _is_finding(doc, candidate.source, cue)
    if rule == "nominal":
        return _noun_reports_words(doc, candidate)
    if verb is None or cue is None:
        return True
    return _verb_reports_words(doc, candidate, verb, cue)


def _cue_verb(doc: Document, candidate: StatementCandidate) -> VerbGroup | None:
    """Return the verb of the cue: its first, or the infinitive that it governs ("are trying | to assess")."""
    first = doc.chunks.verb_group(candidate.cue[0])
    if first is None or not candidate.rule.startswith("chained") or first.last >= candidate.cue[1]:
        return first
    return doc.chunks.verb_group(first.last) or first


def _verb_reports_words(doc: Document, candidate: StatementCandidate, verb: VerbGroup, cue: Cue) -> bool:
    """Return whether a verb of speech reports words that were said."""
    deeds, form = doc.lexicon.deeds, candidate.rule.rpartition("_")[2]
    if candidate.rule in {"passive", "passive_agent"}:
        return _passive_reports_words(doc, verb, cue)
    governor = doc.chunks.verb_group(candidate.cue[0]) or verb
    hypothetical = form in _HYPOTHETICAL or candidate.rule.startswith("content")
    if governor.modal >= 0 and not governor.negated and hypothetical:
        return False
    if _is_no_report(doc, verb, cue, form):
        return False
    if candidate.source is not None and cue.lemma in deeds["showing"] and _is_evidence(doc, candidate.source):
        return False
    if candidate.rule.startswith("participle") and _is_gerund(doc, candidate, cue, form):
        return False
    if candidate.rule == "participle_phrase" and _is_attribute(doc, candidate.cue[0]):
        return False
    if form != "phrase":
        return True
    if cue.lemma in deeds["stances"]:
        return _is_stated_stance(doc, candidate, verb, cue)
    return not _object_marks_deed(doc, candidate, cue)


def _is_no_report(doc: Document, verb: VerbGroup, cue: Cue, form: str) -> bool:
    """Return whether a verb with this form of complement tells a deed."""
    deeds, lemma = doc.lexicon.deeds, cue.lemma
    return (
        (lemma in deeds["endeavours"] and form == "infinitive")  # "sought to fuel the protests"
        or (lemma in deeds["records"] and form == "question")  # "assessed whether it leaks"
        or (lemma in deeds["commands"] and form == "clause")  # "ordered another ship and sold it"
        or (verb.negated and lemma in deeds["handing"])  # "did not offer a response"
    )


def _is_gerund(doc: Document, candidate: StatementCandidate, cue: Cue, form: str) -> bool:
    """Return whether an -ing form denotes a deed or modifies a noun, and reports no statement.

    Examples: "the defending champion", "fined for describing …", "lights suggesting a change", "and keeping the road".
    """
    before = candidate.cue[0] - 1
    if before < 0 or form not in {"phrase", "clause", "infinitive"} or doc.text.tags[before] == "PUNCT":
        return False
    judging = cue.predicative or cue.act in {"accuse", "criticise", "praise"}
    if doc.text.lower[max(0, before - 1) : before + 1] == ["record", "as"]:
        return False  # "went on record as | saying …"
    coordinated = doc.text.tags[before] == "CC" and not judging and form != "infinitive"
    if coordinated or doc.text.lower[before] in _GERUND_PREPOSITIONS:
        return True
    if doc.text.lower[before] in doc.lexicon.documents:
        return False  # "a resolution calling for …"
    if candidate.source is not None and doc.text.lower[candidate.source[0] - 1] in {"with", "despite"}:
        return False  # "with the union calling it a shame"
    if any(doc.text.quotation_of[i] >= 0 for i in range(*candidate.content[0])):
        return False
    inanimate = candidate.source is not None and not is_animate(doc, candidate.source)
    return inanimate if form == "clause" else doc.text.tags[before][:2] == "NN"


def _is_attribute(doc: Document, participle: int) -> bool:
    """Return whether a participle modifies the noun after it, as the object of a verb: "got | promising results"."""
    text, phrase = doc.text, doc.chunks.noun_phrase(participle + 1)
    before = doc.chunks.verb_group(participle - 1) if participle else None
    bare = phrase is not None and phrase.first == participle + 1 and text.tags[phrase.first] in {"JJ", "NN", "NNS"}
    return bare and before is not None and before.last == participle


def _is_stated_stance(doc: Document, candidate: StatementCandidate, verb: VerbGroup, cue: Cue) -> bool:
    """Return whether a stance was stated: "has backed the plan", but not "backs", "backing" or "did not back"."""
    if cue.lemma not in doc.lexicon.deeds["sides"]:
        return False
    past = doc.text.tags[verb.head] in {"VBD", "VBN"}
    return past and not verb.negated and candidate.rule.startswith("source_cue")


def _object_marks_deed(doc: Document, candidate: StatementCandidate, cue: Cue) -> bool:
    """Return whether the verb denotes a deed with this object: "offered her seat", "called a cab"."""
    deeds, lemma = doc.lexicon.deeds, cue.lemma
    if lemma in deeds["answers"] or lemma in deeds["legal_acts"]:
        return True
    first, last = candidate.content[0]
    if lemma in deeds["records"]:
        return "as" not in doc.text.lower[first:last]
    phrase = doc.chunks.noun_phrase(first)
    end = min(phrase.last, last) if phrase is not None else last
    words = doc.text.lower[first:end]
    if lemma in deeds["commands"]:
        return True  # "ordered an inquiry", but "ordered the crew to leave"
    if lemma in deeds["handing"]:
        if _is_document_with_words(doc, first, last):
            return True  # "issued a statement | saying …": the participle is the cue
        empty = end >= last or words[0] == "no"  # "issued a threat" has no content
        return empty or not any(w in doc.lexicon.cue_nouns or w in deeds["words"] for w in words)
    if lemma in deeds["turning_down"]:
        return doc.text.lower[end - 1] in deeds["proposals"] - {"claim", "claims"}
    bare = phrase is not None and end >= last and (end - first <= _BARE_NAME or words[0] in {"a", "an"})
    return cue.predicative and bare and not _is_naming_in_words(doc, candidate)


def _is_document_with_words(doc: Document, first: int, last: int) -> bool:
    """Return whether a document is followed by a participle of speech: "a statement | saying …", "…, saying"."""
    text, document = doc.text, doc.chunks.noun_phrase(first)
    saying = text.words[last : last + 1] == [","] and text.lower[last + 1 : last + 2] == ["saying"]
    if saying and document is not None and text.lower[document.head] in doc.lexicon.documents:
        return True
    for i in range(first + 1, last):
        verb = doc.chunks.verb_group(i) if doc.text.tags[i] == "VBG" else None
        if verb is not None and doc.text.lower[i - 1] in doc.lexicon.documents and cue_of_verb(doc, verb) is not None:
            return True
    return False


def _is_naming_in_words(doc: Document, candidate: StatementCandidate) -> bool:
    """Return whether a phrase alone is content of a verb of calling: "called for talks", "what Hale called a delay"."""
    source, first = candidate.source, candidate.content[0][0]
    preposition = doc.text.lower[candidate.cue[1] - 1] in {"for", "on", "upon", "out"}
    relative = source is not None and source[0] > 0 and doc.text.lower[source[0] - 1] == "what"
    return preposition or relative or doc.text.quotation_of[first] >= 0


def _passive_reports_words(doc: Document, verb: VerbGroup, cue: Cue) -> bool:
    """Return whether a passive reports words: "was accused of …", but not "was published by …", "was honoured to …"."""
    if verb.modal >= 0:
        return False
    deeds = doc.lexicon.deeds
    done = ("answers", "legal_acts", "records", "handing", "appraisals")
    return not any(cue.lemma in deeds[kind] for kind in done)


def _noun_reports_words(doc: Document, candidate: StatementCandidate) -> bool:
    """Return whether a cue noun reports words: its content is a clause, or it is the object of a light verb.

    "Her warning that …", "the order to …", "made a call for …", but not "her remarks on immigration".
    """
    first = candidate.content[0][0]
    clause = doc.text.lower[first] in {"that", "whether"} or doc.text.tags[first] == "TO"
    verb = doc.chunks.verb_group(candidate.cue[0])
    if candidate.source is None:
        return True  # "amid calls for a ban"
    if verb is not None and doc.text.lower[verb.head] == "raising" and not verb.finite:
        return False  # "…, raising questions about the delay": the event raises them
    return clause or (verb is not None and verb.modal < 0 and is_animate(doc, candidate.source))


def _is_finding(doc: Document, source: TokenRange | None, cue: Cue) -> bool:
    """Return whether a court or a document finds, decides or determines: a ruling or report is a statement.

    "The tribunal found that …", "a report found that …", "a poll by Opinex found that …", but not "polls found that …".
    """
    deeds = doc.lexicon.deeds
    if source is None or cue.lemma not in deeds["findings"]:
        return False
    if any(word in deeds["courts"] for word in doc.text.lower[slice(*source)]):
        return True
    phrase = doc.chunks.noun_phrase(source[0])
    word = doc.text.lower[phrase.head] if phrase is not None else ""
    return word in deeds["reports"] or (word in deeds["research"] and _has_issuer(doc, source))


def _is_evidence(doc: Document, source: TokenRange) -> bool:
    """Return whether the source is evidence: a record, figures, a study whose issuer is not named."""
    phrase = doc.chunks.noun_phrase(source[0])
    word = doc.text.lower[phrase.head] if phrase is not None else ""
    return word in doc.lexicon.deeds["evidence"] and not (
        word in doc.lexicon.deeds["research"] and _has_issuer(doc, source)
    )


def _has_issuer(doc: Document, source: TokenRange) -> bool:
    """Return whether a name in the source issues the document: "a Harrow University study", "a poll by Opinex"."""
    text, phrase = doc.text, doc.chunks.noun_phrase(source[0])
    if phrase is None or "NNP" in text.tags[phrase.first : phrase.head]:
        return phrase is not None
    return text.lower[phrase.last] in {"by", "from"} and "NNP" in text.tags[phrase.last : source[1]]


def is_unresolved_pronoun(doc: Document, source: TokenRange | None, speaker: Actor | None) -> bool:
    """Return whether the source is a pronoun without a known referent: "I", "who", "that"."""
    if source is None or speaker is None or speaker.type != "unnamed" or doc.text.quotation_of[source[0]] >= 0:
        return False
    word = doc.text.lower[source[0]]
    if word == "us" and doc.text.words[source[0]].isupper():
        return False  # the country
    participants = doc.lexicon.first_person | doc.lexicon.second_person  # "I", "our", "your"
    without_noun = word in _CONTRACTED or word in _DEMONSTRATIVES or word in participants
    pronoun = without_noun or doc.text.tags[source[0]] == "WP"
    return source[1] - source[0] == 1 and pronoun and speaker.name.lower().replace("’", "'") == word


def _is_speaker(doc: Document, candidate: StatementCandidate) -> bool:
    """Return whether the label of a turn is a person or, next to a question, any party.

    Fields of a list ("Publishers: …") and titles ("Star Quest: The Return is …") are no speakers.
    """
    text, source = doc.text, candidate.source
    if source is None:
        return True  # the answer in an interview whose interviewee is not named
    start, end = text.paragraph_range(source[0])
    if text.words[end - 1] == "?" or (start > 0 and text.words[start - 1] == "?"):
        return True
    label = text.words[slice(*source)]
    if _is_part_of_headline(doc, [*label, ":"]):
        return False
    person = next((p for p in (doc.mentions.person_at(at) for at in range(*source)) if p is not None), None)
    if person is not None and person.confirmed:
        return True
    actor = doc.mentions.resolve(*source)
    if text.lower[source[0]] in doc.lexicon.given_names and actor.type in {"person", "unnamed"}:
        return True
    return actor.name.lower() != text.slice(*source).lower()  # given in full elsewhere


def _is_part_of_headline(doc: Document, words: list[str]) -> bool:
    """Return whether the headline contains the words in this order."""
    start, end = doc.text.paragraphs[0]
    headline, low = doc.text.lower[start:end], [word.lower() for word in words]
    return any(headline[i : i + len(low)] == low for i in range(len(headline) - len(low) + 1))


def _has_quoted_speech(doc: Document, candidate: StatementCandidate) -> bool:
    """Return whether the content contains a quotation of at least `_QUOTED_SPEECH` words that is no title."""
    text = doc.text
    for first, last in candidate.content:
        numbers = {text.quotation_of[i] for i in range(first, last)} - {-1}
        for number in numbers:
            inner = text.quotations[number].inner
            words = sum(w[0].isalnum() for w in text.words[slice(*inner)])
            if words >= _QUOTED_SPEECH and not _is_title(doc, inner):
                return True
    return False


def _is_title(doc: Document, span: TokenRange) -> bool:
    """Return whether the words are capitalised like a title: "What Happens in a Small Town"."""
    long = [w for w in doc.text.slice(*span).split() if w[0].isalpha() and len(w) >= _LOWER_CASE]
    return all(w[0].isupper() for w in long)
