// The card beside an article: the facts of one event.

import { el, foreignText, icon } from "./dom.js";
import { actorLabel, confidenceMeter, statusLabel } from "./event_row.js";
import { plural, verb } from "./grammar.js";
import { actors, capitalise, formatDate, humanise } from "./labels.js";

/** Make the card of an event, a list of terms; `vocabulary` is null if it could not be loaded. */
export function card(event, vocabulary) {
  const rows = [...facts(event), ["Codes", codes(event, vocabulary)], ["Found by", rule(event, vocabulary)]];
  return el(
    "div",
    { class: `card card-${event.kind}` },
    el(
      "p",
      { class: "card-kind" },
      icon(event.kind),
      el("span", {}, capitalise(event.kind)),
      confidenceMeter(event.confidence),
    ),
    el(
      "dl",
      {},
      ...rows.filter(([, value]) => value).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]),
    ),
  );
}

function facts(event) {
  const term = { statement: "Speaker", meeting: "Parties", decision: "Decided by" }[event.kind];
  return [
    [term, actorItems(actors(event))],
    ...factsOfKind(event),
    ["Via", event.via.length > 0 ? foreignText("span", "via", event.via.join(", ")) : null],
  ];
}

function factsOfKind(event) {
  if (event.kind === "statement") {
    return [
      ["Act", el("span", {}, verb(event.act, actors(event)), `, ${event.quotation} quotation`)],
      ["To", event.target && actorItems([event.target])],
      ["Venue", spanText(event.venue)],
      ["Date", event.said_on && formatDate(event.said_on)],
    ];
  }
  const date = event.kind === "meeting" ? event.held_on : event.decided_on;
  const type = event.kind === "meeting" ? humanise(event.form) : event.category;
  const source = event.attributed_to;
  return [
    ["Type", el("span", {}, type, " ", statusLabel(event.status))],
    ["Object", spanText(event.object)],
    ["Topic", spanText(event.topic)],
    ["Place", spanText(event.place)],
    ["When", spanText(event.when)],
    ["Date", date && formatDate(date)],
    ["Mentioned", event.mentions.length > 1 ? `${plural(event.mentions.length, "time")} in this article` : null],
    ["Reported in", source ? el("a", { href: "#", "data-select": source }, "a statement") : null],
  ];
}

function actorItems(all) {
  if (all.length === 0) return el("span", { class: "unnamed" }, "not named");
  return el(
    "ul",
    { class: "parties" },
    ...all.map((actor) => el("li", {}, actorLabel(actor), " ", el("span", { class: "actor-type" }, actor.type))),
  );
}

const spanText = (span) => (span ? foreignText("span", "where", span.text) : null);

function codes(event, vocabulary) {
  const { plover, cameo } = event;
  if (!plover && !cameo) return null;
  const mode = plover?.mode ? `-${plover.mode}` : "";
  return el(
    "span",
    {},
    plover
      ? el(
          "span",
          { class: "code" },
          el("abbr", { title: "Political Language Ontology for Verifiable Event Records" }, "PLOVER"),
          " ",
          foreignText("span", "code-value", `${plover.type}${mode}`),
        )
      : null,
    plover && cameo ? el("br") : null,
    cameo
      ? el(
          "span",
          { class: "code" },
          el("abbr", { title: "Conflict and Mediation Event Observations" }, "CAMEO"),
          " ",
          foreignText("span", "code-value", cameo),
          " ",
          el("span", { class: "code-name" }, vocabulary?.cameo[cameo] ?? ""),
        )
      : null,
  );
}

function rule(event, vocabulary) {
  const description = vocabulary?.rules[event.kind]?.[event.rule];
  return el(
    "span",
    {},
    foreignText("code", "rule", event.rule),
    description ? el("span", { class: "rule-description" }, capitalise(description)) : null,
  );
}
