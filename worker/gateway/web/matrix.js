// The same ties as a table: who speaks stands in the rows, of whom in the columns, and how often the two met in the same
// cell.

import { el } from "./dom.js";
import { country } from "./words.js";

/** The table.  `onChoose(from, to)` is told when a cell is chosen. */
export class Matrix {
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.table = el("table", { class: "matrix" });
    this.element = el(
      "div",
      { class: "matrix-frame", role: "region", "aria-labelledby": "matrix-caption", tabindex: "0" },
      this.table,
    );
    this.table.addEventListener("keydown", (event) => this.#walk(event));
  }

  draw(order, relations, chosen) {
    const held = this.#held();
    const most = Math.max(1, ...relations.among(order).map((tie) => tie.events.length));
    const head = el(
      "tr",
      {},
      el("td", {}),
      ...order.map((code) => el("th", { scope: "col" }, el("span", {}, country(code)))),
    );
    const rows = order.map((from) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, country(from)),
        ...order.map((to) => this.#cell(from, to, relations, most, chosen)),
      ),
    );
    this.table.replaceChildren(
      el(
        "caption",
        { id: "matrix-caption" },
        "Who spoke of whom, and who met whom: those in the rows speak of those in the columns; the number after ● counts meetings.",
      ),
      el("thead", {}, head),
      el("tbody", {}, ...rows),
    );
    const first = (held && this.table.querySelector(`[data-pair="${held}"]`)) || this.table.querySelector("button");
    first?.setAttribute("tabindex", "0");
    if (held) first?.focus({ preventScroll: true });
  }

  #held() {
    return this.table.contains(document.activeElement) ? document.activeElement.dataset.pair : null;
  }

  #cell(from, to, relations, most, chosen) {
    const spoke = relations.events("spoke", from, to).length;
    const met =
      from === to ? 0 : relations.events("met", from, to).length + relations.events("toMeet", from, to).length;
    if (spoke + met === 0) return el("td", { class: from === to ? "self" : null });
    const button = el(
      "button",
      {
        type: "button",
        tabindex: "-1",
        "data-pair": `${from} ${to}`,
        "aria-pressed": String(chosen === `${from} ${to}`),
        onclick: () => this.onChoose(from, to),
      },
      ...(spoke > 0
        ? [aside(`${country(from)} spoke of ${from === to ? "itself" : country(to)}: `), String(spoke)]
        : []),
      ...(met > 0 ? [aside(`${spoke > 0 ? ", " : ""}${country(from)} and ${country(to)} met: `), metOften(met)] : []),
    );
    button.style.setProperty("--heat", (Math.max(spoke, met) / most).toFixed(2));
    return el("td", { class: from === to ? "self" : null }, button);
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
    event.target.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }
}

/** Words for those who listen; the others see them in the table's head. */
const aside = (words) => el("span", { class: "visually-hidden" }, words);

const metOften = (count) => el("span", { class: "met" }, el("span", { "aria-hidden": "true" }, "●"), String(count));
