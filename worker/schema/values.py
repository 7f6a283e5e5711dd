"""The closed lists of values that fields of events may have, each value with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Mapping

ActorType = Literal["person", "organisation", "country", "group", "unnamed"]
ACTOR_TYPES: Final[Mapping[ActorType, str]] = {
    "person": "A person named in the article.",
    "organisation": "A government, ministry, parliament, court, party, army, firm, alliance or other body.",
    "country": "A state as an actor.",
    "group": "Several persons or organisations, as worded: “both sides”, “Some officials”.",
    "unnamed": "A person described but not named: “the harbour master”.",
}

ArticleFormat = Literal["article", "live", "gallery", "podcast", "video"]
ARTICLE_FORMATS: Final[Mapping[ArticleFormat, str]] = {
    "article": "an article",
    "live": "a live ticker",
    "gallery": "the text beside pictures",
    "podcast": "the text beside a recording of sound",
    "video": "the text beside a video",
}

Quotation = Literal["direct", "mixed", "indirect"]
QUOTATIONS: Final[Mapping[Quotation, str]] = {
    "direct": "Verbatim: entirely in quotation marks, or signed.",
    "mixed": "Partly in quotation marks.",
    "indirect": "Reported speech, without quotation marks.",
}

Act = Literal[
    "say", "demand", "accuse", "criticise", "praise", "promise", "threaten", "deny", "ask", "announce", "decline"
]
ACTS: Final[Mapping[Act, str]] = {
    "say": "None of the following.",
    "demand": "Calls on others to act.",
    "accuse": "Blames a named actor for a wrong.",
    "criticise": "Judges a person or thing unfavourably.",
    "praise": "Judges favourably, thanks, congratulates or endorses.",
    "promise": "Commits the speaker to a future action.",
    "threaten": "Announces harm to an opponent, or harm under a condition.",
    "deny": "Says that something is not true or was not done.",
    "ask": "Asks a question, or makes a request or a plea.",
    "announce": "Makes plans or facts of the speaker public.",
    "decline": "Refuses to do something or to comment, or says that it cannot be done.",
}

Form = Literal["talks", "visit", "call", "summit", "press_conference", "other"]
FORMS: Final[Mapping[Form, str]] = {
    "talks": "A meeting, consultation or negotiation; the session of a body.",
    "visit": "A guest or envoy travels to another country or to the seat of another party, or is received there.",
    "call": "A conversation by telephone or video.",
    "summit": "A meeting of leaders; a conference of many states.",
    "press_conference": "A press conference. One participant is enough: reporters are not listed.",
    "other": "None of these.",
}

MeetingStatus = Literal["held", "planned", "proposed", "cancelled", "denied"]
MEETING_STATUSES: Final[Mapping[MeetingStatus, str]] = {
    "held": "Took place, or is taking place.",
    "planned": "Scheduled or arranged.",
    "proposed": "Requested, offered, subject of an invitation, or promised under a condition.",
    "cancelled": "Called off, postponed, or failed before it began.",
    "denied": "Refused, or reported not to have taken place.",
}

DecisionStatus = Literal["taken", "rejected", "postponed", "pending", "proposed", "not_taken"]
DECISION_STATUSES: Final[Mapping[DecisionStatus, str]] = {
    "taken": "Decided: approved, signed, ordered, appointed, endorsed, agreed.",
    "rejected": "Decided against: voted down, vetoed, turned down, refused, decided not to.",
    "postponed": "Postponed, suspended, or withdrawn while it was pending.",
    "pending": "Not decided yet: under consideration, due for a vote, awaited.",
    "proposed": "Formally proposed, pledged, planned or threatened by the decider: a bill, a motion, an act to come.",
    "not_taken": "The article says explicitly that no decision was made.",
}

Category = Literal[
    "legislative", "executive", "personnel", "court", "enforcement", "campaign", "endorsement", "agreement", "other"
]
CATEGORIES: Final[Mapping[Category, str]] = {
    "legislative": "Votes and bills.",
    "executive": "Orders and policies; treaties, sanctions, aid, arms.",
    "personnel": "Appointments, dismissals and resignations; candidacies and withdrawals.",
    "court": "Rulings of courts and judges.",
    "enforcement": "Charges, fines, inquiries opened or closed, acts of regulators.",
    "campaign": "The strategy of a party or a campaign.",
    "endorsement": "Support for a candidate or a measure, given or withdrawn.",
    "agreement": "Agreements reached or signed.",
    "other": "None of these.",
}


def one_of(values: Mapping[str, str], about: str) -> Meta:
    """Return the metadata of a field with a closed list of values.

    The description is `about`, then a list of the values with their meanings.  `extra["values"]` maps the same.
    """
    listed = "\n".join(f"- `{value}`: {meaning}" for value, meaning in values.items())
    return Meta(description=f"{about}\n\n{listed}", extra={"values": dict(values)})
