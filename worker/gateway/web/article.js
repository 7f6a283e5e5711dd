// An article with every event's words marked where they stand, and a card beside them.

import { json } from "./api.js";
import { card } from "./card.js";
import { el, linkable, outside, still } from "./dom.js";
import { line } from "./line.js";
import { evidence, marked } from "./marks.js";
import { capital, inFull, outlet, plural, vocabulary } from "./words.js";

/** Where a reader with a keyboard meets an event, the best first. */
const ANCHORS = ["cue", "source", "party", "content", "object", "topic"];
const LEGEND = [
  ["source", "Who"],
  ["cue", "Cue"],
  ["content", "What"],
  ["target", "To or of whom"],
  ["when", "Where and when"],
];

export class Article {
  #shown = null;
  #events = [];
  #known = null;
  /** Id of the event that stays selected, and of the one looked at in passing. */
  #pinned = null;
  #looked = null;

  constructor() {
    this.title = "Article";
    this.heading = el("h1", { tabindex: "-1", dir: "auto" });
    this.about = el("p", { class: "article-about" });
    this.text = el("div", { class: "article-text", dir: "auto" });
    this.card = el("aside", {
      class: "article-card",
      id: "card",
      "aria-label": "The event selected",
      "aria-live": "polite",
      hidden: true,
    });
    this.place = el("output", { class: "article-place" });
    this.list = el("div", { class: "lines" });
    this.tools = this.#tools();
    this.body = el("div", { class: "article-body" }, this.text, this.card);
    this.found = el(
      "section",
      { class: "article-events", "aria-labelledby": "found" },
      el("h2", { id: "found" }, "Events in this article"),
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
      this.found,
    );
    this.#listen();
  }

  async show(params) {
    this.back.href = document.querySelector('.views a[data-view="feed"]').href;
    addEventListener("keydown", this.onkeydown);
    const url = params.get("url") ?? "";
    if (url !== this.#shown) await this.#load(url, params.get("event"));
    if (url === this.#shown) this.#select(params.get("event"), { scroll: true });
  }

  hide() {
    removeEventListener("keydown", this.onkeydown);
    this.#look(null);
  }

  // ------------------------------------------------------------ what is shown
  async #load(url, id) {
    this.#shown = url;
    this.#say("Loading …");
    this.#known = await vocabulary().catch(() => null);
    try {
      const { article, events } = await json("v1/articles", { url });
      if (this.#shown === url) this.#draw(article, events, marked(article.text, events));
    } catch (problem) {
      const event =
        problem.status === 404 && id ? await json(`v1/events/${encodeURIComponent(id)}`).catch(() => null) : null;
      if (this.#shown !== url) return;
      if (event) this.#quote(event);
      else if (problem.status === 404) this.#say("This article is not kept any more.", url);
      else if (problem.lasting) this.#say(`${problem.message}.`, url);
      else this.#say(`${problem.message}.`, url, () => this.show(new URLSearchParams({ url, ...(id && { event: id }) })));
    }
  }

  /** The article is gone, and one of its events is not: show the words that the event quotes. */
  #quote(event) {
    const { url, published_at, language } = event;
    this.#draw({ url, published_at, language, title: "", byline: [] }, [event], [evidence(event)]);
    this.message.hidden = false;
    this.message.textContent = "The article is not kept any more; these are the words that the event quotes.";
  }

  /** `paragraphs` are the article's, each an array of nodes with the marks of these events. */
  #draw(article, events, paragraphs) {
    this.#say("");
    this.#events = events.toSorted(
      (a, b) => a.sentence.start - b.sentence.start || (a.cue?.start ?? 0) - (b.cue?.start ?? 0),
    );
    this.#pinned = this.#looked = null;
    this.heading.textContent = article.title || outlet(article.url) || "An article without a title";
    this.heading.lang = this.text.lang = article.language ?? "";
    this.about.replaceChildren(...about(article));
    this.text.replaceChildren(...paragraphs.map((pieces) => el("p", {}, ...pieces)));
    this.#anchor();
    this.list.replaceChildren(...this.#events.map((event) => line(event, { heading: "h3" })));
    this.title = this.heading.textContent;
    if (this.element.isConnected) document.title = `${this.title} · Communiqué`;
    this.#place();
  }

  /** Say something in place of an article; nothing: there is one. */
  #say(words, url = "", again = null) {
    const link = linkable(url);
    this.message.hidden = words === "";
    this.message.replaceChildren(
      words,
      ...(link ? [" ", el("a", { href: link, rel: "noopener noreferrer" }, "See the original")] : []),
      ...(again ? [" ", el("button", { type: "button", class: "plain", onclick: again }, "Try again")] : []),
    );
    for (const part of [this.tools, this.body, this.found]) part.hidden = words !== "";
    if (words === "") return;
    this.heading.textContent = this.title = "Article";
    this.about.replaceChildren();
    this.#shown = words === "Loading …" ? this.#shown : null;
  }

  /** Let the keyboard stop once at each event: no button within a button. */
  #anchor() {
    for (const event of this.#events) {
      const marks = ANCHORS.map((role) =>
        this.text.querySelector(`.mark[data-event="${CSS.escape(event.id)}"][data-role="${role}"][data-label]`),
      );
      const anchor = marks.find(
        (mark) => mark && !mark.closest(".mark[tabindex]") && !mark.querySelector("[tabindex]"),
      );
      if (!anchor) continue;
      const told = {
        role: "button",
        tabindex: "0",
        "aria-controls": "card",
        "aria-pressed": "false",
        "aria-description": capital(event.kind),
      };
      for (const [name, value] of Object.entries(told)) anchor.setAttribute(name, value);
    }
  }

  // ------------------------------------------------------------ one event selected
  #select(id, { scroll = false } = {}) {
    this.#pinned = this.#events.some((event) => event.id === id) ? id : null;
    this.#look(this.#pinned);
    this.#place();
    const query = new URLSearchParams({ url: this.#shown, ...(this.#pinned ? { event: this.#pinned } : {}) });
    if (location.hash.startsWith("#/article")) history.replaceState(null, "", `#/article?${query}`);
    if (scroll && this.#pinned) this.#reveal();
  }

  /** Show an event's words and its card, for as long as nothing else is looked at. */
  #look(id) {
    if (id === this.#looked && !this.card.hidden === (id !== null)) return;
    this.#looked = id;
    const event = this.#events.find((one) => one.id === id);
    this.text.classList.toggle("selected", Boolean(event));
    for (const mark of this.text.querySelectorAll(".mark")) {
      const on = mark.dataset.event === id;
      mark.classList.toggle("on", on);
      if (mark.hasAttribute("aria-pressed")) mark.setAttribute("aria-pressed", String(on));
    }
    this.card.hidden = !event;
    document.documentElement.classList.toggle("with-card", Boolean(event));
    if (event) this.#fillCard(event);
  }

  #fillCard(event) {
    const close = el(
      "button",
      { type: "button", class: "plain close", "aria-label": "Close the card", onclick: () => this.#close() },
      "×",
    );
    this.card.replaceChildren(close, card(event, this.#known));
    const mark = this.#marks(event.id)[0];
    if (!mark) return;
    const most = Math.max(0, this.text.offsetHeight - this.card.offsetHeight);
    const top = mark.getBoundingClientRect().top - this.text.getBoundingClientRect().top - 14;
    this.card.style.setProperty("--top", `${Math.max(0, Math.min(top, most))}px`);
  }

  /** Close the card; the focus goes back to the words that it was about. */
  #close() {
    if (!this.#pinned) return;
    const anchor = this.#marks(this.#pinned).find((mark) => mark.hasAttribute("tabindex"));
    if (this.card.contains(document.activeElement)) anchor?.focus({ preventScroll: true });
    this.#select(null);
  }

  #marks(id) {
    return id ? [...this.text.querySelectorAll(`[data-event="${CSS.escape(id)}"]`)] : [];
  }

  #reveal() {
    const behavior = still() ? "instant" : "smooth";
    this.#marks(this.#pinned)[0]?.scrollIntoView({ block: "center", behavior });
  }

  #place() {
    const n = this.#events.findIndex((event) => event.id === this.#pinned);
    this.place.textContent = n < 0 ? plural(this.#events.length, "event") : `${n + 1} of ${this.#events.length}`;
  }

  #step(by) {
    if (this.#events.length === 0) return;
    const n = this.#events.findIndex((event) => event.id === this.#pinned);
    const next = n < 0 && by < 0 ? this.#events.length - 1 : (n + by + this.#events.length) % this.#events.length;
    this.#select(this.#events[next].id, { scroll: true });
  }

  // ------------------------------------------------------------ what the reader does
  #tools() {
    const step = (words, label, by) =>
      el("button", { type: "button", class: "plain", "aria-label": label, onclick: () => this.#step(by) }, words);
    const legend = LEGEND.map(([role, name]) => el("li", {}, el("span", { class: `mark role-${role}` }, name)));
    return el(
      "div",
      { class: "article-tools" },
      el(
        "div",
        { class: "steps", role: "group", "aria-label": "From event to event" },
        step("‹ Previous", "Previous event", -1),
        this.place,
        step("Next ›", "Next event", 1),
      ),
      el("ul", { class: "legend", "aria-label": "How words are marked" }, ...legend),
    );
  }

  #listen() {
    const idAt = (event) => event.target.closest?.(".mark")?.dataset.event ?? null;
    this.text.addEventListener(
      "pointerover",
      (event) => event.pointerType === "mouse" && idAt(event) && this.#look(idAt(event)),
    );
    this.text.addEventListener("pointerleave", () => this.#look(this.#pinned));
    this.text.addEventListener("click", (event) => getSelection().isCollapsed && this.#select(idAt(event)));
    this.text.addEventListener("focusin", (event) => idAt(event) && this.#select(idAt(event)));
    this.text.addEventListener("keydown", (event) => {
      if (!["Enter", " "].includes(event.key) || !idAt(event)) return;
      event.preventDefault();
      this.#select(idAt(event) === this.#pinned ? null : idAt(event));
    });
    this.card.addEventListener("click", (event) => {
      const id = event.target.closest?.("[data-select]")?.dataset.select;
      if (!id) return;
      event.preventDefault();
      this.#select(id, { scroll: true });
    });
    this.onkeydown = (event) => event.key === "Escape" && this.#close();
  }
}

function about({ url, site, byline, published_at: published }) {
  const link = linkable(url);
  const name = site || outlet(url);
  return [
    name ? outside("span", "outlet", name) : null,
    byline.length > 0 ? el("span", {}, "by ", outside("span", "byline", byline.join(", "))) : null,
    published ? el("time", { datetime: published }, inFull(published)) : null,
    link ? el("a", { href: link, rel: "noopener noreferrer" }, "Original") : null,
  ].filter(Boolean);
}
