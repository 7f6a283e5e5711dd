// A chord diagram: countries around a circle, a straight line for each meeting, a curved arrow for each "spoke of".

import { svg } from "./dom.js";
import { plural } from "./grammar.js";
import { countryName } from "./labels.js";

const SIZE = 720;
const CENTRE = SIZE / 2;
const RADIUS = 232;
const LABEL_OFFSET = 20;

/** The diagram.  Calls `onSelect(code | null)` when a country is selected or deselected. */
export class ChordDiagram {
  #nodes = new Map();
  #order = [];

  constructor(onSelect) {
    this.onSelect = onSelect;
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
        class: "chord-diagram",
        viewBox: `0 0 ${SIZE} ${SIZE}`,
        role: "group",
        "aria-label": "Countries; the arrow keys move around the circle, Enter selects",
      },
      svg("defs", {}, arrow),
      this.edges,
      this.nodes,
    );
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Draw the graph with the countries in this order; `selected` is a country code or null. */
  draw(order, graph, selected) {
    if (String(order) !== String(this.#order)) this.#restartEdgeAnimation();
    this.#order = order;
    const positions = new Map(order.map((code, n) => [code, positionOf(n, order.length)]));
    this.#drawNodes(positions, graph, selected);
    const byWeight = graph.among(order).toSorted((a, b) => a.events.length - b.events.length);
    this.edges.replaceChildren(...byWeight.map((edge) => edgePath(edge, positions, selected)));
    this.element.classList.toggle("has-selection", selected !== null);
  }

  /** Replace the group of edges, which fades in again after the countries have moved. */
  #restartEdgeAnimation() {
    const fresh = this.edges.cloneNode(false);
    this.edges.replaceWith(fresh);
    this.edges = fresh;
  }

  #drawNodes(positions, graph, selected) {
    const heaviest = Math.max(1, ...this.#order.map((code) => graph.weight(code)));
    for (const [code, node] of this.#nodes) if (!positions.has(code)) this.#remove(code, node);
    for (const [n, code] of this.#order.entries()) {
      const node = this.#nodes.get(code) ?? this.#addNode(code);
      const at = positions.get(code);
      const radius = 5 + 11 * Math.sqrt(graph.weight(code) / heaviest);
      node.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
      node.querySelector("circle").setAttribute("r", radius.toFixed(1));
      placeLabel(node.querySelector("text"), at);
      node.setAttribute("aria-label", `${countryName(code)}: ${describeCountry(code, graph)}`);
      node.setAttribute("aria-pressed", String(code === selected));
      node.setAttribute("tabindex", code === (selected ?? this.#order[0]) ? "0" : "-1");
      node.classList.toggle("related", isRelated(code, selected, graph));
      if (this.nodes.children[n] !== node && !this.nodes.contains(document.activeElement))
        this.nodes.insertBefore(node, this.nodes.children[n] ?? null);
    }
  }

  #addNode(code) {
    const node = svg(
      "g",
      { class: "node", role: "button", "data-code": code },
      svg("circle", {}),
      svg("text", {}, countryName(code)),
    );
    const toggle = () => this.onSelect(node.getAttribute("aria-pressed") === "true" ? null : code);
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

  #remove(code, node) {
    node.remove();
    this.#nodes.delete(code);
  }

  #onKey(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = this.#order.indexOf(event.target.dataset.code);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = this.#nodes.get(this.#order.at((here + step) % this.#order.length));
    for (const node of this.#nodes.values()) node.setAttribute("tabindex", node === next ? "0" : "-1");
    next.focus();
  }
}

/** Return the position of node `n` of `count`: angle in radians, x and y in the diagram's units. */
function positionOf(n, count) {
  const angle = (n / count) * 2 * Math.PI - Math.PI / 2;
  return { angle, x: CENTRE + RADIUS * Math.cos(angle), y: CENTRE + RADIUS * Math.sin(angle) };
}

/** Place a label outside the circle, along its radius, and never upside down. */
function placeLabel(text, { angle }) {
  const isLeft = Math.cos(angle) < -0.001;
  const degrees = (angle * 180) / Math.PI + (isLeft ? 180 : 0);
  text.setAttribute("transform", `rotate(${degrees.toFixed(1)}) translate(${isLeft ? -LABEL_OFFSET : LABEL_OFFSET} 0)`);
  text.setAttribute("text-anchor", isLeft ? "end" : "start");
}

function edgePath({ kind, from, to, events }, positions, selected) {
  const [a, b] = [positions.get(from), positions.get(to)];
  const isVisible = selected === null || from === selected || to === selected;
  const width = Math.min(9, 1.2 * (0.5 + Math.sqrt(events.length)) + 0.6);
  return svg("path", {
    class: `edge edge-${kind}${isVisible ? "" : " unrelated"}`,
    d: kind === "spoke" ? arcPath(a, b) : chordPath(a, b),
    "stroke-width": width.toFixed(1),
    "marker-end": kind === "spoke" ? "url(#arrow)" : null,
  });
}

const chordPath = (a, b) => `M${point(a)} Q${point(controlPoint(a, b, 0))} ${point(b)}`;

/** An arrow bends to its right, so that the arrow back takes the other side; it ends short of the country's circle. */
function arcPath(a, b) {
  const bend = controlPoint(a, b, 0.16);
  const length = Math.hypot(b.x - bend.x, b.y - bend.y) || 1;
  const tip = { x: b.x - ((b.x - bend.x) / length) * 17, y: b.y - ((b.y - bend.y) / length) * 17 };
  return `M${point(a)} Q${point(bend)} ${point(tip)}`;
}

/**
 * Return the control point of the curve from `a` to `b`: their midpoint, drawn towards the centre the further they are
 * apart, and moved to the right of the direction by `aside` times their distance.
 */
function controlPoint(a, b, aside) {
  const [x, y, dx, dy] = [(a.x + b.x) / 2, (a.y + b.y) / 2, b.x - a.x, b.y - a.y];
  const pull = 0.12 + (0.4 * Math.hypot(dx, dy)) / (2 * RADIUS);
  return { x: x + (CENTRE - x) * pull - dy * aside, y: y + (CENTRE - y) * pull + dx * aside };
}

const point = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** Tell whether a country is the selected one or shares an edge with it; nothing is related if nothing is selected. */
const isRelated = (code, selected, graph) =>
  selected !== null &&
  (code === selected || graph.edgesAt(selected).some(({ from, to }) => from === code || to === code));

/** Summarise the edges of a country in words: "2 meetings, spoke of others 3 times". */
export function describeCountry(code, graph) {
  const edges = graph.edgesAt(code);
  const count = (matches) => edges.filter(matches).reduce((n, edge) => n + edge.events.length, 0);
  const met = count((edge) => edge.kind === "met");
  const toMeet = count((edge) => edge.kind === "toMeet");
  const spoke = count((edge) => edge.kind === "spoke" && edge.from === code && edge.to !== code);
  const mentioned = count((edge) => edge.kind === "spoke" && edge.to === code && edge.from !== code);
  return [
    met > 0 && plural(met, "meeting"),
    toMeet > 0 && plural(toMeet, "future meeting"),
    spoke > 0 && `spoke of others ${plural(spoke, "time")}`,
    mentioned > 0 && `mentioned by others ${plural(mentioned, "time")}`,
  ]
    .filter(Boolean)
    .join(", ");
}
