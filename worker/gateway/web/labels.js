// Labels: how codes, countries, times, durations and outlets are written, and the gateway's vocabulary.

import { json } from "./api.js";
import { joinNames, preposition, verb } from "./grammar.js";

export const KINDS = ["statement", "meeting", "decision"];

/** Whether this page can show an event; a gateway may know kinds that its page does not. */
export const isKnown = (event) => KINDS.includes(event.kind);

/** Kind of a retraction, which names the event that it withdraws as `of`; it is no kind of event. */
export const RETRACTION = "retraction";

/** Colour class of each status; the status is always written out, too. */
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

export const statusTone = (status) => TONES[status] ?? "open";

/** Write a code of the wire form as words: "not_taken" is "not taken". */
export const humanise = (code) => code.replaceAll("_", " ");

export const capitalise = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// ---------------------------------------------------------------- countries
const REGIONS = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** Return the English name of an ISO 3166-1 alpha-2 code in either case; any other text is returned unchanged. */
export function countryName(code) {
  if (!/^[a-z]{2}$/i.test(code)) return code;
  try {
    return REGIONS.of(code.toUpperCase());
  } catch {
    return code; // not a valid region code
  }
}

// ---------------------------------------------------------------- times
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const DATE_AND_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short" });
const UTC_DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** Format an ISO 8601 time briefly: today as a time, this year as day and time, earlier as a date. */
export function formatTime(iso, now = new Date()) {
  const at = new Date(iso);
  if (at.toDateString() === now.toDateString()) return TIME.format(at);
  return (at.getFullYear() === now.getFullYear() ? DATE_AND_TIME : DATE).format(at);
}

export const formatFullTime = (iso) => FULL.format(new Date(iso));

/** Format a date without a time ("2025-03-17"), independently of the time zone. */
export const formatDate = (iso) => UTC_DATE.format(new Date(iso));

/** Format a duration in seconds: "40 ms", "4.2 s", "42 s", "3 min", "2 h 5 min", "3 d 4 h". */
export function formatDuration(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

// ---------------------------------------------------------------- sizes
const BYTE_UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Format a number of bytes with a decimal unit: "0 bytes", "21 kB", "1.1 GB". */
export function formatBytes(bytes) {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${BYTE_UNITS[power]}`;
}

// ---------------------------------------------------------------- outlets
/** Return the host of a URL without "www."; "" if the URL is invalid. */
export function outletHost(url) {
  try {
    return new URL(url).host.replace(/^www\./, "");
  } catch {
    return "";
  }
}

// ---------------------------------------------------------------- actors and sentences
/** Return the actors who act: the speaker, the participants, or the deciders. */
export function actors(event) {
  if (event.kind === "statement") return event.speaker ? [event.speaker] : [];
  return event.kind === "meeting" ? event.participants : event.deciders;
}

/** Subject of an event of each kind for which no actor is known. */
export const UNNAMED = { statement: "Unnamed source", meeting: "Unnamed parties", decision: "Unnamed decider" };

/** UTF-16 units: about fifteen seconds of speech. */
const MAX_SPOKEN = 240;

/** Describe an event in one sentence for a screen reader, cut after `MAX_SPOKEN` units. */
export function describe(event) {
  const text = describeInFull(event);
  return text.length > MAX_SPOKEN ? `${text.slice(0, text.lastIndexOf(" ", MAX_SPOKEN))} …` : text;
}

function describeInFull(event) {
  const subjects = actors(event);
  const subject = joinNames(subjects.map((actor) => actor.name)) || UNNAMED[event.kind];
  if (event.kind === "meeting") return `${subject}: ${humanise(event.form)}, ${humanise(event.status)}`;
  if (event.kind === "decision")
    return `${subject}: decision ${humanise(event.status)}: ${event.object?.text ?? event.sentence.text}`;
  const target = event.target ? `${preposition(event.act)} ${event.target.name}` : "";
  return `${subject} ${verb(event.act, subjects)}${target}: ${event.content.map((span) => span.text).join(" … ")}`;
}

// ---------------------------------------------------------------- the gateway's vocabulary
let request = null;

/** Load `vocabulary.json` (rules, codes, acts, statuses, places); requested once, and again after a failure. */
export function loadVocabulary() {
  const url = new URL("vocabulary.json", import.meta.url); // in this file's directory, so of the same version
  request ??= json(url, [], { cache: "default" }).catch((problem) => {
    request = null;
    throw problem;
  });
  return request;
}
