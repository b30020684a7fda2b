// @ts-check
/** The story's end: each class's code, where outputs are largest, the closest call. Pure. */

import { closestRegion } from "./boundary.js";
import { NOISE_SHARE, upTo } from "./measures.js";
import { FEW_UNITS } from "./middle.js";
import { printedNumber, withCommas } from "./numbers.js";
import { beginsWithDigit, FEW_NAMES, HELPS, MUST, sayWords, SPARE, THREAD } from "./telling.js";

/** @import { SentenceKey, Telling, Worded } from "./telling.js" */

const OFTEN = 0.5; // of a class's points, that have its code
const MOST_RIGHT = 0.9;
const TINY_LEAD = 1e-9; // of the largest output: nearer than this two outputs are the same

/** @typedef {{label: number, pattern: number[], count: number}} Code */

/** How the last layer tells the classes apart, by codes, places and outputs.
 * @param {Telling} t @returns {Worded[]} */
export function classesApart(t) {
  const codes = codesOf(t), largest = largestTold(t, placesOfCodes(t, codes));
  const strangers = strangersTold(t, largest.length > 0);
  return [...(codes.length ? [codesTold(t, codes)] : []), ...largest, ...strangers];
}

/** The commonest code of each class, where the units are few and on or off.
 * @param {Telling} t @returns {Code[]} */
function codesOf(t) {
  const { at, occupied } = t;
  if (at.hidden !== 1 || !t.isRelu(0) || at.first.units > FEW_UNITS) return [];
  if (occupied.length < 2 || occupied.length > FEW_NAMES || !at.varying(0)) return [];
  const codes = occupied.map((label) => ({ label, ...at.code(0, label) }));
  return codes.every(({ label, count }) => OFTEN * at.sizes[label] <= count) ? codes : [];
}

/** @param {Telling} t @param {Code[]} codes */
function codesTold(t, codes) {
  const dashed = (/** @type {number[]} */ pattern) =>
    upTo(t.at.first.units).map((unit) => sayWords(pattern.includes(unit) ? "on" : "off")).join("-");
  const groups = [...Map.groupBy(codes, ({ pattern }) => pattern.join()).values()];
  const about = codes.map(({ label }) => ({ class: label }));
  if (groups.length === codes.length) {
    const theirs = codes.reduce((sum, { count }) => sum + count, 0);
    const words = sayWords(theirs === 1 ? "codes_one" : "codes", {
      codes: codes.map(({ label, pattern }) =>
        sayWords("code", { name: t.name(label), code: dashed(pattern) })
      ).join(", "),
      points: t.ofAll(theirs),
    });
    return t.told(THREAD, words, about);
  }
  const parts = groups.sort((one, two) => two.length - one.length).map((group) =>
    sayWords(group.length > 1 ? "share_code" : "has_code", {
      names: t.names(group.map(({ label }) => label)),
      code: dashed(group[0].pattern),
    })
  );
  const last = parts[parts.length - 1];
  const words = parts.length > 1
    ? sayWords("shared_codes", { first: parts.slice(0, -1).join(", "), last })
    : sayWords("shared_code", { first: last });
  return t.told(THREAD, words, about);
}

/** Where in the plane of two units each class is, by its code. @param {Telling} t
 * @param {Code[]} codes */
function placesOfCodes(t, codes) {
  const patterns = new Set(codes.map(({ pattern }) => pattern.join()));
  if (!codes.length || t.at.first.units !== 2 || patterns.size < codes.length) return "";
  return codes.map(({ label, pattern }, i) => {
    const key = /** @type {SentenceKey} */ (`place_${pattern.join("")}`);
    return sayWords(i ? "sits_too" : "sits", { name: t.name(label), place: sayWords(key) });
  }).join(", ");
}

/** The class on whose points an output is largest on average; -1 where several are equal.
 * @param {Telling} t @param {number} label */
function whereLargest({ at, occupied }, label) {
  const sums = new Array(at.k).fill(0);
  let largest = 0;
  for (let i = 0; i < at.n; i++) {
    const value = at.logits[i * at.k + label];
    sums[at.labels[i]] += value;
    largest = Math.max(largest, Math.abs(value));
  }
  const mean = (/** @type {number} */ own) => sums[own] / at.sizes[own];
  const [first, second] = [...occupied].sort((one, two) => mean(two) - mean(one));
  const tie = second !== undefined && mean(first) - mean(second) <= NOISE_SHARE * largest;
  return tie ? -1 : first;
}

/** Each output is largest on its own class, or not.
 * @param {Telling} t @param {string} places @returns {Worded[]} */
function largestTold(t, places) {
  const { at: { k }, occupied } = t;
  const every = occupied.length === k && upTo(k).every((label) => whereLargest(t, label) === label);
  const about = upTo(k).map((label) => ({ class: label }));
  if (places) {
    const words = sayWords(every ? "places_largest" : "places", { places });
    return [t.told(THREAD, words, about)];
  }
  return every ? [t.told(HELPS, t.say("own_largest"), about)] : [];
}

/**
 * Points of other classes where an output is large, too, and loses.
 * @param {Telling} t
 * @param {boolean} afterOutputs outputs were just told of, so that a class's needs no noun
 * @returns {Worded[]}
 */
function strangersTold(t, afterOutputs) {
  const { at } = t, { logits, labels, k, noise, run } = at;
  let most = { label: -1, strangers: 0, lost: 0 };
  for (const label of t.occupied) {
    let least = Infinity, all = true;
    for (let i = 0; i < at.n; i++) {
      if (labels[i] !== label) continue;
      least = Math.min(least, logits[i * k + label]);
      all &&= at.isRight(i);
    }
    if (!all) continue;
    let strangers = 0, lost = 0;
    for (let i = 0; i < at.n; i++) {
      const mine = logits[i * k + label];
      if (labels[i] === label || mine < least - noise) continue;
      strangers++;
      if (logits[i * k + at.predicted[i]] > mine + noise) lost++;
    }
    if (most.label < 0 || lost > most.lost) most = { label, strangers, lost };
  }
  const { label, strangers, lost } = most;
  if (!lost) return [];
  const name = t.name(label);
  const plain = /^[\p{L}\p{N}]+$/u.test(t.classNames[label]) && !beginsWithDigit(name.slice(1));
  const key = strangers === 1 ? "stranger" : "strangers_many";
  let words = sayWords("strangers", {
    whose: sayWords(afterOutputs && plain ? "class_s" : "output_of", { name }),
    where: t.say(key, { count: withCommas(strangers) }),
    loses: sayWords(lost === strangers ? "loses" : "loses_some", { count: withCommas(lost) }),
  });
  if (run?.epochs && !run.otherLoss) words += sayWords("fit_together");
  return [t.told(HELPS, words, [{ class: label }])];
}

/** Where all points are of one class. @param {Telling} t */
export function oneClass(t) {
  return t.told(MUST, t.say("one_class", { name: t.name(t.occupied[0]) }));
}

/** The right point that is nearest to another answer, where few are wrong.
 * @param {Telling} t @returns {Worded[]} */
export function closeCall(t) {
  const { at } = t;
  if (at.good < MOST_RIGHT * at.n) return [];
  const region = closestRegion(at);
  if (region) {
    const { point, distance, behind, certain, exact } = region;
    if (!(distance > TINY_LEAD)) return [];
    const number = printedNumber(distance, exact ? 3 : 2);
    const words = t.say(certain ? "closest" : "closest_seen", {
      point,
      name: t.name(at.labels[point]),
      distance: exact ? number : sayWords("about", { number }),
      other: t.name(behind),
    });
    return [t.told(SPARE, words, [{ point }])];
  }
  const { logits, k } = at;
  if (k < 2) return [];
  let point = -1, lead = Infinity, rival = -1;
  for (let i = 0; i < at.n; i++) {
    if (!at.isRight(i)) continue;
    let next = -1;
    for (let other = 0; other < k; other++) {
      if (other === at.labels[i]) continue;
      if (next < 0 || logits[i * k + other] > logits[i * k + next]) next = other;
    }
    const ahead = logits[i * k + at.labels[i]] - logits[i * k + next];
    if (ahead < lead) [point, lead, rival] = [i, ahead, next];
  }
  if (point < 0 || !(lead > TINY_LEAD * at.largest)) return [];
  const words = t.say("closest_output", {
    point,
    name: t.name(at.labels[point]),
    other: t.name(rival),
    lead: printedNumber(lead),
  });
  return [t.told(SPARE, words, [{ point }])];
}
