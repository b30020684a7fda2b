// @ts-check
/** How the story begins: whether the network works, and where it does not, the one cause. Pure. */

import { deviationOf, NOISE_SHARE, placesShared, upTo } from "./measures.js";
import { printedNumber, withCommas } from "./numbers.js";
import {
  countInWords,
  FEW_NAMES,
  HELPS,
  joined,
  MUST,
  sayWords,
  THREAD,
  unitsNamed,
} from "./telling.js";

/** @import { Telling, Worded } from "./telling.js" */

const MOST_CONFUSIONS = 2;
const MOST_COORDINATES = 4; // of a place, that are listed
const UNBALANCED = 0.6; // of the points, in one class
const UNLIKE_TIMES = 100; // times one feature's standard deviation
const ALMOST_ALL = 0.95; // of the points right: then unlike features did no harm
const EPOCHS_LOOKED_AT = 5_000_000; // points times epochs

/** The class that every point is given, or -1. @param {Telling} t */
export function onlyAnswer(t) {
  const { predicted } = t.at;
  return predicted.every((label) => label === predicted[0]) ? predicted[0] : -1;
}

/** How many points are right, and what the wrong ones are taken for.
 * @param {Telling} t @returns {Worded[]} */
export function outcomeTold(t) {
  const { n, good, sizes } = t.at;
  let words = sayWords(good === 1 ? "is_right" : "are_right", { points: t.ofAll(good) });
  if (good === n) return [t.told(MUST, words)];
  if (!good) words = t.say(n === 1 ? "one_wrong" : "none_right", { things: t.things(n) });
  const only = onlyAnswer(t), most = sizes.indexOf(Math.max(...sizes));
  if (only >= 0) {
    words = t.say("same_answer", { right: words, name: t.name(only) });
    return [t.told(MUST, words + (only === most ? sayWords("largest_class") : ""))];
  }
  const all = confusionOf(t);
  const few = all.slice(0, MOST_CONFUSIONS).filter(({ count }) => 2 * count >= all[0].count);
  const wrong = all.slice(few.length).reduce((sum, { count }) => sum + count, 0);
  const said = few.map(({ own, taken, count }, i) => {
    const name = t.name(taken);
    if (i && own === few[0].own) return sayWords("taken_too", { count: withCommas(count), name });
    const share = t.shareOf(count, own, !i);
    return sayWords(count === 1 ? "taken_one" : "taken", { share, name });
  });
  if (wrong) {
    said.push(
      sayWords(wrong === 1 ? "more_wrong_one" : "more_wrong", { count: withCommas(wrong) }),
    );
  }
  const mistakes = wrong ? said.join(", ") : joined(said);
  words = sayWords("mistakes", { right: words, mistakes });
  const told = [t.told(MUST, words, few.map(({ own }) => ({ class: own })))];
  if (sizes[most] >= Math.max(good, UNBALANCED * n) && sizes[most] < n) {
    const always = { name: t.name(most), points: t.ofAll(sizes[most]) };
    told.push(t.told(HELPS, sayWords("always", always)));
  }
  return told;
}

/** The mistakes, most points first. @param {Telling} t */
function confusionOf({ at }) {
  const table = new Int32Array(at.k * at.k);
  for (let i = 0; i < at.n; i++) table[at.labels[i] * at.k + at.predicted[i]]++;
  return Array.from(table, (count, cell) => ({
    own: Math.floor(cell / at.k),
    taken: cell % at.k,
    count,
  })).filter(({ own, taken, count }) => count && own !== taken)
    .sort((one, two) => two.count - one.count);
}

/** Why some points are wrong: the first of the causes that is there.
 * @param {Telling} t @returns {Worded[]} */
export function causeTold(t) {
  const { n, good, run } = t.at;
  if (good === n) return [];
  const told = [];
  if (run?.diverged && run.epochs < run.planned) {
    const slots = { epoch: withCommas(run.epochs + 1), planned: withCommas(run.planned) };
    told.push(t.told(MUST, sayWords("diverged", slots)));
  }
  for (const look of [untrained, lossRose, constantLayer, sharedPlace, oneNumber, neverGiven]) {
    const found = look(t);
    if (found.length) return [...told, ...found, ...unlikeFeatures(t)];
  }
  return [...told, ...unlikeFeatures(t), secondBest(t)];
}

/** @param {Telling} t @returns {Worded[]} */
function untrained(t) {
  const { run } = t.at;
  return run && !run.epochs && !run.elsewhere ? [t.told(HELPS, sayWords("untrained"))] : [];
}

/** @param {Telling} t @returns {Worded[]} */
function lossRose(t) {
  const { run } = t.at;
  if (!run?.epochs) return [];
  const first = run.loss[0], last = run.loss[run.loss.length - 1];
  const from = printedNumber(first, 4), to = printedNumber(last, 4);
  return last > first && from !== to
    ? [t.told(MUST, sayWords("rose", { first: from, last: to }))]
    : [];
}

/** The last hidden layer gives the same at every point. @param {Telling} t @returns {Worded[]} */
function constantLayer(t) {
  const { at } = t, layer = at.hidden - 1;
  if (layer < 0 || at.varying(layer)) return [];
  const silent = at.silent(layer).length === at.unitsOf(layer);
  if (t.isRelu(layer) && silent && at.last.activation === "linear") {
    const gone = layer ? [] : goneUnits(t), units = allUnits(t, layer);
    const key = gone.length ? "biases_alone" : "off_biases_alone";
    return [...gone, t.told(MUST, t.say(key, { units }))];
  }
  const constant = upTo(at.hidden).findIndex((one) => !at.varying(one));
  return [t.told(MUST, t.say("constant_layer", { layer: constant + 1 }))];
}

/** The outputs, where they are the same at every point. @param {Telling} t @returns {Worded[]} */
export function sameAnswer(t) {
  const { logits, k, n, largest } = t.at;
  if (k > FEW_NAMES) return [];
  const outputs = Array.from(logits.subarray(0, k));
  for (let label = 0; label < k; label++) {
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < n; i++) {
      low = Math.min(low, logits[i * k + label]);
      high = Math.max(high, logits[i * k + label]);
    }
    if (high - low > NOISE_SHARE * largest) return [];
  }
  const best = Math.max(...outputs), tied = upTo(k).filter((label) => outputs[label] === best);
  const values = joined(
    outputs.map((value, label) =>
      sayWords("value_for", { value: printedNumber(value), name: t.name(label) })
    ),
  );
  const so = sayWords(tied.length > 1 ? "tie_wins" : "so_wins", { name: t.name(tied[0]) });
  return [t.told(HELPS, sayWords("same_outputs", { values, so }))];
}

/** @param {Telling} t @param {number} layer */
function allUnits(t, layer) {
  const count = t.at.unitsOf(layer);
  const key = count === 1 ? "the_unit_is" : count === 2 ? "both_units_are" : "all_units_are";
  return sayWords(key, { count, layer: t.inLayer(layer) });
}

/** Most wrong points land where another class does. @param {Telling} t @returns {Worded[]} */
function sharedPlace(t) {
  const { at } = t, layer = at.hidden - 1;
  if (layer < 0) return [];
  const places = placesShared(at, layer), wrong = new Map();
  places.forEach((place, i) => at.isRight(i) || wrong.set(place, (wrong.get(place) ?? 0) + 1));
  const [place] = [...wrong].sort((one, two) => two[1] - one[1] || one[0] - two[0])[0];
  const counts = at.perClass((i) => places[i] === place), units = at.unitsOf(layer);
  if (counts.filter(Boolean).length < 2) return [];
  const one = places.indexOf(place), answer = at.predicted[one];
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (2 * (total - counts[answer]) < at.n - at.good) return [];
  const where = Array.from(at.passes[layer].a.subarray(one * units, (one + 1) * units));
  /** @type {[number, number][]} */
  const here = upTo(at.k).filter((k) => counts[k]).map((k) => [k, counts[k]]);
  const few = units <= MOST_COORDINATES, printed = where.map((value) => printedNumber(value));
  const off = t.isRelu(layer) && where.every((value) => value === 0);
  const key = off ? few ? "off_in_place" : "off_alike" : few ? "one_place_at" : "one_place";
  const words = t.say(key, {
    points: t.some(here),
    place: units === 1 ? printed[0] : `(${printed.join(", ")})`,
    name: t.name(answer),
    units: allUnits(t, layer),
    layer: layer + 1,
    count: withCommas(total),
  });
  return [...goneUnits(t), t.told(MUST, words)];
}

/** Units of the first layer that training turned off everywhere. @param {Telling} t
 * @returns {Worded[]} */
function goneUnits(t) {
  const { at } = t, { run } = at;
  if (!run?.epochs || !run.at || !at.hidden || !t.isRelu(0)) return [];
  if (at.n * run.epochs > EPOCHS_LOOKED_AT) return [];
  const dead = at.silent(0);
  if (!dead.length) return [];
  const since = dead.map((unit) => offSince(t, unit)), first = Math.max(...since);
  const found = dead.filter((_, i) => since[i] >= 0);
  if (!found.length) return [];
  const both = found.length === 2 && at.first.units === 2;
  const units = (both ? sayWords("both_units") : unitsNamed(found)) + t.inLayer(0);
  const words = t.say(found.length === 1 ? "gone_one" : "gone", {
    units,
    since: sayWords(first ? "since_epoch" : "since_start", { epoch: withCommas(first) }),
  });
  return [t.told(MUST, words, found.map((unit) => ({ unit: [0, unit] })))];
}

/** The epoch since which a unit of the first layer has been off; -1 if it is on.
 * @param {Telling} t @param {number} unit */
function offSince({ at }, unit) {
  const { run, points, n, d } = at;
  let since = -1;
  for (let epoch = run?.epochs ?? -1; epoch >= 0; epoch--) {
    const first = run?.at?.(epoch).layers[0];
    if (!first) break;
    for (let i = 0; i < n; i++) {
      let z = 0;
      for (let f = 0; f < d; f++) z += points[i * d + f] * first.weights[f * first.units + unit];
      if (z + first.bias[unit] > 0) return since;
    }
    since = epoch;
  }
  return since;
}

/** @param {Telling} t @returns {Worded[]} */
function oneNumber(t) {
  const { at } = t, layer = at.hidden - 1, classes = t.occupied.length;
  if (layer < 0 || classes < 3 || at.varying(layer) !== 1) return [];
  const key = at.unitsOf(layer) > 1 ? "number_left" : "number_has";
  const words = sayWords(key, { count: countInWords(classes) });
  return [...(layer ? [] : goneUnits(t)), t.told(MUST, words)];
}

/** @param {Telling} t @returns {Worded[]} */
function neverGiven(t) {
  const given = new Set(t.at.predicted), never = t.occupied.filter((label) => !given.has(label));
  if (!never.length || never.length > FEW_NAMES || onlyAnswer(t) >= 0) return [];
  const names = never.map((label) => t.name(label)), last = names[names.length - 1];
  const first = names.slice(0, -1).join(", ");
  const told = t.say("never_given", { names: first ? sayWords("or", { first, last }) : last });
  return [t.told(HELPS, told), secondBest(t)];
}

/** How near the right answer is at wrong points. @param {Telling} t */
function secondBest(t) {
  const { at } = t, { logits, k } = at, wrong = upTo(at.n).filter((i) => !at.isRight(i));
  if (k === 2) {
    const behind = wrong.map((i) => {
      const short = Math.abs(logits[i * k] - logits[i * k + 1]);
      return short <= at.noise ? 0 : short;
    }).sort((one, two) => one - two);
    const largest = behind[behind.length - 1], middle = behind.length / 2;
    if (!largest) return t.told(THREAD, sayWords("two_tie"));
    const most = printedNumber(largest),
      median = printedNumber(
        behind.length % 2 ? behind[Math.floor(middle)] : (behind[middle - 1] + behind[middle]) / 2,
      );
    const words = sayWords("falls_short", { most });
    return t.told(THREAD, words + (median === most ? "" : sayWords("in_the_median", { median })));
  }
  const count = k < 2 ? 0 : wrong.filter((i) => {
    const own = at.labels[i], mine = logits[i * k + own];
    return upTo(k).filter((other) => {
      const theirs = logits[i * k + other];
      return theirs > mine || (theirs === mine && other < own);
    }).length === 1;
  }).length;
  const all = wrong.length;
  const slots = { count: withCommas(count), wrong: withCommas(all) };
  if (all === 1) return t.told(THREAD, t.say(count ? "second_of_one" : "third_of_one", slots));
  if (count === all) {
    return t.told(THREAD, t.say(all === 2 ? "second_of_two" : "second_of_all", slots));
  }
  return t.told(THREAD, t.say(count ? "second_of_some" : "second_of_none", slots));
}

/** Features of very different sizes, where the training is known to take them as they are.
 * @param {Telling} t @returns {Worded[]} */
function unlikeFeatures(t) {
  const { at } = t;
  if (at.run?.elsewhere || at.run?.standardized) return [];
  const all = upTo(at.d).map((i) => deviationOf(at.points, i, at.d));
  let low = 0, high = 0, least = Infinity;
  all.forEach(({ deviation, size }, i) => {
    if (deviation > NOISE_SHARE * size && deviation < least) [low, least] = [i, deviation];
    if (deviation > all[high].deviation) high = i;
  });
  least = all[low].deviation;
  const greatest = all[high].deviation;
  if (!least || greatest < UNLIKE_TIMES * least || at.good > ALMOST_ALL * at.n || t.picture) {
    return [];
  }
  const words = sayWords("unlike", {
    factor: printedNumber(greatest / least, 2),
    least: printedNumber(least),
    greatest: printedNumber(greatest),
    low: t.input(low),
    high: t.input(high),
  });
  return [t.told(MUST, words)];
}
