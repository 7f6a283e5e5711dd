// Elements out of values.  Text goes in as text: nothing in this page ever parses a string as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an HTML element.  Attributes that are null, undefined or false are left out; true stands for the bare name; a
 * function is a listener for the event of that name ("onclick").  Children are nodes or text; those that are null or
 * undefined are left out.
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

/**
 * Words from outside (an article, a name): set apart, so that right-to-left letters in them move nothing around them.
 */
export function outside(tag, className, text, attributes = {}) {
  return el(tag, { class: className, dir: "auto", ...attributes }, text);
}

/** One of the icons that index.html defines; the words beside it say what it means. */
export function icon(name) {
  return svg("svg", { class: `icon icon-${name}`, "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }));
}

/** Return an address that may stand in a link, or null: an article's `url` could be anything, `javascript:` too. */
export function linkable(url) {
  return /^https?:\/\//i.test(url) ? url : null;
}

/** Ask for quiet: no movement beyond what is needed. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Make `shown` equal to `wanted`, touching only what differs: focus, scrolling and selected words stay where they are.
 * Listeners are no part of it.
 */
export function become(shown, wanted) {
  if (shown.isEqualNode(wanted)) return;
  if (shown.nodeType !== wanted.nodeType || shown.nodeName !== wanted.nodeName) shown.replaceWith(wanted);
  else if (shown.nodeType === Node.TEXT_NODE) shown.data = wanted.data;
  else becomeElement(shown, wanted);
}

function becomeElement(shown, wanted) {
  for (const { name } of [...shown.attributes]) if (!wanted.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  const [have, want] = [[...shown.childNodes], [...wanted.childNodes]];
  for (const extra of have.slice(want.length)) extra.remove();
  want.forEach((node, n) => (n < have.length ? become(have[n], node) : shown.append(node)));
}

const EVERY_MS = 8000;
let pending = null;
let quietUntil = 0;

/**
 * Say something to those who listen instead of looking: words, or a function that makes them when their time comes.
 * What comes within `EVERY_MS` of the last is said later, the newest only.
 */
export function announce(words, now = performance.now()) {
  const scheduled = pending !== null;
  pending = words;
  if (!scheduled) setTimeout(say, Math.max(0, quietUntil - now));
}

function say() {
  document.getElementById("announcer").textContent = typeof pending === "function" ? pending() : pending;
  pending = null;
  quietUntil = performance.now() + EVERY_MS;
}
