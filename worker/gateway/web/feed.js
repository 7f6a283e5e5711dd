// The live feed: newest events first, older ones loaded on scrolling, and nothing that moves while the user is reading.

import { announce, el, prefersReducedMotion } from "./dom.js";
import { eventRow, retractedRow } from "./event_row.js";
import { formatNumber, plural } from "./grammar.js";
import { describe } from "./labels.js";

/** Most rows in the document while the user is at the top; rows removed below are rendered again on scrolling down. */
const MAX_ROWS = 150;
const STEP = 60;
/** Scroll position from which on the user counts as reading, so that new events are held back. */
const TOP_PX = 80;
/** Interval between updates: nobody reads faster, and a hundred events a second cost no more than five. */
const DRAW_EVERY_MS = 200;
/** Most rows that fade in together; more would flicker. */
const MAX_ANIMATED = 5;

export class Feed {
  #events = null;
  #listeners = null;
  /** Numbers of the events shown: from `#from` up to, not including, `#to`. */
  #from = 0;
  #to = 0;
  #isPaused = false;
  #isHidden = true;
  #drawTimer = 0;
  #drawnAt = 0;
  /** Number of the first event that has not been announced. */
  #unannounced = 0;

  constructor() {
    this.title = "Feed";
    this.list = el("div", {
      class: "event-list",
      role: "feed",
      "aria-label": "Events, newest first",
      "aria-description": "Page Down and Page Up, or j and k, move between events; Enter opens one in its article",
      "aria-busy": "true",
    });
    this.newEvents = el("button", {
      type: "button",
      class: "new-events",
      hidden: true,
      onclick: () => this.#showNew({ scroll: true }),
    });
    this.pause = el(
      "button",
      { type: "button", class: "plain pause", "aria-pressed": "false", onclick: () => this.#togglePause() },
      "Pause",
    );
    this.total = el("p", { class: "total" });
    this.gap = el("p", { class: "feed-gap", hidden: true }, "Some events were trimmed before they could be shown here.");
    this.end = el("div", { class: "feed-end" });
    this.heading = el("h1", { tabindex: "-1" }, "Live feed");
    this.element = el(
      "section",
      { class: "feed" },
      el("div", { class: "view-head" }, this.heading, this.total, this.pause),
      el("div", { class: "new-events-anchor" }, this.newEvents),
      this.gap,
      this.list,
      this.end,
    );
    this.list.addEventListener("click", (event) => {
      this.opened = event.target.closest("a") && event.target.closest(".event-row");
    });
    this.list.addEventListener("keydown", (event) => this.#onKey(event));
    this.endObserver = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.#showOlder(),
      { rootMargin: "600px" },
    );
  }

  /** The row that the user opened last: the focus returns to it. */
  get resumed() {
    return this.opened?.isConnected ? this.opened : null;
  }

  /** Show these events from now on. */
  show(events) {
    this.#isHidden = false;
    if (events !== this.#events) this.#attach(events);
    this.endObserver.observe(this.end);
    this.onscroll = () => this.#isAtTop && this.#scheduleDraw();
    addEventListener("scroll", this.onscroll, { passive: true });
    this.#scheduleDraw();
  }

  hide() {
    this.#isHidden = true;
    this.endObserver.disconnect();
    removeEventListener("scroll", this.onscroll);
  }

  #attach(events) {
    this.#listeners?.abort();
    this.#listeners = new AbortController();
    this.#events = events;
    this.#from = this.#to = this.#unannounced = 0;
    this.list.replaceChildren();
    const { signal } = this.#listeners;
    events.addEventListener("live", () => this.#scheduleDraw(), { signal });
    events.addEventListener("past", () => this.#onPast(), { signal });
    events.addEventListener("retracted", () => this.#onRetracted(), { signal });
    events.addEventListener("state", () => this.#showEnd(), { signal });
    this.gap.hidden = true;
    events.addEventListener("gap", () => (this.gap.hidden = false), { signal });
    this.#onPast();
  }

  get #isAtTop() {
    return scrollY < TOP_PX;
  }

  /** Whether new events are held back. */
  get #isHolding() {
    const isReading = !this.#isAtTop || this.list.contains(document.activeElement);
    return this.#isHidden || this.#isPaused || (isReading && this.list.childElementCount > 0);
  }

  /** Draw at the end of the current interval, however many events arrive until then. */
  #scheduleDraw() {
    const wait = Math.max(0, this.#drawnAt + DRAW_EVERY_MS - performance.now());
    this.#drawTimer ||= setTimeout(() => requestAnimationFrame(() => this.#draw()), wait);
  }

  #draw() {
    this.#drawTimer = 0;
    this.#drawnAt = performance.now();
    if (!this.#isHolding) this.#showNew();
    this.#showNewCount();
    this.#showTotal();
  }

  // ------------------------------------------------------------ new events
  #showNew({ scroll = false } = {}) {
    const events = this.#events;
    const from = Math.max(this.#to, events.end - MAX_ROWS, events.first);
    const added = events
      .between(from, events.end)
      .map(rowOf)
      .reverse();
    if (from > this.#to) this.#clear(from); // more events arrived than are shown: no row stays
    if (added.length > 0) {
      const isAnimated = this.#to > 0 && added.length <= MAX_ANIMATED && !prefersReducedMotion();
      for (const row of added) row.classList.toggle("arriving", isAnimated);
      this.list.prepend(...added);
      this.#to = events.end;
      this.#numberRows();
      this.#announceNew();
    }
    this.#trim();
    if (scroll) this.#scrollToTop();
    this.#showNewCount();
    this.#showEnd();
  }

  #clear(from) {
    this.list.replaceChildren();
    this.#from = from;
  }

  #trim() {
    const excess = this.list.childElementCount - MAX_ROWS;
    if (excess <= 0 || !this.#isAtTop) return;
    for (let n = 0; n < excess; n++) this.list.lastElementChild.remove();
    this.#from = this.#to - MAX_ROWS;
  }

  #scrollToTop() {
    scrollTo({ top: 0, behavior: prefersReducedMotion() ? "instant" : "smooth" });
    this.list.firstElementChild?.focus({ preventScroll: true });
  }

  /** Announce the number of events since the last announcement, and the newest of them. */
  #announceNew() {
    announce(() => {
      const [count, newest] = [this.#to - this.#unannounced, this.#events.at(this.#to - 1)];
      this.#unannounced = this.#to;
      return newest && !newest.isRetracted ? `${plural(count, "new event")}. ${describe(newest)}` : "";
    });
  }

  #showNewCount() {
    const waiting = this.#events.between(this.#to, this.#events.end).filter((event) => !event.isRetracted).length;
    this.newEvents.hidden = waiting <= 0;
    this.newEvents.textContent = `${formatNumber(waiting)} new`;
    this.newEvents.setAttribute("aria-label", `Show ${plural(waiting, "new event")}`);
  }

  #togglePause() {
    this.#isPaused = !this.#isPaused;
    this.pause.setAttribute("aria-pressed", String(this.#isPaused));
    this.pause.textContent = this.#isPaused ? "Resume" : "Pause";
    if (!this.#isPaused) this.#showNew();
  }

  // ------------------------------------------------------------ older events
  #onPast() {
    if (this.#to === this.#from) {
      this.#to = this.#from = this.#unannounced = this.#events.end;
    }
    this.#showOlder();
    this.#showTotal();
  }

  /** Show older events: those already loaded, otherwise load more from the gateway. */
  #showOlder() {
    const events = this.#events;
    const older = events
      .between(this.#from - STEP, this.#from)
      .map(rowOf)
      .reverse();
    this.list.append(...older);
    this.#from -= older.length;
    this.#numberRows();
    this.#showEnd();
    if (older.length === 0 && events.hasOlder) events.loadOlder(STEP).catch((problem) => this.#showEnd(problem));
  }

  /** Number the rows for screen readers; their total is unknown (-1). */
  #numberRows() {
    [...this.list.children].forEach((row, n) => {
      row.setAttribute("aria-posinset", String(n + 1));
      row.setAttribute("aria-setsize", "-1");
    });
  }

  /** Show what follows the last row; `failure` is the error of loading older events. */
  #showEnd(failure = null) {
    const { state, hasOlder, problem } = this.#events;
    const isEmpty = this.list.childElementCount === 0;
    this.list.setAttribute("aria-busy", String(isEmpty && state === "connecting"));
    this.end.classList.toggle("empty", isEmpty);
    const loadMore = el("button", { type: "button", class: "plain", onclick: () => this.#showOlder() }, "Older events");
    const last = this.#events.isFull ? "Older events are not shown: use the filters to find them." : "No older events.";
    this.end.replaceChildren(
      isEmpty ? emptyState(this.#events) : failure ? `${failure.message}. ` : hasOlder ? "" : last,
      ...(hasOlder && !isEmpty ? [loadMore] : []),
      ...(isEmpty && problem?.status === 401 ? [tokenButton(this.#events)] : []),
    );
  }

  #showTotal() {
    const { count } = this.#events;
    const suffix = this.#events.hasOlder ? ", more below" : "";
    this.total.textContent = count > 0 ? `${plural(count, "event")}${suffix}` : "";
  }

  // ------------------------------------------------------------ retractions
  /** Replace the rows of retracted events at their places, with the focus; at any time, also while the user reads. */
  #onRetracted() {
    [...this.list.children].forEach((row, n) => {
      const event = this.#events.at(this.#to - 1 - n);
      if (!event?.isRetracted || row.classList.contains("retracted")) return;
      const hadFocus = row.contains(document.activeElement);
      const replacement = rowOf(event);
      row.replaceWith(replacement);
      if (hadFocus) replacement.focus({ preventScroll: true });
    });
    this.#numberRows();
    this.#showNewCount();
    this.#showTotal();
  }

  // ------------------------------------------------------------ keyboard
  /** Move the focus to the next (1) or previous (-1) row; without a focused row, to the first one in the window. */
  step(by) {
    const here = document.activeElement?.closest(".event-row");
    const rows = [...this.list.children];
    if (this.list.contains(here)) this.#moveFrom(here, by);
    else (rows.find((row) => row.getBoundingClientRect().top >= 0) ?? rows.at(-1))?.focus();
  }

  #moveFrom(here, by) {
    const next = by > 0 ? here.nextElementSibling : here.previousElementSibling;
    next?.focus();
    if (next && !next.nextElementSibling) this.#showOlder();
  }

  /** Page Up and Page Down (or k and j) move between rows, as the ARIA feed pattern requires; Enter opens one. */
  #onKey(event) {
    const step = { PageDown: 1, j: 1, PageUp: -1, k: -1 }[event.key];
    const here = event.target.closest(".event-row");
    if (!here || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.target === here) here.querySelector("a")?.click();
    if (!step) return;
    event.preventDefault();
    this.#moveFrom(here, step);
  }
}

const rowOf = (event) => (event.isRetracted ? retractedRow(event) : eventRow(event));

const tokenButton = (events) =>
  el("p", {}, el("button", { type: "button", class: "plain", onclick: () => events.open() }, "Enter a token"));

function emptyState({ state, problem, query }) {
  if (problem?.status === 400) return ""; // explained beside the filters
  if (problem) return `${problem.message}.`;
  if (state === "connecting") return "Loading …";
  return query.length > 0
    ? "No events match these filters yet. New ones appear here automatically."
    : "No events yet. New ones appear here automatically.";
}
