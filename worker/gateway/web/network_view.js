// The network view: which countries met and which spoke of which, as a chord diagram and as a table, updated live.

import { ChordDiagram, describeCountry } from "./chord_diagram.js";
import { announce, el } from "./dom.js";
import { eventRow } from "./event_row.js";
import { plural } from "./grammar.js";
import { countryName, loadVocabulary } from "./labels.js";
import { Matrix } from "./matrix.js";
import { RelationGraph, arrange, edgesOf, makeCountryFinder } from "./relations.js";

/** Countries shown at once: those with most relations. */
const MAX_COUNTRIES = 24;
/** Past events that the view loads. */
const DEPTH = 2000;
const REDRAW_MS = 500;
const MAX_ROWS = 30;
const MAX_EDGES = 14;

export class NetworkView {
  #events = null;
  #listeners = null;
  #findIn = null;
  #edges = new WeakMap();
  #order = [];
  #graph = new RelationGraph();
  /** A country, a pair of countries ("NO SE"), or null. */
  #selected = null;
  #redrawTimer = 0;

  constructor() {
    this.title = "Network";
    this.heading = el("h1", { tabindex: "-1" }, "Who met whom, who spoke of whom");
    this.summary = el("p", { class: "total" });
    this.diagram = new ChordDiagram((code) => this.#select(code));
    this.matrix = new Matrix((from, to) => this.#select(`${from} ${to}`));
    this.selection = el("section", { class: "selected-events", "aria-label": "Relations" });
    this.empty = el("p", { class: "notice", role: "status" });
    this.body = el(
      "div",
      { class: "network-body" },
      el(
        "figure",
        {},
        this.diagram.element,
        el("figcaption", {}, legendKey("met", "met"), legendKey("toMeet", "are to meet"), legendKey("spoke", "spoke of")),
      ),
      this.selection,
      this.matrix.element,
    );
    this.element = el(
      "section",
      { class: "network" },
      el("div", { class: "view-head" }, this.heading, this.summary),
      this.empty,
      this.body,
    );
  }

  async show(events) {
    if (events !== this.#events) this.#attach(events);
    this.#scheduleRedraw();
    this.#findIn ??= await loadVocabulary().then(
      ({ places }) => makeCountryFinder(places),
      () => () => new Set(), // without the vocabulary only the countries of actors count
    );
    this.#scheduleRedraw();
  }

  hide() {
    clearTimeout(this.#redrawTimer);
    this.#redrawTimer = 0;
    this.#listeners?.abort();
    this.#events = null;
  }

  #attach(events) {
    this.#listeners?.abort();
    this.#listeners = new AbortController();
    this.#events = events;
    const { signal } = this.#listeners;
    const loadMore = () => {
      this.#scheduleRedraw();
      if (events.hasOlder && events.end - events.first < DEPTH) events.loadOlder(DEPTH).catch(() => {});
    };
    events.addEventListener("past", loadMore, { signal });
    events.addEventListener("retracted", () => this.#forget(), { signal });
    for (const type of ["live", "state"]) events.addEventListener(type, () => this.#scheduleRedraw(), { signal });
    loadMore();
  }

  /** Draw the list again, even if it has the focus: it may show a retracted event. */
  #forget() {
    Object.assign(this.selection.dataset, { key: "", selected: "" });
    this.#scheduleRedraw();
  }

  #scheduleRedraw() {
    this.#redrawTimer ||= setTimeout(
      () => {
        this.#redrawTimer = 0;
        if (this.#findIn && this.#events) this.#draw();
      },
      this.#order.length > 0 ? REDRAW_MS : 0,
    );
  }

  #draw() {
    const graph = new RelationGraph();
    for (const event of this.#events.between(this.#events.first, this.#events.end))
      if (!event.isRetracted) graph.add(event, this.#edgesOf(event));
    this.#graph = graph;
    this.#arrange();
    this.body.hidden = this.#order.length === 0;
    this.empty.hidden = this.#order.length > 0;
    this.empty.textContent =
      this.#events.state === "connecting"
        ? "Loading …"
        : (this.#events.problem?.message ?? "No relations between countries yet. They appear here as events arrive.");
    const [from, to] = this.#selected?.split(" ") ?? [null];
    this.diagram.draw(this.#order, graph, to ? null : from);
    this.matrix.draw(this.#order, graph, this.#selected);
    this.#showSummary();
  }

  /** The edges of an event never change: they are computed once. */
  #edgesOf(event) {
    const edges = this.#edges.get(event) ?? edgesOf(event, this.#findIn);
    this.#edges.set(event, edges);
    return edges;
  }

  /** Countries keep their positions while the set of them is the same; otherwise all are arranged again. */
  #arrange() {
    const heaviest = connected(this.#graph.countries, this.#graph).slice(0, MAX_COUNTRIES);
    const shown = connected(heaviest, this.#graph);
    const isSame = shown.length === this.#order.length && shown.every((code) => this.#order.includes(code));
    if (!isSame) this.#order = arrange(shown, this.#graph);
    if (this.#selected && !this.#selected.split(" ").every((code) => this.#order.includes(code)))
      this.#selected = null;
  }

  #select(selected) {
    const hadFocus = this.selection.contains(document.activeElement);
    this.#selected = selected === this.#selected ? null : selected;
    this.#draw();
    const title = this.selection.querySelector("h2");
    if (hadFocus) title.focus({ preventScroll: true });
    announce(title.textContent);
  }

  #showSummary() {
    const n = this.#events.count;
    this.summary.textContent =
      this.#order.length > 0 ? `${plural(this.#order.length, "country", "countries")} in ${plural(n, "event")}` : "";
    if (this.#selected) this.#showSelection();
    else this.#showStrongest();
  }

  #showSelection() {
    const { title, summary, events } = this.#selection();
    if (!this.#mustRedraw(`${this.#selected} ${events.length}`)) return;
    const all = el(
      "button",
      { type: "button", class: "plain all-edges", onclick: () => this.#select(null) },
      "All relations",
    );
    this.#fillSelection(
      el("h2", { tabindex: "-1" }, title),
      all,
      el("p", { class: "total" }, summary),
      ...events.slice(0, MAX_ROWS).map((event) => eventRow(event, { heading: "h3" })),
      ...omittedRows(events),
    );
  }

  /** Without a selection, list the edges with most events, to select from. */
  #showStrongest() {
    const strongest = this.#graph
      .among(this.#order)
      .sort((a, b) => b.events.length - a.events.length || describeEdge(a).localeCompare(describeEdge(b)))
      .slice(0, MAX_EDGES);
    const key = strongest.map(({ kind, from, to, events }) => `${kind} ${from} ${to} ${events.length}`).join();
    if (!this.#mustRedraw(key)) return;
    const row = (edge) =>
      el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: `edge-button edge-button-${edge.kind}`,
            onclick: () => this.#select(`${edge.from} ${edge.to}`),
          },
          describeEdge(edge),
          el("b", {}, String(edge.events.length)),
        ),
      );
    this.#fillSelection(
      el("h2", { tabindex: "-1" }, "Strongest relations"),
      el("ol", { class: "edge-list" }, ...strongest.map(row)),
    );
  }

  #fillSelection(title, ...rest) {
    const hadFocus = this.selection.contains(document.activeElement);
    this.selection.replaceChildren(title, ...rest);
    if (hadFocus) title.focus({ preventScroll: true });
  }

  /** Tell whether the list must be redrawn: its content has changed, and the focus is not in the list of this selection. */
  #mustRedraw(key) {
    const { key: shownKey, selected: shownSelection } = this.selection.dataset;
    const hasFocus = shownSelection === String(this.#selected) && this.selection.contains(document.activeElement);
    if (shownKey === key || hasFocus) return false;
    Object.assign(this.selection.dataset, { key, selected: String(this.#selected) });
    return true;
  }

  /** Return title, summary and events of the selection, the newest event first. */
  #selection() {
    const [from, to] = this.#selected.split(" ");
    const lists = to
      ? ["spoke", "met", "toMeet"].map((kind) => this.#graph.events(kind, from, to))
      : this.#graph
          .edgesAt(from)
          .filter((edge) => edge.from !== edge.to)
          .map((edge) => edge.events);
    const events = [...new Set(lists.flat())].reverse();
    return to
      ? { title: `${countryName(from)} → ${countryName(to)}`, summary: "", events }
      : { title: countryName(from), summary: describeCountry(from, this.#graph), events };
  }
}

const omittedRows = (events) =>
  events.length > MAX_ROWS
    ? [el("p", { class: "total" }, `and ${plural(events.length - MAX_ROWS, "more event")}`)]
    : [];

/** Return the countries that share an edge with another one of `codes`. */
function connected(codes, graph) {
  const partners = new Set(graph.among(codes).flatMap(({ from, to }) => [from, to]));
  return codes.filter((code) => partners.has(code));
}

/** Describe an edge in words: "Norway spoke of Denmark". */
function describeEdge({ kind, from, to }) {
  const [a, b] = [countryName(from), countryName(to)];
  return { spoke: `${a} spoke of ${b}`, met: `${a} and ${b} met`, toMeet: `${a} and ${b} are to meet` }[kind];
}

const legendKey = (kind, text) => el("span", { class: `key key-${kind}` }, text);
