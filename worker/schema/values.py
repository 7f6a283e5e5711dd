"""The words that a field may hold, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Mapping

ActorType = Literal["person", "organisation", "country", "group", "unnamed"]
ACTOR_TYPES: Final[Mapping[ActorType, str]] = {
    "person": "Somebody whom the article names.",
    "organisation": "A body: a government, a ministry, a parliament, a court, a party, an army, a firm, an alliance.",
    "country": "A state that acts as one.",
    "group": "Several together, as worded: “both sides”, “Some officials”.",
    "unnamed": "Somebody whom the article describes and does not name: “the harbour master”.",
}

Quotation = Literal["direct", "mixed", "indirect"]
QUOTATIONS: Final[Mapping[Quotation, str]] = {
    "direct": "All of it word for word: in quotation marks, or signed.",
    "mixed": "Partly in quotation marks.",
    "indirect": "Reported, without quotation marks.",
}

Act = Literal[
    "say", "demand", "accuse", "criticise", "praise", "promise", "threaten", "deny", "ask", "announce", "decline"
]
ACTS: Final[Mapping[Act, str]] = {
    "say": "None of the following.",
    "demand": "Urges others to act.",
    "accuse": "Names a wrongdoer and a deed.",
    "criticise": "Judges somebody or something ill.",
    "praise": "Judges well, thanks, congratulates, endorses.",
    "promise": "Gives the speaker's word for what the speaker will do.",
    "threaten": "Announces harm, on a condition or to an enemy.",
    "deny": "Says that something is not so, or was not done.",
    "ask": "A question, a request or a plea.",
    "announce": "Makes the speaker's own plans or facts public.",
    "decline": "Says that the speaker will not or cannot do something, or will not comment.",
}

Form = Literal["talks", "visit", "call", "summit", "press_conference", "other"]
FORMS: Final[Mapping[Form, str]] = {
    "talks": "A meeting, a consultation, a negotiation; a body that convenes.",
    "visit": "Somebody goes to another country or another party's seat, as a guest or an envoy, or is received there.",
    "call": "By telephone or video.",
    "summit": "Leaders come together; a conference of many states.",
    "press_conference": "Somebody faces the press. One participant is enough: reporters are not listed.",
    "other": "None of these.",
}

MeetingStatus = Literal["held", "planned", "proposed", "cancelled", "denied"]
MEETING_STATUSES: Final[Mapping[MeetingStatus, str]] = {
    "held": "It took place, or is going on.",
    "planned": "Scheduled or arranged.",
    "proposed": "Asked for, offered, invited to, promised on a condition.",
    "cancelled": "Called off, put off, or broken down before it began.",
    "denied": "Refused, or said not to have happened.",
}

DecisionStatus = Literal["taken", "rejected", "postponed", "pending", "proposed", "not_taken"]
DECISION_STATUSES: Final[Mapping[DecisionStatus, str]] = {
    "taken": "Decided: approved, signed, ordered, appointed, endorsed, agreed.",
    "rejected": "Decided against: voted down, vetoed, turned down, refused, decided not to.",
    "postponed": "Put off, suspended, or withdrawn while it was pending.",
    "pending": "Still to be decided: under consideration, due for a vote, awaited.",
    "proposed": "Formally proposed, pledged, planned or threatened by the decider: a bill, a motion, an act to come.",
    "not_taken": "The article says that there was no decision, which is worth as much as any other.",
}

Category = Literal[
    "legislative", "executive", "personnel", "court", "enforcement", "campaign", "endorsement", "agreement", "other"
]
CATEGORIES: Final[Mapping[Category, str]] = {
    "legislative": "Votes and bills.",
    "executive": "Orders and policy; treaties, sanctions, aid, arms.",
    "personnel": "Who is appointed or dismissed, who resigns, who runs or withdraws.",
    "court": "Rulings of courts and judges.",
    "enforcement": "Charges, fines, inquiries opened and closed, the acts of regulators.",
    "campaign": "How a party or a campaign goes about it.",
    "endorsement": "Who backs which candidate or measure, or no longer does.",
    "agreement": "Parties agree, or sign what they have agreed.",
    "other": "None of these.",
}


def one_of(values: Mapping[str, str], about: str) -> Meta:
    """Annotate a field that holds one of some words; its description lists them, the first paragraph says the rest."""
    listed = "\n".join(f"- `{value}`: {meaning}" for value, meaning in values.items())
    return Meta(description=f"{about}\n\n{listed}", extra={"values": dict(values)})
