"""The constructions in which English news attributes words, each a function from one sentence to finds.

Order is certainty: what stands around a quotation or after its content is tried before what follows a verb, and a
cue inside content already found is part of that content (only the outermost attribution counts).
"""

from __future__ import annotations

from worker.extract.complements import Complement, complement, content_end, cue_of, trim
from worker.extract.credits import credits_after, is_outlet
from worker.extract.document import Doc
from worker.extract.finds import Find
from worker.extract.lexicon import Cue
from worker.extract.phrases import NounPhrase, VerbGroup
from worker.extract.sources import Range, agent, speaker_after, subject, text_is_venue

_STOPS = frozenset({".", "!", "?", "…", "...", ";"})
_BREAKS = frozenset({",", "—", "–", "--", "-"})
_CIRCUMSTANCE = frozenset(
    {"when", "while", "after", "as", "before", "although", "though", "in", "during", "on", "at", "with"}
)
_THOUGHT = 0.5
_SPEECH = 0.8


def in_sentence(doc: Doc, first: int, last: int, asked: int) -> list[Find]:
    """Return the attributions of a sentence, outermost only, in text order.

    `asked` is where a quotation before the sentence begins that may still want its speaker ("Why?" X asked.), else `first`.
    """
    finds: list[Find] = []
    verbs = _verbs(doc, first, last)
    for verb in verbs:
        floor = asked if verb is verbs[0] else first
        if not _covered(finds, verb.head) and (find := _after_content(doc, verb, floor, last, finds)):
            finds += _credited(doc, find, finds, last)
    finds += _according_to(doc, first, last, finds)
    for verb in verbs:
        if not _covered(finds, verb.head) and not _is_cue(finds, verb.head):
            find = _before_content(doc, verb, first, last, finds)
            if find is not None:
                finds = [f for f in finds if not (find.covers(f.cue[0]) and find.rule != "participle")]
                finds.append(find)
    for find in _nominal(doc, first, last):
        if not _covered(finds, find.cue[0]) and not any(f.cue[0] <= find.cue[0] < f.cue[1] for f in finds):
            finds.append(find)
    return sorted(finds, key=lambda f: f.first)


def _verbs(doc: Doc, first: int, last: int) -> list[VerbGroup]:
    """Verb groups of the sentence outside quotations, left to right."""
    numbers = sorted(
        {doc.phrases.verb_at[i] for i in range(first, last) if doc.phrases.verb_at[i] >= 0 and doc.text.quoted[i] < 0}
    )
    return [doc.phrases.verbs[n] for n in numbers]


def _covered(finds: list[Find], token: int) -> bool:
    return any(f.covers(token) and not (f.rule == "passive" and f.act == "ask") for f in finds)


def _is_cue(finds: list[Find], token: int) -> bool:
    return any(f.cue[0] <= token < f.cue[1] for f in finds)


def _confidence(cue: Cue | None) -> float:
    return _THOUGHT if cue is None or cue.thought else _SPEECH


# ---------------------------------------------------------------- content, then cue
def _after_content(doc: Doc, verb: VerbGroup, first: int, last: int, finds: list[Find]) -> Find | None:
    """ "…," X said · "…," said X · …, X said.  With what follows the interruption."""
    cue = cue_of(doc, verb)
    if not verb.finite or verb.passive:
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
        if cue is None or not cue.clause or doc.text.words[edge] not in _BREAKS or (inverted and not cue.inverts):
            return None
        if not _is_parenthetical(doc, verb, source, last, inverted=inverted):
            return None
        start = _clause_start(doc, first, edge, finds)
        if doc.text.tags[start] in {"SC", "WP"} and "," not in doc.text.words[start:edge]:
            return None  # "When the talks ended, she said …": a subordinate clause is not yet content
        rule = "content_cue_source" if inverted else "content_source_cue"
    left = trim(doc, start, edge + (quote >= first and doc.text.quoted[edge] >= 0))
    tail = max(verb.last, source[1])
    more = _resumption(doc, tail, last, quoted=quote >= first)
    if left <= start or (quote < first and not _has_finite(doc, start, left) and not _opens_with_verb(doc, more)):
        return None
    pieces = [(start, left)]
    if more is not None:
        pieces.append(more)
    return Find(
        source=source,
        cue=(verb.first, verb.last),
        pieces=pieces,
        act=cue.act if cue else "say",
        rule="interrupted_" + rule.partition("_")[0] if more else rule,
        confidence=0.95 if quote >= first else _confidence(cue),
        venue=_venue(doc, tail, last),
    )


def _credited(doc: Doc, find: Find, before: list[Find], last: int) -> list[Find]:
    """ "X is sceptical that …, notes Reuters": the outlet is credited for the attribution inside, if there is one."""
    if (
        find.source is None
        or not is_outlet(doc, find.source)
        or doc.text.lower[find.cue[0]] not in doc.lexicon.crediting
    ):
        return [find]
    if any(f.last <= find.first for f in before):
        return []  # the credit for an attribution that the sentence began with
    start, end = find.pieces[0]
    if any(doc.text.quoted[i] >= 0 for i in (start, end - 1)) or len(find.pieces) > 1:
        return [find]
    inner = in_sentence(doc, start, end, start)
    for one in inner:
        one.via = credits_after(doc, find.first, last) or [doc.text.slice(*find.source)]
    return inner or [find]


def _around(doc: Doc, verb: VerbGroup, first: int, last: int, cue: Cue | None) -> tuple[Range | None, int, bool]:
    """The cue's source, the token before both, and whether the source stands after the verb."""
    before = verb.first - 1
    if before >= first and (_quotation_ending(doc, before) >= first or doc.text.words[before] in _BREAKS):
        source = speaker_after(doc, verb.last, last)
        if source is not None and cue is not None and cue.inverts and animate(doc, source):
            return source, before, True
    source = subject(doc, verb, first)
    return source, (source[0] - 1 if source else -1), False


def animate(doc: Doc, source: Range) -> bool:
    """Can the phrase speak: a name, a person, a body, a group, or a document?"""
    text, lexicon = doc.text, doc.lexicon
    phrase = doc.phrases.noun(source[0])
    while phrase is not None and text.tags[phrase.first] == "IN":
        phrase = doc.phrases.noun(phrase.last)
    if phrase is None:
        return False
    word, tag = text.lower[phrase.head], text.tags[phrase.head]
    if (
        tag == "NNP"
        or tag == "NNS"
        or tag == "CD"
        or tag == "JJ"
        or (text.tags[phrase.first] == "DT"
        and phrase.last - phrase.first == 1)
    ):
        return True
    if tag in {"PRP", "WP"}:
        return word not in {"it", "when", "where", "what", "how", "why"}
    known = lexicon.roles | lexicon.groups | lexicon.organisation_heads | lexicon.documents | lexicon.gender_of.keys()
    return word in known or word in lexicon.indefinite


def _quotation_ending(doc: Doc, token: int) -> int:
    """First token of the quotation that ends at a token, or right before it where that is a comma; else -1."""
    text = doc.text
    at = token
    if at > 0 and text.quoted[at] < 0 and text.words[at] in _BREAKS:
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
    return quotation.first if ended else -1


def _is_bare_tag(doc: Doc, verb: VerbGroup, source: Range, last: int) -> bool:
    """A verb that is no known cue still is one in "…," she shrugged."""
    after = max(verb.last, source[1])
    return after >= last or doc.text.words[after] in _STOPS or doc.text.words[after] in _BREAKS


def _content_start(doc: Doc, quote: int, first: int, finds: list[Find]) -> int:
    """Where content that ends with a quotation begins: with the quotation, or with the clause it completes."""
    floor = max([first, *(max(f.last, f.cue[1]) for f in finds if f.last <= quote)])
    if quote <= floor or doc.text.words[quote - 1] in {",", ":", "—", "–", "--", "."}:
        return quote
    return _clause_start(doc, floor, quote, finds)


def _clause_start(doc: Doc, first: int, edge: int, finds: list[Find]) -> int:
    start = max([first, *(f.last for f in finds if f.last <= edge)])
    while start < edge and doc.text.words[start] in {",", ";", "—", "–", "--", "-", ":", "."}:
        start += 1
    return start


def _is_parenthetical(doc: Doc, verb: VerbGroup, source: Range, last: int, *, inverted: bool) -> bool:
    """Does nothing that could be content follow the cue: the end, a comma, or an adverbial?"""
    text = doc.text
    after = source[1] if inverted else verb.last
    if after >= last or text.words[after] in _STOPS or text.words[after] in _BREAKS:
        return True
    if text.words[after] in {":"} or text.quoted[after] >= 0:
        return False
    cue = cue_of(doc, verb)
    right = complement(doc, verb, cue, last) if cue is not None else None
    return right is None or (
        right.form in {"phrase"}
        and text_is_venue(doc, doc.phrases.noun(right.first) or NounPhrase(right.first, right.first + 1, right.first))
    )


def _has_finite(doc: Doc, first: int, last: int) -> bool:
    return any(
        doc.phrases.verb_at[i] >= 0 and doc.phrases.verbs[doc.phrases.verb_at[i]].finite for i in range(first, last)
    )


def _resumption(doc: Doc, at: int, last: int, *, quoted: bool) -> Range | None:
    """What goes on after an interruption: "…," he said, "…" · The plan, he said, would fail."""
    text = doc.text
    if quoted:
        for i in range(at, last):
            if text.quoted[i] >= 0:
                opens = text.quotations[text.quoted[i]]
                glue = text.words[i - 1] in {",", ":", "—", "–", "--", "-", "."}
                return (i, trim(doc, i, _to_sentence_end(doc, opens.last, last))) if glue and opens.first == i else None
            verb = doc.phrases.verb(i)
            if verb is not None and cue_of(doc, verb) is not None and i > at:
                return None
        return None
    if at + 1 < last and text.words[at] in _BREAKS and text.tags[at + 1] not in {"VBG", "CC", "WP"}:
        verb = doc.phrases.verb(at + 1)
        if (
            (verb is not None and verb.finite)
            or (text.tags[at + 1] in {"DT", "IN", "SC", "TO"}
            and text.lower[at + 1] not in _CIRCUMSTANCE)
        ):
            return at + 1, trim(doc, at + 1, content_end(doc, at + 1, last))
    return None


def _opens_with_verb(doc: Doc, piece: Range | None) -> bool:
    verb = doc.phrases.verb(piece[0]) if piece is not None else None
    return verb is not None and verb.finite


def _to_sentence_end(doc: Doc, after: int, last: int) -> int:
    """A quotation's end, or the sentence's where the quotation is part of a clause that goes on."""
    return content_end(doc, after, last) if after < last and doc.text.words[after] not in _STOPS | _BREAKS else after


# ---------------------------------------------------------------- cue, then content
def _before_content(doc: Doc, verb: VerbGroup, first: int, last: int, finds: list[Find]) -> Find | None:
    """X said that … · X praised Y · saying … · and called for … · was accused of …"""
    cue = cue_of(doc, verb)
    if cue is None:
        return _adjective(doc, verb, first, last, finds)
    limit = _limit(verb, last, finds)
    if verb.passive:
        return _passive(doc, verb, cue, first, limit, finds)
    right = complement(doc, verb, cue, limit)
    if right is None or right.last <= right.first:
        return None
    source, cue_first, rule = _source(doc, verb, first, finds)
    if rule == "" or (source is not None and right.form == "phrase" and not animate(doc, source)):
        return None
    if rule == "purpose" and right.form not in {"that", "quotation"}:
        return None
    return Find(
        source=source,
        cue=(cue_first, right.cue_last),
        pieces=[(right.first, right.last)],
        act=_act(doc, verb, cue),
        rule=f"{rule}_{right.form}",
        confidence=_confidence(cue) if source else _confidence(cue) / 2,
        venue=_venue(doc, verb.last, right.first),
        target=_target(doc, cue, verb, right),
    )


def _limit(verb: VerbGroup, last: int, finds: list[Find]) -> int:
    """Content ends where another attribution's own words begin."""
    return min([last, *(min(f.cue[0], f.source[0] if f.source else f.cue[0]) for f in finds if f.cue[0] > verb.head)])


def _act(doc: Doc, verb: VerbGroup, cue: Cue) -> str:
    """The cue's act; "would not say" and "refused to comment" decline."""
    if verb.negated and verb.modal >= 0 and cue.act == "say" and doc.text.lower[verb.modal] in {"would", "wo", "will"}:
        return "decline"
    return cue.act


def _target(doc: Doc, cue: Cue, verb: VerbGroup, right: Complement) -> Range | None:
    """Who is told, asked, accused or praised."""
    phrase = doc.phrases.noun(
        right.first if right.form == "phrase" or (cue.object_infinitive and right.first == verb.last) else verb.last
    )
    if phrase is None or doc.text.quoted[phrase.first] >= 0:
        return None
    if cue.recipient and verb.last <= phrase.first < right.first:
        return phrase.first, phrase.last
    if (
        cue.act in {"accuse", "criticise", "praise", "demand", "ask"}
        and right.form in {"phrase", "infinitive"}
        and phrase.first == right.first
    ):
        return phrase.first, phrase.last
    return None


def _source(doc: Doc, verb: VerbGroup, first: int, finds: list[Find]) -> tuple[Range | None, int, str]:
    """Source, where the cue begins, and the construction's name; "" where the verb is no cue here."""
    text = doc.text
    before = verb.first - 1
    tag = text.tags[verb.head]
    if verb.infinitive:
        return _of_infinitive(doc, verb, first, finds)
    if tag == "VBG" and not verb.finite:
        return _of_participle(doc, verb, first, finds)
    if before >= first and _joins(doc, before):
        shared = _shared(doc, before, first, finds)
        return shared, verb.first, "coordinated" if shared else ""
    if not verb.finite and tag not in {"VBN", "VBD"} and not _is_headline(doc, verb.head):
        return None, verb.first, ""
    source = subject(doc, verb, first)
    if source is None:
        return None, verb.first, ""
    if not verb.finite and tag == "VBN" and not _is_headline(doc, verb.head) and not _is_past_after_aside(doc, verb):
        return None, verb.first, ""
    if text.tags[source[0]] == "WP" and source[1] - source[0] == 1:
        return source, verb.first, "relative" if text.lower[source[0]] == "who" else ""
    return source, verb.first, "source_cue"


def _is_past_after_aside(doc: Doc, verb: VerbGroup) -> bool:
    """Whether a "participle" after an aside is a past tense: "Holm, who was abroad, called on …", not ", accused of …"."""
    text = doc.text
    particle = verb.last > verb.head + 1
    return text.words[verb.first - 1] in {",", ")", "—", "–"} and (particle or text.tags[verb.last] not in {"IN", "PUNCT"})


def _joins(doc: Doc, token: int) -> bool:
    """ "and", "but", ", but" between a verb and the one before."""
    return doc.text.tags[token] == "CC" or (
        doc.text.lower[token] in {"then", "also"} and doc.text.tags[token - 1] == "CC"
    )


def _is_headline(doc: Doc, token: int) -> bool:
    """Headlines leave auxiliaries and tense out ("Minister accused of …"), and the tagger is lost there."""
    return doc.text.paragraph_of[token] == 0


def _shared(doc: Doc, conjunction: int, first: int, finds: list[Find]) -> Range | None:
    """The subject that a coordinated verb shares: that of the attribution before, else of the verb before."""
    known = [f for f in finds if f.cue[0] < conjunction and f.source is not None and f.cue[0] >= first]
    if known:
        return max(known, key=lambda f: f.cue[0]).source
    return _main_subject(doc, conjunction, first)


def _main_subject(doc: Doc, before: int, first: int) -> Range | None:
    """The subject of the nearest finite verb to the left that has one of its own."""
    at = before - 1
    while at >= first:
        verb = doc.phrases.verb(at)
        if verb is None or doc.text.quoted[at] >= 0:
            at -= 1
            continue
        if verb.finite:
            found = subject(doc, verb, first)
            if found is not None and doc.text.lower[found[0]] not in {"which", "that", "it", "there", "what"}:
                return found
        at = verb.first - 1
    return None


def _of_participle(doc: Doc, verb: VerbGroup, first: int, finds: list[Find]) -> tuple[Range | None, int, str]:
    """ ", saying …": the main clause's subject; "a letter saying …": the noun before; "Citing …, X": the noun after."""
    text, before = doc.text, verb.first - 1
    if before < first or (text.words[before] in _BREAKS and not _has_finite(doc, first, before)):
        after = _subject_after_comma(doc, verb.last, text.sentence(verb.head)[1])
        return (after, verb.first, "participle") if after else (None, verb.first, "")
    if doc.phrases.noun(before) is not None and text.words[before] not in _BREAKS:
        source = subject(doc, verb, first)
        return (source, verb.first, "participle") if source else (None, verb.first, "")
    known = [f for f in finds if f.source is not None and f.cue[0] >= first and f.cue[0] < verb.head]
    source = max(known, key=lambda f: f.cue[0]).source if known else _main_subject(doc, verb.first, first)
    return (source, verb.first, "participle") if source else (None, verb.first, "")


def _subject_after_comma(doc: Doc, at: int, last: int) -> Range | None:
    for i in range(at, last - 1):
        if doc.text.words[i] == "," and doc.text.quoted[i] < 0:
            source = speaker_after(doc, i + 1, last)
            if source is not None and doc.phrases.verb(source[1]) is not None:
                return source
    return None


def _of_infinitive(doc: Doc, verb: VerbGroup, first: int, finds: list[Find]) -> tuple[Range | None, int, str]:
    """ "went on to say": the verb before lends its subject, and belongs to the cue if it only leads to this one."""
    governor = doc.phrases.verb(verb.first - 1)
    if governor is None:
        source = _main_subject(doc, verb.first, first)
        return (source, verb.first, "purpose") if source else (None, verb.first, "")
    if doc.text.lower[governor.head] not in doc.lexicon.chaining or governor.passive:
        return None, verb.first, ""
    if governor.finite:
        before = governor.first - 1
        source = (
            _shared(doc, before, first, finds)
            if before >= first and _joins(doc, before)
            else subject(doc, governor, first)
        )
        return (source, governor.first, "chained") if source else (None, verb.first, "")
    source = _main_subject(doc, governor.first, first)
    return (source, governor.first, "chained") if source else (None, verb.first, "")


# ---------------------------------------------------------------- passive
def _passive(doc: Doc, verb: VerbGroup, cue: Cue, first: int, limit: int, finds: list[Find]) -> Find | None:
    """ "was accused by X of …" · "was told that …" · "it was reported that …" · "is expected to …"."""
    text = doc.text
    by = agent(doc, verb.last, limit)
    after = by[1] if by else verb.last
    cue_last = verb.last + 1 if by else verb.last
    patient = subject(doc, verb, first)
    right = _passive_complement(doc, verb, cue, after, limit)
    impersonal = patient is not None and text.lower[patient[0]] in {"it", "there"}
    pieces: list[Range] = []
    if (
        patient is not None
        and not impersonal
        and not (right is not None and cue.recipient and right.form != "infinitive")
    ):
        pieces.append(patient)
    if right is not None:
        pieces.append((right.first, right.last))
    if not pieces or (right is None and by is None):
        return None
    if by is None and not (cue.phrase or impersonal or cue.recipient or text.lower[verb.head] in doc.lexicon.raising):
        return None
    _ = finds
    return Find(
        source=by,
        cue=(verb.first, max(cue_last, right.cue_last if right and not by else 0)),
        pieces=pieces,
        act=_act(doc, verb, cue),
        rule="passive_agent" if by else "passive",
        confidence=_confidence(cue) * (0.8 if by else 0.5),
    )


def _passive_complement(doc: Doc, verb: VerbGroup, cue: Cue, at: int, limit: int) -> Complement | None:
    text = doc.text
    if at >= limit:
        return None
    word = text.lower[at]
    if text.tags[at] == "TO" and doc.phrases.verb(at) is not None:
        return Complement(at, content_end(doc, at, limit), "infinitive", verb.last)
    if word in {"that", "whether", "how", "why", "if", "what"} and cue.clause:
        return Complement(at, content_end(doc, at, limit), "that", verb.last)
    if word in {"of", "for", "as", "about"} and at + 1 < limit:
        start = at + 1 if word != "as" else at
        return Complement(start, content_end(doc, start, limit), "phrase", at + 1 if start > at else at)
    if (word in {":", ","} and at + 1 < limit and text.quoted[at + 1] >= 0) or text.quoted[at] >= 0:
        start = at + (word in {":", ","})
        return Complement(start, content_end(doc, start, limit), "quotation", verb.last)
    return None


# ---------------------------------------------------------------- adjectives and nouns
def _adjective(doc: Doc, verb: VerbGroup, first: int, last: int, finds: list[Find]) -> Find | None:
    """X is skeptical that … · X is critical of … · X is willing to …"""
    text = doc.text
    if text.lower[verb.head] not in doc.lexicon.be or verb.last >= last:
        return None
    at = verb.last
    while at < last and text.tags[at] == "RB":
        at += 1
    if at + 1 >= last:
        return None
    phrase = doc.phrases.noun(at)
    end = phrase.last if phrase is not None else at + 1
    word, following = text.lower[end - 1], text.lower[end] if end < last else ""
    frames = doc.lexicon.cue_adjectives
    if following == "that" and word in frames["that"]:
        start, cue_last = end, end
    elif following in {"of", "about"} and word in frames["of"]:
        start, cue_last = end + 1, end + 1
    elif following == "to" and word in frames["infinitive"]:
        start, cue_last = end, end
    else:
        return None
    source = subject(doc, verb, first)
    if source is None or text.lower[source[0]] in {"it", "there", "that", "this"}:
        return None
    limit = _limit(verb, last, finds)
    stop = content_end(doc, start, limit)
    if stop <= start:
        return None
    return Find(
        source=source, cue=(verb.first, cue_last), pieces=[(start, stop)], rule="adjective", confidence=_THOUGHT
    )


def _nominal(doc: Doc, first: int, last: int) -> list[Find]:
    """His warning that … · Putin's criticism of … · made the claim that …"""
    finds = []
    at = first
    while at < last:
        phrase = doc.phrases.noun(at)
        at = phrase.last if phrase is not None else at + 1
        if phrase is not None and doc.text.quoted[phrase.first] < 0 and phrase.last < last:
            find = _nominal_at(doc, phrase, first, last)
            if find is not None:
                finds.append(find)
    return finds


def _nominal_at(doc: Doc, phrase: NounPhrase, first: int, last: int) -> Find | None:
    text, nouns = doc.text, doc.lexicon.cue_nouns
    noun, following = text.lower[phrase.last - 1], text.lower[phrase.last]
    if (following == "that" and noun in nouns["that"] and text.tags[phrase.last] in {"SC", "IN", "WP"}) or (following == "to" and noun in nouns["infinitive"] and doc.phrases.verb(phrase.last) is not None):
        start, cue_last = phrase.last, phrase.last
    elif following in {"of", "for"} and noun in nouns[following]:
        start, cue_last = phrase.last + 1, phrase.last + 1
    else:
        return None
    source, cue_first = _possessor(doc, phrase)
    if source is None and following == "that":
        source, cue_first = _light_subject(doc, phrase, first)
    if source is None:
        return None
    stop = content_end(doc, start, last)
    if following != "that":
        stop = min(stop, _nominal_stop(doc, start, stop))
    elif not _has_finite(doc, first, phrase.first):
        stop = _predicate(doc, start, stop)
    if stop <= start:
        return None
    return Find(source=source, cue=(cue_first, cue_last), pieces=[(start, stop)], rule="nominal", confidence=0.6)


def _predicate(doc: Doc, start: int, stop: int) -> int:
    """Where the main clause's verb follows a that-clause that stands in the subject: "his claim that X was shut | surprised"."""
    seen = False
    at = start
    while at < stop:
        verb = doc.phrases.verb(at)
        if verb is None:
            at += 1
            continue
        adjacent = doc.phrases.verb(at - 1) is not None and doc.text.tags[verb.head] in {"VBD", "VBN", "VBZ", "MD"}
        if seen and adjacent and not verb.infinitive:
            return at
        seen = seen or verb.finite
        at = verb.last
    return stop


def _nominal_stop(doc: Doc, start: int, stop: int) -> int:
    """A noun's complement ends before the main verb or a comma."""
    for i in range(start + 1, stop):
        verb = doc.phrases.verb(i)
        if (verb is not None and verb.finite and verb.first == i) or doc.text.words[i] == ",":
            return i
    return stop


def _possessor(doc: Doc, phrase: NounPhrase) -> tuple[Range | None, int]:
    text = doc.text
    if text.tags[phrase.first] == "PRP$":
        return (phrase.first, phrase.first + 1), phrase.first + 1
    for i in range(phrase.last - 1, phrase.first, -1):
        if text.tags[i] == "POS":
            return (phrase.first, i), i + 1
    return None, phrase.first


def _light_subject(doc: Doc, phrase: NounPhrase, first: int) -> tuple[Range | None, int]:
    verb = doc.phrases.verb(phrase.first - 1) if phrase.first > first else None
    if verb is None or doc.text.lower[verb.head] not in doc.lexicon.light:
        return None, phrase.first
    source = subject(doc, verb, first) or _main_subject(doc, verb.first, first)
    return source, verb.first


# ---------------------------------------------------------------- according to
def _according_to(doc: Doc, first: int, last: int, finds: list[Find]) -> list[Find]:
    """According to X, … · …, according to X."""
    text = doc.text
    for at in range(first, last - 2):
        if text.lower[at] != "according" or text.lower[at + 1] != "to" or text.quoted[at] >= 0 or _covered(finds, at):
            continue
        source = speaker_after(doc, at + 2, last)
        if source is None:
            continue
        end = source[1]
        if at <= first + 1:
            start = end + 1 if end < last and text.words[end] == "," else _comma_after(doc, end, last) + 1
            pieces = [(start, content_end(doc, start, last))]
        else:
            start = _clause_start(doc, first, at, finds)
            pieces = [(start, trim(doc, start, at))]
        if pieces[0][1] > pieces[0][0]:
            return [Find(source=source, cue=(at, at + 2), pieces=pieces, rule="according_to", confidence=0.9)]
    return []


def _comma_after(doc: Doc, at: int, last: int) -> int:
    while at < last and doc.text.words[at] != ",":
        at += 1
    return at


# ---------------------------------------------------------------- venue
def _venue(doc: Doc, first: int, last: int) -> Range | None:
    """Where it was said, in the words right after the cue: "in an interview with …", "to LBC radio", "on Twitter"."""
    text = doc.text
    for at in range(first, min(last, first + 8)):
        if text.quoted[at] >= 0 or text.words[at] in {":", ";"}:
            return None
        phrase = doc.phrases.noun(at)
        if phrase is None or phrase.first != at:
            continue
        word = text.lower[phrase.head]
        if (
            word in doc.lexicon.venues
            or word in doc.lexicon.outlet_heads
            or text.slice(phrase.first, phrase.last).lower() in doc.lexicon.outlets
        ):
            return phrase.first, phrase.last
    return None
