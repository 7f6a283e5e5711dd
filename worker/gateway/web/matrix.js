// The relations as a table: speakers in the rows, countries spoken of in the columns, meetings in the same cells.

import { el, patch } from "./dom.js";
import { countryName } from "./labels.js";

const TABLE = { class: "matrix", "aria-labelledby": "matrix-title", "aria-describedby": "matrix-about" };
/** Shades of a cell, from 1 to this; a darker one has more events. */
const HEATS = 5;

/** The table.  Calls `onSelect(from, to)` when a cell is selected. */
export class Matrix {
  /** Pair of countries whose cell is the tab stop. */
  #tabStop = null;

  constructor(onSelect) {
    this.onSelect = onSelect;
    this.table = el("table", TABLE);
    const frame = { class: "matrix-frame", role: "region", "aria-labelledby": "matrix-title", tabindex: "0" };
    this.element = el(
      "section",
      { class: "matrix-section" },
      el("h2", { id: "matrix-title" }, "The same as a table"),
      el(
        "p",
        { class: "total", id: "matrix-about" },
        "Each number counts how often the country of the row spoke of that of the column; the number after ● counts " +
          "their meetings, past and future.",
      ),
      el("div", frame, this.table),
    );
    this.table.addEventListener("keydown", (event) => this.#onKey(event));
    this.table.addEventListener("click", (event) => {
      const pair = event.target.closest("button")?.dataset.pair;
      if (pair) this.onSelect(...pair.split(" "));
    });
    this.table.addEventListener("focusin", (event) => this.#moveTabStop(event.target.closest("button")));
  }

  draw(order, graph, selected) {
    const most = Math.max(1, ...graph.among(order).map((edge) => edge.events.length));
    const names = order.map((code) => el("th", { scope: "col" }, el("span", {}, countryName(code))));
    const row = (from) => {
      const cells = order.map((to) => cell(from, to, graph, most, selected));
      return el("tr", {}, el("th", { scope: "row" }, countryName(from)), ...cells);
    };
    const drawn = el(
      "table",
      TABLE,
      el("thead", {}, el("tr", {}, el("td", {}), ...names)),
      el("tbody", {}, ...order.map(row)),
    );
    const tabStop = drawn.querySelector(`[data-pair="${this.#tabStop}"]`) ?? drawn.querySelector("button");
    tabStop?.setAttribute("tabindex", "0");
    const hadFocus = this.table.contains(document.activeElement);
    patch(this.table, drawn);
    if (hadFocus) this.table.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  /** The arrow keys move to the next cell in that direction that has a button. */
  #onKey(event) {
    const [right, down] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[
      event.key
    ] ?? [0, 0];
    if (right === 0 && down === 0) return;
    event.preventDefault();
    const cell = event.target.closest("td");
    let [x, y] = [cell.cellIndex + right, cell.parentElement.sectionRowIndex + down];
    const rows = this.table.tBodies[0].rows;
    while (rows[y]?.cells[x] && !rows[y].cells[x].querySelector("button")) [x, y] = [x + right, y + down];
    const next = rows[y]?.cells[x]?.querySelector("button");
    if (!next) return;
    next.focus();
  }

  /** Make the focused cell the only tab stop (roving tabindex). */
  #moveTabStop(button) {
    if (!button) return;
    this.table.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    button.setAttribute("tabindex", "0");
    this.#tabStop = button.dataset.pair;
  }
}

function cell(from, to, graph, most, selected) {
  const spoke = graph.events("spoke", from, to).length;
  const met = from === to ? 0 : ["met", "toMeet"].reduce((n, kind) => n + graph.events(kind, from, to).length, 0);
  if (spoke + met === 0) return el("td", { class: from === to ? "self" : null });
  const pair = `${from} ${to}`;
  const [row, column] = [countryName(from), countryName(to)];
  const content = [
    spoke > 0 ? [hiddenText(`${row} spoke of ${from === to ? "itself" : column}: `), String(spoke)] : [],
    met > 0 ? [hiddenText(`${spoke > 0 ? ", " : ""}${row} and ${column} met: `), meetingCount(met)] : [],
  ];
  const heat = Math.min(HEATS, Math.ceil((HEATS * Math.max(spoke, met)) / most));
  const attributes = { type: "button", class: `heat-${heat}`, tabindex: "-1", "data-pair": pair };
  return el(
    "td",
    { class: from === to ? "self" : null },
    el("button", { ...attributes, "aria-pressed": String(selected === pair) }, ...content.flat()),
  );
}

/** Text for screen readers; sighted users see it in the table's headers. */
const hiddenText = (text) => el("span", { class: "visually-hidden" }, text);

const meetingCount = (count) =>
  el("span", { class: "met" }, el("span", { "aria-hidden": "true" }, "●"), String(count));
