// An article with the spans of its events annotated, and a card beside it with the facts of the selected event.

import { annotateSentence, annotateText } from "./annotations.js";
import { json } from "./api.js";
import { card } from "./card.js";
import { el, foreignText, prefersReducedMotion, safeUrl } from "./dom.js";
import { eventRow } from "./event_row.js";
import { plural } from "./grammar.js";
import { capitalise, formatFullTime, isKnown, loadVocabulary, outletHost } from "./labels.js";

/** Roles whose annotation is an event's tab stop, in order of preference. */
const TAB_STOP_ROLES = ["cue", "source", "party", "content", "object", "topic"];
const LEGEND = [
  ["source", "Actor"],
  ["cue", "Cue"],
  ["content", "Content"],
  ["target", "Addressee"],
  ["when", "Place and time"],
];

export class Article {
  /** URL of the article shown. */
  #url = null;
  #events = [];
  #vocabulary = null;
  /** Id of the selected event, or null. */
  #selected = null;
  /** Id of the event whose card is shown: the selected one, or one that the pointer is over. */
  #shown = null;

  constructor() {
    this.title = "Article";
    this.heading = el("h1", { tabindex: "-1", dir: "auto" });
    this.about = el("p", { class: "article-about" });
    this.text = el("div", { class: "article-text", dir: "auto" });
    this.card = el("aside", {
      class: "article-card",
      id: "card",
      "aria-label": "Selected event",
      "aria-live": "polite",
      hidden: true,
    });
    this.position = el("output", { class: "article-position" });
    this.list = el("div", { class: "event-list" });
    this.tools = this.#makeTools();
    this.body = el("div", { class: "article-body" }, this.text, this.card);
    this.eventSection = el(
      "section",
      { class: "article-events", "aria-labelledby": "article-events" },
      el("h2", { id: "article-events" }, "Events in this article"),
      this.list,
    );
    this.message = el("p", { class: "notice", role: "status", hidden: true });
    this.back = el("a", { class: "back", href: "#/feed" }, "← Feed");
    this.element = el(
      "article",
      { class: "article" },
      el("header", {}, this.back, this.heading, this.about),
      this.message,
      this.tools,
      this.body,
      this.eventSection,
    );
    this.#addListeners();
  }

  async show(params) {
    this.back.href = document.querySelector('.views a[data-view="feed"]').href;
    addEventListener("keydown", this.onkeydown);
    const url = params.get("url") ?? "";
    const id = params.get("event");
    const isShown = url === this.#url && (!id || this.#events.some((event) => event.id === id));
    if (!isShown) await this.#load(url, id);
    if (url === this.#url) this.#select(params.get("event"), { scroll: true });
  }

  hide() {
    removeEventListener("keydown", this.onkeydown);
    this.#showCard(null);
  }

  // ------------------------------------------------------------ article
  async #load(url, id) {
    this.#url = url;
    this.#showMessage("Loading …");
    this.#vocabulary = await loadVocabulary().catch(() => null);
    try {
      const { article, events: all } = await this.#read(url, id);
      const events = all.filter(isKnown);
      if (this.#url === url) this.#draw(article, events, annotateText(article.text, events));
    } catch (problem) {
      const event =
        problem.status === 404 && id ? await json(`v1/events/${encodeURIComponent(id)}`).catch(() => null) : null;
      if (this.#url !== url) return;
      if (event) this.#drawSentence(event);
      else if (problem.status === 404) this.#showMessage("This article is no longer kept.", url);
      else if (problem.isPermanent) this.#showMessage(`${problem.message}.`, url);
      else this.#showMessage(`${problem.message}.`, url, () => this.show(new URLSearchParams({ url, ...(id && { event: id }) })));
    }
  }

  /** Read the revision of an article to which the spans of event `id` refer; the newest if there is no such event. */
  async #read(url, id) {
    const newest = await json("v1/articles", { url });
    if (!id || newest.article.revision === 0 || newest.events.some((event) => event.id === id)) return newest;
    const event = await json(`v1/events/${encodeURIComponent(id)}`).catch(() => null);
    if (!event || event.revision === newest.article.revision) return newest;
    return json("v1/articles", { url, revision: event.revision });
  }

  /** The article was trimmed but one of its events is still kept: show the sentence that the event quotes. */
  #drawSentence(event) {
    const { url, published_at, language } = event;
    this.#draw({ url, published_at, language, title: "", byline: [] }, [event], [annotateSentence(event)]);
    this.message.hidden = false;
    this.message.textContent = "The article is no longer kept; this is the sentence that the event quotes.";
  }

  /** Show an article; `paragraphs` is its annotated text, an array of nodes for each paragraph. */
  #draw(article, events, paragraphs) {
    this.#showMessage("");
    this.#events = events.toSorted(
      (a, b) => a.sentence.start - b.sentence.start || (a.cue?.start ?? 0) - (b.cue?.start ?? 0),
    );
    this.#selected = this.#shown = null;
    this.heading.textContent = article.title || outletHost(article.url) || "Untitled article";
    this.heading.lang = this.text.lang = article.language ?? "";
    this.about.replaceChildren(...publicationDetails(article));
    this.text.replaceChildren(...paragraphs.map((pieces) => el("p", {}, ...pieces)));
    this.#makeTabStops();
    this.list.replaceChildren(...this.#events.map((event) => eventRow(event, { heading: "h3" })));
    this.title = this.heading.textContent;
    if (this.element.isConnected) document.title = `${this.title} · Communiqué`;
    this.#showPosition();
  }

  /** Show a message instead of an article, with a link to `url` and a button that calls `retry`; "" shows the article. */
  #showMessage(text, url = "", retry = null) {
    const link = safeUrl(url);
    this.message.hidden = text === "";
    this.message.replaceChildren(
      text,
      ...(link ? [" ", el("a", { href: link, rel: "noopener noreferrer" }, "Read the original")] : []),
      ...(retry ? [" ", el("button", { type: "button", class: "plain", onclick: retry }, "Try retry")] : []),
    );
    for (const part of [this.tools, this.body, this.eventSection]) part.hidden = text !== "";
    if (text === "") return;
    this.heading.textContent = this.title = "Article";
    this.about.replaceChildren();
    this.#url = text === "Loading …" ? this.#url : null;
  }

  /** Make one annotation of each event a tab stop and a button, unless that would nest buttons. */
  #makeTabStops() {
    for (const event of this.#events) {
      const annotations = TAB_STOP_ROLES.map((role) =>
        this.text.querySelector(`.annotation[data-event="${CSS.escape(event.id)}"][data-role="${role}"][data-label]`),
      );
      const tabStop = annotations.find(
        (one) => one && !one.closest(".annotation[tabindex]") && !one.querySelector("[tabindex]"),
      );
      if (!tabStop) continue;
      const attributes = {
        role: "button",
        tabindex: "0",
        "aria-controls": "card",
        "aria-pressed": "false",
        "aria-description": capitalise(event.kind),
      };
      for (const [name, value] of Object.entries(attributes)) tabStop.setAttribute(name, value);
    }
  }

  // ------------------------------------------------------------ selected event
  #select(id, { scroll = false } = {}) {
    this.#selected = this.#events.some((event) => event.id === id) ? id : null;
    this.#showCard(this.#selected);
    this.#showPosition();
    const query = new URLSearchParams({ url: this.#url, ...(this.#selected ? { event: this.#selected } : {}) });
    if (location.hash.startsWith("#/article")) history.replaceState(null, "", `#/article?${query}`);
    if (scroll && this.#selected) this.#scrollToSelected();
  }

  /** Highlight an event's annotations and show its card; null hides the card. */
  #showCard(id) {
    if (id === this.#shown && !this.card.hidden === (id !== null)) return;
    this.#shown = id;
    const event = this.#events.find((one) => one.id === id);
    this.text.classList.toggle("selected", Boolean(event));
    for (const annotation of this.text.querySelectorAll(".annotation")) {
      const isActive = annotation.dataset.event === id;
      annotation.classList.toggle("active", isActive);
      if (annotation.hasAttribute("aria-pressed")) annotation.setAttribute("aria-pressed", String(isActive));
    }
    this.card.hidden = !event;
    document.documentElement.classList.toggle("with-card", Boolean(event));
    if (event) this.#fillCard(event);
  }

  #fillCard(event) {
    const close = el(
      "button",
      { type: "button", class: "plain close", "aria-label": "Close the card", onclick: () => this.#closeCard() },
      "×",
    );
    this.card.replaceChildren(close, card(event, this.#vocabulary));
    const annotation = this.#annotationsOf(event.id)[0];
    if (!annotation) return;
    const lowest = Math.max(0, this.text.offsetHeight - this.card.offsetHeight);
    const top = annotation.getBoundingClientRect().top - this.text.getBoundingClientRect().top - 14;
    this.card.style.setProperty("--top", `${Math.max(0, Math.min(top, lowest))}px`);
  }

  /** Close the card and return the focus to the event's annotation. */
  #closeCard() {
    if (!this.#selected) return;
    const tabStop = this.#annotationsOf(this.#selected).find((one) => one.hasAttribute("tabindex"));
    if (this.card.contains(document.activeElement)) tabStop?.focus({ preventScroll: true });
    this.#select(null);
  }

  #annotationsOf(id) {
    return id ? [...this.text.querySelectorAll(`[data-event="${CSS.escape(id)}"]`)] : [];
  }

  #scrollToSelected() {
    const behavior = prefersReducedMotion() ? "instant" : "smooth";
    this.#annotationsOf(this.#selected)[0]?.scrollIntoView({ block: "center", behavior });
  }

  #showPosition() {
    const n = this.#events.findIndex((event) => event.id === this.#selected);
    this.position.textContent = n < 0 ? plural(this.#events.length, "event") : `${n + 1} of ${this.#events.length}`;
  }

  step(by) {
    if (this.#events.length === 0) return;
    const n = this.#events.findIndex((event) => event.id === this.#selected);
    const next = n < 0 && by < 0 ? this.#events.length - 1 : (n + by + this.#events.length) % this.#events.length;
    this.#select(this.#events[next].id, { scroll: true });
  }

  // ------------------------------------------------------------ interaction
  #makeTools() {
    const step = (text, label, by) =>
      el("button", { type: "button", class: "plain", "aria-label": label, onclick: () => this.step(by) }, text);
    const legend = LEGEND.map(([role, name]) => el("li", {}, el("span", { class: `annotation role-${role}` }, name)));
    return el(
      "div",
      { class: "article-tools" },
      el(
        "div",
        { class: "steps", role: "group", "aria-label": "Move between events" },
        step("‹ Previous", "Previous event", -1),
        this.position,
        step("Next ›", "Next event", 1),
      ),
      el("ul", { class: "legend", "aria-label": "Annotation colours" }, ...legend),
    );
  }

  #addListeners() {
    const idAt = (event) => event.target.closest?.(".annotation")?.dataset.event ?? null;
    this.text.addEventListener(
      "pointerover",
      (event) => event.pointerType === "mouse" && idAt(event) && this.#showCard(idAt(event)),
    );
    this.text.addEventListener("pointerleave", () => this.#showCard(this.#selected));
    this.text.addEventListener("click", (event) => getSelection().isCollapsed && this.#select(idAt(event)));
    this.text.addEventListener("focusin", (event) => idAt(event) && this.#select(idAt(event)));
    this.text.addEventListener("keydown", (event) => {
      if (!["Enter", " "].includes(event.key) || !idAt(event)) return;
      event.preventDefault();
      this.#select(idAt(event) === this.#selected ? null : idAt(event));
    });
    this.card.addEventListener("click", (event) => {
      const id = event.target.closest?.("[data-select]")?.dataset.select;
      if (!id) return;
      event.preventDefault();
      this.#select(id, { scroll: true });
    });
    this.onkeydown = (event) => event.key === "Escape" && this.#closeCard();
  }
}

function publicationDetails({ url, site, byline, published_at: published }) {
  const link = safeUrl(url);
  const name = site || outletHost(url);
  return [
    name ? foreignText("span", "outlet", name) : null,
    byline.length > 0 ? el("span", {}, "by ", foreignText("span", "byline", byline.join(", "))) : null,
    published ? el("time", { datetime: published }, formatFullTime(published)) : null,
    link ? el("a", { href: link, rel: "noopener noreferrer" }, "Original") : null,
  ].filter(Boolean);
}
