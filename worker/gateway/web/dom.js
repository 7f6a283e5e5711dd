// DOM helpers.  Text is always inserted as text: nothing on this page parses a string as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an HTML element.  Attributes that are null, undefined or false are omitted; true sets an empty attribute; a
 * function is a listener ("onclick").  Children are nodes or strings; null, undefined and "" are omitted.
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Make an SVG element, as `el` does. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** Make an element for text of an article, isolated so that right-to-left text in it does not reorder its surroundings. */
export function foreignText(tag, className, text, attributes = {}) {
  return el(tag, { class: className, dir: "auto", ...attributes }, text);
}

/** Make one of the icons that index.html defines; it is decorative, so a label must accompany it. */
export function icon(name) {
  return svg("svg", { class: `icon icon-${name}`, "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }));
}

/** Return a URL that is safe in a link, or null: an article's `url` may have any scheme, even `javascript:`. */
export function safeUrl(url) {
  return /^https?:\/\//i.test(url) ? url : null;
}

/** Tell whether the user prefers reduced motion. */
export const prefersReducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Update `shown` until it equals `wanted`, changing only what differs, so that focus, scroll position and selection are
 * kept.  Event listeners are not updated.
 */
export function patch(shown, wanted) {
  if (shown.isEqualNode(wanted)) return;
  if (shown.nodeType !== wanted.nodeType || shown.nodeName !== wanted.nodeName) shown.replaceWith(wanted);
  else if (shown.nodeType === Node.TEXT_NODE) shown.data = wanted.data;
  else patchElement(shown, wanted);
}

function patchElement(shown, wanted) {
  for (const { name } of [...shown.attributes]) if (!wanted.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  const [have, want] = [[...shown.childNodes], [...wanted.childNodes]];
  for (const extra of have.slice(want.length)) extra.remove();
  want.forEach((node, n) => (n < have.length ? patch(have[n], node) : shown.append(node)));
}

const ANNOUNCE_EVERY_MS = 8000;
let pending = null;
let quietUntil = 0;

/**
 * Announce something to screen readers: a string, or a function that is called for it when it is announced.  Within
 * `ANNOUNCE_EVERY_MS` of the last announcement only the latest one is kept, and announced afterwards.
 */
export function announce(text, now = performance.now()) {
  const isScheduled = pending !== null;
  pending = text;
  if (!isScheduled) setTimeout(announceNow, Math.max(0, quietUntil - now));
}

function announceNow() {
  document.getElementById("announcer").textContent = typeof pending === "function" ? pending() : pending;
  pending = null;
  quietUntil = performance.now() + ANNOUNCE_EVERY_MS;
}
