"""Decisions: who approved, banned, appointed, refused, put off, promised, or expressly did not decide.

Verbs of choice ("decided to", "agreed that", "refused to") name the decision by their complement, verbs of action
("imposed sanctions", "vetoed the bill") by themselves, nouns ("the court's ruling") only where their decider is said.
The decider must be a political or institutional actor, and the act must be reported as done, refused, put off, pending,
promised or not done: what somebody should, could or was asked to decide is nobody's decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract import event_lexicon
from worker.extract.clusters import Candidate, Cluster, gather, names_of
from worker.extract.event_lexicon import Act, words
from worker.extract.evidence import event_id, reporting_statement
from worker.extract.reader import Reader
from worker.schema import Actor, Category, Decision, DecisionStatus, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.extract.document import Doc
    from worker.extract.outlook import Mood
    from worker.extract.phrases import NounPhrase, VerbGroup


def decisions(doc: Doc) -> Iterable[Decision]:
    """Return the decisions of an article in text order, one event for each."""
    lexicon = event_lexicon.load(doc.lexicon.language)
    if lexicon is None:
        return []
    reader = _Reader(doc, lexicon)
    found = sorted(reader.candidates(), key=lambda c: c.first)
    return [reader.event(c) for c in gather(found, reader.same, reader.same)]


class _Reader(Reader):
    """Reads the triggers of one article."""

    def candidates(self) -> Iterator[Candidate]:
        """Yield what every trigger of the article says."""
        for group in self.phrases.verbs:
            candidate = self._verb(group)
            if candidate is not None:
                yield candidate
        for noun in self.phrases.nouns:
            candidate = self._noun(noun)
            if candidate is not None:
                yield candidate

    def _verb(self, group: VerbGroup) -> Candidate | None:
        lemma = self.lemma(group)
        kind = self.lexicon.choices.get(lemma)
        candidate = self._choice(group, kind) if kind else None
        if candidate is None and lemma in self.lexicon.acts:
            candidate = self._act(group, lemma)
        if candidate is None and lemma in self.lexicon.discussed:
            candidate = self._not_discussed(group)
        return candidate

    # ------------------------------------------------------------ verbs of choice
    def _choice(self, group: VerbGroup, kind: str) -> Candidate | None:
        """ "decided to", "agreed that", "voted against", "refused to", "is considering"."""
        how = self.mood(group)
        if self._unreal(how) or group.passive:
            return None
        complement = self._complement(group, kind)
        if complement is None:
            return None
        status = self._status_of_choice(group, how, kind, complement)
        if status is None:
            return None
        deciders = self._deciders(group)
        if not deciders:
            return None
        category: Category = "agreement" if kind == "agreed" else "legislative" if kind == "voted" else "executive"
        first = group.first if group.negated else group.head
        return self._made(group, first, group.last, category, status, deciders, complement, f"{kind} to")

    def _complement(self, group: VerbGroup, kind: str) -> Span | None:
        """Return what was chosen; None where the complement is none of a decision ("decided the election")."""
        at = group.last
        if self.text.tags[at : at + 1] == ["IN"] and self.word(at) in {"on", "against", "for", "in"}:
            return self.around.stretch(at + 1)
        following = self.phrases.verb(at)
        if following is not None and following.infinitive and following.first == at:
            return self._infinitive(following, kind)
        if self.word(at) in {"that", "not", "whether"}:
            return self.around.stretch(at + 1)
        target = self.clauses.object(group)
        if target is None or kind in {"taken", "voted", "rejected", "announced"}:
            return self._open_question(at, kind)
        if kind == "pending" and self.text.lower[target.head] not in self.lexicon.stance:
            return None
        return self._object(target)

    def _infinitive(self, following: VerbGroup, kind: str) -> Span | None:
        lemma = self.lexicon.lemma(self.text.lower[following.head])
        if kind in {"rejected", "agreed"} and lemma in words(self.lexicon.decision.choice.speech):
            return None
        return self.around.stretch(following.head)

    def _open_question(self, at: int, kind: str) -> Span | None:
        """ "decided whether …", "decide how …"."""
        return self.around.stretch(at) if kind == "taken" and self.word(at) in self.doc.lexicon.wh_openers else None

    def _status_of_choice(self, group: VerbGroup, how: Mood, kind: str, complement: Span) -> DecisionStatus | None:
        against = self.word(group.last) in {"against", "not"} or complement.text.lower().startswith("not ")
        if kind == "pending":
            return "not_taken" if how.negated else "pending"
        if self._yet(group):
            return "pending"
        if how.negated:
            return "rejected" if how.modal == "will" or kind in {"agreed", "voted"} else "not_taken"
        if how.modal == "obliged":
            return "pending" if kind == "taken" else None
        if how.outcome == "planned" or how.modal == "will":
            return "proposed" if kind == "proposed" else "pending"
        if kind in {"rejected", "proposed"}:
            return "rejected" if kind == "rejected" else "proposed"
        return "rejected" if against else "taken"

    # ------------------------------------------------------------ verbs of action
    def _act(self, group: VerbGroup, lemma: str) -> Candidate | None:
        """ "imposed sanctions", "was vetoed by the president"."""
        how = self.mood(group)
        if self._unreal(how) or how.modal == "obliged" or self._governed_by_choice(how):
            return None
        target = self._target(group)
        found = self._reading(group, lemma, target)
        if found is None:
            return None
        act, last = found
        status = self._status_of_act(group, how, act)
        if status is None:
            return None
        deciders = self._deciders(group, person=act.person)
        if not deciders:
            return None
        about = self._object(target) if target else self.around.stretch(last)
        first = group.first if how.negated and group.negated else group.head
        return self._made(group, first, last, act.category, status, deciders, about, f"act {act.category}")

    def _target(self, group: VerbGroup) -> NounPhrase | None:
        """Return what is acted on: the object, in the passive the subject."""
        if group.passive or (self.text.tags[group.head] == "VBN" and not group.finite and group.first == group.head):
            return self.clauses.subject(group)
        return self.clauses.object(group) or self.clauses.noun(group.last + 1 if self.word(group.last) in {"on", "for", "to"} else -1)

    def _reading(self, group: VerbGroup, lemma: str, target: NounPhrase | None) -> tuple[Act, int] | None:
        """Return the reading that fits the particles and the object, and where the verb with its particles ends."""
        for particles, act, needs in self.lexicon.acts[lemma]:
            last = group.head + 1 + len(particles)
            if tuple(self.text.lower[group.head + 1 : last]) != particles:
                continue
            noun = target or self.clauses.noun(last)
            if act.bare or (noun is not None and (not needs or self._holds(noun, needs))):
                return act, max(last, group.last)
        return None

    def _holds(self, noun: NounPhrase, needed: frozenset[str]) -> bool:
        """Does the phrase, or the of-phrase on it, hold a word of the class the verb needs?"""
        text, last = self.text, noun.last
        if last < len(text.words) and text.lower[last] == "of" and (following := self.clauses.noun(last + 1)):
            last = following.last
        return any(text.lower[i] in needed for i in range(noun.first, last))

    def _status_of_act(self, group: VerbGroup, how: Mood, act: Act) -> DecisionStatus | None:
        if self._yet(group):
            return "pending"
        if how.governors and how.outcome != "planned":
            return None
        if how.negated:
            return "rejected" if how.modal or self._supported(group) else "not_taken"
        if how.outcome == "planned":
            return "pending"
        if how.modal == "will":
            return "proposed" if act.status == "taken" else act.status
        return act.status

    def _supported(self, group: VerbGroup) -> bool:
        """ "did not approve": a refusal, where "has not approved" leaves it open."""
        return any(self.text.lower[i] in self.doc.lexicon.do for i in range(group.first, group.head))

    def _governed_by_choice(self, how: Mood) -> bool:
        """ "decided to impose": the choice is the event."""
        return any(
            self.lexicon.lemma(self.text.lower[g.token]) in self.lexicon.choices
            or self.text.lower[g.token] in self.lexicon.decision_nouns
            for g in how.governors
        )

    # ------------------------------------------------------------ nouns
    def _noun(self, noun: NounPhrase) -> Candidate | None:
        word = self.text.lower[noun.head]
        if self._absent(noun) and word in words(self.lexicon.decision.nouns.absent):
            return self._no_decision(noun)
        kind = self.lexicon.decision_nouns.get(word)
        if kind is None:
            return None
        deciders = self._graded(self._owners(noun))
        if not deciders:
            return None
        about = self._noun_complement(noun)
        if about is None and word not in {"veto", "resignation", "endorsement"}:
            return None
        negated = self.word(noun.last) == "not"
        status = "rejected" if negated else kind
        category: Category = "agreement" if word in words(self.lexicon.decision.nouns.agreed) else "executive"
        return self._candidate(noun.head, noun.head + 1, category, status, deciders, about, "noun", noun=word)

    def _owners(self, noun: NounPhrase) -> list[Actor]:
        """Return the deciders a noun names: possessor, country or body before it, "by" or "of" after it."""
        owner = self.parties.possessor(noun, noun.head)
        if owner is not None:
            return [owner]
        for i in range(noun.first, noun.head):
            name = self.text.words[i]
            if name in self.doc.lexicon.countries or name in self.doc.lexicon.demonyms or name.lower() in self.doc.lexicon.acronyms:
                return [self.doc.mentions.resolve(i, i + 1)]
        if self.word(noun.last) in {"by", "of", "from"}:
            return self.parties.named(self.clauses.noun(noun.last + 1))
        return []

    def _noun_complement(self, noun: NounPhrase) -> Span | None:
        at, end = noun.last, min(len(self.text.words), noun.last + 12)
        while at < end:
            if self.word(at) in {"to", "that", "on", "against", "for", "not", "in"} and not self._is_date(at + 1):
                return self.around.stretch(at + 1)
            verb = self.phrases.verb(at)
            if verb is not None and verb.finite:
                return None
            at += 1
        return None

    def _is_date(self, at: int) -> bool:
        noun = self.clauses.noun(at)
        return noun is not None and self.clauses.is_time(noun)

    # ------------------------------------------------------------ what was not decided
    def _absent(self, noun: NounPhrase) -> bool:
        return self.word(noun.first) in self.doc.lexicon.negations

    def _no_decision(self, noun: NounPhrase) -> Candidate | None:
        """ "no decision was reported", "they have no plans to"."""
        before = self.phrases.verb(noun.first - 1)
        deciders = self._graded(self._owners(noun)) or (self._graded(self.subject(before)) if before else [])
        if not deciders:
            deciders = self._who_met(noun.head) if before is None else []
        if not deciders:
            return None
        return self._candidate(
            noun.first, noun.head + 1, "executive", "not_taken", deciders, self._noun_complement(noun), "no decision", noun="decision"
        )

    def _who_met(self, token: int) -> list[Actor]:
        """Return the parties of the meeting told last before a token: they are who could have decided."""
        offset = self.text.starts[token]
        before = [(span.start, m) for m in self.doc.meetings for span in m.mentions if span.start < offset]
        return list(max(before, key=lambda pair: pair[0])[1].participants) if before else []

    def _not_discussed(self, group: VerbGroup) -> Candidate | None:
        """ "the permission is not being discussed": the decider is the agent, or the country the sentence is set in."""
        if not (group.negated and group.passive) or group.modal >= 0:
            return None
        place = self.around.opening_place(group.head) or self._set_in(group)
        deciders = self._graded(self.by(group.last)) or (self._graded(self.parties.named(place)) if place else [])
        if not deciders:
            return None
        target = self.clauses.subject(group)
        about = self._object(target) if target else None
        return self._made(group, group.first, group.last, "executive", "not_taken", deciders, about, "not discussed")

    def _set_in(self, group: VerbGroup) -> NounPhrase | None:
        """Return the country of the sentence's part before the verb: "In Norway, as you know, this is not …"."""
        start = self.text.sentence(group.head)[0]
        for at in range(group.first - 1, max(start, group.first - 24) - 1, -1):
            noun = self.clauses.noun(at + 1)
            if self.word(at) == "in" and noun is not None and self.text.slice(noun.first, noun.last) in self.doc.lexicon.countries:
                return noun
        return None

    # ------------------------------------------------------------ shared
    def _unreal(self, how: Mood) -> bool:
        return how.conditional or how.modal == "perhaps"

    def _yet(self, group: VerbGroup) -> bool:
        """ "has yet to decide"."""
        return group.infinitive and self.word(group.first - 1) == "yet"

    def _deciders(self, group: VerbGroup, *, person: bool = True) -> list[Actor]:
        participle = self.text.tags[group.head] == "VBN" and not group.finite and group.first == group.head
        parties = self.by(group.last) if group.passive or participle else self.subject(group)
        return self._graded(parties, person=person)

    def _graded(self, parties: list[Actor], *, person: bool = True) -> list[Actor]:
        """Keep political and institutional actors; a person whose role is not told only where `person` allows."""
        return [a for a in parties if self.parties.grade(a) == 2 or (person and a.type == "person" and self.parties.grade(a))]  # noqa: PLR2004

    def _object(self, noun: NounPhrase) -> Span:
        """Return the object with what hangs on it, up to the end of its clause."""
        whole = self.around.stretch(noun.first)
        return whole if whole is not None else self.text.span(noun.first, noun.last)

    def _made(
        self, group: VerbGroup, first: int, last: int, category: Category, status: DecisionStatus, deciders: list[Actor],
        about: Span | None, rule: str,
    ) -> Candidate:
        _ = group
        return self._candidate(first, last, category, status, deciders, about, rule)

    def _candidate(
        self, first: int, last: int, category: Category, status: DecisionStatus, deciders: list[Actor], about: Span | None,
        rule: str, noun: str = "",
    ) -> Candidate:
        when = self.around.when(first, last)
        return Candidate(
            first=first,
            last=last,
            kind=category,
            status=status,
            parties=self.distinct(deciders),
            when=self.around.span(when),
            day=self.around.day(when, "future" if status in {"pending", "proposed"} else "past"),
            about=about,
            rule=rule,
            noun=noun,
            confidence=0.7,
        )

    # ------------------------------------------------------------ one event for each decision
    def same(self, old: Candidate, new: Candidate) -> bool:
        """Do two candidates tell of one decision: the same decider, and objects that share their words?"""
        if not names_of(old) & names_of(new) or (old.status == "not_taken") != (new.status == "not_taken"):
            return False
        a, b = self._content(old.about), self._content(new.about)
        return bool(a and b) and 2 * len(a & b) >= min(len(a), len(b))

    def _content(self, span: Span | None) -> set[str]:
        if span is None:
            return set()
        first, last = self.text.token_at(span.start), self.text.token_at(span.end - 1) + 1
        return {self.text.lower[i][:6] for i in range(first, last) if self.text.tags[i] in {"NN", "NNS", "NNP", "VB", "JJ", "VBN", "VBG"}}

    def event(self, cluster: Cluster[Candidate]) -> Decision:
        """Make the event of a cluster."""
        best = cluster.best
        return Decision(
            id=event_id(self.doc, "decision", best.first, best.last),
            url=self.doc.article.url,
            published_at=self.doc.article.published_at,
            language=self.doc.lexicon.language,
            sentence=self.text.span(*self.text.sentence(best.first)),
            cue=self.text.span(best.first, best.last),
            confidence=best.confidence,
            rule=best.rule,
            deciders=best.parties,
            status=best.status,
            category=best.kind,
            object=best.about,
            when=best.when,
            decided_on=best.day,
            mentions=[self.text.span(c.first, c.last) for c in [best, *(m for m in cluster.members if m is not best)]],
            attributed_to=reporting_statement(self.doc, cluster.members),
        )
