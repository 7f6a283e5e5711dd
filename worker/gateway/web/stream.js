// `/v1/stream` as Server-Sent Events, read by fetch.
//
// A browser's own EventSource sends no token, gives up for good on a 503, and never tells that a connection has died in
// silence.  This one goes on from the last id it saw, a heartbeat's too, whatever happens in between.

import { Problem, ask } from "./api.js";

const LEAST_WAIT_MS = 1000;
const MOST_WAIT_MS = 30_000;
/** The gateway sends a heartbeat every 15 s: three missed, and nobody is there any more. */
const SILENCE_MS = 45_000;

/** Read frames ({id, event, data}, each as far as it was given) off an answer's body, until it ends. */
export async function* frames(body) {
  let rest = "";
  let frame = {};
  for await (const chunk of decoded(body)) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines.map((text) => text.replace(/\r$/, ""))) {
      if (line !== "") take(frame, line);
      else if (Object.keys(frame).length > 0) {
        yield frame;
        frame = {};
      }
    }
    yield {}; // a sign of life, if only half a frame or a comment
  }
}

async function* decoded(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

function take(frame, line) {
  const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
  if (name === "data") frame.data = "data" in frame ? `${frame.data}\n${value}` : value;
  else if (name === "id" || name === "event") frame[name] = value;
}

/**
 * How long to wait before try number `n` (from 0), in ms; spread out, so that a thousand readers do not come back at
 * once.
 */
export function waitMs(n, random = Math.random()) {
  return Math.min(MOST_WAIT_MS, LEAST_WAIT_MS * 2 ** n) * (0.5 + random / 2);
}

/**
 * A stream that stays.  `query` holds its filters, `after` where it begins.  Told are: `onEvent(event)`, `onGap(gap)`,
 * and `onState(state, problem, waitMs)`, which is "connecting", "live", "waiting" (for the next try), or "failed" (for
 * good).
 */
export class Stream {
  #leaving = new AbortController();
  #tries = 0;
  #wake = () => {};

  constructor(query, after, { onEvent, onGap, onState }) {
    Object.assign(this, { query, after, onEvent, onGap, onState });
  }

  /** Follow until `close`. */
  async follow() {
    const hurry = () => this.#wake();
    addEventListener("online", hurry);
    while (!this.#leaving.signal.aborted) await this.#once();
    removeEventListener("online", hurry);
  }

  close() {
    this.#leaving.abort();
    this.#wake();
  }

  async #once() {
    const silence = new AbortController();
    try {
      this.onState("connecting");
      await this.#read(silence);
      await this.#rest(new Problem(0, "The connection ended"));
    } catch (failure) {
      if (this.#leaving.signal.aborted) return;
      const problem = failure instanceof Problem ? failure : new Problem(0, "The connection was lost");
      if (problem.lasting) this.#fail(problem);
      else await this.#rest(problem);
    }
  }

  async #read(silence) {
    const signal = AbortSignal.any([this.#leaving.signal, silence.signal]);
    let alarm = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await ask("v1/stream", this.query, {
        signal,
        headers: { Accept: "text/event-stream", "Last-Event-ID": this.after },
      });
      this.#tries = 0;
      this.onState("live");
      for await (const frame of frames(response.body)) {
        clearTimeout(alarm);
        alarm = setTimeout(() => silence.abort(), SILENCE_MS);
        this.#heed(frame);
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  #heed({ id, event, data }) {
    if (data !== undefined) {
      const told = JSON.parse(data);
      if (event === "error") throw new Problem(0, told.title ?? "The gateway ended the stream", told.detail);
      if (event === "gap") this.onGap(told);
      else this.onEvent(told);
    }
    if (id) this.after = id;
  }

  #fail(problem) {
    this.close();
    this.onState("failed", problem);
  }

  async #rest(problem) {
    const ms = Math.max(problem.retryAfterS * 1000, waitMs(this.#tries++));
    this.onState("waiting", problem, ms);
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }
}
