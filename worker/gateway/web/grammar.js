// English grammar of the page: counts with their nouns, agreement of verb and subject, lists of names.
// The terminal applies the same rules (`worker/terminal/wording.py`); a test compares the two.

const NUMBER = new Intl.NumberFormat("en-GB");

/** Format an integer with thousands separators: 1200 is "1,200". */
export const formatNumber = (n) => NUMBER.format(n);

/** Return a count with its noun: "1 event", "2 events"; `nouns` is an irregular plural. */
export const plural = (n, noun, nouns = `${noun}s`) => `${formatNumber(n)} ${agree(n, noun, nouns)}`;

/** Return the form that agrees with a count: `one` for 1, otherwise `other`. */
export const agree = (n, one, other) => (n === 1 ? one : other);

/** Join names as a list: "A", "A and B", "A, B and C". */
export function joinNames(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Act of a statement: its verb in the third person singular, and in the plural. */
const VERBS = {
  say: ["says", "say"],
  demand: ["demands", "demand"],
  accuse: ["accuses", "accuse"],
  criticise: ["criticises", "criticise"],
  praise: ["praises", "praise"],
  promise: ["promises", "promise"],
  threaten: ["threatens", "threaten"],
  deny: ["denies", "deny"],
  ask: ["asks", "ask"],
  announce: ["announces", "announce"],
  decline: ["declines", "decline"],
};

/** Preposition between a verb and its addressee; the other verbs take a direct object. */
const PREPOSITIONS = { say: "to", announce: "to", deny: "to", decline: "to", demand: "of" };

const SINGULAR_DETERMINERS = new Set(["a", "an", "each", "every"]);
/** Last words, in lower case, of a subject that takes the plural verb although its type is not "group". */
const PLURAL_SUBJECTS = new Set(["i", "you", "we", "they", "police"]);

/**
 * Tell whether an actor takes the plural form of a verb.  Groups do ("the two leaders say"), unless a singular
 * determiner introduces them ("a crowd says", but "a number of officials say").
 */
export function isPlural({ name, type }) {
  const words = name.toLowerCase().split(/\s+/).filter(Boolean);
  if (type === "group") return !(SINGULAR_DETERMINERS.has(words[0]) && !words.includes("of"));
  return PLURAL_SUBJECTS.has(words.at(-1));
}

/** Return the verb of an act in agreement with its subjects; with none, in the singular.  Unknown acts stay as they are. */
export function verb(act, subjects) {
  const isMany = subjects.length > 1 || subjects.some(isPlural);
  return VERBS[act]?.[isMany ? 1 : 0] ?? act;
}

/** Return the preposition of an act with a space before it, or "" if its verb takes a direct object. */
export const preposition = (act) => (act in PREPOSITIONS ? ` ${PREPOSITIONS[act]}` : "");
