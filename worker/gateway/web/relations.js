// Who met whom and who spoke of whom, country by country.  Pure.
//
// Two countries met where a meeting that was held has a party of each; they are to meet where it is planned or proposed.
// A country spoke of another where one who represents it spoke to or of one who represents the other, or named that
// country, its people or its seat of power.

/** Status of a meeting -> what it makes of two parties; the others (cancelled, denied) bring nobody together. */
const MEETINGS = { held: "met", planned: "toMeet", proposed: "toMeet" };

/** ISO 3166-1 alpha-2; whatever else stands there is no country to draw. */
const CODE = /^[A-Z]{2}$/;

/** Make a finder: words and their language -> the ISO codes of the countries that they name. */
export function finder(places) {
  const tables = new Map(Object.entries(places).map(([language, names]) => [language, table(names)]));
  return (text, language) => {
    const known = tables.get(language.toLowerCase().split("-")[0]);
    return known ? found(text, known) : new Set();
  };
}

function table(names) {
  const words = Object.entries(names).map(([name, code]) => [name.split(" "), code]);
  return { names: new Map(Object.entries(names)), longest: Math.max(0, ...words.map(([parts]) => parts.length)) };
}

function found(text, { names, longest }) {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}.'’-]*/gu) ?? [];
  const codes = new Set();
  for (let at = 0; at < words.length; at++) {
    if (!/^\p{Lu}/u.test(words[at])) continue; // every place begins with a capital
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

/**
 * The ties that one event makes: {kind: "met" | "toMeet" | "spoke", from, to}; meetings have their countries in order.
 */
export function ties(event, find) {
  if (event.kind === "statement") return spoken(event, find);
  return event.kind === "meeting" ? met(event) : [];
}

function spoken({ speaker, target, content, language }, find) {
  const from = speaker?.country;
  if (!CODE.test(from)) return [];
  const named = find(content.map((span) => span.text).join(" … "), language);
  if (CODE.test(target?.country)) named.add(target.country);
  return [...named].map((to) => ({ kind: "spoke", from, to }));
}

function met({ participants, status }) {
  const kind = MEETINGS[status];
  const countries = [...new Set(participants.map((actor) => actor.country).filter((code) => CODE.test(code)))].sort();
  if (!kind) return [];
  return countries.flatMap((from, n) => countries.slice(n + 1).map((to) => ({ kind, from, to })));
}

/** Ties added up: who is in the picture, and the events behind each tie. */
export class Relations {
  #ties = new Map();
  #weight = new Map();

  /** Count an event in, with the ties that it makes. */
  add(event, made) {
    for (const { kind, from, to } of made) {
      const key = `${kind} ${from} ${to}`;
      const tie = this.#ties.get(key) ?? { kind, from, to, events: [] };
      tie.events.push(event);
      this.#ties.set(key, tie);
      for (const code of new Set([from, to])) this.#weight.set(code, (this.#weight.get(code) ?? 0) + 1);
    }
  }

  /** Countries by how much they take part, the busiest first. */
  get countries() {
    return [...this.#weight.entries()].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([code]) => code);
  }

  weight(code) {
    return this.#weight.get(code) ?? 0;
  }

  /** Ties between two different countries, both among `codes`. */
  among(codes) {
    const shown = new Set(codes);
    return [...this.#ties.values()].filter(({ from, to }) => from !== to && shown.has(from) && shown.has(to));
  }

  /** Events of a tie, none where there is none; a meeting's countries may come in either order. */
  events(kind, from, to) {
    const [a, b] = kind === "spoke" ? [from, to] : [from, to].sort();
    return this.#ties.get(`${kind} ${a} ${b}`)?.events ?? [];
  }

  /** Every tie of a country, the strongest first. */
  of(code) {
    return [...this.#ties.values()]
      .filter(({ from, to }) => from === code || to === code)
      .sort((a, b) => b.events.length - a.events.length);
  }
}

/**
 * Put countries in an order around a circle in which those with much in common stand close: from the given order on,
 * two change places as long as that shortens all ties together.  Few rounds are needed; `ROUNDS` bounds them.
 */
export function arranged(codes, relations) {
  const order = [...codes];
  const at = new Map(order.map((code, n) => [code, n]));
  const near = tiesByCountry(codes, relations);
  for (let round = 0, better = true; better && round < ROUNDS; round++) {
    better = false;
    for (let a = 0; a < order.length; a++) {
      for (let b = a + 1; b < order.length; b++) better = swapped(order, at, near, a, b) || better;
    }
  }
  return order;
}

const ROUNDS = 20;

/** Country -> [other country, strength] of each of its ties. */
function tiesByCountry(codes, relations) {
  const near = new Map(codes.map((code) => [code, []]));
  for (const { from, to, events } of relations.among(codes)) {
    near.get(from).push([to, Math.sqrt(events.length)]);
    near.get(to).push([from, Math.sqrt(events.length)]);
  }
  return near;
}

/** Let two change places if that shortens their ties; tell whether it did. */
function swapped(order, at, near, a, b) {
  const change = () => {
    [order[a], order[b]] = [order[b], order[a]];
    at.set(order[a], a).set(order[b], b);
  };
  const length = () => span(order[a], at, near) + span(order[b], at, near);
  const before = length();
  change();
  if (length() < before - 1e-9) return true;
  change();
  return false;
}

/** How long a country's ties are around the circle. */
function span(code, at, near) {
  const distance = (a, b) => Math.min(Math.abs(a - b), at.size - Math.abs(a - b));
  return near.get(code).reduce((sum, [other, strength]) => sum + strength * distance(at.get(code), at.get(other)), 0);
}
