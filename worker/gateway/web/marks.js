// Which words of a text play which part in which event.  Offsets of spans count code points; JavaScript counts UTF-16
// units.
//
// Parts overlap (a statement within a statement, one source for two cues) and come in pieces.  So a text is cut wherever
// any part begins or ends, and each piece lies within one nest of marks, the outermost first.

import { el } from "./dom.js";

/** What a part is called, by its role; each has a colour and a line of its own in the style sheet. */
const ROLES = {
  source: "speaker",
  party: "party",
  cue: "cue",
  content: "content",
  object: "object",
  topic: "topic",
  target: "addressed",
  place: "place",
  venue: "venue",
  when: "when",
};

/** Make a function from offsets in code points to offsets in UTF-16 units of `text`. */
export function toUnits(text) {
  if (!/[\u{10000}-\u{10ffff}]/u.test(text)) return (offset) => offset;
  const units = [];
  let at = 0;
  for (const char of text) {
    units.push(at);
    at += char.length;
  }
  units.push(at);
  return (offset) => units[Math.min(offset, units.length - 1)];
}

/**
 * The parts of an event: {start, end, role, event}, in code points of the article's text.  The same words play a part
 * once, though several be meant ("They voted").
 */
export function parts(event) {
  const all = Object.entries(spansOf(event)).flatMap(([role, spans]) =>
    spans.filter((span) => span && span.start < span.end).map(({ start, end }) => ({ start, end, role, event })),
  );
  return [...new Map(all.map((part) => [`${part.role} ${part.start} ${part.end}`, part])).values()];
}

function spansOf(event) {
  const mentions = (actors) => actors.map((actor) => actor?.mention);
  if (event.kind === "statement") {
    const { speaker, target, content, venue, cue } = event;
    return { source: mentions([speaker]), content, target: mentions([target]), venue: [venue], cue: [cue] };
  }
  if (event.kind === "meeting") {
    const { participants, place, when, topic, cue } = event;
    return { party: mentions(participants), place: [place], when: [when], topic: [topic], cue: [cue] };
  }
  return { party: mentions(event.deciders), object: [event.object], when: [event.when], cue: [event.cue] };
}

/**
 * Cut [from, to) wherever a part begins or ends: [{start, end, over}], `over` being the parts that cover the piece, the
 * longest first.  Linear in the text's pieces times the parts that lie over one.
 */
export function cut(from, to, all) {
  const inside = all.filter((part) => part.start < to && part.end > from);
  const starting = inside.toSorted((a, b) => a.start - b.start);
  const edges = new Set([from, to]);
  for (const part of inside) edges.add(Math.max(from, part.start)).add(Math.min(to, part.end));
  const points = [...edges].sort((a, b) => a - b);
  let open = [];
  let next = 0;
  return points.slice(0, -1).map((start, n) => {
    open = open.filter((part) => part.end > start);
    while (next < starting.length && starting[next].start <= start) open.push(starting[next++]);
    return { start, end: points[n + 1], over: open.toSorted((a, b) => b.end - b.start - (a.end - a.start)) };
  });
}

/** The paragraphs of a text, as [start, end) in UTF-16 units; blank lines are none. */
export function paragraphs(text) {
  return [...text.matchAll(/[^\n]*\S[^\n]*/g)].map((found) => [found.index, found.index + found[0].length]);
}

/** Return the text with the parts marked: an array for each paragraph, of nodes. */
export function marked(text, events) {
  const unit = toUnits(text);
  const all = events.flatMap(parts).map((part) => ({ ...part, start: unit(part.start), end: unit(part.end) }));
  const begun = new Set();
  return paragraphs(text).map(([from, to]) => cut(from, to, all).map((piece) => nest(text, piece, begun)));
}

/** The sentence that is an event's evidence, its parts marked; nothing but the event is needed. */
export function evidence(event) {
  const { start, end, text } = event.sentence;
  const unit = toUnits(text);
  const within = parts(event).filter((part) => part.start >= start && part.end <= end);
  const moved = within.map((part) => ({ ...part, start: unit(part.start - start), end: unit(part.end - start) }));
  return cut(0, text.length, moved).map((piece) => nest(text, piece, new Set()));
}

function nest(text, { start, end, over }, begun) {
  return over.reduceRight((inner, part) => mark(part, inner, begun), text.slice(start, end));
}

function mark(part, inner, begun) {
  const name = `${part.event.id} ${part.role} ${part.start}`;
  const opens = !begun.has(name);
  begun.add(name);
  const label = opens ? ROLES[part.role] : null; // told once, where the part begins
  return el(
    "span",
    { class: `mark role-${part.role}`, "data-event": part.event.id, "data-role": part.role, "data-label": label },
    inner,
  );
}
