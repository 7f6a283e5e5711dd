// The events under one set of filters: the past as far as it was asked for, then the present as it comes, in one order.

import { Problem, ask, json } from "./api.js";
import { Stream } from "./stream.js";

/** Events kept here at most; the oldest go first. */
export const MOST = 5000;
const PAGE = 60;
/** How often the gateway is asked whether anything can come: its connection to us lives on while Redis is away. */
const READY_EVERY_MS = 3000;

/**
 * Events in the order in which they were published.  Each has a number that never changes while it is here: the first
 * page of history ends at -1, the first live event is 0.  Told by events on this target: `live` (more at the end),
 * `past` (more before the beginning), `state`, `gap`.
 */
export class Events extends EventTarget {
  #kept = [];
  /** Number of the oldest event kept. */
  first = 0;
  /** Where the next page of the past begins; null: there is none. */
  #before = null;
  #older = null;
  #stream = null;
  #leaving = new AbortController();
  #watch = 0;
  /** As `Stream` tells it, and "stale": connected, but nothing can come. */
  state = "connecting";
  problem = null;
  waitMs = 0;

  constructor(query) {
    super();
    this.query = query;
  }

  /** Number of the newest event, plus one. */
  get end() {
    return this.first + this.#kept.length;
  }

  get more() {
    return this.#before !== null;
  }

  /** As many are here as may be: the past goes on, but not here. */
  get full() {
    return this.#kept.length >= MOST;
  }

  at(number) {
    return this.#kept[number - this.first];
  }

  /** The events with numbers from `from` up to, not including, `to`, as far as they are kept. */
  between(from, to) {
    return this.#kept.slice(Math.max(0, from - this.first), Math.max(0, to - this.first));
  }

  /** Load the newest page of the past, and follow the present exactly from there; again and again until it succeeds. */
  async open() {
    this.#watch ||= setInterval(() => this.#check(), READY_EVERY_MS);
    for (let tries = 0; !this.#leaving.signal.aborted; tries++) {
      try {
        const page = await this.#page({ limit: PAGE });
        this.#prepend(page);
        this.#follow(page.position);
        return;
      } catch (problem) {
        if (this.#leaving.signal.aborted) return;
        await this.#explain(problem, tries);
        if (problem.lasting) return;
      }
    }
  }

  close() {
    this.#leaving.abort();
    clearInterval(this.#watch);
    this.#stream?.close();
  }

  /** Load older pages until `count` events more are here or there are none; who asks meanwhile waits for the same. */
  older(count = PAGE) {
    this.#older ??= this.#loadOlder(count).finally(() => {
      this.#older = null;
    });
    return this.#older;
  }

  async #loadOlder(count) {
    for (let missing = Math.min(count, MOST - this.#kept.length); missing > 0 && this.more;) {
      const page = await this.#page({ limit: Math.min(missing, 1000), before: this.#before });
      this.#prepend(page);
      missing -= page.events.length;
    }
  }

  async #page(asked) {
    const query = [...this.query, ["order", "newest"], ...Object.entries(asked)];
    return json("v1/events", query, { signal: this.#leaving.signal });
  }

  #prepend({ events, next }) {
    this.#kept.unshift(...events.reverse());
    this.first -= events.length;
    this.#before = this.#kept.length < MOST ? next : null;
    this.#tell("past");
  }

  #follow(position) {
    this.#stream = new Stream(this.query, position, {
      onEvent: (event) => this.#append(event),
      onGap: () => this.#tell("gap"),
      onState: (...state) => this.#become(...state),
    });
    this.#stream.follow();
  }

  #append(event) {
    this.#kept.push(event);
    if (this.#kept.length > MOST * 1.1) {
      const excess = this.#kept.length - MOST;
      this.#kept.splice(0, excess);
      this.first += excess;
      this.#before = null; // the past begins with a hole now
    }
    this.#tell("live");
  }

  async #explain(problem, tries) {
    const ms = Math.min(30_000, 1000 * 2 ** tries);
    this.#become(problem.lasting ? "failed" : "waiting", problem, ms);
    if (!problem.lasting) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  async #check() {
    if (document.hidden || !["live", "stale"].includes(this.state)) return;
    const { signal } = this.#leaving;
    const problem = await ask("readyz", [], { signal }).then(
      () => null,
      (failure) => failure,
    );
    if (this.state === "live" && problem?.status === 503)
      this.#become("stale", new Problem(503, "The gateway cannot reach Redis"));
    else if (this.state === "stale" && !problem) this.#become("live");
  }

  #become(state, problem = null, waitMs = 0) {
    Object.assign(this, { state, problem, waitMs });
    this.#tell("state");
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
