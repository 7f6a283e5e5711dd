// How the whole is doing: the queue, who works on it, what was given up and why, and which hosts asked for a rest.

import { json } from "./api.js";
import { announce, become, el, outside, svg } from "./dom.js";
import { KINDS, lasting, number, plural, spoken } from "./words.js";

const EVERY_MS = 2000;
/** Samples of the curve: ten minutes. */
const SAMPLES = 300;
/** Waiting longer than this, a task is late. */
const LATE_S = 60;
/** Without a sign of life for so long, a service has none: as everywhere else. */
const SILENT_S = 20;

export class Health {
  #timer = 0;
  #asking = null;
  #waiting = [];

  constructor() {
    this.title = "Health";
    this.heading = el("h1", { tabindex: "-1" }, "Health of the queue");
    this.verdict = el("p", { class: "verdict" });
    this.body = el("div", { class: "health-body" });
    this.element = el(
      "section",
      { class: "health" },
      el("div", { class: "view-head" }, this.heading),
      this.verdict,
      this.body,
    );
    document.addEventListener("visibilitychange", () => this.#asking && this.#ask());
  }

  show() {
    this.#asking ??= new AbortController();
    this.#ask();
  }

  hide() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
  }

  async #ask() {
    clearTimeout(this.#timer);
    const { signal } = this.#asking;
    try {
      this.#draw(await json("v1/status", [], { signal }));
      this.body.classList.remove("stale");
    } catch (problem) {
      if (signal.aborted) return;
      this.body.classList.add("stale");
      this.#judge("bad", `${problem.message}.${problem.lasting ? "" : " Asking again."}`);
      if (problem.lasting) return;
    }
    if (!document.hidden && !signal.aborted) this.#timer = setTimeout(() => this.#ask(), EVERY_MS);
  }

  /** Those who listen hear of a change for better or worse, not of every figure in it. */
  #judge(how, words) {
    if (this.verdict.dataset.how !== how) announce(words);
    this.verdict.dataset.how = how;
    if (this.verdict.textContent !== words) this.verdict.textContent = words;
  }

  #draw(status) {
    const { backlog, pending, delayed } = status.queue;
    this.#waiting = [...this.#waiting, backlog + pending + delayed].slice(-SAMPLES);
    this.#judge(...judged(status));
    const panels = [
      figures(status),
      curve(this.#waiting),
      services(status),
      workers(status.workers),
      dead(status),
      hosts(status.hosts),
      lags(status.lags),
      kept(status),
    ];
    become(this.body, el("div", { class: this.body.className }, ...panels));
  }
}

/** One word for a machine and one sentence for a person: the worst that can be said. */
function judged({ queue, workers, services, at }) {
  const oldest = queue.oldest_s ?? 0;
  const silent = services.filter((beat) => silences(beat, at).length > 0);
  if (silent.length > 0) {
    const names = silent.slice(0, 3).map(({ service, name }) => `${service} ${name}`);
    const others = silent.length > 3 ? [plural(silent.length - 3, "other")] : [];
    return ["bad", `Fallen silent: ${[...names, ...others].join(", ")}.`];
  }
  if (queue.backlog + queue.pending > 0 && workers.length === 0)
    return ["bad", `${plural(queue.backlog, "task")} waiting, and no worker is there.`];
  const silence = Math.min(...workers.map((worker) => worker.idle_s));
  if (queue.backlog > 0 && silence > LATE_S) return ["bad", `Nobody has asked for work for ${lasting(silence)}.`];
  if (oldest > LATE_S) return ["late", `The oldest task has been waiting for ${lasting(oldest)}.`];
  if (queue.backlog + queue.pending > 0)
    return ["good", `Working: ${plural(queue.pending, "task")} under way, ${number(queue.backlog)} waiting.`];
  if (queue.delayed > 0)
    return [
      "good",
      `${plural(queue.delayed, "task")} put off until ${queue.delayed === 1 ? "its" : "their"} time comes.`,
    ];
  return ["good", workers.length > 0 ? "All done: nothing is waiting." : "Nothing is waiting, and no worker is there."];
}

/** What of a service is silent: all of it, or parts that should turn and do not. */
function silences({ at: heard, late = {} }, at) {
  const silentS = (new Date(at) - new Date(heard)) / 1000;
  if (silentS >= SILENT_S) return [`silent for ${lasting(silentS)}`];
  return Object.entries(late).map(([part, seconds]) => `${part} silent for ${lasting(seconds)}`);
}

function figures({ queue, stream }) {
  const tiles = [
    ["Waiting", number(queue.backlog), "ready, not taken yet"],
    ["Under way", number(queue.pending), "in the hands of workers"],
    ["Put off", number(queue.delayed), "until their time comes"],
    ["Oldest waiting", age(queue.oldest_ready_s), "since it became ready"],
    ["Oldest under way", age(queue.oldest_pending_s), "since it became ready"],
    ["Lag", lasting(stream.lag_s), "from stream to gateway"],
    ["Listening", number(stream.clients), stream.clients === 1 ? "client" : "clients"],
    ["Given up", number(queue.dead), "dead letters"],
  ];
  return el(
    "dl",
    { class: "figures" },
    ...tiles.map(([name, value, about]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, el("b", {}, value), el("span", {}, about))),
    ),
  );
}

const age = (seconds) => (seconds === null || seconds === undefined ? "–" : lasting(seconds));

/** Tasks waiting, under way or put off, over the time that this page has been looking. */
function curve(samples) {
  const most = Math.max(1, ...samples);
  const drawn = samples.length > 1 ? samples : [...samples, ...samples]; // one look is a line, too
  const shown = Math.max(drawn.length, SAMPLES / 10);
  const x = (n) => 600 - (drawn.length - 1 - n) * (600 / (shown - 1));
  const points = drawn.map((value, n) => `${x(n).toFixed(1)},${(78 - (value / most) * 70).toFixed(1)}`);
  const area = `M${x(0).toFixed(1)},80 L${points.join(" L")} L600,80 Z`;
  const drawing = svg(
    "svg",
    { class: "curve", viewBox: "0 0 600 80", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "area", d: area }),
    svg("polyline", { points: points.join(" ") }),
  );
  return el(
    "figure",
    { class: "panel wide" },
    el(
      "figcaption",
      {},
      el("h2", {}, "Work left"),
      el("span", {}, `last ${lasting((shown * EVERY_MS) / 1000)}; most ${number(most)}`),
    ),
    drawing,
  );
}

function panel(title, empty, rows, make, wide = "") {
  return el(
    "section",
    { class: `panel ${wide}`, "aria-label": title, tabindex: wide ? "0" : null },
    el("h2", {}, title),
    rows.length > 0 ? make(rows) : el("p", { class: "none" }, empty),
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

function workers(all) {
  const rows = all
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, pending, idle_s: idle }) => [name, number(pending), lasting(idle)]);
  return panel("Workers", "None.", rows, () => table(["Name", "In hand", "Last heard of"], rows));
}

function dead({ queue, dead: { newest, by_reason: reasons } }) {
  const rows = Object.entries(reasons);
  const about = queue.dead > newest ? [el("p", { class: "none" }, `Of the newest ${number(newest)}.`)] : [];
  const bar = (n) =>
    el("meter", { min: "0", max: String(Math.max(newest, 1)), value: String(n), "aria-hidden": "true" });
  return panel("Given up, by reason", "Nothing.", rows, () =>
    el(
      "div",
      {},
      table(
        ["Reason", "Tasks", ""],
        rows.map(([reason, n]) => [spoken(reason), number(n), bar(n)]),
      ),
      ...about,
    ),
  );
}

/** Hosts that asked for a rest come first; the others wait for their next slot, as politeness has it. */
function hosts(all) {
  const rows = all
    .toSorted((a, b) => b.pause_s - a.pause_s || b.wait_s - a.wait_s)
    .map(({ host, pause_s: pause, wait_s: wait }) => [
      host,
      pause > 0 ? lasting(pause) : "–",
      lasting(Math.max(pause, wait)),
    ]);
  return panel("Paused and busy hosts", "None has to wait.", rows, () =>
    table(["Host", "Asked for a rest of", "Next slot in"], rows),
  );
}

function services({ services: all, at }) {
  const since = (iso) => lasting(Math.max(0, (new Date(at) - new Date(iso)) / 1000));
  const row = (beat) => {
    const { name, service, started_at: started, in_flight: inFlight = 0, rates = {}, trouble } = beat;
    const silent = silences(beat, at);
    const told = trouble ? `${spoken(trouble.reason)}, ${since(trouble.at)} ago: ${trouble.what}` : "none";
    return [
      el("span", {}, service, el("small", {}, name)),
      silent.length > 0 ? el("span", { class: "late" }, silent.join("; ")) : "well",
      since(started),
      number(inFlight),
      rate(rates.articles),
      rate(KINDS.reduce((sum, kind) => sum + (rates[kind] ?? 0), 0)),
      outside("span", "trouble", told),
    ];
  };
  const rows = all.map(row);
  const head = ["Service", "State", "Up for", "In flight", "Articles/s", "Events/s", "Last trouble"];
  return panel("Services", "None has told of itself.", rows, () => table(head, rows), "wide");
}

const rate = (perSecond = 0) => (perSecond > 0 ? perSecond.toFixed(1) : "–");

function lags(all) {
  const rows = all.map(({ stream, group, entries, lag_s: lag }) => [
    `${group}: ${stream}s`,
    entries === null ? "?" : number(entries),
    lasting(lag),
  ]);
  return panel("Groups of subscribers", "There are none.", rows, () =>
    table(["Group and stream", "To come", "Behind"], rows),
  );
}

function kept({ events, articles }) {
  const rows = [...KINDS.map((kind) => [`${kind}s`, number(events[kind] ?? 0)]), ["articles", number(articles)]];
  return panel("Kept in the streams", "Nothing.", rows, () => table(["Kind", "Entries"], rows));
}
