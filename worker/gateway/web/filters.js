// What the reader asks to see: the bar of filters, and their spelling in the address.

import { el, icon } from "./dom.js";
import { KINDS, capital, country, spoken, vocabulary } from "./words.js";

const TYPED_MS = 350;
/** Filters that are picked one value after the other, and taken off by their chips. */
const PICKED = ["kind", "act", "status"];
/** The gateway's filters that this page offers; all may be given several times but the last. */
export const NAMES = ["kind", "text", "speaker", "country", "outlet", "act", "status", "min_confidence"];

/** Read the filters of an address: [[name, value], …] in the order of NAMES. */
export function parse(params) {
  return NAMES.flatMap((name) =>
    params
      .getAll(name)
      .filter((value) => value.trim())
      .map((value) => [name, value]),
  );
}

/** Say a filter in words, for the chip that takes it off. */
function inWords([name, value]) {
  if (name === "country") return country(value);
  if (name === "min_confidence") return `at least ${Math.round(value * 100)} %`;
  if (name === "text") return `“${value}”`;
  return name === "kind" ? `${value}s` : `${name}: ${spoken(value)}`;
}

/**
 * The bar.  `onChange(filters, typing)` is told whenever the reader asks for something else; `typing` where more letters
 * may follow.
 */
export class Filters {
  #typed = null;

  constructor(onChange) {
    this.onChange = onChange;
    this.chosen = [];
    this.kinds = KINDS.map((kind) => this.#kind(kind));
    this.chips = el("ul", { class: "chips", "aria-label": "Filters in force" });
    this.problem = el("p", { class: "filter-problem", role: "alert" });
    this.form = this.#form();
    this.element = el(
      "search",
      { class: "filters", "aria-label": "Filter events" },
      this.form,
      this.chips,
      this.problem,
    );
    this.#offer();
  }

  /** Show these filters as chosen, and nothing as wrong; what is being typed just now is left alone. */
  show(chosen) {
    this.chosen = chosen;
    this.explain(null);
    this.#fill();
  }

  #fill() {
    const { chosen } = this;
    const values = (name) => chosen.filter(([key]) => key === name).map(([, value]) => value);
    for (const button of this.kinds) button.setAttribute("aria-pressed", String(values("kind").includes(button.value)));
    for (const field of this.form.querySelectorAll("[name]"))
      if (field !== document.activeElement || !this.#typed) set(field, values(field.name));
    this.#showChips();
    this.count.textContent = countOf(chosen);
  }

  /** Say why the gateway refused the filters; null: it did not. */
  explain(problem) {
    const unknown =
      problem?.parameter === "country" ? "There is no such country: give its English name, or two letters." : null;
    this.problem.textContent = unknown ?? problem?.message ?? "";
  }

  #showChips() {
    const chips = this.chosen.map((filter) => this.#chip(filter));
    const all =
      chips.length > 1
        ? [
            el(
              "li",
              {},
              el("button", { type: "button", class: "plain", onclick: () => this.onChange([]) }, "Clear all"),
            ),
          ]
        : [];
    this.chips.replaceChildren(...chips, ...all);
  }

  #chip(filter) {
    const off = () => {
      this.onChange(this.chosen.filter((other) => other !== filter));
      this.form.querySelector("input").focus();
    };
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "chip", onclick: off, "aria-label": `Remove filter ${inWords(filter)}` },
        el("span", { dir: "auto" }, inWords(filter)),
      ),
    );
  }

  #kind(kind) {
    const toggle = () => {
      const rest = this.chosen.filter(([name, value]) => name !== "kind" || value !== kind);
      this.onChange(rest.length < this.chosen.length ? rest : ordered([...this.chosen, ["kind", kind]]));
    };
    const attributes = {
      type: "button",
      class: `kind-toggle kind-${kind}`,
      value: kind,
      "aria-pressed": "false",
      onclick: toggle,
    };
    return el("button", attributes, icon(kind), `${capital(kind)}s`);
  }

  #form() {
    this.count = el("span", { class: "count" });
    this.countries = el("datalist", { id: "countries" });
    this.acts = select("act", "Act", "any act");
    this.statuses = select("status", "Status", "any status");
    this.fields = el(
      "div",
      { class: "fields", id: "more-filters", hidden: true },
      ...[
        text("speaker", "Speaker", "a name"),
        text("country", "Country", "name or code", { list: "countries" }),
        text("outlet", "Outlet", "host or agency"),
        this.acts,
        this.statuses,
        confidence(),
        this.countries,
      ],
    );
    this.more = el(
      "button",
      {
        type: "button",
        class: "plain more",
        "aria-expanded": "false",
        "aria-controls": "more-filters",
        onclick: () => this.#unfold(),
      },
      "More filters",
      this.count,
    );
    const form = el(
      "form",
      { class: "filter-form" },
      el("div", { class: "kinds", role: "group", "aria-label": "Kinds" }, ...this.kinds),
      text("text", "Words", "words of the event", { type: "search" }),
      this.more,
      this.fields,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changed();
    });
    form.addEventListener("input", () => this.#typing());
    form.addEventListener("change", () => this.#changed());
    return form;
  }

  #unfold() {
    this.fields.hidden = !this.fields.hidden;
    this.more.setAttribute("aria-expanded", String(!this.fields.hidden));
  }

  #typing() {
    clearTimeout(this.#typed);
    this.#typed = setTimeout(() => this.#changed(true), TYPED_MS);
  }

  #changed(typing = false) {
    clearTimeout(this.#typed);
    const given = [...new FormData(this.form)].flatMap(([name, value]) => valuesOf(name, String(value), this.codes));
    const picked = this.chosen.filter(([name]) => PICKED.includes(name));
    const next = ordered([...new Map([...picked, ...given].map((filter) => [String(filter), filter])).values()]);
    if (String(next) !== String(this.chosen)) this.onChange(next, typing);
    this.#typed = null;
  }

  /** Fill what can be chosen from, once the gateway has told it. */
  async #offer() {
    const known = await vocabulary().catch(() => null);
    if (!known) return; // the fields for text serve all the same
    this.codes = new Map(
      Object.values(known.places).flatMap((places) =>
        Object.entries(places).map(([name, code]) => [name.toLowerCase(), code]),
      ),
    );
    const named = [...new Set(this.codes.values())]
      .map((code) => [country(code), code])
      .sort((a, b) => a[0].localeCompare(b[0]));
    for (const [name, code] of named) this.codes.set(name.toLowerCase(), code);
    this.countries.replaceChildren(...named.map(([name]) => el("option", { value: name })));
    options(this.acts, [["", known.acts]]);
    options(this.statuses, [
      ["Meetings", known.statuses.meeting],
      ["Decisions", known.statuses.decision],
    ]);
    this.#fill(); // by their names now; what was said of them still holds
  }
}

const ordered = (filters) => filters.toSorted((a, b) => NAMES.indexOf(a[0]) - NAMES.indexOf(b[0]));

/** Commas part alternatives, but in words looked for. */
function valuesOf(name, given, codes) {
  const values = name === "text" ? [given] : given.split(",");
  const trimmed = values
    .map((value) => value.trim())
    .filter((value) => value && !(name === "min_confidence" && Number(value) === 0));
  return trimmed.map((value) => [name, name === "country" ? (codes?.get(value.toLowerCase()) ?? value) : value]);
}

function countOf(chosen) {
  const hidden = chosen.filter(([name]) => !["kind", "text"].includes(name)).length;
  return hidden > 0 ? `(${hidden})` : "";
}

function set(field, values) {
  if (field.name === "min_confidence") {
    field.value = values[0] ?? "0";
    field.nextElementSibling.value = percent(field.value);
  } else if (PICKED.includes(field.name)) {
    field.value = ""; // ready for another
  } else {
    field.value = values.map((value) => (field.name === "country" ? country(value) : value)).join(", ");
  }
}

const percent = (value) => (Number(value) === 0 ? "any" : `≥ ${Math.round(value * 100)} %`);

function text(name, label, placeholder, more = {}) {
  return el(
    "label",
    { class: `field field-${name}` },
    el("span", {}, label),
    el("input", {
      name,
      type: "text",
      placeholder,
      autocomplete: "off",
      maxlength: "200",
      spellcheck: "false",
      ...more,
    }),
  );
}

function select(name, label, any) {
  return el(
    "label",
    { class: `field field-${name}` },
    el("span", {}, label),
    el("select", { name }, el("option", { value: "" }, any)),
  );
}

function options(label, groups) {
  const made = groups.map(([name, values]) => {
    const each = values.map((value) => el("option", { value }, spoken(value)));
    return name ? el("optgroup", { label: name }, ...each) : each;
  });
  label.querySelector("select").append(...made.flat());
}

function confidence() {
  const shown = el("output", {}, "any");
  const range = el("input", { name: "min_confidence", type: "range", min: "0", max: "0.95", step: "0.05", value: "0" });
  range.addEventListener("input", () => {
    shown.value = percent(range.value);
  });
  return el("label", { class: "field field-confidence" }, el("span", {}, "Confidence"), range, shown);
}
