// One event as one readable line: who, what they did, the exact words, and where that stands.

import { el, icon, outside } from "./dom.js";
import { evidence } from "./marks.js";
import { actors, capital, country, inFull, outlet, plural, sentence, spoken, tone } from "./words.js";
import { towards, verb, when } from "./words.js";

/** Address of an event within its article. */
function addressOf(event) {
  return `#/article?${new URLSearchParams({ url: event.url, event: event.id })}`;
}

/** Make an event's line.  It takes focus, so that one can walk from line to line. */
export function line(event, { heading = "h2" } = {}) {
  return el(
    "article",
    { class: `line line-${event.kind}`, tabindex: "-1", "data-id": event.id, "aria-label": sentence(event) },
    el("p", { class: "line-kind" }, icon(event.kind), el("span", {}, capital(event.kind))),
    el("div", { class: "line-body" }, head(event, heading), words(event), notes(event)),
  );
}

function head(event, heading) {
  return el(
    "div",
    { class: "line-head" },
    el(heading, { class: "line-who" }, who(event), " ", deed(event)),
    ...time(event),
  );
}

/** Parties that a line names; the card has all of them. */
const MOST_NAMED = 6;

function who(event) {
  const all = actors(event);
  if (all.length === 0)
    return el("span", { class: "nobody" }, event.kind === "statement" ? "Somebody" : "Nobody named");
  const named = all.slice(0, all.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED).map(party);
  if (named.length < all.length)
    named.push(el("span", { class: "known" }, plural(all.length - named.length, "other party", "others")));
  return named.flatMap((one, n) => [
    n > 0 ? el("span", { class: "and" }, n === named.length - 1 ? " and " : ", ") : "",
    one,
  ]);
}

/** A party: name, role, country. */
export function party(actor) {
  const known = [
    actor.role && outside("span", "role", actor.role),
    actor.country && actor.name !== country(actor.country) && outside("span", "country", country(actor.country)),
  ];
  const told = known.filter(Boolean).flatMap((node, n) => (n > 0 ? [", ", node] : [node]));
  return el(
    "span",
    { class: "party" },
    outside("b", "name", actor.name),
    told.length > 0 ? el("span", { class: "known" }, " ", ...told) : null,
  );
}

function deed(event) {
  if (event.kind === "statement") {
    const target = event.target ? [`${towards(event.act)} `, outside("span", "target", event.target.name)] : [];
    return el("span", { class: "deed" }, el("span", { class: "act" }, verb(event.act)), ...target);
  }
  const what =
    event.kind === "meeting"
      ? spoken(event.form)
      : event.category === "other"
        ? "decision"
        : `${event.category} decision`;
  return el("span", { class: "deed" }, el("span", { class: "act" }, what), " ", status(event.status));
}

/** A status as a word in its colour. */
export function status(code) {
  return el("span", { class: `status tone-${tone(code)}` }, spoken(code));
}

function time(event) {
  if (!event.published_at) return [];
  return [
    el(
      "time",
      { class: "line-time", datetime: event.published_at, title: inFull(event.published_at) },
      when(event.published_at),
    ),
  ];
}

/** The words: what was said, or the sentence that tells of it with its cue marked; they lead into the article. */
function words(event) {
  const link = { class: "line-words", href: addressOf(event), dir: "auto" };
  if (event.kind !== "statement") return el("p", {}, el("a", link, ...evidence(event)));
  const pieces = event.content.flatMap((span, n) => [n > 0 ? el("span", { class: "gap" }, " … ") : "", span.text]);
  return el("p", {}, el("a", { ...link, class: `line-words ${event.quotation}` }, ...pieces));
}

function notes(event) {
  const host = outlet(event.url);
  const about = [
    host ? outside("span", "outlet", host) : null,
    event.via.length > 0 ? el("span", {}, "via ", outside("span", "via", event.via.join(", "))) : null,
    event.kind === "statement" ? el("span", {}, event.quotation) : null,
    ...places(event),
    confidence(event.confidence),
  ];
  return el("p", { class: "line-notes" }, ...about.filter(Boolean));
}

function places(event) {
  const given = event.kind === "statement" ? { at: event.venue } : { in: event.place, when: event.when };
  return Object.entries(given)
    .filter(([, span]) => span)
    .map(([name, span]) => el("span", {}, `${name === "when" ? "" : `${name} `}`, outside("span", "where", span.text)));
}

/** How likely it is that this is right: a number, and a bar for those who look. */
export function confidence(value) {
  const percent = Math.round(value * 100);
  return el(
    "span",
    { class: "confidence", title: `Of events like this, ${percent} in a hundred are right` },
    el("meter", { class: "meter", min: "0", max: "1", value: String(value), "aria-hidden": "true" }),
    el("span", { class: "visually-hidden" }, "confidence "),
    `${percent} %`,
  );
}
