"""Decisions: who approved, banned, appointed, refused, put off, promised, or expressly did not decide.

Verbs of choice ("decided to", "agreed that", "refused to") name the decision by their complement, verbs of action
("imposed sanctions", "vetoed the bill") by themselves, nouns ("the court's ruling") only where their decider is said.
The decider must be a political or institutional actor, and the act must be reported as done, refused, put off, pending,
promised or not done: what somebody should, could or was asked to decide is nobody's decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract import event_lexicon
from worker.extract.clusters import Candidate, Cluster, gather, names_of
from worker.extract.event_lexicon import Act, words
from worker.extract.evidence import event_id, reporting_statement
from worker.extract.parties import POLITICAL, POSSIBLE
from worker.extract.reader import Reader
from worker.schema import Actor, Category, Decision, DecisionStatus, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.extract.document import Doc
    from worker.extract.outlook import Mood
    from worker.extract.phrases import NounPhrase, VerbGroup


_NOTHING = frozenset({"nothing", "little", "anything", "something"})


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
        for chunk in self.phrases.nouns:
            candidate = self._noun(self.clauses.noun(chunk.first) or chunk)
            if candidate is not None:
                yield candidate

    def _verb(self, group: VerbGroup) -> Candidate | None:
        lemma = self.lemma(group)
        kind = self.lexicon.choices.get(lemma)
        candidate = self._choice(group, kind) if kind else None
        if candidate is None and lemma in self.lexicon.acts:
            candidate = self._act(group, lemma)
        if candidate is None and group.negated and lemma in words(self.lexicon.decision.nouns.open):
            candidate = self._left_open(group)
        if candidate is None and lemma in self.lexicon.discussed:
            candidate = self._not_discussed(group)
        return candidate

    # ------------------------------------------------------------ verbs of choice
    def _choice(self, group: VerbGroup, kind: str) -> Candidate | None:
        """Read "decided to", "agreed that", "voted against", "refused to", "is considering"."""
        if kind == "agreed" and (shared := self._agreed_between(group)) is not None:
            return shared
        how = self.mood(group)
        if self._unreal(how) or not (group.finite or how.governors or self._participle_clause(group)):
            return None
        if group.passive:
            return self._impersonal(group, kind)
        complement = self._complement(group, kind)
        if complement is None:
            return None
        status = self._status_of_choice(group, how, kind, complement)
        deciders = self._deciders(group, person=kind == "voted") if status else []
        if status is None or not deciders:
            return None
        category: Category = "agreement" if kind == "agreed" else "legislative" if kind == "voted" else "executive"
        return self._candidate(self._negation(group), group.last, category, status, deciders, complement, f"{kind} to")

    def _agreed_between(self, group: VerbGroup) -> Candidate | None:
        """Read "the truce agreed last year between A and B"."""
        at = self._over_time(group.last)
        if self.word(at) not in words(self.lexicon.meeting.between) | words(self.lexicon.meeting.by):
            return None
        target = self._participled(group) if group.first == group.head else self.clauses.subject(group)
        deciders = self._graded(self.parties.named(self.clauses.noun(at + 1)))
        if target is None or not deciders or not self._holds(target, words(self.lexicon.decision.objects["deal"])):
            return None
        about = self.text.span(target.first, target.last)
        return self._candidate(group.head, group.last, "agreement", "taken", deciders, about, "agreed between")

    def _impersonal(self, group: VerbGroup, kind: str) -> Candidate | None:
        """Read "it was agreed that": decided by whoever met."""
        subject = self.clauses.subject(group)
        impersonal = subject is not None and self.text.lower[subject.head] == "it"
        if kind not in {"agreed", "taken"} or self.word(group.last) not in {"that", "to"} or not impersonal:
            return None
        deciders = self._graded(self.by(group.last)) or self._who_met(group.head)
        about = self.around.stretch(group.last + 1)
        if not deciders or about is None:
            return None
        return self._candidate(group.head, group.last, "agreement", "taken", deciders, about, "it was agreed")

    def _negation(self, group: VerbGroup) -> int:
        """Return where the trigger begins: at the negation, if there is one."""
        negations = self.doc.lexicon.negations
        return next((i for i in range(group.first, group.head) if self.text.lower[i] in negations), group.head)

    def _complement(self, group: VerbGroup, kind: str) -> Span | None:
        """Return what was chosen; None where the complement is none of a decision ("decided the election")."""
        at = self._over_time(group.last)
        word = self.word(at)
        if (
            kind in {"taken", "agreed", "voted"}
            and word in {"on", "against", "for", "to", "in"}
            and self.text.tags[at] in {"IN", "TO"}
        ):
            following = self.phrases.verb(at)
            if following is None:
                return self.around.stretch(at + 1)
        following = self.phrases.verb(at + (word == "not"))
        if following is not None and following.infinitive:
            return self._infinitive(following, kind)
        if kind in {"pending", "proposed"} and following is not None and self.text.tags[following.head] == "VBG":
            return self.around.stretch(following.head)
        if word in {"that", "whether"} and kind != "pending":
            return self.around.stretch(at + 1)
        return self._nominal_complement(group, kind, at)

    def _nominal_complement(self, group: VerbGroup, kind: str, at: int) -> Span | None:
        target = self.clauses.object(group)
        if target is None or kind in {"taken", "voted", "rejected", "announced"}:
            return self._open_question(at, kind)
        nothing = self.text.lower[target.first] in _NOTHING
        if nothing or self.text.tags[target.head] == "PRP":
            return None
        if kind == "pending" and self.text.lower[target.head] not in self.lexicon.stance:
            return None
        if kind == "proposed" and self.lemma(group) not in words(self.lexicon.decision.choice.objects):
            return None
        return self._object(target)

    def _over_time(self, at: int) -> int:
        """Step over adverbs and dates: "agreed on Friday to"."""
        for _ in range(3):
            skip = at + (self.word(at) in {"on", "in", "at"} and self.text.tags[at] == "IN")
            noun = self.clauses.noun(skip) if skip < len(self.text.words) else None
            if noun is not None and noun.first == skip and self.clauses.is_time(noun):
                at = noun.last
            elif (
                at < len(self.text.words)
                and self.text.tags[at] == "RB"
                and self.phrases.verb(at) is None
                and self.word(at) != "not"
            ):
                at += 1
            else:
                break
        return at

    def _infinitive(self, following: VerbGroup, kind: str) -> Span | None:
        lemma = self.lexicon.lemma(self.text.lower[following.head])
        if kind in {"rejected", "agreed"} and lemma in words(self.lexicon.decision.choice.speech):
            return None
        return self.around.stretch(following.head)

    def _open_question(self, at: int, kind: str) -> Span | None:
        """Read "decided whether …", "decide how …"."""
        return self.around.stretch(at) if kind == "taken" and self.word(at) in self.doc.lexicon.wh_openers else None

    def _participle_clause(self, group: VerbGroup) -> bool:
        """Tell a participle clause, which says what its subject did, from a gerund after a preposition."""
        first = group.first - 1
        return self.text.tags[group.first] == "VBG" and first > 0 and self.text.words[first] == ","

    def _status_of_choice(  # noqa: PLR0911 - one answer per kind of evidence
        self, group: VerbGroup, how: Mood, kind: str, complement: Span
    ) -> DecisionStatus | None:
        against = self.word(group.last) in {"against", "not"} or complement.text.lower().startswith("not ")
        if kind == "pending":
            return "not_taken" if how.negated else "pending"
        if self._yet(group):
            return "pending"
        if how.negated:
            return "rejected" if how.modal == "will" or kind in {"agreed", "voted"} else "not_taken"
        if how.modal == "obliged":
            return "pending" if kind == "taken" else None
        if how.modal == "would" or (how.governors and how.outcome != "planned" and not self._through(how)):
            return None
        if how.outcome == "planned" or how.modal == "will":
            return "proposed" if kind == "proposed" else "pending"
        if kind in {"rejected", "proposed"}:
            return "rejected" if kind == "rejected" else "proposed"
        return "rejected" if against else "taken"

    # ------------------------------------------------------------ verbs of action
    def _act(self, group: VerbGroup, lemma: str) -> Candidate | None:
        """Read "imposed sanctions", "was vetoed by the president"."""
        how = self.mood(group)
        if self._unreal(how) or how.modal in {"obliged", "would"} or self._governed_by_choice(how):
            return None
        if not (group.finite or how.governors or self._is_participle(group) or self._participle_clause(group)):
            return None
        if self._generic(group):
            return None
        target = self._target(group)
        found = self._reading(group, lemma, target)
        status = self._status_of_act(group, how, found[0]) if found else None
        if found is None or status is None:
            return None
        act, last = found
        deciders = self._deciders(group, person=act.firm)
        if not deciders:
            return None
        about = self._object(target) if target else self.around.stretch(last)
        return self._candidate(
            self._negation(group), last, act.category, status, deciders, about, f"act {act.category}"
        )

    def _generic(self, group: VerbGroup) -> bool:
        """Tell "the countries that provide arms", which describes, from what somebody did."""
        relative = self.word(group.first - 1) in self.doc.lexicon.relative
        return relative and group.first == group.head and self.text.tags[group.head] in {"VBP", "VBZ"}

    def _is_participle(self, group: VerbGroup) -> bool:
        """Read "the ceasefire announced by Oslo"."""
        return (
            self.text.tags[group.head] in {"VBN", "VBD"} and group.first == group.head and self.word(group.last) == "by"
        )

    def _target(self, group: VerbGroup) -> NounPhrase | None:
        """Return what is acted on: the object, in the passive the subject."""
        if self._is_participle(group):
            return self._participled(group)
        if group.passive:
            return self.clauses.subject(group)
        return self.clauses.object(group)

    def _participled(self, group: VerbGroup) -> NounPhrase | None:
        """Return the noun a participle describes, over what stands between: "the ceasefire in Syria announced by"."""
        noun = self.clauses.noun(group.first - 1)
        while noun is not None and noun.first > 1 and self.text.lower[noun.first - 1] in {"in", "for", "on"}:
            before = self.clauses.noun(noun.first - 2)
            if before is None:
                break
            noun = before
        return noun

    def _reading(self, group: VerbGroup, lemma: str, target: NounPhrase | None) -> tuple[Act, int] | None:
        """Return the reading that fits the particles and the object, and where the verb with its particles ends."""
        for particles, act, needs in self.lexicon.acts[lemma]:
            last = group.head + 1 + len(particles)
            if tuple(self.text.lower[group.head + 1 : last]) != particles:
                continue
            at = last + (self.word(last) == "to")
            noun = target or (self.clauses.noun(at) if at < len(self.text.words) else None)
            if noun is not None and self.text.tags[noun.head] == "PRP" and not act.firm:
                continue
            if noun is not None and self.text.lower[noun.first] in _NOTHING:
                continue
            if act.only_negated and not (group.negated and group.modal >= 0):
                continue
            if act.bare or (noun is not None and (not needs or self._holds(noun, needs))):
                return act, max(last, group.last)
        return None

    def _holds(self, noun: NounPhrase, needed: frozenset[str]) -> bool:
        """Tell whether the phrase, or the of-phrase on it, holds a word of the class the verb needs."""
        text, last = self.text, noun.last
        if last < len(text.words) and text.lower[last] == "of" and (following := self.clauses.noun(last + 1)):
            last = following.last
        if "person" in needed and self.parties.members(noun)[:1] and self.parties.members(noun)[0].type == "person":
            return True
        money = "aid" in needed and any(c in "$£€" for c in text.slice(noun.first, last))
        return money or any(text.lower[i] in needed for i in range(noun.first, last))

    def _status_of_act(self, group: VerbGroup, how: Mood, act: Act) -> DecisionStatus | None:
        if self._yet(group):
            return "pending"
        if how.governors and how.outcome != "planned" and not self._through(how):
            return None
        if how.negated:
            return "rejected" if how.modal or self._supported(group) else "not_taken"
        if how.outcome == "planned":
            return "pending"
        if how.modal == "will":
            return "proposed" if act.status == "taken" else act.status
        return act.status

    def _through(self, how: Mood) -> bool:
        """Tell whether every governor leaves the verb as it is ("was forced to postpone")."""
        listed = words(self.lexicon.outlook.through)
        return all(self.lexicon.lemma(self.text.lower[g.token]) in listed for g in how.governors)

    def _supported(self, group: VerbGroup) -> bool:
        """Read "did not approve": a refusal, where "has not approved" leaves it open."""
        return any(self.text.lower[i] in self.doc.lexicon.do for i in range(group.first, group.head))

    def _governed_by_choice(self, how: Mood) -> bool:
        """Read "decided to impose": the choice is the event."""
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
        policy = word in words(self.lexicon.decision.nouns.policy)
        deciders = self._graded(self._owners(noun), person=not policy)
        if not deciders or (policy and deciders[0].type == "person"):
            return None
        about = self._noun_complement(noun, kind)
        if about is None and word not in words(self.lexicon.decision.nouns.plain):
            return None
        status: DecisionStatus = "rejected" if self.word(noun.last) == "not" else kind
        category: Category = "agreement" if word in words(self.lexicon.decision.nouns.agreed) else "executive"
        return self._candidate(noun.head, noun.head + 1, category, status, deciders, about, "noun", noun=word)

    def _owners(self, noun: NounPhrase) -> list[Actor]:
        """Return the deciders a noun names: possessor, country or body before it, "by" or "of" after it."""
        owner = self.parties.possessor(noun, noun.head)
        if owner is not None:
            return [owner]
        if before := self.parties.modifiers(noun, noun.head):
            return before
        at = self._over_time(noun.last)
        if self.word(at) in {"by", "of", "from"}:
            return self.parties.named(self.clauses.noun(at + 1))
        return []

    def _noun_complement(self, noun: NounPhrase, kind: str = "") -> Span | None:
        """Return what follows the noun, its date and its decider: "the decision last May by Oslo to …"."""
        at = self._over_time(noun.last)
        if self.word(at) in {"by", "of", "from"}:
            owner = self.clauses.noun(at + 1)
            at = self._over_time(self.clauses.coordinated(owner)[-1].last) if owner is not None else at
        at += self.word(at) == "not"
        if self.word(at) not in {"to", "that", "on", "against", "for", "in"}:
            return None
        verb = self.phrases.verb(at)
        if verb is not None and verb.infinitive and kind == "rejected":
            return self._infinitive(verb, kind)
        if kind == "proposed" and not (verb is not None and verb.infinitive) and self.word(at) != "that":
            return None
        following = self.clauses.noun(at + 1) if at + 1 < len(self.text.words) else None
        if following is not None and (self.clauses.is_time(following) or self.around.is_place(following)):
            return None
        return self.around.stretch(at + 1)

    # ------------------------------------------------------------ what was not decided
    def _absent(self, noun: NounPhrase) -> bool:
        return self.word(noun.first) in self.doc.lexicon.negations

    def _no_decision(self, noun: NounPhrase) -> Candidate | None:
        """Read "no decision was reported", "they have no plans to"."""
        before = self.phrases.verb(noun.first - 1)
        deciders = self._graded(self._owners(noun)) or (self._graded(self.subject(before)) if before else [])
        if not deciders:
            deciders = self._who_met(noun.head) if before is None else []
        if not deciders:
            return None
        return self._candidate(
            noun.first,
            noun.head + 1,
            "executive",
            "not_taken",
            deciders,
            self._noun_complement(noun),
            "no decision",
            noun="decision",
        )

    def _who_met(self, token: int) -> list[Actor]:
        """Return the parties of the meeting told last before a token: they are who could have decided."""
        offset = self.text.starts[token]
        before = [(span.start, m) for m in self.doc.meetings for span in m.mentions if span.start < offset]
        return list(max(before, key=lambda pair: pair[0])[1].participants) if before else []

    def _left_open(self, group: VerbGroup) -> Candidate | None:
        """Read "has not confirmed whether"."""
        if group.modal >= 0 or self.word(group.last) not in self.doc.lexicon.wh_openers:
            return None
        deciders, about = self._deciders(group), self.around.stretch(group.last)
        if not deciders:
            return None
        return self._candidate(
            self._negation(group), group.last, "executive", "not_taken", deciders, about, "left open"
        )

    def _not_discussed(self, group: VerbGroup) -> Candidate | None:
        """Read "the permit is not being discussed": the agent decides, or the country the sentence is set in."""
        if not (group.negated and group.passive) or group.modal >= 0:
            return None
        place = self.around.opening_place(group.head) or self._set_in(group)
        deciders = self._graded(self.by(group.last)) or (self._graded(self.parties.named(place)) if place else [])
        if not deciders:
            return None
        target = self.clauses.subject(group)
        about = self._object(target) if target else None
        return self._candidate(group.first, group.last, "executive", "not_taken", deciders, about, "not discussed")

    def _set_in(self, group: VerbGroup) -> NounPhrase | None:
        """Return the country of the sentence's part before the verb: "In Norway, as you know, this is not …"."""
        start = self.text.sentence(group.head)[0]
        for at in range(group.first - 1, max(start, group.first - 24) - 1, -1):
            noun = self.clauses.noun(at + 1)
            if (
                self.word(at) == "in"
                and noun is not None
                and self.text.slice(noun.first, noun.last) in self.doc.lexicon.countries
            ):
                return noun
        return None

    # ------------------------------------------------------------ shared
    def _unreal(self, how: Mood) -> bool:
        return how.conditional or how.habitual or how.modal == "perhaps"

    def _yet(self, group: VerbGroup) -> bool:
        """Read "has yet to decide"."""
        return group.infinitive and self.word(group.first - 1) == "yet"

    def _deciders(self, group: VerbGroup, *, person: bool = False) -> list[Actor]:
        if group.passive or self._is_participle(group):
            return self._graded(self.by(group.last), person=person)
        subject = self.clauses.subject(group)
        found = self._graded(self.parties.named(subject), person=person)
        if not found and subject is not None and self.text.tags[subject.head] == "PRP":
            found = self._meant_by(subject)
        return found

    def _meant_by(self, pronoun: NounPhrase) -> list[Actor]:
        """Read "They agreed": whoever met last; "we have agreed": the speaker, or the body whose paper this is."""
        word = self.text.lower[pronoun.head]
        if word == "they":
            return self._who_met(pronoun.head)
        if word != "we":
            return []
        offset = self.text.starts[pronoun.head]
        for statement in self.doc.statements:
            if any(span.start <= offset < span.end for span in statement.content):
                return self._graded([statement.speaker]) if statement.speaker else []
        mention = self.text.span(pronoun.first, pronoun.last)
        return [Actor(name=mention.text, mention=mention, type="group")] if self.text.quoted[pronoun.head] < 0 else []

    def _graded(self, parties: list[Actor], *, person: bool = False) -> list[Actor]:
        """Keep political and institutional actors; a person whose role is not told only where `person` allows."""
        least = POSSIBLE if person else POLITICAL
        return [a for a in parties if self.parties.grade(a) >= least]

    def _object(self, noun: NounPhrase) -> Span:
        """Return the object with what hangs on it, up to the end of its clause."""
        whole = self.around.stretch(noun.first)
        return whole if whole is not None else self.text.span(noun.first, noun.last)

    def _candidate(  # noqa: PLR0917 - a row of the event's own fields
        self,
        first: int,
        last: int,
        category: Category,
        status: DecisionStatus,
        deciders: list[Actor],
        about: Span | None,
        rule: str,
        noun: str = "",
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
        """Tell whether two candidates tell of one decision: the same decider, and objects that share their words."""
        if not names_of(old) & names_of(new) or (old.status == "not_taken") != (new.status == "not_taken"):
            return False
        a, b = self._content(old.about), self._content(new.about)
        return bool(a and b) and 2 * len(a & b) >= min(len(a), len(b))

    def _content(self, span: Span | None) -> set[str]:
        if span is None:
            return set()
        first, last = self.text.token_at(span.start), self.text.token_at(span.end - 1) + 1
        return {
            self.text.lower[i][:6]
            for i in range(first, last)
            if self.text.tags[i] in {"NN", "NNS", "NNP", "VB", "JJ", "VBN", "VBG"}
        }

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
            status=msgspec.convert(best.status, DecisionStatus),
            category=msgspec.convert(best.kind, Category),
            object=best.about,
            when=best.when,
            decided_on=best.day,
            mentions=[self.text.span(c.first, c.last) for c in [best, *(m for m in cluster.members if m is not best)]],
            attributed_to=reporting_statement(self.doc, cluster.members),
        )
