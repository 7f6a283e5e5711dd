// The events that pass one set of filters: history as far as it was requested, then the live stream, in one sequence.

import { Problem, json, request } from "./api.js";
import { RETRACTION, isKnown } from "./labels.js";
import { Stream } from "./stream.js";

/** Most events kept here; the oldest are dropped first. */
export const MAX_EVENTS = 5000;
const PAGE = 60;
/** Interval of the readiness check: the gateway's connection to the page stays open while it cannot reach Redis. */
const READY_EVERY_MS = 3000;

/**
 * Events in order of publication.  Each has a number that never changes while it is kept: the first page of history
 * ends at -1, the first live event is 0.  A retracted event keeps its number, but not its content: only its kind and id
 * remain, with `isRetracted`.  Dispatches `live` (events added at the end), `past` (events added at the beginning),
 * `retracted` (an event has lost its content), `state` and `gap`.
 */
export class Events extends EventTarget {
  #kept = [];
  /** Ids of the events that were retracted; an older page may still have some of them. */
  #retracted = new Set();
  /** Number of the oldest event kept. */
  first = 0;
  /** Cursor of the next older page; null: there is none. */
  #before = null;
  #loading = null;
  #stream = null;
  #closed = new AbortController();
  #readyTimer = 0;
  /** A state of `Stream`, or "stale": connected, but the gateway cannot reach Redis. */
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

  /** Number of kept events that are not retracted. */
  get count() {
    return this.#kept.reduce((count, { isRetracted }) => (isRetracted ? count : count + 1), 0);
  }

  get hasOlder() {
    return this.#before !== null;
  }

  /** Whether the limit of kept events is reached, so that no older ones are loaded. */
  get isFull() {
    return this.#kept.length >= MAX_EVENTS;
  }

  at(number) {
    return this.#kept[number - this.first];
  }

  /** Return the kept events with numbers from `from` up to, not including, `to`. */
  between(from, to) {
    return this.#kept.slice(Math.max(0, from - this.first), Math.max(0, to - this.first));
  }

  /** Load the newest page of history and follow the stream from there; retries until it succeeds. */
  async open() {
    this.#readyTimer ||= setInterval(() => this.#checkReadiness(), READY_EVERY_MS);
    for (let tries = 0; !this.#closed.signal.aborted; tries++) {
      try {
        const page = await this.#loadPage({ limit: PAGE });
        this.#prepend(page);
        this.#follow(page.position);
        return;
      } catch (problem) {
        if (this.#closed.signal.aborted) return;
        await this.#backOff(problem, tries);
        if (problem.isPermanent) return;
      }
    }
  }

  close() {
    this.#closed.abort();
    clearInterval(this.#readyTimer);
    this.#stream?.close();
  }

  /** Load older pages until `count` more events are kept or there are none; concurrent calls share one load. */
  loadOlder(count = PAGE) {
    this.#loading ??= this.#loadPages(count).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #loadPages(count) {
    for (let missing = Math.min(count, MAX_EVENTS - this.#kept.length); missing > 0 && this.hasOlder;) {
      const page = await this.#loadPage({ limit: Math.min(missing, 1000), before: this.#before });
      this.#prepend(page);
      missing -= page.events.length;
    }
  }

  async #loadPage(params) {
    const query = [...this.query, ["order", "newest"], ...Object.entries(params)];
    return json("v1/events", query, { signal: this.#closed.signal });
  }

  #prepend({ events, next }) {
    for (const event of events) if (event.kind === RETRACTION) this.#retract(event);
    const known = events
      .filter(isKnown)
      .map((event) => (this.#retracted.has(event.id) ? withoutContent(event) : event))
      .reverse();
    this.#kept.unshift(...known);
    this.first -= known.length;
    this.#before = this.#kept.length < MAX_EVENTS ? next : null;
    this.#dispatch("past");
  }

  #follow(position) {
    this.#stream = new Stream(this.query, position, {
      onEvent: (event) => this.#receive(event),
      onGap: () => this.#dispatch("gap"),
      onState: (...state) => this.#setState(...state),
    });
    this.#stream.follow();
  }

  #receive(event) {
    if (event.kind === RETRACTION) this.#retract(event);
    else if (isKnown(event)) this.#append(event);
  }

  /** Remove the content of a retracted event, wherever it is kept. */
  #retract({ of: id }) {
    this.#retracted.add(id);
    if (this.#retracted.size > MAX_EVENTS) this.#retracted.delete(this.#retracted.values().next().value);
    const found = this.#kept.flatMap((event, n) => (event.id === id && !event.isRetracted ? [n] : []));
    for (const n of found) this.#kept[n] = withoutContent(this.#kept[n]);
    if (found.length > 0) this.#dispatch("retracted");
  }

  #append(event) {
    this.#retracted.delete(event.id); // published again
    this.#kept.push(event);
    if (this.#kept.length > MAX_EVENTS * 1.1) {
      const excess = this.#kept.length - MAX_EVENTS;
      this.#kept.splice(0, excess);
      this.first += excess;
      this.#before = null; // older pages would no longer adjoin the events kept
    }
    this.#dispatch("live");
  }

  async #backOff(problem, tries) {
    const ms = Math.min(30_000, 1000 * 2 ** tries);
    this.#setState(problem.isPermanent ? "failed" : "waiting", problem, ms);
    if (!problem.isPermanent) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  async #checkReadiness() {
    if (document.hidden || !["live", "stale"].includes(this.state)) return;
    const { signal } = this.#closed;
    const problem = await request("readyz", [], { signal }).then(
      () => null,
      (failure) => failure,
    );
    if (this.state === "live" && problem?.status === 503)
      this.#setState("stale", new Problem(503, "The gateway cannot reach Redis"));
    else if (this.state === "stale" && !problem) this.#setState("live");
  }

  #setState(state, problem = null, waitMs = 0) {
    Object.assign(this, { state, problem, waitMs });
    this.#dispatch("state");
  }

  #dispatch(type) {
    this.dispatchEvent(new Event(type));
  }
}

const withoutContent = ({ kind, id }) => ({ kind, id, isRetracted: true });
