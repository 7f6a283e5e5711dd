// What is known of one event, beside the words that tell of it.

import { el, icon, outside } from "./dom.js";
import { confidence, party, status } from "./line.js";
import { actors, capital, day, spoken, verb } from "./words.js";

/** The facts of an event as a list of terms; `known` is the gateway's vocabulary, null where it could not be had. */
export function card(event, known) {
  const rows = [...facts(event), ["Codes", codes(event, known)], ["Found by", rule(event, known)]];
  return el(
    "div",
    { class: `card card-${event.kind}` },
    el(
      "p",
      { class: "card-kind" },
      icon(event.kind),
      el("span", {}, capital(event.kind)),
      confidence(event.confidence),
    ),
    el(
      "dl",
      {},
      ...rows.filter(([, told]) => told).flatMap(([name, told]) => [el("dt", {}, name), el("dd", {}, told)]),
    ),
  );
}

function facts(event) {
  const who = { statement: "Speaker", meeting: "Parties", decision: "Decided by" }[event.kind];
  return [
    [who, parties(actors(event))],
    ...own(event),
    ["Via", event.via.length > 0 ? outside("span", "via", event.via.join(", ")) : null],
  ];
}

function own(event) {
  if (event.kind === "statement") {
    return [
      ["Act", el("span", {}, verb(event.act), `, ${event.quotation} quotation`)],
      ["To", event.target && parties([event.target])],
      ["Venue", words(event.venue)],
      ["Date", event.said_on && day(event.said_on)],
    ];
  }
  const dated = event.kind === "meeting" ? event.held_on : event.decided_on;
  const shape = event.kind === "meeting" ? spoken(event.form) : event.category;
  return [
    ["What", el("span", {}, shape, " ", status(event.status))],
    ["Object", words(event.object)],
    ["Topic", words(event.topic)],
    ["Place", words(event.place)],
    ["When", words(event.when)],
    ["Date", dated && day(dated)],
    ["Told", event.mentions.length > 1 ? `${event.mentions.length} times in this article` : null],
    ["Told by", event.attributed_to ? el("a", { href: "#", "data-select": event.attributed_to }, "a statement") : null],
  ];
}

function parties(all) {
  if (all.length === 0) return el("span", { class: "nobody" }, "nobody named");
  return el(
    "ul",
    { class: "parties" },
    ...all.map((actor) => el("li", {}, party(actor), " ", el("span", { class: "actor-type" }, actor.type))),
  );
}

const words = (span) => (span ? outside("span", "where", span.text) : null);

function codes(event, known) {
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
          outside("span", "code-value", `${plover.type}${mode}`),
        )
      : null,
    plover && cameo ? el("br") : null,
    cameo
      ? el(
          "span",
          { class: "code" },
          el("abbr", { title: "Conflict and Mediation Event Observations" }, "CAMEO"),
          " ",
          outside("span", "code-value", cameo),
          " ",
          el("span", { class: "code-name" }, known?.cameo[cameo] ?? ""),
        )
      : null,
  );
}

function rule(event, known) {
  const told = known?.rules[event.kind]?.[event.rule];
  return el("span", {}, outside("code", "rule", event.rule), told ? el("span", { class: "rule-words" }, capital(told)) : null);
}
