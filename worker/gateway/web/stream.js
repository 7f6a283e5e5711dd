// A client of `/v1/stream`: Server-Sent Events read with fetch.
//
// A browser's EventSource cannot send a token, stops for ever at a 503, and does not notice a connection that has died
// silently.  This client resumes from the last id it received, including that of a heartbeat.

import { Problem, request } from "./api.js";

const MIN_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** The gateway sends a heartbeat every 15 s: after three missed ones the connection counts as dead. */
const SILENCE_MS = 45_000;

/**
 * Parse the frames of a response body until it ends: {id, event, data}, each present if the frame has it.  Yields an
 * empty object after every chunk, as a sign that the connection is alive.
 */
export async function* frames(body) {
  let rest = "";
  let frame = {};
  for await (const chunk of decode(body)) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines.map((text) => text.replace(/\r$/, ""))) {
      if (line !== "") addField(frame, line);
      else if (Object.keys(frame).length > 0) {
        yield frame;
        frame = {};
      }
    }
    yield {};
  }
}

async function* decode(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

function addField(frame, line) {
  const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
  if (name === "data") frame.data = "data" in frame ? `${frame.data}\n${value}` : value;
  else if (name === "id" || name === "event") frame[name] = value;
}

/** Return the wait before retry `n` (from 0) in ms: exponential, with jitter so that clients do not reconnect at once. */
export function retryDelayMs(n, random = Math.random()) {
  return Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** n) * (0.5 + random / 2);
}

/**
 * A live stream that reconnects.  `query` holds its filters, `after` the cursor to start from.  Calls
 * `onEvent(event)`, `onGap(gap)` and `onState(state, problem, waitMs)`; the state is "connecting", "live", "waiting"
 * (for the next try), or "failed" (permanently).
 */
export class Stream {
  #closed = new AbortController();
  #retries = 0;
  #wake = () => {};

  constructor(query, after, { onEvent, onGap, onState }) {
    Object.assign(this, { query, after, onEvent, onGap, onState });
  }

  /** Read the stream, reconnecting as needed, until `close` is called or it fails permanently. */
  async follow() {
    const wake = () => this.#wake();
    addEventListener("online", wake);
    while (!this.#closed.signal.aborted) await this.#connect();
    removeEventListener("online", wake);
  }

  close() {
    this.#closed.abort();
    this.#wake();
  }

  async #connect() {
    const silence = new AbortController();
    try {
      this.onState("connecting");
      await this.#read(silence);
      await this.#wait(new Problem(0, "The connection was closed"));
    } catch (failure) {
      if (this.#closed.signal.aborted) return;
      const problem = failure instanceof Problem ? failure : new Problem(0, "The connection was lost");
      if (problem.isPermanent) this.#fail(problem);
      else await this.#wait(problem);
    }
  }

  async #read(silence) {
    const signal = AbortSignal.any([this.#closed.signal, silence.signal]);
    let timeout = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await request("v1/stream", this.query, {
        signal,
        headers: { Accept: "text/event-stream", "Last-Event-ID": this.after },
      });
      this.#retries = 0;
      this.onState("live");
      for await (const frame of frames(response.body)) {
        clearTimeout(timeout);
        timeout = setTimeout(() => silence.abort(), SILENCE_MS);
        this.#handle(frame);
      }
    } finally {
      clearTimeout(timeout);
    }
  }

  #handle({ id, event, data }) {
    if (data !== undefined) {
      const content = JSON.parse(data);
      if (event === "error") throw new Problem(0, content.title ?? "The gateway closed the stream", content.detail);
      if (event === "gap") this.onGap(content);
      else this.onEvent(content);
    }
    if (id) this.after = id;
  }

  #fail(problem) {
    this.close();
    this.onState("failed", problem);
  }

  async #wait(problem) {
    const ms = Math.max(problem.retryAfterS * 1000, retryDelayMs(this.#retries++));
    this.onState("waiting", problem, ms);
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }
}
