// Countries around a circle, with a line for each tie: meetings straight across, words curved towards whom they are
// about.

import { svg } from "./dom.js";
import { country, plural } from "./words.js";

const SIZE = 720;
const CENTRE = SIZE / 2;
const RADIUS = 232;
const LABEL = 20;

/** The picture.  `onChoose(code | null)` is told when a country is chosen. */
export class Circle {
  #nodes = new Map();
  #order = [];

  constructor(onChoose) {
    this.onChoose = onChoose;
    this.edges = svg("g", { class: "edges", "aria-hidden": "true" });
    this.nodes = svg("g", { class: "nodes" });
    const arrow = svg(
      "marker",
      {
        id: "arrow",
        viewBox: "0 0 8 8",
        refX: 7,
        refY: 4,
        markerWidth: 13,
        markerHeight: 13,
        markerUnits: "userSpaceOnUse",
        orient: "auto",
      },
      svg("path", { d: "M0 0.800 7.500 4 0 7.200z" }),
    );
    this.element = svg(
      "svg",
      {
        class: "circle",
        viewBox: `0 0 ${SIZE} ${SIZE}`,
        role: "group",
        "aria-label": "Countries; arrow keys go round, Enter chooses",
      },
      svg("defs", {}, arrow),
      this.edges,
      this.nodes,
    );
    this.element.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** Draw the relations of these countries, which stand in this order; `chosen` is the one looked at, or null. */
  draw(order, relations, chosen) {
    if (String(order) !== String(this.#order)) this.#move();
    this.#order = order;
    const places = new Map(order.map((code, n) => [code, place(n, order.length)]));
    this.#drawNodes(places, relations, chosen);
    const ties = relations.among(order);
    const drawn = ties.toSorted((a, b) => a.events.length - b.events.length).map((tie) => edge(tie, places, chosen));
    this.edges.replaceChildren(...drawn);
    this.element.classList.toggle("chosen", chosen !== null);
  }

  /** Countries go to new places: their ties come back once they are there. */
  #move() {
    const fresh = this.edges.cloneNode(false);
    this.edges.replaceWith(fresh);
    this.edges = fresh;
  }

  #drawNodes(places, relations, chosen) {
    const most = Math.max(1, ...this.#order.map((code) => relations.weight(code)));
    for (const [code, node] of this.#nodes) if (!places.has(code)) this.#drop(code, node);
    for (const [n, code] of this.#order.entries()) {
      const node = this.#nodes.get(code) ?? this.#node(code);
      const at = places.get(code);
      node.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
      node.querySelector("circle").setAttribute("r", (5 + 11 * Math.sqrt(relations.weight(code) / most)).toFixed(1));
      label(node.querySelector("text"), at);
      node.setAttribute("aria-label", `${country(code)}: ${inWords(code, relations)}`);
      node.setAttribute("aria-pressed", String(code === chosen));
      node.setAttribute("tabindex", code === (chosen ?? this.#order[0]) ? "0" : "-1");
      node.classList.toggle("near", near(code, chosen, relations));
      if (this.nodes.children[n] !== node && !this.nodes.contains(document.activeElement))
        this.nodes.insertBefore(node, this.nodes.children[n] ?? null);
    }
  }

  #node(code) {
    const node = svg(
      "g",
      { class: "node", role: "button", "data-code": code },
      svg("circle", {}),
      svg("text", {}, country(code)),
    );
    const toggle = () => this.onChoose(node.getAttribute("aria-pressed") === "true" ? null : code);
    node.addEventListener("click", toggle);
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle();
    });
    this.#nodes.set(code, node);
    this.nodes.append(node);
    return node;
  }

  #drop(code, node) {
    node.remove();
    this.#nodes.delete(code);
  }

  #walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = this.#order.indexOf(event.target.dataset.code);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = this.#nodes.get(this.#order.at((here + step) % this.#order.length));
    for (const node of this.#nodes.values()) node.setAttribute("tabindex", node === next ? "0" : "-1");
    next.focus();
  }
}

function place(n, of) {
  const angle = (n / of) * 2 * Math.PI - Math.PI / 2;
  return { angle, x: CENTRE + RADIUS * Math.cos(angle), y: CENTRE + RADIUS * Math.sin(angle) };
}

/** Labels stand outside, turned away from the centre, and never on their heads. */
function label(text, { angle }) {
  const left = Math.cos(angle) < -0.001;
  const degrees = (angle * 180) / Math.PI + (left ? 180 : 0);
  text.setAttribute("transform", `rotate(${degrees.toFixed(1)}) translate(${left ? -LABEL : LABEL} 0)`);
  text.setAttribute("text-anchor", left ? "end" : "start");
}

function edge({ kind, from, to, events }, places, chosen) {
  const [a, b] = [places.get(from), places.get(to)];
  const related = chosen === null || from === chosen || to === chosen;
  const width = Math.min(9, 1.2 * (0.5 + Math.sqrt(events.length)) + 0.6);
  return svg("path", {
    class: `edge edge-${kind}${related ? "" : " far"}`,
    d: kind === "spoke" ? arc(a, b) : chord(a, b),
    "stroke-width": width.toFixed(1),
    "marker-end": kind === "spoke" ? "url(#arrow)" : null,
  });
}

const chord = (a, b) => `M${point(a)} Q${point(towards(a, b, 0))} ${point(b)}`;

/**
 * Words bend to the right of their way, so that an answer takes the other side; they stop short of the country's mark.
 */
function arc(a, b) {
  const bend = towards(a, b, 0.16);
  const length = Math.hypot(b.x - bend.x, b.y - bend.y) || 1;
  const short = { x: b.x - ((b.x - bend.x) / length) * 17, y: b.y - ((b.y - bend.y) / length) * 17 };
  return `M${point(a)} Q${point(bend)} ${point(short)}`;
}

/**
 * The middle of two points, drawn to the centre the more the further they are apart, and to the right of the way by
 * `aside` of it.
 */
function towards(a, b, aside) {
  const [x, y, dx, dy] = [(a.x + b.x) / 2, (a.y + b.y) / 2, b.x - a.x, b.y - a.y];
  const pull = 0.12 + (0.4 * Math.hypot(dx, dy)) / (2 * RADIUS);
  return { x: x + (CENTRE - x) * pull - dy * aside, y: y + (CENTRE - y) * pull + dx * aside };
}

const point = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;

const near = (code, chosen, relations) =>
  chosen !== null && (code === chosen || relations.of(chosen).some(({ from, to }) => from === code || to === code));

/** A country's ties in words. */
export function inWords(code, relations) {
  const ties = relations.of(code);
  const sum = (of) => of.reduce((n, tie) => n + tie.events.length, 0);
  const told = [
    [sum(ties.filter((tie) => tie.kind === "met")), "meeting"],
    [sum(ties.filter((tie) => tie.kind === "toMeet")), "meeting to come", "meetings to come"],
    [
      sum(ties.filter((tie) => tie.kind === "spoke" && tie.from === code && tie.to !== code)),
      "time it spoke of others",
      "times it spoke of others",
    ],
    [
      sum(ties.filter((tie) => tie.kind === "spoke" && tie.to === code && tie.from !== code)),
      "time others spoke of it",
      "times others spoke of it",
    ],
  ].filter(([n]) => n > 0);
  return told.map((counted) => plural(...counted)).join(", ");
}
