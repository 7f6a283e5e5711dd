// How things are called: acts, statuses, countries, times, outlets, and the gateway's own vocabulary.

import { json } from "./api.js";

export const KINDS = ["statement", "meeting", "decision"];

const VERBS = {
  say: "says",
  demand: "demands",
  accuse: "accuses",
  criticise: "criticises",
  praise: "praises",
  promise: "promises",
  threaten: "threatens",
  deny: "denies",
  ask: "asks",
  announce: "announces",
  decline: "declines",
};

/** What stands between an act and whom it is addressed to, where anything does. */
const TOWARDS = { say: " to", announce: " to", deny: " to", decline: " to", demand: " of" };

/** Status -> how it is coloured; the word itself always stands there, too. */
const TONES = {
  held: "done",
  taken: "done",
  planned: "ahead",
  proposed: "ahead",
  pending: "ahead",
  cancelled: "off",
  denied: "off",
  rejected: "off",
  postponed: "open",
  not_taken: "open",
};

export const verb = (act) => VERBS[act] ?? act;
export const towards = (act) => TOWARDS[act] ?? "";
export const tone = (status) => TONES[status] ?? "open";

/** A code of the wire form as a person reads it: "not_taken" is "not taken". */
export const spoken = (code) => code.replaceAll("_", " ");

export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

export const plural = (n, word, many = `${word}s`) => `${number(n)} ${n === 1 ? word : many}`;

const NUMBER = new Intl.NumberFormat("en-GB");
export const number = (n) => NUMBER.format(n);

// ---------------------------------------------------------------- countries
const REGIONS = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** Return the name of an ISO 3166-1 alpha-2 code, in either case; what is none stays as it is. */
export function country(code) {
  if (!/^[a-z]{2}$/i.test(code)) return code;
  try {
    return REGIONS.of(code.toUpperCase());
  } catch {
    return code; // nothing that ISO 3166 could have given
  }
}

// ---------------------------------------------------------------- times
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const DAY_AND_CLOCK = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short" });
const PLAIN_DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** An instant as a line has room for: the clock today, with the day this year, the day alone before. */
export function when(iso, now = new Date()) {
  const at = new Date(iso);
  if (at.toDateString() === now.toDateString()) return CLOCK.format(at);
  return (at.getFullYear() === now.getFullYear() ? DAY_AND_CLOCK : DAY).format(at);
}

export const inFull = (iso) => FULL.format(new Date(iso));

/** A date without a time ("2025-03-17"), which is the same day everywhere. */
export const day = (iso) => PLAIN_DAY.format(new Date(iso));

/** A length of time: "40 ms", "4.2 s", "42 s", "3 min", "2 h 5 min", "3 d 4 h". */
export function lasting(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

// ---------------------------------------------------------------- outlets
export function outlet(url) {
  try {
    return new URL(url).host.replace(/^www\./, "");
  } catch {
    return "";
  }
}

// ---------------------------------------------------------------- the parties of an event
/** Who acts: the speaker, the participants, or the deciders. */
export function actors(event) {
  if (event.kind === "statement") return event.speaker ? [event.speaker] : [];
  return event.kind === "meeting" ? event.participants : event.deciders;
}

/** An event as one sentence for those who listen; a long one ends where most have heard enough. */
export function sentence(event) {
  const told = inOne(event);
  return told.length > MOST_HEARD ? `${told.slice(0, told.lastIndexOf(" ", MOST_HEARD))} …` : told;
}

/** UTF-16 units: about fifteen seconds of speech. */
const MOST_HEARD = 240;

function inOne(event) {
  const who =
    actors(event)
      .map((actor) => actor.name)
      .join(", ") || "Somebody";
  if (event.kind === "meeting") return `${who}: ${spoken(event.form)}, ${spoken(event.status)}`;
  if (event.kind === "decision")
    return `${who}: decision ${spoken(event.status)}: ${event.object?.text ?? event.sentence.text}`;
  const target = event.target ? `${towards(event.act)} ${event.target.name}` : "";
  return `${who} ${verb(event.act)}${target}: ${event.content.map((span) => span.text).join(" … ")}`;
}

// ---------------------------------------------------------------- the gateway's vocabulary
let asked = null;

/** What `vocabulary.json` holds (rules, codes, acts, statuses, places); asked for once. */
export function vocabulary() {
  const beside = new URL("vocabulary.json", import.meta.url); // of the same version as this file
  asked ??= json(beside, [], { cache: "default" }).catch((problem) => {
    asked = null;
    throw problem;
  });
  return asked;
}
