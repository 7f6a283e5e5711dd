// Relations between countries: who met whom and who spoke of whom.  Pure functions of events.
//
// Two countries met if a meeting that was held has a party of each; they are to meet if it is planned or proposed.  A
// country spoke of another if a speaker who represents it addressed or mentioned a representative of the other, or named
// that country, its people or its seat of government.

/** Kind of edge that a meeting makes, by its status; the other statuses (cancelled, denied, …) make none. */
const MEETING_EDGES = { held: "met", planned: "toMeet", proposed: "toMeet" };

/** ISO 3166-1 alpha-2; any other value is not drawn. */
const CODE = /^[A-Z]{2}$/;

/** Return a function (text, language) -> set of the ISO codes of the countries named in the text. */
export function makeCountryFinder(places) {
  const tables = new Map(Object.entries(places).map(([language, names]) => [language, indexNames(names)]));
  return (text, language) => {
    const table = tables.get(language.toLowerCase().split("-")[0]);
    return table ? findCountries(text, table) : new Set();
  };
}

function indexNames(names) {
  const lengths = Object.keys(names).map((name) => name.split(" ").length);
  return { names: new Map(Object.entries(names)), longest: Math.max(0, ...lengths) };
}

function findCountries(text, { names, longest }) {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}.'’-]*/gu) ?? [];
  const codes = new Set();
  for (let at = 0; at < words.length; at++) {
    if (!/^\p{Lu}/u.test(words[at])) continue; // all names of places are capitalised
    for (let size = Math.min(longest, words.length - at); size > 0; size--) {
      const code = names.get(
        words
          .slice(at, at + size)
          .join(" ")
          .replace(/(['’]s?|[.,])$/, ""),
      );
      if (!code) continue;
      codes.add(code);
      at += size - 1;
      break;
    }
  }
  return codes;
}

/** Return the edges of an event: {kind: "met" | "toMeet" | "spoke", from, to}; a meeting's countries are sorted. */
export function edgesOf(event, findIn) {
  if (event.kind === "statement") return statementEdges(event, findIn);
  return event.kind === "meeting" ? meetingEdges(event) : [];
}

function statementEdges({ speaker, target, content, language }, findIn) {
  const from = speaker?.country;
  if (!CODE.test(from)) return [];
  const named = findIn(content.map((span) => span.text).join(" … "), language);
  if (CODE.test(target?.country)) named.add(target.country);
  return [...named].map((to) => ({ kind: "spoke", from, to }));
}

function meetingEdges({ participants, status }) {
  const kind = MEETING_EDGES[status];
  const countries = [...new Set(participants.map((actor) => actor.country).filter((code) => CODE.test(code)))].sort();
  if (!kind) return [];
  return countries.flatMap((from, n) => countries.slice(n + 1).map((to) => ({ kind, from, to })));
}

/** A graph of countries; each edge holds the events that it summarises. */
export class RelationGraph {
  #edges = new Map();
  #weights = new Map();

  /** Add an event with its edges. */
  add(event, edges) {
    for (const { kind, from, to } of edges) {
      const key = `${kind} ${from} ${to}`;
      const edge = this.#edges.get(key) ?? { kind, from, to, events: [] };
      edge.events.push(event);
      this.#edges.set(key, edge);
      for (const code of new Set([from, to])) this.#weights.set(code, (this.#weights.get(code) ?? 0) + 1);
    }
  }

  /** Country codes by weight, heaviest first. */
  get countries() {
    return [...this.#weights.entries()].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([code]) => code);
  }

  /** Return the number of edges of all events that touch a country. */
  weight(code) {
    return this.#weights.get(code) ?? 0;
  }

  /** Return the edges between two different countries that are both in `codes`. */
  among(codes) {
    const shown = new Set(codes);
    return [...this.#edges.values()].filter(({ from, to }) => from !== to && shown.has(from) && shown.has(to));
  }

  /** Return the events of an edge, [] if there is none; the countries of a meeting may be given in either order. */
  events(kind, from, to) {
    const [a, b] = kind === "spoke" ? [from, to] : [from, to].sort();
    return this.#edges.get(`${kind} ${a} ${b}`)?.events ?? [];
  }

  /** Return all edges of a country, the one with most events first. */
  edgesAt(code) {
    return [...this.#edges.values()]
      .filter(({ from, to }) => from === code || to === code)
      .sort((a, b) => b.events.length - a.events.length);
  }
}

/**
 * Order countries around a circle so that related ones are close: starting from the given order, swaps two of them as
 * long as that shortens their edges.  Few rounds are needed; `MAX_ROUNDS` bounds them.
 */
export function arrange(codes, graph) {
  const order = [...codes];
  const position = new Map(order.map((code, n) => [code, n]));
  const neighbours = neighboursOf(codes, graph);
  for (let round = 0, improved = true; improved && round < MAX_ROUNDS; round++) {
    improved = false;
    for (let a = 0; a < order.length; a++) {
      for (let b = a + 1; b < order.length; b++)
        improved = swapIfShorter(order, position, neighbours, a, b) || improved;
    }
  }
  return order;
}

const MAX_ROUNDS = 20;

/** Map each country to [other country, strength] of each of its edges. */
function neighboursOf(codes, graph) {
  const neighbours = new Map(codes.map((code) => [code, []]));
  for (const { from, to, events } of graph.among(codes)) {
    neighbours.get(from).push([to, Math.sqrt(events.length)]);
    neighbours.get(to).push([from, Math.sqrt(events.length)]);
  }
  return neighbours;
}

/** Swap two countries if that shortens their edges; return whether it did. */
function swapIfShorter(order, position, neighbours, a, b) {
  const swap = () => {
    [order[a], order[b]] = [order[b], order[a]];
    position.set(order[a], a).set(order[b], b);
  };
  const length = () => edgeLength(order[a], position, neighbours) + edgeLength(order[b], position, neighbours);
  const before = length();
  swap();
  if (length() < before - 1e-9) return true;
  swap();
  return false;
}

/** Return the length of a country's edges around the circle, weighted by their strength. */
function edgeLength(code, position, neighbours) {
  const distance = (a, b) => Math.min(Math.abs(a - b), position.size - Math.abs(a - b));
  return neighbours
    .get(code)
    .reduce((sum, [other, strength]) => sum + strength * distance(position.get(code), position.get(other)), 0);
}
