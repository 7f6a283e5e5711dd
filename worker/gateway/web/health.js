// The health view: the queue, the services, dead letters by reason, failing hosts and the lag of consumers.

import { json } from "./api.js";
import { announce, el, foreignText, patch, svg } from "./dom.js";
import { agree, formatNumber, plural } from "./grammar.js";
import { KINDS, formatBytes, formatDuration, humanise } from "./labels.js";

const EVERY_MS = 2000;
/** Samples of the chart: ten minutes. */
const SAMPLES = 300;
/** A task that has waited longer than this is late. */
const LATE_S = 60;
/** A service without a heartbeat for this long is down; the same as `HEARTBEAT_TIMEOUT_S` in worker/schema/fleet.py. */
const HEARTBEAT_TIMEOUT_S = 20;
/** Share of the memory limit of Redis from which on the memory is a problem; that of the alert CommuniqueRedisMemory. */
const NEARLY_FULL = 0.85;

export class Health {
  #timer = 0;
  /** Aborts the polling; null while the view is hidden. */
  #polling = null;
  #samples = [];

  constructor() {
    this.title = "Health";
    this.heading = el("h1", { tabindex: "-1" }, "Queue health");
    this.verdict = el("p", { class: "verdict" });
    this.body = el("div", { class: "health-body" });
    this.element = el(
      "section",
      { class: "health" },
      el("div", { class: "view-head" }, this.heading),
      this.verdict,
      this.body,
    );
    document.addEventListener("visibilitychange", () => this.#polling && this.#poll());
  }

  show() {
    this.#polling ??= new AbortController();
    this.#poll();
  }

  hide() {
    clearTimeout(this.#timer);
    this.#polling?.abort();
    this.#polling = null;
  }

  async #poll() {
    clearTimeout(this.#timer);
    const { signal } = this.#polling;
    try {
      this.#draw(await json("v1/status", [], { signal }));
      this.body.classList.remove("stale");
    } catch (problem) {
      if (signal.aborted) return;
      this.body.classList.add("stale");
      this.#showVerdict("bad", `${problem.message}.${problem.isPermanent ? "" : " Trying again."}`);
      if (problem.isPermanent) return;
    }
    if (!document.hidden && !signal.aborted) this.#timer = setTimeout(() => this.#poll(), EVERY_MS);
  }

  /** Show the verdict; it is announced only when its severity changes, not with every figure. */
  #showVerdict(severity, text) {
    if (this.verdict.dataset.severity !== severity) announce(text);
    this.verdict.dataset.severity = severity;
    if (this.verdict.textContent !== text) this.verdict.textContent = text;
  }

  #draw(status) {
    const { backlog, waiting, pending, delayed } = status.queue;
    this.#samples = [...this.#samples, backlog + waiting + pending + delayed].slice(-SAMPLES);
    this.#showVerdict(...judge(status));
    const panels = [
      tiles(status),
      chart(this.#samples),
      servicePanel(status),
      workerPanel(status.workers),
      deadLetterPanel(status),
      hostPanel(status.hosts),
      lagPanel(status.lags),
      streamPanel(status),
      memoryPanel(status),
    ];
    patch(this.body, el("div", { class: this.body.className }, ...panels));
  }
}

/** Return the severity and one sentence about the most severe problem: ["good" | "late" | "bad", text]. */
function judge({ queue, workers, services, memory, at, down_hosts: downHosts }) {
  const oldest = queue.oldest_s ?? 0;
  const down = services.filter((service) => silences(service, at).length > 0);
  if (down.length > 0) {
    const names = down.slice(0, 3).map(({ service, name }) => `${service} ${name}`);
    const others = down.length > 3 ? [plural(down.length - 3, "other")] : [];
    return ["bad", `Not responding: ${[...names, ...others].join(", ")}.`];
  }
  if (memory.eviction_policy)
    return ["bad", `Redis may drop keys: its maxmemory-policy is ${memory.eviction_policy}.`];
  if (memory.limit_bytes > 0 && memory.used_bytes > NEARLY_FULL * memory.limit_bytes)
    return ["bad", `Redis uses ${formatBytes(memory.used_bytes)} of its ${formatBytes(memory.limit_bytes)}.`];
  const queued = queue.backlog + queue.waiting + queue.delayed;
  if (queued + queue.pending > 0 && workers.length === 0)
    return ["bad", `${plural(queued + queue.pending, "task")} in the queue, and no worker is running.`];
  const silence = Math.min(...workers.map((worker) => worker.idle_s));
  if (queue.backlog > 0 && silence > LATE_S) return ["bad", `No worker has fetched a task for ${formatDuration(silence)}.`];
  if (oldest > LATE_S) return ["late", `The oldest task has been waiting for ${formatDuration(oldest)}.`];
  const failing = downHosts > 0 ? ` ${plural(downHosts, "host fails", "hosts fail")}.` : "";
  if (queue.backlog + queue.pending > 0)
    return ["good", `Working: ${plural(queue.pending, "task")} in progress, ${formatNumber(queued)} in the queue.${failing}`];
  if (queued > 0) {
    const sentence = `${plural(queued, "task")} ${agree(queued, "waits for its host or its", "wait for their hosts or their")} next attempt.`;
    return ["good", sentence + failing];
  }
  const idle = workers.length > 0 ? "No task is waiting" : "No task is waiting, and no worker is running";
  if (queue.dead > 0) return ["late", `${idle}. ${plural(queue.dead, "task")} failed.${failing}`];
  return ["good", `${workers.length > 0 ? "All done: no task is waiting" : idle}.${failing}`];
}

/** Describe what is silent in a service: all of it, or the loops that are late; [] if none. */
function silences({ at: heartbeat, late = {} }, at) {
  const silentS = (new Date(at) - new Date(heartbeat)) / 1000;
  if (silentS >= HEARTBEAT_TIMEOUT_S) return [`silent for ${formatDuration(silentS)}`];
  return Object.entries(late).map(([loop, seconds]) => `${loop} silent for ${formatDuration(seconds)}`);
}

function tiles({ queue, stream, down_hosts: downHosts }) {
  const figures = [
    ["Ready", formatNumber(queue.backlog), "not yet taken"],
    ["In progress", formatNumber(queue.pending), "taken by workers"],
    ["Waiting", formatNumber(queue.waiting), "for their hosts"],
    ["To retry", formatNumber(queue.delayed), "at a later time"],
    ["Hosts down", formatNumber(downHosts), "failed, no answer since"],
    ["Oldest ready", age(queue.oldest_ready_s), "since it became ready"],
    ["Oldest in progress", age(queue.oldest_pending_s), "since it became ready"],
    ["Lag", formatDuration(stream.lag_s), "from stream to gateway"],
    ["Live streams", formatNumber(stream.clients), agree(stream.clients, "client", "clients")],
    ["Failed", formatNumber(queue.dead), agree(queue.dead, "dead letter", "dead letters")],
  ];
  return el(
    "dl",
    { class: "tiles" },
    ...figures.map(([name, value, about]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, el("b", {}, value), el("span", {}, about))),
    ),
  );
}

const age = (seconds) => (seconds === null || seconds === undefined ? "–" : formatDuration(seconds));

/** Chart the number of unfinished tasks since the view was first shown. */
function chart(samples) {
  const highest = Math.max(1, ...samples);
  const drawn = samples.length > 1 ? samples : [...samples, ...samples]; // a single sample is drawn as a line
  const shown = Math.max(drawn.length, SAMPLES / 10);
  const x = (n) => 600 - (drawn.length - 1 - n) * (600 / (shown - 1));
  const points = drawn.map((value, n) => `${x(n).toFixed(1)},${(78 - (value / highest) * 70).toFixed(1)}`);
  const area = `M${x(0).toFixed(1)},80 L${points.join(" L")} L600,80 Z`;
  const drawing = svg(
    "svg",
    { class: "chart", viewBox: "0 0 600 80", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "area", d: area }),
    svg("polyline", { points: points.join(" ") }),
  );
  return el(
    "figure",
    { class: "panel wide" },
    el(
      "figcaption",
      {},
      el("h2", {}, "Remaining tasks"),
      el("span", {}, `last ${formatDuration((shown * EVERY_MS) / 1000)}; highest ${formatNumber(highest)}`),
    ),
    drawing,
  );
}

function panel(title, empty, rows, render, wide = "") {
  return el(
    "section",
    { class: `panel ${wide}`, "aria-label": title, tabindex: wide ? "0" : null },
    el("h2", {}, title),
    rows.length > 0 ? render(rows) : el("p", { class: "none" }, empty),
  );
}

function table(head, rows) {
  const cell = (value, n) => (n === 0 ? el("th", { scope: "row", dir: "auto" }, value) : el("td", {}, value));
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...head.map((name) => (name ? el("th", { scope: "col" }, name) : el("td", {}))))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell)))),
  );
}

function workerPanel(all) {
  const rows = all
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, pending, idle_s: idle }) => [name, formatNumber(pending), formatDuration(idle)]);
  return panel("Workers", "No workers.", rows, () => table(["Name", "In progress", "Idle for"], rows));
}

function deadLetterPanel({ queue, dead: { newest, by_reason: reasons } }) {
  const rows = Object.entries(reasons);
  const about = queue.dead > newest ? [el("p", { class: "none" }, `Of the newest ${formatNumber(newest)}.`)] : [];
  const bar = (n) =>
    el("meter", { min: "0", max: String(Math.max(newest, 1)), value: String(n), "aria-hidden": "true" });
  return panel("Dead letters by reason", "No dead letters.", rows, () =>
    el(
      "div",
      {},
      table(
        ["Reason", "Tasks", ""],
        rows.map(([reason, n]) => [humanise(reason), formatNumber(n), bar(n)]),
      ),
      ...about,
    ),
  );
}

/** Hosts that fail come first; the others wait for the delay between two requests. */
function hostPanel(all) {
  const rows = all
    .toSorted((a, b) => b.down_s - a.down_s || b.wait_s - a.wait_s)
    .map(({ host, wait_s: wait, waiting, reason, down_s: down }) => [
      host,
      reason === null ? "–" : `${humanise(reason)}, for ${formatDuration(down)}`,
      formatNumber(waiting),
      formatDuration(wait),
    ]);
  return panel("Failing and busy hosts", "No host has to wait.", rows, () =>
    table(["Host", "Fails", "Queue", "Next request in"], rows),
  );
}

function servicePanel({ services: all, at }) {
  const since = (iso) => formatDuration(Math.max(0, (new Date(at) - new Date(iso)) / 1000));
  const row = (heartbeat) => {
    const { name, service, started_at: started, in_flight: inFlight = 0, rates = {}, trouble: lastError } = heartbeat;
    const silent = silences(heartbeat, at);
    const error = lastError
      ? `${humanise(lastError.reason)}, ${since(lastError.at)} ago: ${lastError.what}`
      : "none";
    return [
      el("span", {}, service, el("small", {}, name)),
      silent.length > 0 ? el("span", { class: "late" }, silent.join("; ")) : "running",
      since(started),
      formatNumber(inFlight),
      rate(rates.articles),
      rate(KINDS.reduce((sum, kind) => sum + (rates[kind] ?? 0), 0)),
      foreignText("span", "last-error", error),
    ];
  };
  const rows = all.map(row);
  const head = ["Service", "State", "Up for", "In progress", "Articles/s", "Events/s", "Last error"];
  return panel("Services", "No service has sent a heartbeat.", rows, () => table(head, rows), "wide");
}

const rate = (perSecond = 0) => (perSecond > 0 ? perSecond.toFixed(1) : "–");

function lagPanel(all) {
  const rows = all.map(({ stream, group, entries, lag_s: lag }) => [
    `${group}: ${stream}s`,
    entries === null ? "?" : formatNumber(entries),
    formatDuration(lag),
  ]);
  return panel("Consumer groups", "No consumer groups.", rows, () =>
    table(["Group and stream", "Unread events", "Lag"], rows),
  );
}

function streamPanel({ events, articles, memory: { stream_bytes: bytes } }) {
  const row = (kind, entries = 0) => [`${kind}s`, formatNumber(entries), formatBytes(bytes[kind] ?? 0)];
  const rows = [...KINDS.map((kind) => row(kind, events[kind])), row("article", articles)];
  return panel("Kept in the streams", "Nothing.", rows, () => table(["Kind", "Entries", "Memory"], rows));
}

/** The memory of Redis, the budget of the streams, and the events that these and other limits have cost. */
function memoryPanel({ memory, trimmed_unread: trimmed, omitted_events: omitted }) {
  const streams = Object.values(memory.stream_bytes).reduce((sum, bytes) => sum + bytes, 0);
  const marked = (count) => (count > 0 ? el("span", { class: "late" }, formatNumber(count)) : formatNumber(count));
  const rows = [
    ["Redis", formatBytes(memory.used_bytes), memory.limit_bytes > 0 ? formatBytes(memory.limit_bytes) : "no limit"],
    ["Streams", formatBytes(streams), formatBytes(memory.budget_bytes)],
    ["Reserve for unread entries", formatBytes(Math.max(0, streams - memory.budget_bytes)), formatBytes(memory.reserve_bytes)],
    ["Unread entries trimmed", marked(trimmed), ""],
    ["Events omitted from articles", marked(omitted), ""],
  ];
  return panel("Memory and limits", "", rows, () => table(["", "Now", "Limit"], rows));
}
