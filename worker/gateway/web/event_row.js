// One event as a row: the actors, their action, the quoted words as a link to the article, and the metadata.

import { annotateSentence } from "./annotations.js";
import { el, foreignText, icon } from "./dom.js";
import { plural, preposition, verb } from "./grammar.js";
import { UNNAMED, actors, capitalise, countryName, describe, formatFullTime, formatTime } from "./labels.js";
import { humanise, outletHost, statusTone } from "./labels.js";

/** Return the page's address of an event within its article. */
function eventAddress(event) {
  return `#/article?${new URLSearchParams({ url: event.url, event: event.id })}`;
}

/** Make the row of an event.  It can take the focus, so that the keyboard can move from row to row. */
export function eventRow(event, { heading = "h2" } = {}) {
  const attributes = {
    class: `event-row event-${event.kind}`,
    tabindex: "-1",
    "data-id": event.id,
    "aria-label": describe(event),
  };
  return el(
    "article",
    attributes,
    el("p", { class: "event-kind" }, icon(event.kind), el("span", {}, capitalise(event.kind))),
    el("div", { class: "event-body" }, head(event, heading), quote(event), metadata(event)),
  );
}

/** Make the row in the place of a retracted event: nothing of its content is left. */
export function retractedRow({ kind, id }) {
  const text = `This ${kind} was retracted.`;
  return el(
    "article",
    { class: `event-row event-${kind} retracted`, tabindex: "-1", "data-id": id, "aria-label": text },
    el("p", { class: "event-kind" }, icon(kind), el("span", {}, capitalise(kind))),
    el("p", { class: "event-retracted" }, text),
  );
}

function head(event, heading) {
  return el(
    "div",
    { class: "event-head" },
    el(heading, { class: "event-actors" }, actorList(event), " ", action(event)),
    ...time(event),
  );
}

/** Actors that a row names; the card lists all of them. */
const MAX_ACTORS = 6;

function actorList(event) {
  const all = actors(event);
  if (all.length === 0) return el("span", { class: "unnamed" }, UNNAMED[event.kind]);
  const named = all.slice(0, all.length > MAX_ACTORS ? MAX_ACTORS - 1 : MAX_ACTORS).map(actorLabel);
  if (named.length < all.length)
    named.push(el("span", { class: "actor-details" }, plural(all.length - named.length, "other", "others")));
  return named.flatMap((one, n) => [
    n > 0 ? el("span", { class: "and" }, n === named.length - 1 ? " and " : ", ") : "",
    one,
  ]);
}

/** Make the label of an actor: name, role, country. */
export function actorLabel(actor) {
  const hasCountry = actor.country && actor.name !== countryName(actor.country);
  const details = [
    actor.role && foreignText("span", "role", actor.role),
    hasCountry && foreignText("span", "country", countryName(actor.country)),
  ];
  const listed = details.filter(Boolean).flatMap((node, n) => (n > 0 ? [", ", node] : [node]));
  return el(
    "span",
    { class: "party" },
    foreignText("b", "name", actor.name),
    listed.length > 0 ? el("span", { class: "actor-details" }, " ", ...listed) : null,
  );
}

function action(event) {
  if (event.kind === "statement") {
    const target = event.target
      ? [`${preposition(event.act)} `, foreignText("span", "target", event.target.name)]
      : [];
    return el("span", { class: "action" }, el("span", { class: "act" }, verb(event.act, actors(event))), ...target);
  }
  const type =
    event.kind === "meeting"
      ? humanise(event.form)
      : event.category === "other"
        ? "decision"
        : `${event.category} decision`;
  return el("span", { class: "action" }, el("span", { class: "act" }, type), " ", statusLabel(event.status));
}

/** Make the label of a status: its word, in the colour of its tone. */
export function statusLabel(code) {
  return el("span", { class: `status tone-${statusTone(code)}` }, humanise(code));
}

function time(event) {
  if (!event.published_at) return [];
  return [
    el(
      "time",
      { class: "event-time", datetime: event.published_at, title: formatFullTime(event.published_at) },
      formatTime(event.published_at),
    ),
  ];
}

/** The quoted content of a statement, or the sentence of another event with its spans annotated, as a link. */
function quote(event) {
  const link = { class: "event-quote", href: eventAddress(event), dir: "auto" };
  if (event.kind !== "statement") return el("p", {}, el("a", link, ...annotateSentence(event)));
  const pieces = event.content.flatMap((span, n) => [n > 0 ? el("span", { class: "gap" }, " … ") : "", span.text]);
  return el("p", {}, el("a", { ...link, class: `event-quote ${event.quotation}` }, ...pieces));
}

function metadata(event) {
  const host = outletHost(event.url);
  const items = [
    host ? foreignText("span", "outlet", host) : null,
    event.via.length > 0 ? el("span", {}, "via ", foreignText("span", "via", event.via.join(", "))) : null,
    event.kind === "statement" ? el("span", {}, event.quotation) : null,
    ...placeAndTime(event),
    confidenceMeter(event.confidence),
  ];
  return el("p", { class: "event-meta" }, ...items.filter(Boolean));
}

function placeAndTime(event) {
  const spans = event.kind === "statement" ? { at: event.venue } : { in: event.place, when: event.when };
  return Object.entries(spans)
    .filter(([, span]) => span)
    .map(([name, span]) =>
      el("span", {}, `${name === "when" ? "" : `${name} `}`, foreignText("span", "where", span.text)),
    );
}

/** Show the confidence of an event, a probability from 0 to 1, as a bar and a percentage. */
export function confidenceMeter(value) {
  const percent = Math.round(value * 100);
  return el(
    "span",
    { class: "confidence", title: `About ${percent} % of events with this confidence are correct` },
    el("meter", { class: "meter", min: "0", max: "1", value: String(value), "aria-hidden": "true" }),
    el("span", { class: "visually-hidden" }, "confidence "),
    `${percent} %`,
  );
}
