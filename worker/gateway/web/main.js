// What is shown, by the address: #/feed, #/picture, #/health, #/article; the filters stand in it, too.

import { Article } from "./article.js";
import { announce, el } from "./dom.js";
import { Events } from "./events.js";
import { Feed } from "./feed.js";
import { Filters, parse } from "./filters.js";
import { Health } from "./health.js";
import { Picture } from "./picture.js";
import { lasting } from "./words.js";

const FILTERED = ["feed", "picture"];

class Page {
  #events = null;
  #asked = null;
  #view = null;
  /** View -> how far it was scrolled when it was left. */
  #scrolled = {};
  /** The reader is in the middle of a word. */
  #typing = false;

  constructor() {
    this.filters = new Filters((chosen, typing) => this.#go(this.#view.name, chosen, typing));
    this.views = { feed: new Feed(), picture: new Picture(), article: new Article(), health: new Health() };
    this.content = document.getElementById("content");
    this.place = el("div", { class: "view" });
    this.content.replaceChildren(this.filters.element, this.place);
    document.getElementById("link-state").hidden = true; // until there is a stream to speak of
    history.scrollRestoration = "manual"; // the address is ours, and so are its places
    addEventListener("hashchange", () => {
      this.#typing = false;
      this.#arrive();
    });
    document.getElementById("skip").addEventListener("click", (event) => {
      event.preventDefault(); // the address is ours
      this.content.focus();
    });
    this.#arrive();
  }

  /** Go to a view with these filters.  What is chosen can be gone back from; of a word typed, only its whole. */
  #go(name, chosen, typing = false) {
    const query = new URLSearchParams(chosen).toString();
    const address = `#/${name}${query ? `?${query}` : ""}`;
    if (typing && this.#typing) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#typing = typing;
    this.#arrive();
  }

  #arrive() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
    const name = path in this.views ? path : "feed";
    const params = new URLSearchParams(query);
    if (FILTERED.includes(name)) this.#listen(parse(params));
    this.#show(name, params);
  }

  /** Have the events of these filters, which feed and picture share. */
  #listen(chosen) {
    this.filters.show(chosen);
    if (String(chosen) === this.#asked) return;
    this.#asked = String(chosen);
    this.#events?.close();
    const events = new Events(chosen);
    events.addEventListener("state", () => this.#showState(events));
    events.addEventListener("gap", () => announce("Some events were gone before they could be shown"));
    this.#events = events;
    this.#showState(events);
    events.open();
  }

  #show(name, params) {
    const view = this.views[name];
    const left = this.#view;
    const changed = left?.name !== name;
    if (changed) {
      if (left) this.#scrolled[left.name] = scrollY;
      left?.view.hide();
      this.place.replaceChildren(view.element);
      this.filters.element.hidden = !FILTERED.includes(name);
    }
    this.#view = { name, view };
    this.#point(name);
    view.show(FILTERED.includes(name) ? this.#events : params);
    document.title = `${view.title} · Communiqué`;
    if (changed && left) this.#settle(name, view);
  }

  /** Begin at the top, or where the reader left, and put the focus there. */
  #settle(name, view) {
    scrollTo({ top: FILTERED.includes(name) ? (this.#scrolled[name] ?? 0) : 0, behavior: "instant" });
    (view.resumed ?? view.heading).focus({ preventScroll: true });
    view.resumed?.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /** Mark the view in the navigation, whose links keep the filters. */
  #point(name) {
    const query = new URLSearchParams(this.filters.chosen).toString();
    for (const link of document.querySelectorAll(".views a")) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (FILTERED.includes(link.dataset.view)) link.href = `#/${link.dataset.view}${query ? `?${query}` : ""}`;
    }
  }

  #showState({ state, problem, waitMs }) {
    const words = {
      connecting: "Connecting",
      live: "Live",
      stale: "Reconnecting to Redis",
      waiting: `Reconnecting in ${lasting(waitMs / 1000)}`,
      failed: "Stopped",
    };
    const shown = document.getElementById("link-state");
    shown.hidden = false;
    shown.dataset.state = state;
    shown.title = problem?.message ?? "";
    document.getElementById("link-words").textContent = words[state];
    this.filters.explain(state === "failed" ? problem : null);
    if (state === "waiting" || state === "stale") announce(`${problem.message}. Trying again.`);
  }
}

new Page();
