// Who met whom and who spoke of whom, country by country.  Pure.
//
// Two countries met where a meeting that was held has a party of each; they are to meet where it is planned or proposed.
// A country spoke of another where one who represents it spoke to or of one who represents the other, or named that
// country, its people or its seat of power.

/** Status of a meeting -> what it makes of two parties; the others (cancelled, denied) bring nobody together. */
const MEETINGS = { held: "met", planned: "toMeet", proposed: "toMeet" };

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
      const code = names.get(words.slice(at, at + size).join(" ").replace(/(['’]s?|[.,])$/, ""));
      if (!code) continue;
      codes.add(code);
      at += size - 1;
      break;
    }
  }
  return codes;
}

/** The ties that one event makes: {kind: "met" | "toMeet" | "spoke", from, to}; meetings have their countries in order. */
export function ties(event, find) {
  if (event.kind === "statement") return spoken(event, find);
  return event.kind === "meeting" ? met(event) : [];
}

function spoken({ speaker, target, content, language }, find) {
  const from = speaker?.country;
  if (!from) return [];
  const named = find(content.map((span) => span.text).join(" … "), language);
  if (target?.country) named.add(target.country);
  return [...named].map((to) => ({ kind: "spoke", from, to }));
}

function met({ participants, status }) {
  const kind = MEETINGS[status];
  const countries = [...new Set(participants.map((actor) => actor.country).filter(Boolean))].sort();
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
    return [...this.#ties.values()].filter(({ from, to }) => from === code || to === code).sort((a, b) => b.events.length - a.events.length);
  }
}

/** Put countries in an order around a circle in which those with much in common stand close: each next to its nearest. */
export function arranged(codes, relations) {
  const together = (a, b) => ["met", "toMeet", "spoke"].reduce((sum, kind) => sum + relations.events(kind, a, b).length, 0) + relations.events("spoke", b, a).length;
  const left = [...codes];
  const order = left.splice(0, 1);
  while (left.length > 0) {
    const last = order.at(-1);
    const nearest = left.reduce((best, code, n) => (together(last, code) > together(last, left[best]) ? n : best), 0);
    order.push(...left.splice(nearest, 1));
  }
  return order;
}
