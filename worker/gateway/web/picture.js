// The picture: who met whom and who spoke of whom, redrawn as events come, as a circle and as a table.

import { Circle, inWords } from "./circle.js";
import { announce, el } from "./dom.js";
import { line } from "./line.js";
import { Matrix } from "./matrix.js";
import { Relations, arranged, finder, ties } from "./relations.js";
import { country, plural, vocabulary } from "./words.js";

/** Countries shown at once, the busiest. */
const MOST_COUNTRIES = 24;
/** Events of the past that the picture is drawn of. */
const DEPTH = 2000;
const REDRAW_MS = 500;
const MOST_LINES = 30;
const MOST_TIES = 14;

export class Picture {
  #events = null;
  #listening = null;
  #find = null;
  #made = new WeakMap();
  #order = [];
  #relations = new Relations();
  /** A country, or a pair of them ("NO SE"), or null. */
  #chosen = null;
  #redraw = 0;

  constructor() {
    this.title = "Picture";
    this.heading = el("h1", { tabindex: "-1" }, "Who met whom, who spoke of whom");
    this.about = el("p", { class: "total" });
    this.circle = new Circle((code) => this.#choose(code));
    this.matrix = new Matrix((from, to) => this.#choose(`${from} ${to}`));
    this.chosen = el("section", { class: "chosen-events", "aria-label": "Ties" });
    this.empty = el("p", { class: "notice", role: "status" });
    this.drawn = el(
      "div",
      { class: "picture-body" },
      el(
        "figure",
        {},
        this.circle.element,
        el("figcaption", {}, key("met", "met"), key("toMeet", "are to meet"), key("spoke", "spoke of")),
      ),
      this.chosen,
      this.matrix.element,
    );
    this.element = el(
      "section",
      { class: "picture" },
      el("div", { class: "view-head" }, this.heading, this.about),
      this.empty,
      this.drawn,
    );
  }

  async show(events) {
    if (events !== this.#events) this.#adopt(events);
    this.#schedule();
    this.#find ??= await vocabulary().then(
      ({ places }) => finder(places),
      () => () => new Set(), // then only those who are named as parties count
    );
    this.#schedule();
  }

  hide() {
    clearTimeout(this.#redraw);
    this.#redraw = 0;
    this.#listening?.abort();
    this.#events = null;
  }

  #adopt(events) {
    this.#listening?.abort();
    this.#listening = new AbortController();
    this.#events = events;
    const { signal } = this.#listening;
    const deepen = () => {
      this.#schedule();
      if (events.more && events.end - events.first < DEPTH) events.older(DEPTH).catch(() => {});
    };
    events.addEventListener("past", deepen, { signal });
    for (const what of ["live", "state"]) events.addEventListener(what, () => this.#schedule(), { signal });
    deepen();
  }

  #schedule() {
    this.#redraw ||= setTimeout(
      () => {
        this.#redraw = 0;
        if (this.#find && this.#events) this.#draw();
      },
      this.#order.length > 0 ? REDRAW_MS : 0,
    );
  }

  #draw() {
    const relations = new Relations();
    for (const event of this.#events.between(this.#events.first, this.#events.end))
      relations.add(event, this.#tiesOf(event));
    this.#relations = relations;
    this.#arrange();
    this.drawn.hidden = this.#order.length === 0;
    this.empty.hidden = this.#order.length > 0;
    this.empty.textContent =
      this.#events.state === "connecting"
        ? "Loading …"
        : (this.#events.problem?.message ?? "No two countries yet. They will appear as events come.");
    const [from, to] = this.#chosen?.split(" ") ?? [null];
    this.circle.draw(this.#order, relations, to ? null : from);
    this.matrix.draw(this.#order, relations, this.#chosen);
    this.#tell();
  }

  /** The ties of an event never change: they are looked for once. */
  #tiesOf(event) {
    const known = this.#made.get(event) ?? ties(event, this.#find);
    this.#made.set(event, known);
    return known;
  }

  /** Countries keep their places while they are the same; new ones have all arranged anew. */
  #arrange() {
    const busiest = tied(tied(this.#relations.countries, this.#relations).slice(0, MOST_COUNTRIES), this.#relations);
    const same = busiest.length === this.#order.length && busiest.every((code) => this.#order.includes(code));
    if (!same) this.#order = arranged(busiest, this.#relations);
    if (this.#chosen && !this.#chosen.split(" ").every((code) => this.#order.includes(code))) this.#chosen = null;
  }

  #choose(what) {
    const held = this.chosen.contains(document.activeElement);
    this.#chosen = what === this.#chosen ? null : what;
    this.#draw();
    const title = this.chosen.querySelector("h2");
    if (held) title.focus({ preventScroll: true });
    announce(title.textContent);
  }

  #tell() {
    const n = this.#events.end - this.#events.first;
    this.about.textContent =
      this.#order.length > 0 ? `${plural(this.#order.length, "country", "countries")} in ${plural(n, "event")}` : "";
    if (this.#chosen) this.#tellChosen();
    else this.#tellAll();
  }

  #tellChosen() {
    const { title, about, events } = this.#behind();
    if (!this.#isNew(`${this.#chosen} ${events.length}`)) return;
    const all = el("button", { type: "button", class: "plain all-ties", onclick: () => this.#choose(null) }, "All ties");
    this.chosen.replaceChildren(
      el("h2", { tabindex: "-1" }, title),
      all,
      el("p", { class: "total" }, about),
      ...events.slice(0, MOST_LINES).map((event) => line(event, { heading: "h3" })),
      ...rest(events),
    );
  }

  /** Nothing chosen: the strongest ties, to choose from. */
  #tellAll() {
    const strongest = this.#relations
      .among(this.#order)
      .sort((a, b) => b.events.length - a.events.length || tieInWords(a).localeCompare(tieInWords(b)))
      .slice(0, MOST_TIES);
    if (!this.#isNew(strongest.map(({ kind, from, to, events }) => `${kind} ${from} ${to} ${events.length}`).join()))
      return;
    const row = (tie) =>
      el(
        "li",
        {},
        el(
          "button",
          { type: "button", class: `tie tie-${tie.kind}`, onclick: () => this.#choose(`${tie.from} ${tie.to}`) },
          tieInWords(tie),
          el("b", {}, String(tie.events.length)),
        ),
      );
    this.chosen.replaceChildren(el("h2", { tabindex: "-1" }, "The strongest ties"), el("ol", { class: "ties" }, ...strongest.map(row)));
  }

  /** What is shown beside the picture is made anew where it has changed, and nobody holds on to a part of it. */
  #isNew(key) {
    const [before, of] = [this.chosen.dataset.key, this.chosen.dataset.of];
    const held = of === String(this.#chosen) && this.chosen.contains(document.activeElement);
    if (before === key || held) return false;
    Object.assign(this.chosen.dataset, { key, of: String(this.#chosen) });
    return true;
  }

  /** The events behind what is chosen, the newest first. */
  #behind() {
    const [from, to] = this.#chosen.split(" ");
    const of = to
      ? ["spoke", "met", "toMeet"].map((kind) => this.#relations.events(kind, from, to))
      : this.#relations
          .of(from)
          .filter((tie) => tie.from !== tie.to)
          .map((tie) => tie.events);
    const events = [...new Set(of.flat())].reverse();
    return to
      ? { title: `${country(from)} → ${country(to)}`, about: "", events }
      : { title: country(from), about: inWords(from, this.#relations), events };
  }
}

const rest = (events) =>
  events.length > MOST_LINES
    ? [el("p", { class: "total" }, `and ${plural(events.length - MOST_LINES, "event")} more`)]
    : [];

/** Those of the countries that have a tie to another of them. */
function tied(codes, relations) {
  const partners = new Set(relations.among(codes).flatMap(({ from, to }) => [from, to]));
  return codes.filter((code) => partners.has(code));
}

/** A tie in words: "Norway spoke of Denmark". */
function tieInWords({ kind, from, to }) {
  const [a, b] = [country(from), country(to)];
  return { spoke: `${a} spoke of ${b}`, met: `${a} and ${b} met`, toMeet: `${a} and ${b} are to meet` }[kind];
}

const key = (kind, words) => el("span", { class: `key key-${kind}` }, words);
