// The live feed: the newest on top, the past below as far as one scrolls, and nothing that moves under the reader's
// eyes.

import { announce, el, still } from "./dom.js";
import { line } from "./line.js";
import { number, plural, sentence } from "./words.js";

/**
 * Lines that stand in the page at most while the reader is at the top; what is cut off below comes again on the way
 * down.
 */
const MOST_LINES = 150;
const STEP = 60;
/** Scrolled further than this, the reader is reading: what is new waits. */
const TOP_PX = 80;
/** Lines come in at most this often: nobody reads faster, and a hundred events a second cost no more than five. */
const DRAW_EVERY_MS = 200;
/** Of so many at once, each is shown to be new; more would be a flicker. */
const MOST_EASED = 5;

export class Feed {
  #events = null;
  #listening = null;
  /** Numbers of the lines shown: from `#from` up to, not including, `#to`. */
  #from = 0;
  #to = 0;
  #paused = false;
  #hidden = true;
  #drawing = 0;
  #drawnAt = 0;
  /** Number of the first event that was not announced yet. */
  #untold = 0;

  constructor() {
    this.title = "Feed";
    this.list = el("div", {
      class: "lines",
      role: "feed",
      "aria-label": "Events, the newest first",
      "aria-description": "Page Down and Page Up, or j and k, go from event to event; Enter opens one in its article",
      "aria-busy": "true",
    });
    this.fresh = el("button", {
      type: "button",
      class: "fresh",
      hidden: true,
      onclick: () => this.#catchUp({ scroll: true }),
    });
    this.pause = el(
      "button",
      { type: "button", class: "plain pause", "aria-pressed": "false", onclick: () => this.#togglePause() },
      "Pause",
    );
    this.total = el("p", { class: "total" });
    this.gap = el(
      "p",
      { class: "feed-gap", hidden: true },
      "Some events were trimmed away before they could be shown here.",
    );
    this.end = el("div", { class: "feed-end" });
    this.heading = el("h1", { tabindex: "-1" }, "Live feed");
    this.element = el(
      "section",
      { class: "feed" },
      el("div", { class: "view-head" }, this.heading, this.total, this.pause),
      el("div", { class: "fresh-place" }, this.fresh),
      this.gap,
      this.list,
      this.end,
    );
    this.list.addEventListener("click", (event) => {
      this.opened = event.target.closest("a") && event.target.closest(".line");
    });
    this.list.addEventListener("keydown", (event) => this.#walk(event));
    this.watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.#deeper(), {
      rootMargin: "600px",
    });
  }

  /** Where a reader who comes back goes on: at the line that was opened. */
  get resumed() {
    return this.opened?.isConnected ? this.opened : null;
  }

  /** Show these events from now on. */
  show(events) {
    this.#hidden = false;
    if (events !== this.#events) this.#adopt(events);
    this.watcher.observe(this.end);
    this.onscroll = () => this.#atTop && this.#draw();
    addEventListener("scroll", this.onscroll, { passive: true });
    this.#draw();
  }

  hide() {
    this.#hidden = true;
    this.watcher.disconnect();
    removeEventListener("scroll", this.onscroll);
  }

  #adopt(events) {
    this.#listening?.abort();
    this.#listening = new AbortController();
    this.#events = events;
    this.#from = this.#to = this.#untold = 0;
    this.list.replaceChildren();
    const { signal } = this.#listening;
    events.addEventListener("live", () => this.#draw(), { signal });
    events.addEventListener("past", () => this.#past(), { signal });
    events.addEventListener("state", () => this.#showEnd(), { signal });
    this.gap.hidden = true;
    events.addEventListener("gap", () => (this.gap.hidden = false), { signal });
    this.#past();
  }

  get #atTop() {
    return scrollY < TOP_PX;
  }

  get #holding() {
    const reading = !this.#atTop || this.list.contains(document.activeElement);
    return this.#hidden || this.#paused || (reading && this.list.childElementCount > 0);
  }

  /** Draw once it is time again, however much comes until then. */
  #draw() {
    const wait = Math.max(0, this.#drawnAt + DRAW_EVERY_MS - performance.now());
    this.#drawing ||= setTimeout(() => requestAnimationFrame(() => this.#drawNow()), wait);
  }

  #drawNow() {
    this.#drawing = 0;
    this.#drawnAt = performance.now();
    if (!this.#holding) this.#catchUp();
    this.#showFresh();
    this.#showTotal();
  }

  // ------------------------------------------------------------ the present
  #catchUp({ scroll = false } = {}) {
    const events = this.#events;
    const from = Math.max(this.#to, events.end - MOST_LINES, events.first);
    const added = events
      .between(from, events.end)
      .map((event) => line(event))
      .reverse();
    if (from > this.#to) this.#clear(from); // so much came that what is shown is far behind
    if (added.length > 0) {
      const eased = this.#to > 0 && added.length <= MOST_EASED && !still();
      for (const one of added) one.classList.toggle("arriving", eased);
      this.list.prepend(...added);
      this.#to = events.end;
      this.#number();
      this.#tell();
    }
    this.#trim();
    if (scroll) this.#toTop();
    this.#showFresh();
    this.#showEnd();
  }

  #clear(from) {
    this.list.replaceChildren();
    this.#from = from;
  }

  #trim() {
    const excess = this.list.childElementCount - MOST_LINES;
    if (excess <= 0 || !this.#atTop) return;
    for (let n = 0; n < excess; n++) this.list.lastElementChild.remove();
    this.#from = this.#to - MOST_LINES;
  }

  #toTop() {
    scrollTo({ top: 0, behavior: still() ? "instant" : "smooth" });
    this.list.firstElementChild?.focus({ preventScroll: true });
  }

  /** Say how many came since the last time, and the newest of them. */
  #tell() {
    announce(() => {
      const [count, newest] = [this.#to - this.#untold, this.#events.at(this.#to - 1)];
      this.#untold = this.#to;
      return newest ? `${plural(count, "new event")}. ${sentence(newest)}` : "";
    });
  }

  #showFresh() {
    const waiting = this.#events.end - this.#to;
    this.fresh.hidden = waiting <= 0;
    this.fresh.textContent = `${number(waiting)} new`;
    this.fresh.setAttribute("aria-label", `Show ${plural(waiting, "new event")}`);
  }

  #togglePause() {
    this.#paused = !this.#paused;
    this.pause.setAttribute("aria-pressed", String(this.#paused));
    this.pause.textContent = this.#paused ? "Resume" : "Pause";
    if (!this.#paused) this.#catchUp();
  }

  // ------------------------------------------------------------ the past
  #past() {
    if (this.#to === this.#from) {
      this.#to = this.#from = this.#untold = this.#events.end;
    }
    this.#deeper();
    this.#showTotal();
  }

  /** Show older events: what is here already, else what the gateway has. */
  #deeper() {
    const events = this.#events;
    const older = events
      .between(this.#from - STEP, this.#from)
      .map((event) => line(event))
      .reverse();
    this.list.append(...older);
    this.#from -= older.length;
    this.#number();
    this.#showEnd();
    if (older.length === 0 && events.more) events.older(STEP).catch((problem) => this.#showEnd(problem));
  }

  /** Say each line's place; how many there will have been in the end nobody knows (-1). */
  #number() {
    [...this.list.children].forEach((one, n) => {
      one.setAttribute("aria-posinset", String(n + 1));
      one.setAttribute("aria-setsize", "-1");
    });
  }

  /** Say what is below the last line; `failure` is why older events could not be had. */
  #showEnd(failure = null) {
    const { state, more, problem } = this.#events;
    const empty = this.list.childElementCount === 0;
    this.list.setAttribute("aria-busy", String(empty && state === "connecting"));
    this.end.classList.toggle("empty", empty);
    const again = el("button", { type: "button", class: "plain", onclick: () => this.#deeper() }, "Older events");
    const last = this.#events.full ? "Older ones are not shown: filters find them." : "That is all that is kept.";
    this.end.replaceChildren(
      empty ? nothing(this.#events) : failure ? `${failure.message}. ` : more ? "" : last,
      ...(more && !empty ? [again] : []),
      ...(empty && problem?.status === 401 ? [retry(this.#events)] : []),
    );
  }

  #showTotal() {
    const here = this.#events.end - this.#events.first;
    this.total.textContent = here > 0 ? `${plural(here, "event")}${this.#events.more ? ", more below" : ""}` : "";
  }

  // ------------------------------------------------------------ by keyboard
  /** Page Up and Page Down (or k and j) walk from line to line, as in every feed; Enter opens. */
  #walk(event) {
    const step = { PageDown: 1, j: 1, PageUp: -1, k: -1 }[event.key];
    const here = event.target.closest(".line");
    if (!here || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.target === here) here.querySelector("a").click();
    if (!step) return;
    event.preventDefault();
    const next = step > 0 ? here.nextElementSibling : here.previousElementSibling;
    next?.focus();
    if (next && !next.nextElementSibling) this.#deeper();
  }
}

const retry = (events) =>
  el("p", {}, el("button", { type: "button", class: "plain", onclick: () => events.open() }, "Give a token"));

function nothing({ state, problem, query }) {
  if (problem?.status === 400) return ""; // told beside the filters
  if (problem) return `${problem.message}.`;
  if (state === "connecting") return "Loading …";
  return `Nothing ${query.length > 0 ? "that passes these filters " : ""}yet. What comes will appear here by itself.`;
}
