// The filter bar, and the filters in the page's address.

import { el, icon } from "./dom.js";
import { KINDS, capitalise, countryName, humanise, loadVocabulary } from "./labels.js";

/** Pause in typing after which the filters are applied. */
const TYPING_MS = 350;
/** Filters whose values are picked one at a time and removed by their chips. */
const PICKED = ["kind", "act", "status"];
/** Filters of the gateway that this page offers; all but the last may be repeated. */
export const NAMES = ["kind", "text", "speaker", "country", "outlet", "act", "status", "min_confidence"];

/** Return the filters in the parameters of an address: [[name, value], …] in the order of NAMES. */
export function parseFilters(params) {
  return NAMES.flatMap((name) =>
    params
      .getAll(name)
      .filter((value) => value.trim())
      .map((value) => [name, value]),
  );
}

/** Return the label of a filter's chip. */
function filterLabel([name, value]) {
  if (name === "country") return countryName(value);
  if (name === "min_confidence") return `at least ${Math.round(value * 100)} %`;
  if (name === "text") return `“${value}”`;
  return name === "kind" ? `${value}s` : `${name}: ${humanise(value)}`;
}

/**
 * The filter bar.  Calls `onChange(filters, isTyping)` whenever the filters change; `isTyping` is true if the user may
 * still be typing.
 */
export class Filters {
  #typingTimer = null;

  constructor(onChange) {
    this.onChange = onChange;
    this.chosen = [];
    this.kinds = KINDS.map((kind) => this.#kindToggle(kind));
    this.chips = el("ul", { class: "chips", "aria-label": "Active filters" });
    this.problem = el("p", { class: "filter-problem", role: "alert" });
    this.form = this.#makeForm();
    this.element = el(
      "search",
      { class: "filters", "aria-label": "Filter events" },
      this.form,
      this.chips,
      this.problem,
    );
    this.#loadOptions();
  }

  /** Move the focus to the text filter. */
  focus() {
    this.form.elements.text.focus();
  }

  /** Show these filters, without an error; a field in which the user is typing is left unchanged. */
  show(chosen) {
    this.chosen = chosen;
    this.explain(null);
    this.#update();
  }

  #update() {
    const { chosen } = this;
    const values = (name) => chosen.filter(([key]) => key === name).map(([, value]) => value);
    for (const button of this.kinds) button.setAttribute("aria-pressed", String(values("kind").includes(button.value)));
    for (const field of this.form.querySelectorAll("[name]"))
      if (field !== document.activeElement || !this.#typingTimer) setField(field, values(field.name));
    this.#showChips();
    this.count.textContent = hiddenCount(chosen);
  }

  /** Show why the gateway rejected the filters; null removes the message. */
  explain(problem) {
    const unknown =
      problem?.parameter === "country" ? "Unknown country: enter its English name or its two-letter code." : null;
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
    const remove = () => {
      this.onChange(this.chosen.filter((other) => other !== filter));
      this.form.querySelector("input").focus();
    };
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "chip", onclick: remove, "aria-label": `Remove filter ${filterLabel(filter)}` },
        el("span", { dir: "auto" }, filterLabel(filter)),
      ),
    );
  }

  #kindToggle(kind) {
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
    return el("button", attributes, icon(kind), `${capitalise(kind)}s`);
  }

  #makeForm() {
    this.count = el("span", { class: "count" });
    this.countries = el("datalist", { id: "countries" });
    this.acts = selectField("act", "Act", "any act");
    this.statuses = selectField("status", "Status", "any status");
    this.fields = el(
      "div",
      { class: "fields", id: "more-filters", hidden: true },
      ...[
        textField("speaker", "Speaker", "a name"),
        textField("country", "Country", "name or code", { list: "countries" }),
        textField("outlet", "Outlet", "host or agency"),
        this.acts,
        this.statuses,
        confidenceField(),
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
        onclick: () => this.#toggleMore(),
      },
      "More filters",
      this.count,
    );
    const form = el(
      "form",
      { class: "filter-form" },
      el("div", { class: "kinds", role: "group", "aria-label": "Kinds" }, ...this.kinds),
      textField("text", "Text", "words in the event", { type: "search" }),
      this.more,
      this.fields,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
    form.addEventListener("input", () => this.#onInput());
    form.addEventListener("change", () => this.#apply());
    return form;
  }

  #toggleMore() {
    this.fields.hidden = !this.fields.hidden;
    this.more.setAttribute("aria-expanded", String(!this.fields.hidden));
  }

  #onInput() {
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#apply(true), TYPING_MS);
  }

  #apply(isTyping = false) {
    clearTimeout(this.#typingTimer);
    const entered = [...new FormData(this.form)].flatMap(([name, value]) => valuesOf(name, String(value), this.codes));
    const picked = this.chosen.filter(([name]) => PICKED.includes(name));
    const next = ordered([...new Map([...picked, ...entered].map((filter) => [String(filter), filter])).values()]);
    if (String(next) !== String(this.chosen)) this.onChange(next, isTyping);
    this.#typingTimer = null;
  }

  /** Fill the lists of options from the gateway's vocabulary. */
  async #loadOptions() {
    const vocabulary = await loadVocabulary().catch(() => null);
    if (!vocabulary) return; // the text fields work without it
    this.codes = new Map(
      Object.values(vocabulary.places).flatMap((places) =>
        Object.entries(places).map(([name, code]) => [name.toLowerCase(), code]),
      ),
    );
    const named = [...new Set(this.codes.values())]
      .map((code) => [countryName(code), code])
      .sort((a, b) => a[0].localeCompare(b[0]));
    for (const [name, code] of named) this.codes.set(name.toLowerCase(), code);
    this.countries.replaceChildren(...named.map(([name]) => el("option", { value: name })));
    addOptions(this.acts, [["", vocabulary.acts]]);
    addOptions(this.statuses, [
      ["Meetings", vocabulary.statuses.meeting],
      ["Decisions", vocabulary.statuses.decision],
    ]);
    this.#update(); // shows countries by name; an error message stays
  }
}

const ordered = (filters) => filters.toSorted((a, b) => NAMES.indexOf(a[0]) - NAMES.indexOf(b[0]));

/** Return the filters that a field's value stands for: commas separate alternatives, except in the text filter. */
function valuesOf(name, entered, codes) {
  const values = name === "text" ? [entered] : entered.split(",");
  const trimmed = values
    .map((value) => value.trim())
    .filter((value) => value && !(name === "min_confidence" && Number(value) === 0));
  return trimmed.map((value) => [name, name === "country" ? (codes?.get(value.toLowerCase()) ?? value) : value]);
}

function hiddenCount(chosen) {
  const hidden = chosen.filter(([name]) => !["kind", "text"].includes(name)).length;
  return hidden > 0 ? `(${hidden})` : "";
}

function setField(field, values) {
  if (field.name === "min_confidence") {
    field.value = values[0] ?? "0";
    field.nextElementSibling.value = percent(field.value);
  } else if (PICKED.includes(field.name)) {
    field.value = ""; // to pick another value
  } else {
    field.value = values.map((value) => (field.name === "country" ? countryName(value) : value)).join(", ");
  }
}

const percent = (value) => (Number(value) === 0 ? "any" : `≥ ${Math.round(value * 100)} %`);

function textField(name, label, placeholder, more = {}) {
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

function selectField(name, label, any) {
  return el(
    "label",
    { class: `field field-${name}` },
    el("span", {}, label),
    el("select", { name }, el("option", { value: "" }, any)),
  );
}

function addOptions(label, groups) {
  const made = groups.map(([name, values]) => {
    const each = values.map((value) => el("option", { value }, humanise(value)));
    return name ? el("optgroup", { label: name }, ...each) : each;
  });
  label.querySelector("select").append(...made.flat());
}

function confidenceField() {
  const shown = el("output", {}, "any");
  const range = el("input", { name: "min_confidence", type: "range", min: "0", max: "0.95", step: "0.05", value: "0" });
  range.addEventListener("input", () => {
    shown.value = percent(range.value);
  });
  return el("label", { class: "field field-confidence" }, el("span", {}, "Confidence"), range, shown);
}
