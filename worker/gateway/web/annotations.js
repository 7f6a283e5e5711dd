// Annotations: which words of a text play which role in which event.
//
// Span offsets count code points; JavaScript counts UTF-16 units.  Annotations overlap (a statement within a statement,
// one source of two cues) and may be discontinuous.  So a text is cut wherever an annotation begins or ends, and each
// segment is wrapped in the elements of all annotations that cover it, the longest outermost.

import { el } from "./dom.js";

/** Label of each role; the style sheet gives each role a colour and an underline of its own. */
const ROLE_LABELS = {
  source: "speaker",
  party: "party",
  cue: "cue",
  content: "content",
  object: "object",
  topic: "topic",
  target: "addressee",
  place: "place",
  venue: "venue",
  when: "when",
};

/** Return a function that converts offsets in code points of `text` to offsets in UTF-16 units. */
export function makeOffsetConverter(text) {
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
 * Return the annotations of an event, {start, end, role, event}, in code points of the article's text.  Words that
 * refer to several actors ("They voted") are annotated once.
 */
export function annotationsOf(event) {
  const all = Object.entries(spansByRole(event)).flatMap(([role, spans]) =>
    spans.filter((span) => span && span.start < span.end).map(({ start, end }) => ({ start, end, role, event })),
  );
  return [...new Map(all.map((one) => [`${one.role} ${one.start} ${one.end}`, one])).values()];
}

function spansByRole(event) {
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
 * Cut [from, to) into segments at every boundary of an annotation: [{start, end, covering}], where `covering` are the
 * annotations that cover the segment, the longest first.  Time is linear in the segments times the annotations that
 * cover one.
 */
export function segment(from, to, all) {
  const inside = all.filter((one) => one.start < to && one.end > from);
  const byStart = inside.toSorted((a, b) => a.start - b.start);
  const boundaries = new Set([from, to]);
  for (const one of inside) boundaries.add(Math.max(from, one.start)).add(Math.min(to, one.end));
  const points = [...boundaries].sort((a, b) => a - b);
  let open = [];
  let next = 0;
  return points.slice(0, -1).map((start, n) => {
    open = open.filter((one) => one.end > start);
    while (next < byStart.length && byStart[next].start <= start) open.push(byStart[next++]);
    return { start, end: points[n + 1], covering: open.toSorted((a, b) => b.end - b.start - (a.end - a.start)) };
  });
}

/** Return the paragraphs of a text as [start, end) in UTF-16 units, without blank lines. */
export function paragraphRanges(text) {
  return [...text.matchAll(/[^\n]*\S[^\n]*/g)].map((found) => [found.index, found.index + found[0].length]);
}

/** Return an article's text with all events annotated: one array of nodes for each paragraph. */
export function annotateText(text, events) {
  const unit = makeOffsetConverter(text);
  const all = events.flatMap(annotationsOf).map((one) => ({ ...one, start: unit(one.start), end: unit(one.end) }));
  const labelled = new Set();
  return paragraphRanges(text).map(([from, to]) => segment(from, to, all).map((piece) => wrap(text, piece, labelled)));
}

/** Return the sentence of an event with its spans annotated, as nodes; the article itself is not needed. */
export function annotateSentence(event) {
  const { start, end, text } = event.sentence;
  const unit = makeOffsetConverter(text);
  const within = annotationsOf(event).filter((one) => one.start >= start && one.end <= end);
  const relative = within.map((one) => ({ ...one, start: unit(one.start - start), end: unit(one.end - start) }));
  return segment(0, text.length, relative).map((piece) => wrap(text, piece, new Set()));
}

/** Wrap a segment of the text in the elements of the annotations that cover it. */
function wrap(text, { start, end, covering }, labelled) {
  return covering.reduceRight((inner, one) => annotationElement(one, inner, labelled), text.slice(start, end));
}

function annotationElement(annotation, inner, labelled) {
  const { event, role, start } = annotation;
  const key = `${event.id} ${role} ${start}`;
  const isFirst = !labelled.has(key);
  labelled.add(key);
  const label = isFirst ? ROLE_LABELS[role] : null; // shown once, at the annotation's first segment
  return el(
    "span",
    { class: `annotation role-${role}`, "data-event": event.id, "data-role": role, "data-label": label },
    inner,
  );
}
