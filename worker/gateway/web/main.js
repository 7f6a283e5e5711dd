// Routing: the address selects the view (#/feed, #/network, #/health, #/article) and holds the filters.

import { Article } from "./article.js";
import { announce, el } from "./dom.js";
import { Events } from "./events.js";
import { Feed } from "./feed.js";
import { Filters, parseFilters } from "./filters.js";
import { Health } from "./health.js";
import { formatDuration } from "./labels.js";
import { NetworkView } from "./network_view.js";
import { listenForShortcuts } from "./shortcuts.js";
import { UnknownView } from "./unknown_view.js";

const FILTERED = ["feed", "network"];
/** Former names of views, which stored addresses may contain. */
const ALIASES = { picture: "network" };
const STATE_LABELS = {
  connecting: () => "Connecting",
  live: () => "Live",
  stale: () => "Waiting for Redis",
  waiting: (waitMs) => `Reconnecting in ${formatDuration(waitMs / 1000)}`,
  failed: () => "Stopped",
};

class Page {
  #events = null;
  #query = null;
  #current = null;
  /** Scroll position of each view when it was last left, by name. */
  #scrollPositions = {};
  /** Whether the last change of the filters came from typing that may go on. */
  #isTyping = false;

  constructor() {
    this.filters = new Filters((chosen, isTyping) => this.#navigate(this.#current.name, chosen, isTyping));
    this.views = {
      feed: new Feed(),
      network: new NetworkView(),
      article: new Article(),
      health: new Health(),
      unknown: new UnknownView(),
    };
    this.content = document.getElementById("content");
    this.container = el("div", { class: "view" });
    this.content.replaceChildren(this.filters.element, this.container);
    document.getElementById("connection-state").hidden = true; // until a view opens a stream
    history.scrollRestoration = "manual"; // this class restores positions itself
    addEventListener("hashchange", () => {
      this.#isTyping = false;
      this.#route();
    });
    document.getElementById("skip").addEventListener("click", (event) => {
      event.preventDefault(); // the hash is the address of a view
      this.content.focus();
    });
    listenForShortcuts({ search: () => this.#search(), step: (by) => this.#current.view.step?.(by) });
    this.#route();
  }

  /** Move the focus to the text filter, in the feed if the current view has no filters. */
  #search() {
    if (!FILTERED.includes(this.#current.name)) this.#navigate("feed", this.filters.chosen);
    this.filters.focus();
  }

  /** Go to a view with these filters, as a new history entry; successive changes while typing share one entry. */
  #navigate(name, chosen, isTyping = false) {
    const query = new URLSearchParams(chosen).toString();
    const address = `#/${name}${query ? `?${query}` : ""}`;
    if (isTyping && this.#isTyping) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#isTyping = isTyping;
    this.#route();
  }

  #route() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
    const name = this.#viewName(path);
    const params = new URLSearchParams(query);
    if (FILTERED.includes(name)) this.#subscribe(parseFilters(params));
    this.#show(name, params);
  }

  /** Return the name of the view at a path of the address; without a path it is the feed. */
  #viewName(path) {
    if (path === "") return "feed";
    const wanted = Object.hasOwn(ALIASES, path) ? ALIASES[path] : path;
    return Object.hasOwn(this.views, wanted) ? wanted : "unknown";
  }

  /** Load and follow the events that pass the filters; feed and network view share them. */
  #subscribe(chosen) {
    this.filters.show(chosen);
    if (String(chosen) === this.#query) return;
    this.#query = String(chosen);
    this.#events?.close();
    const events = new Events(chosen);
    events.addEventListener("state", () => this.#showState(events));
    events.addEventListener("gap", () => announce("Some events were lost before they could be shown"));
    this.#events = events;
    this.#showState(events);
    events.open();
  }

  #show(name, params) {
    const view = this.views[name];
    const previous = this.#current;
    const hasChanged = previous?.name !== name;
    if (hasChanged) {
      if (previous) this.#scrollPositions[previous.name] = scrollY;
      previous?.view.hide();
      this.container.replaceChildren(view.element);
      this.filters.element.hidden = !FILTERED.includes(name);
    }
    this.#current = { name, view };
    this.#updateNavigation(name);
    view.show(FILTERED.includes(name) ? this.#events : params);
    document.title = `${view.title} · Communiqué`;
    if (hasChanged && previous) this.#restore(name, view);
  }

  /** Scroll to the top, or to where the user left a filtered view, and move the focus there. */
  #restore(name, view) {
    const top = FILTERED.includes(name) ? (this.#scrollPositions[name] ?? 0) : 0;
    scrollTo({ top, behavior: "instant" });
    (view.resumed ?? view.heading).focus({ preventScroll: true });
    view.resumed?.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /** Mark the current view in the navigation, and keep the filters in its links. */
  #updateNavigation(name) {
    const query = new URLSearchParams(this.filters.chosen).toString();
    for (const link of document.querySelectorAll(".views a")) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (FILTERED.includes(link.dataset.view)) link.href = `#/${link.dataset.view}${query ? `?${query}` : ""}`;
    }
  }

  #showState({ state, problem, waitMs }) {
    const indicator = document.getElementById("connection-state");
    indicator.hidden = false;
    indicator.dataset.state = state;
    indicator.title = problem?.message ?? "";
    document.getElementById("connection-label").textContent = STATE_LABELS[state](waitMs);
    this.filters.explain(state === "failed" ? problem : null);
    if (state === "waiting" || state === "stale") announce(`${problem.message}. Trying again.`);
  }
}

new Page();
