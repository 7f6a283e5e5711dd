"""Who is who in one article: people, organisations, countries and groups, and whom a phrase or pronoun stands for.

Everything comes from the article's own words.  All names are read first, so that "Tamm" in the first line
already resolves to the fullest name given anywhere.  Pronouns go to the last speaker whose gender fits, which is right
far more often than the last person named; so speakers are to be reported (`heard`) in text order.
"""

from __future__ import annotations

from bisect import bisect_right

import msgspec
from msgspec import Struct

from worker.extract.lexicon import Lexicon
from worker.extract.names import Name, is_role, names
from worker.extract.phrases import NounPhrase, Phrases
from worker.extract.text import Text
from worker.schema import Actor, ActorType

_NOTHING: frozenset[str] = frozenset()
_MANY = 40
"""People of one surname beyond which nobody tries to tell them apart."""
_FAR = 400
"""Tokens within which a pronoun looks for whom it means."""
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_SMALL = frozenset(
    {"the", "a", "an", "of", "for", "and", "in", "at", "to", "'s", ",", "former", "ex", "his", "her", "its", "then"}
)


class Person(Struct, eq=False):
    """One person (or another bearer of a name of several words) of the article."""

    tokens: list[str]
    """The fullest name."""
    suffix: str = ""
    """Jr., III and the like."""
    sure: bool = False
    """Known to be a person, by title, role or given name."""
    gender: str | None = None
    role: str | None = None
    role_words: frozenset[str] = frozenset()
    """Lower-case words of every role given."""
    country: str | None = None
    seen: list[int] = []
    """Tokens where the name occurs, in order."""

    @property
    def name(self) -> str:
        """The fullest name, as written."""
        return " ".join([*self.tokens, self.suffix]).strip()


class Mentions:
    """The article's parties.  `resolve` answers for any phrase, `heard` remembers who spoke."""

    def __init__(self, text: Text, phrases: Phrases, lexicon: Lexicon) -> None:
        self.text = text
        self.phrases = phrases
        self.lexicon = lexicon
        self.names = names(text, phrases, lexicon)
        self.people: list[Person] = []
        self._by_surname: dict[str, list[Person]] = {}
        self._by_given: dict[str, list[Person]] = {}
        self._by_role: dict[str, list[Person]] = {}
        self._person_at: dict[int, Person] = {}
        self._name_in: dict[int, list[Name]] = {}
        self._speakers: list[tuple[int, Person | None, Actor]] = []
        self._role_at: dict[int, Person] = {}
        self._bodies: dict[str, str] = {}
        self._acronyms = _acronyms(text, phrases)
        self._read()

    # ------------------------------------------------------------ asking
    def resolve(self, first: int, last: int) -> Actor:
        """Return the party that the tokens stand for; its mention is those tokens.  Not for an empty range."""
        return self.lookup(first, last)[0]

    def lookup(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """Resolve a phrase, and return the person behind it where there is one."""
        if last - first == 1 and self.text.tags[first] == "PRP$":
            return self._pronoun(first, last, self.text.lower[first])
        head = self._head(first, last)
        if head is None:
            return self._as_worded(first, last, "unnamed"), None
        word = self.text.lower[head.head]
        if self.text.tags[head.head] in {"PRP", "PRP$", "WP"} or (last - first == 1 and word in self.lexicon.pronouns):
            return self._pronoun(first, last, word)
        if self.text.lower[last - 1] in self.lexicon.documents:
            issuer = self._issuer(first, last)
            if issuer is not None:
                return issuer
        name = self._name_of(head, first, last)
        if name is not None:
            return self._named(first, last, name, head)
        return self._nominal(first, last, head)

    def _issuer(self, first: int, last: int) -> tuple[Actor, Person | None] | None:
        """ "Tamm's Facebook post", "the port authority report": a document speaks for the party it belongs to."""
        before = last - 2
        if before >= first and self.text.tags[before] == "NNP":
            names = [
                n for n in self._name_in.get(self.phrases.noun_at[before], []) if n.last == last or n.last == last - 1
            ]
            words = self.text.words[names[-1].first : last - 1] if names else [self.text.words[before]]
            name = " ".join(words)
            known = self._acronyms.get(name, name)
            if name.lower() in self.lexicon.outlets | self.lexicon.acronyms or words[0].isupper():
                return self._plain(known, first, last, "organisation", None), None
        for i in range(first + 1, last - 1):
            if self.text.tags[i] == "POS":
                actor, person = self.lookup(first, i)
                return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person
        return None

    def heard(self, token: int, actor: Actor, person: Person | None) -> None:
        """Remember that the actor speaks at a token; call in text order."""
        self._speakers.append((token, person, actor))

    def person_at(self, token: int) -> Person | None:
        """Return the person whose name begins at a token."""
        return self._person_at.get(token)

    # ------------------------------------------------------------ reading the names
    def _read(self) -> None:
        for name in self.names:
            self._name_in.setdefault(name.phrase, []).append(name)
        for name in self.names:
            if name.kind in {"person", "unknown"} and name.last - name.first > 1:
                self._meet(name)
        for name in self.names:
            if name.kind in {"person", "unknown"} and name.last - name.first == 1:
                self._meet_again(name)
            elif name.kind == "organisation":
                self._meet_body(name)
        for person in self.people:
            person.seen.sort()
            if person.country is None and person.role_words & self.lexicon.roles:
                person.country = self._country_of_principal(person)

    def _meet(self, name: Name) -> None:
        """A name of several words: the bearer is known under a compatible name, or new."""
        tokens = _bare(self.text.words[name.first : name.last])
        if len(tokens) < 2:  # noqa: PLR2004 - a surname and "Jr."
            return
        person = next(
            (p for p in self._by_surname.get(tokens[-1].lower(), [])[-_MANY:] if _compatible(p.tokens, tokens)), None
        )
        if person is None:
            person = Person(tokens=tokens, seen=[])
            self.people.append(person)
            self._by_surname.setdefault(tokens[-1].lower(), []).append(person)
            self._by_given.setdefault(tokens[0].lower(), []).append(person)
        elif len(tokens) > len(person.tokens):
            person.tokens = tokens
        if self.text.lower[name.last - 1] in _SUFFIXES:
            person.suffix = self.text.words[name.last - 1]
        self._learn(person, name)

    def _meet_again(self, name: Name) -> None:
        """One word: a surname known from elsewhere in the article, else a person only if a title says so."""
        person = self._bearer(name.first, name.gender, self._titles_of(name))
        if person is None:
            if name.kind != "person":
                return
            person = Person(tokens=[self.text.words[name.first]], seen=[])
            self.people.append(person)
            self._by_surname.setdefault(self.text.lower[name.first], []).append(person)
        self._learn(person, name)

    def _meet_body(self, name: Name) -> None:
        """An organisation of several words may come back as "the committee" or as its initials."""
        if name.last - name.first < 2:  # noqa: PLR2004
            return
        phrase = self.phrases.nouns[name.phrase]
        full = self.text.slice(name.first, self._of_end(phrase.last, self.text.sentence(name.first)[1]))
        head = self.text.lower[name.last - 1]
        if head in self.lexicon.organisation_heads:
            self._bodies.setdefault(head, full)
        initials = "".join(w[0] for w in self.text.words[name.first : name.last] if w[0].isupper())
        if len(initials) > 2:  # noqa: PLR2004 - two initials are too many people's
            self._acronyms.setdefault(initials, full)

    def _country_of_principal(self, person: Person) -> str | None:
        """ "Hale campaign spokesman": the country of the politician that the role names."""
        for word in person.role_words:
            for other in self._by_surname.get(word, []):
                if other is not person and other.country is not None:
                    return other.country
        return None

    def _learn(self, person: Person, name: Name) -> None:
        person.seen.append(name.first)
        self._person_at[name.first] = person
        person.sure = person.sure or name.kind == "person"
        given = self.lexicon.given_names.get(person.tokens[0].lower()) if len(person.tokens) > 1 else None
        person.gender = person.gender or name.gender or given
        if name.role_first < 0:
            return
        role = self.text.slice(name.role_first, name.role_last)
        words = _role_words(self.text.lower[name.role_first : name.role_last])
        if not words & self.lexicon.roles and not any(w.rstrip(".") in self.lexicon.titles for w in words):
            return
        for i in range(name.role_first, name.role_last):
            self._role_at[i] = person
        for word in words & self.lexicon.roles:
            if person not in self._by_role.setdefault(word, []):
                self._by_role[word].append(person)
        person.role_words |= words
        if person.role is None or (len(role) > len(person.role) and len(role.split()) < 8):  # noqa: PLR2004
            person.role = role
        person.country = person.country or self._office_country(name.outer_first, name.role_last, name.role_first)

    def _office_country(self, outer: int, last: int, first: int) -> str | None:
        """The country that a role's own words name, where the role is an office of a state."""
        lower = self.text.lower
        if not any(lower[i].rstrip(".") in self.lexicon.offices for i in range(first, last)):
            return None
        if any(w in self.lexicon.international for w in lower[first:last]):
            return None
        start = min(outer, first) if outer >= 0 else first
        if start > 1 and self.text.tags[start - 1] == "POS":
            start = max(0, start - 3)
        return self.country_in(start, last)

    def country_in(self, first: int, last: int) -> str | None:
        """Return the country that a name, demonym or seat of power among the tokens names; None for none."""
        words = self.text.words
        for i in range(first, last):
            if not words[i][0].isupper():
                continue
            for size in range(min(self.lexicon.longest_place, last - i), 0, -1):
                whole = " ".join(words[i : i + size])
                code = (
                    self.lexicon.countries.get(whole)
                    or self.lexicon.demonyms.get(whole)
                    or self.lexicon.seats.get(whole)
                )
                if code:
                    return code
        return None

    # ------------------------------------------------------------ answering
    def _head(self, first: int, last: int) -> NounPhrase | None:
        for i in range(first, last):
            phrase = self.phrases.noun(i)
            if phrase is not None:
                return phrase
        return None

    def _name_of(self, head: NounPhrase, first: int, last: int) -> Name | None:
        """The name that the phrase stands for: its own, or that of an apposition or of-phrase inside the range."""
        own = [
            n for n in self._name_in.get(self.phrases.noun_at[head.first], []) if n.last == head.last or n.last >= last
        ]
        if own:
            return own[-1]
        for i in range(head.last, last):
            for name in self._name_in.get(self.phrases.noun_at[i], []) if self.phrases.noun_at[i] >= 0 else []:
                if first <= name.outer_first <= head.first and name.kind == "person" and name.role_first >= 0:
                    return name
        return None

    def _named(self, first: int, last: int, name: Name, head: NounPhrase) -> tuple[Actor, Person | None]:
        person = self._person_at.get(name.first)
        if name.last - name.first == 1:
            person = self._bearer(name.first, name.gender, self._titles_of(name)) or person
        if person is not None and (person.sure or name.kind in {"person", "unknown"}):
            return self._actor(person, first, last), person
        words = " ".join(self.text.words[name.first : name.last])
        if name.kind == "country" or words in self.lexicon.countries:
            return self._plain(words, first, last, "country", self.lexicon.countries.get(words)), None
        if words in self.lexicon.demonyms and self.text.lower[name.last - 1].endswith("s"):
            return self._as_worded(first, last, "group"), None
        if name.kind == "organisation" or words in self.lexicon.seats:
            return self._organisation(first, last, name, head), None
        if self.text.tags[head.first] == "DT":
            return self._organisation(first, last, name, head), None
        if words.isupper():
            return self._plain(words, first, last, "organisation", None), None
        stranger = self._introduce(name)
        return self._actor(stranger, first, last), stranger

    def _introduce(self, name: Name) -> Person:
        """A name that nothing explains, but which speaks: a person from here on."""
        tokens = _bare(self.text.words[name.first : name.last])
        person = Person(tokens=tokens, sure=True, seen=[name.first])
        self.people.append(person)
        self._by_surname.setdefault(tokens[-1].lower(), []).append(person)
        return person

    def _organisation(self, first: int, last: int, name: Name, head: NounPhrase) -> Actor:
        start = head.first
        while start < name.first and (
            self.text.tags[start] in {"DT", "PRP$"}
            or (self.text.tags[start] == "JJ" and self.text.words[start][0].islower())
        ):
            start += 1
        end = self._of_end(head.last, last)
        words = self.text.slice(start, end)
        full = self._acronyms.get(words, words)
        code = None if words.lower() in self.lexicon.international else self.country_in(start, end)
        return self._plain(full, first, last, "organisation", code)

    def _of_end(self, at: int, last: int) -> int:
        """Where "of …" after an organisation's head ends ("Bank of England", "Ministry of Defence")."""
        while at + 1 < last and self.text.lower[at] in {"of", "for", "on"}:
            following = self.phrases.noun(at + 1)
            if following is None or following.last > last:
                break
            at = following.last
        return at

    def _actor(self, person: Person, first: int, last: int) -> Actor:
        return Actor(
            name=person.name,
            mention=self.text.span(first, last),
            type="person",
            role=person.role,
            country=person.country,
        )

    def _plain(self, name: str, first: int, last: int, kind: ActorType, country: str | None) -> Actor:
        return Actor(name=name, mention=self.text.span(first, last), type=kind, country=country)

    def _as_worded(self, first: int, last: int, kind: ActorType) -> Actor:
        country = self.country_in(first, last) if self._is_office(first, last) else None
        return Actor(name=self.text.slice(first, last), mention=self.text.span(first, last), type=kind, country=country)

    def _is_office(self, first: int, last: int) -> bool:
        return any(w in self.lexicon.offices for w in self.text.lower[first:last])

    def _nominal(self, first: int, last: int, head: NounPhrase) -> tuple[Actor, Person | None]:
        """A phrase without a name: a role that somebody in the article has, a body, a group, or somebody unnamed."""
        word = self.text.lower[head.head]
        if is_role(self.text, head, self.lexicon):
            person = self._holder(first, last, head)
            if person is not None:
                return self._actor(person, first, last), person
            return self._as_worded(first, last, "unnamed"), None
        if word in self.lexicon.organisation_heads:
            start = first + 1 if self.text.tags[first] == "DT" else first
            full = self._bodies.get(word, "")
            if self.text.lower[first] == "the" and set(self.text.lower[start:last]) <= set(full.lower().split()):
                return self._plain(full, first, last, "organisation", None), None
            code = self.country_in(start, last)
            return self._plain(self.text.slice(start, last), first, last, "organisation", code), None
        plural = self.text.tags[head.head] == "NNS" or word in self.lexicon.groups
        return self._as_worded(first, last, "group" if plural else "unnamed"), None

    def _holder(self, first: int, last: int, head: NounPhrase) -> Person | None:
        """The person whose role fits every word of the phrase, the one named last before it first."""
        indefinite = self.text.lower[head.first] in {"a", "an", "another", "one", "some"}
        words = _role_words(self.text.lower[first:last]) - _SMALL - self.lexicon.role_modifiers
        country = self.country_in(first, last)
        held = self.text.lower[head.head].rpartition("-")[2]
        fitting = [p for p in self._by_role.get(held, []) if self._fits(p, words, country)]
        if not fitting and held in self.lexicon.any_office and country is not None:
            fitting = [p for p in self.people if p.country == country and p.role_words & self.lexicon.high_offices]
        if not fitting and country is not None:
            fitting = self._only_one(held, words, country, first)
        if indefinite:
            limit = self.text.paragraphs[min(self.text.paragraph_of[first] + 1, len(self.text.paragraphs) - 1)][1]
            fitting = [p for p in fitting if first < p.seen[0] < limit and len(words) > 1]
        return _latest(fitting, first)

    def _fits(self, person: Person, words: frozenset[str], country: str | None) -> bool:
        if country is not None and person.country != country:
            return False
        return all(country is not None and self._names_country(word, country) for word in words - person.role_words)

    def _only_one(self, held: str, words: frozenset[str], country: str, token: int) -> list[Person]:
        """The only holder of a role, where the article names no country with it but the phrase does."""
        named = {w for w in words if self._names_country(w, country)}
        fitting = [p for p in self._by_role.get(held, []) if p.country is None and words - named <= p.role_words]
        return fitting if len(self._by_role.get(held, [])) == 1 and fitting and fitting[0].seen[0] < token else []

    def _names_country(self, word: str, country: str) -> bool:
        """Is a lower-case word a name, demonym or seat of the country ("ukrainian", "gop", "us")?"""
        spellings = (word.capitalize(), word.upper())
        lexicon = self.lexicon
        return any(
            country in {lexicon.demonyms.get(s), lexicon.countries.get(s), lexicon.seats.get(s)} for s in spellings
        )

    def _titles_of(self, name: Name) -> frozenset[str]:
        return frozenset(self.text.lower[name.outer_first : name.first]) & self.lexicon.roles

    def _bearer(self, token: int, gender: str | None, role_words: frozenset[str] = _NOTHING) -> Person | None:
        """The person that a single name means, by surname, else by given name.

        Of several the last speaker, else the one whom the article names most often.
        """
        word = self.text.lower[token]
        for known in (self._by_surname, self._by_given):
            bearers = [p for p in known.get(word, [])[:_MANY] if gender is None or p.gender in {None, gender}]
            titled = [p for p in bearers if role_words & p.role_words]
            bearers = titled if role_words and titled else bearers
            if len(bearers) > 1:
                spoke = [p for _, p, _ in self._speakers[-6:] if p in bearers]
                return spoke[-1] if spoke else max(bearers, key=lambda p: (len(p.seen), -p.seen[0]))
            if bearers:
                return bearers[0]
        return None

    # ------------------------------------------------------------ pronouns
    def _pronoun(self, first: int, last: int, word: str) -> tuple[Actor, Person | None]:
        gender = (
            "masculine" if word in self.lexicon.masculine else "feminine" if word in self.lexicon.feminine else None
        )
        if gender is not None:
            person = self._antecedent(first, gender)
            if person is not None:
                return self._actor(person, first, last), person
        elif word in {"who", "which", "that", "whose"}:
            return self._relative(first, last)
        elif word in self.lexicon.plural or word in self.lexicon.neuter:
            return self._body(first, last, plural=word in self.lexicon.plural)
        return self._as_worded(first, last, "unnamed"), None

    def _antecedent(self, token: int, gender: str) -> Person | None:
        """Somebody named as a subject earlier in the sentence, else the last speaker, else the last person named."""
        sentence = max(self.text.sentence(token)[0], token - _FAR)
        here = self._subject_between(sentence, token, gender)
        if here is not None:
            return here
        for at, person, _ in self._heard_before(token, 12):
            if person is not None and person.gender in {None, gender} and self._near(at, token):
                return person
        paragraph = max(self.text.paragraph(token)[0], token - _FAR)
        return (
            self._subject_between(paragraph, token, gender)
            or self._named_between(sentence, token, gender)
            or _latest([p for p in self.people if p.sure and p.gender in {None, gender} and p.seen[0] < token], token)
        )

    def _heard_before(self, token: int, count: int) -> list[tuple[int, Person | None, Actor]]:
        """Return the last speakers up to a token, the latest first; later extractors ask after all have spoken."""
        end = bisect_right(self._speakers, token, key=lambda speaker: speaker[0])
        return self._speakers[max(0, end - count) : end][::-1]

    def _near(self, at: int, token: int) -> bool:
        return self.text.paragraph_of[token] - self.text.paragraph_of[at] <= 4  # noqa: PLR2004 - paragraphs

    def _subject_between(self, first: int, token: int, gender: str) -> Person | None:
        """The first person of fitting gender who stands as a subject between two tokens, outside quotations."""
        i = first
        while i < token:
            phrase = self.phrases.noun(i)
            if phrase is None:
                i += 1
                continue
            i = phrase.last
            if self.text.quoted[phrase.first] >= 0 or (
                phrase.first and self.text.tags[phrase.first - 1] in {"IN", "TO"}
            ):
                continue
            for name in self._name_in.get(self.phrases.noun_at[phrase.first], []):
                person = self._person_at.get(name.first)
                if name.last == phrase.last and person is not None and person.gender in {None, gender} and person.sure:
                    return person
        return None

    def _named_between(self, first: int, token: int, gender: str) -> Person | None:
        """The last person known to be of the gender who is named between two tokens."""
        for i in range(token - 1, first - 1, -1):
            person = self._person_at.get(i)
            if person is not None and person.gender == gender and self.text.quoted[i] < 0:
                return person
        return None

    def _relative(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """ "who": the noun phrase before it, a comma and of-phrases between them stepped over."""
        at = first - 1
        while at > 0 and self.text.words[at] in {",", "(", ")", "—", "–", "-"}:
            at -= 1
        before = self.phrases.noun(at)
        if before is None:
            return self._as_worded(first, last, "unnamed"), None
        described = self._role_at.get(before.head)
        if described is not None:
            return self._actor(described, first, last), described
        while before.first > 1 and self.text.lower[before.first - 1] in {"of", "for", "from", "at", "in", "to", "on"}:
            earlier = self.phrases.noun(before.first - 2)
            if earlier is None:
                break
            before = earlier
        actor, person = self.lookup(before.first, max(before.last, at + 1) if before.last <= at else before.last)
        return Actor(
            name=actor.name,
            mention=self.text.span(first, last),
            type=actor.type,
            role=actor.role,
            country=actor.country,
        ), person

    def _body(self, first: int, last: int, *, plural: bool) -> tuple[Actor, Person | None]:
        """ "they" and "it": the last group or body that spoke."""
        wanted = {"group", "organisation", "unnamed"} if plural else {"organisation", "country"}
        for at, person, actor in self._heard_before(first, 6):
            if person is None and actor.type in wanted and self._near(at, first):
                return Actor(
                    name=actor.name,
                    mention=self.text.span(first, last),
                    type=actor.type,
                    role=actor.role,
                    country=actor.country,
                ), None
        return self._as_worded(first, last, "unnamed"), None


def _role_words(words: list[str]) -> frozenset[str]:
    """A role's words, hyphens opened, so that "secretary-general" is a secretary general."""
    whole = {w for w in words if w[0].isalnum()}
    return frozenset(whole | {part for w in whole if w.rpartition("-")[2] == "general" for part in w.split("-")}) - {
        "secretary-general"
    }


def _bare(tokens: list[str]) -> list[str]:
    """A name's words without Jr., III and the like."""
    while len(tokens) > 1 and tokens[-1].lower() in _SUFFIXES:
        tokens = tokens[:-1]
    return tokens


def _compatible(known: list[str], new: list[str]) -> bool:
    """Same surname given: are the given names the same, an initial of each other, or missing?"""
    if len(known) == 1 or len(new) == 1:
        return True
    a, b = known[0].rstrip(".").lower(), new[0].rstrip(".").lower()
    return (
        a == b
        or (min(len(a), len(b)) == 1 and a[0] == b[0])
        or a in (w.lower() for w in new[:-1])
        or b in (w.lower() for w in known[:-1])
    )


def _latest(people: list[Person], token: int) -> Person | None:
    """The one whose name occurred last before the token; if none did, the one named first after it."""
    before = [(p.seen[bisect_right(p.seen, token) - 1], p) for p in people if p.seen and p.seen[0] <= token]
    if before:
        return max(before, key=lambda pair: pair[0])[1]
    return min(people, key=lambda p: p.seen[0], default=None)


def _acronyms(text: Text, phrases: Phrases) -> dict[str, str]:
    """ "Northern Fisheries Forum (NFF)" -> {"NFF": "Northern Fisheries Forum"}."""
    found: dict[str, str] = {}
    for i in range(1, len(text.words) - 2):
        if (
            text.words[i] == "("
            and text.words[i + 2] == ")"
            and text.words[i + 1].isupper()
            and len(text.words[i + 1]) > 1
        ):
            phrase = phrases.noun(i - 1)
            if phrase is None:
                continue
            start = phrase.first
            while (
                start > 1
                and text.lower[start - 1] in {"of", "for", "and", "on", "the"}
                and phrases.noun(start - 2) is not None
            ):
                start = phrases.nouns[phrases.noun_at[start - 2]].first
            full = [w for w in text.words[start : phrase.last] if w[0].isupper()]
            if "".join(w[0] for w in full) == text.words[i + 1]:
                first = next(k for k in range(start, phrase.last) if text.words[k][0].isupper())
                found[text.words[i + 1]] = text.slice(first, phrase.last)
    return found
