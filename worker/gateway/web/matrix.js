// The same ties as a table: who speaks stands in the rows, of whom in the columns, and how often the two met in the same
// cell.

import { become, el } from "./dom.js";
import { country } from "./words.js";

const TABLE = { class: "matrix", "aria-labelledby": "matrix-title", "aria-describedby": "matrix-about" };
/** A cell is the darker, the more there is in it: from 1 to this. */
const HEATS = 5;

/** The table.  `onChoose(from, to)` is told when a cell is chosen. */
export class Matrix {
  /** The pair of countries whose cell the Tab key goes to. */
  #at = null;

  constructor(onChoose) {
    this.onChoose = onChoose;
    this.table = el("table", TABLE);
    const frame = { class: "matrix-frame", role: "region", "aria-labelledby": "matrix-title", tabindex: "0" };
    this.element = el(
      "section",
      { class: "matrix-part" },
      el("h2", { id: "matrix-title" }, "The same as a table"),
      el(
        "p",
        { class: "total", id: "matrix-about" },
        "Those in the rows spoke of those in the columns that often; the number after ● counts meetings, held and to come.",
      ),
      el("div", frame, this.table),
    );
    this.table.addEventListener("keydown", (event) => this.#walk(event));
    this.table.addEventListener("click", (event) => {
      const pair = event.target.closest("button")?.dataset.pair;
      if (pair) this.onChoose(...pair.split(" "));
    });
    this.table.addEventListener("focusin", (event) => this.#stop(event.target.closest("button")));
  }

  draw(order, relations, chosen) {
    const most = Math.max(1, ...relations.among(order).map((tie) => tie.events.length));
    const names = order.map((code) => el("th", { scope: "col" }, el("span", {}, country(code))));
    const row = (from) => {
      const cells = order.map((to) => cell(from, to, relations, most, chosen));
      return el("tr", {}, el("th", { scope: "row" }, country(from)), ...cells);
    };
    const drawn = el(
      "table",
      TABLE,
      el("thead", {}, el("tr", {}, el("td", {}), ...names)),
      el("tbody", {}, ...order.map(row)),
    );
    const at = drawn.querySelector(`[data-pair="${this.#at}"]`) ?? drawn.querySelector("button");
    at?.setAttribute("tabindex", "0");
    const held = this.table.contains(document.activeElement);
    become(this.table, drawn);
    if (held) this.table.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  /** Arrow keys go to the next cell that has something. */
  #walk(event) {
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

  /** The Tab key comes back to where one was. */
  #stop(button) {
    if (!button) return;
    this.table.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    button.setAttribute("tabindex", "0");
    this.#at = button.dataset.pair;
  }
}

function cell(from, to, relations, most, chosen) {
  const spoke = relations.events("spoke", from, to).length;
  const met = from === to ? 0 : ["met", "toMeet"].reduce((n, kind) => n + relations.events(kind, from, to).length, 0);
  if (spoke + met === 0) return el("td", { class: from === to ? "self" : null });
  const pair = `${from} ${to}`;
  const told = [
    spoke > 0 ? [aside(`${country(from)} spoke of ${from === to ? "itself" : country(to)}: `), String(spoke)] : [],
    met > 0 ? [aside(`${spoke > 0 ? ", " : ""}${country(from)} and ${country(to)} met: `), metOften(met)] : [],
  ];
  const heat = Math.min(HEATS, Math.ceil((HEATS * Math.max(spoke, met)) / most));
  const shown = { type: "button", class: `heat-${heat}`, tabindex: "-1", "data-pair": pair };
  return el(
    "td",
    { class: from === to ? "self" : null },
    el("button", { ...shown, "aria-pressed": String(chosen === pair) }, ...told.flat()),
  );
}

/** Words for those who listen; the others see them in the table's head. */
const aside = (words) => el("span", { class: "visually-hidden" }, words);

const metOften = (count) => el("span", { class: "met" }, el("span", { "aria-hidden": "true" }, "●"), String(count));
