// @ts-check
/** The story's middle: what each hidden layer makes of its inputs; without one, lines. Pure. */

import { touchingClasses } from "./boundary.js";
import { compareLists, deviationOf, placeOfMost, upTo } from "./measures.js";
import { printedNumber, withCommas } from "./numbers.js";
import { onlyAnswer } from "./outcome.js";
import {
  countInWords,
  countsAlike,
  FEW_NAMES,
  HELPS,
  joined,
  movingMost,
  sayWords,
  THREAD,
  unitsNamed,
} from "./telling.js";
import { unitTold } from "./units.js";

/** @import { SentenceKey, Telling, Worded } from "./telling.js" */

export const FEW_UNITS = 3; // of a layer, that are told of one by one
const MOST_GROUPS = 3;
const MOST_LISTED = 5; // units of a group, that are listed
const MOST_MOVERS = 3;
const MOST_PAIRS = 12;

/** Layer by layer, what is made of the data. @param {Telling} t @returns {Worded[]} */
export function layersTold(t) {
  const { at } = t, last = at.hidden - 1, told = [firstTold(t)];
  if (!t.isRelu(0)) {
    const key = /** @type {SentenceKey} */ (`kind_${at.first.activation}`);
    told.push(t.told(HELPS, sayWords(key)));
  }
  if (at.hidden === 1 && at.first.units <= FEW_UNITS) {
    return [...told, ...upTo(at.first.units).map((unit) => unitTold(t, unit))];
  }
  told.push(...cutsTold(t));
  if (at.hidden > 1) told.push(deeperTold(t));
  return [...told, ...groupsTold(t, last), ...keenestTold(t, last)];
}

/** Only how many numbers the layers make. @param {Telling} t */
export function layersInShort(t) {
  return t.at.hidden > 1 ? [firstTold(t), deeperTold(t)] : [firstTold(t)];
}

/** What the first layer makes, of what. @param {Telling} t */
function firstTold(t) {
  const { d, hidden, first: { units } } = t.at;
  const key = t.picture ? "pixels_of_each" : d > 2 ? "features_of_each" : "each_point";
  let words = sayWords(units === 1 ? "layer_makes_one" : "layer_makes", {
    count: countInWords(units),
    what: sayWords(key, { count: d }),
  });
  if (hidden === 1) words += (units === 2 ? sayWords("called") : "") + sayWords("all_seen");
  return t.told(THREAD, words);
}

/** Many units of the first layer as straight cuts of the plane. @param {Telling} t
 * @returns {Worded[]} */
function cutsTold(t) {
  const { at, occupied } = t, { units, activation } = at.first;
  if (at.d !== 2 || activation === "linear" || units < 2 || at.withALine() < units) return [];
  let words = sayWords("bends", { count: units });
  if (occupied.length === 2) {
    const { unit, counts: [one, other] } = at.bestCut(0, occupied[0], occupied[1]);
    const [first, second] = occupied.map((k) => at.sizes[k]);
    if ((one === first && !other) || (!one && other === second)) {
      words += sayWords("bends_apart", { unit });
    } else {
      const shares = joined([t.shareOf(one, occupied[0]), t.shareOf(other, occupied[1], false)]);
      words += sayWords("bends_within", { unit, shares });
    }
    return [t.told(HELPS, words, [{ unit: [0, unit] }])];
  }
  const cutting = at.cutting(0);
  if (cutting) {
    words += sayWords(cutting === 1 ? "line_cuts" : "lines_cut", { count: countInWords(cutting) });
  }
  return [t.told(HELPS, words)];
}

/** What the layers after the first make of its numbers. @param {Telling} t */
function deeperTold(t) {
  const { at, occupied } = t, last = at.hidden - 1, count = at.unitsOf(1);
  let words = sayWords(count === 1 ? "deeper_one" : "deeper", { count: countInWords(count) });
  for (let layer = 2; layer <= last; layer++) {
    const slots = { layer: layer + 1, count: countInWords(at.unitsOf(layer)) };
    words += sayWords("deeper_too", slots);
  }
  words += sayWords("deeper_end");
  if (occupied.length !== 2 || at.unitsOf(last) < 2) return t.told(THREAD, words);
  const { unit, counts } = at.bestCut(last, occupied[0], occupied[1]);
  words += sayWords("deeper_best", {
    unit,
    state: sayWords(t.isRelu(last) ? "on" : "on_its_side"),
    shares: joined(counts.map((on, i) => t.shareOf(on, occupied[i], !i))),
  });
  return t.told(THREAD, words, [{ unit: [last, unit] }]);
}

/** Units by what they do: those that are on for the same classes.
 * @param {Telling} t @param {number} layer @returns {Worded[]} */
function groupsTold(t, layer) {
  const { at, occupied } = t, relu = t.isRelu(layer), told = [];
  if (occupied.length < 2) return [];
  /** @type {Map<string, {on: number[], members: number[]}>} */ const groups = new Map();
  at.roles(layer).forEach((role, unit) => {
    const on = occupied.filter((k) => role[k] > 0), key = on.join();
    if (role.includes(0) || !on.length || on.length >= Math.min(occupied.length, FEW_NAMES)) return;
    const known = groups.get(key);
    if (known) known.members.push(unit);
    else groups.set(key, { on, members: [unit] });
  });
  const ranked = [...groups.values()].sort((one, two) =>
    two.members.length - one.members.length || one.on.length - two.on.length ||
    compareLists(one.on, two.on)
  ).slice(0, MOST_GROUPS);
  const most = Math.max(0, ...ranked.map(({ members }) => members.length));
  const cutting = at.cutting(layer), silent = at.silent(layer);
  if (ranked.length) {
    let words = joined(ranked.map(({ on, members: { length }, members }, i) => {
      const alone = length === 1, side = alone ? "on_its_side" : "on_their_side";
      return sayWords(i ? "group" : alone ? "groups_one" : "groups", {
        units: length <= MOST_LISTED
          ? unitsNamed(members)
          : sayWords("many_units", { count: countsAlike(length, most) }),
        layer: t.inLayer(layer),
        state: sayWords(relu ? "on" : side),
        names: t.names(on),
      });
    }));
    if (cutting && (at.hidden > 1 || at.d !== 2)) {
      const count = countInWords(cutting);
      words += sayWords(cutting === 1 ? "another_cuts" : "others_cut", { count });
    }
    const about = ranked.flatMap(({ members }) => members);
    told.push(
      t.told(THREAD, words, about.map((unit) => ({ unit: [layer, unit] }))),
    );
  }
  return silent.length && relu ? [...told, silentTold(t, layer, silent)] : told;
}

/** @param {Telling} t @param {number} layer @param {number[]} silent */
function silentTold(t, layer, silent) {
  const { length } = silent, rest = t.at.unitsOf(layer) - length;
  let words = t.say(length === 1 ? "silent_one" : "silent", {
    units: length > MOST_LISTED
      ? sayWords("many_units", { count: countInWords(length) })
      : unitsNamed(silent),
    layer: t.inLayer(layer),
  });
  if (rest <= length) {
    words += sayWords(rest === 1 ? "rest_works_one" : "rest_works", { count: countInWords(rest) });
  }
  return t.told(HELPS, words);
}

/** The unit that singles out a class best; of pictures, where it wants ink.
 * @param {Telling} t @param {number} layer @returns {Worded[]} */
function keenestTold(t, layer) {
  const { at } = t;
  if (t.occupied.length < 3) return [];
  const { unit, label, mine, others } = at.keenest(layer);
  const own = at.sizes[label], rest = at.n - own;
  if (own < 2 || !rest || mine / own - others / rest < 0.5) return [];
  let words = sayWords(others > own ? "keenest_at_best" : "keenest", {
    unit,
    layer: t.inLayer(layer),
    state: sayWords(t.isRelu(layer) ? "on" : "on_its_side"),
    share: t.shareOf(mine, label),
    others: withCommas(others),
    rest: withCommas(rest),
  });
  if (layer === 0 && t.picture) words += inkTold(t, unit, t.picture);
  return [t.told(HELPS, words, [{ unit: [layer, unit] }, { class: label }])];
}

/** @param {Telling} t @param {number} unit @param {{rows: number, columns: number}} picture */
function inkTold({ at }, unit, { rows, columns }) {
  const sums = new Array(9).fill(0);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    const row = Math.floor(Math.floor(pixel / columns) * 3 / rows);
    const column = Math.floor(pixel % columns * 3 / columns);
    const weight = at.first.weights[pixel * at.first.units + unit];
    sums[3 * row + column] += weight * deviationOf(at.points, pixel, at.d).deviation;
  }
  const part = (/** @type {number} */ place) =>
    sayWords(
      /** @type {SentenceKey} */ (`part_${Math.floor(place / 3)}_${place % 3}`),
    );
  const low = placeOfMost(sums.map((sum) => -sum));
  return sayWords("ink", { high: part(placeOfMost(sums)), low: part(low) });
}

/** Without a hidden layer: outputs as sums, classes beside each other's lines.
 * @param {Telling} t @returns {Worded[]} */
export function linesTold(t) {
  const { d, last } = t.at;
  if (last.activation !== "linear") return [t.told(THREAD, sayWords("reads_itself"))];
  const names = d > 2 ? sayWords("the_features", { count: d }) : joined(
    upTo(d).map((i) => t.input(i)),
  );
  const words = sayWords("weighted_sum", {
    what: t.picture ? sayWords("the_pixels", { count: d }) : names,
    where: sayWords(d === 1 ? "at_one_place" : d === 2 ? "along_a_line" : "along_a_flat"),
  });
  const told = [t.told(THREAD, words), ...oneWins(t)];
  if (d === 1) return [...told, ...answersAlong(t)];
  if (d === 2) return [...told, ...pairsTold(t)];
  return t.picture ? told : [...told, ...outputsTold(t)];
}

/** How far the only answer's output is above the others. @param {Telling} t @returns {Worded[]} */
function oneWins(t) {
  const { n, k, logits, noise } = t.at;
  const ahead = new Float64Array(n), tied = new Set(upTo(k));
  for (let i = 0; i < n; i++) {
    const row = logits.subarray(i * k, (i + 1) * k), top = Math.max(...row);
    for (const label of tied) if (row[label] < top - noise) tied.delete(label);
    ahead[i] = top - [...row].sort((one, two) => two - one)[1];
  }
  if (tied.size > 1) return [t.told(THREAD, t.say("all_tie", { names: t.names([...tied]) }))];
  const only = onlyAnswer(t), least = Math.min(...ahead);
  if (only < 0 || !(least > 0)) return [];
  const slots = { name: t.name(only), lead: printedNumber(least) };
  return [t.told(HELPS, t.say("always_largest", slots))];
}

/** The answers from one end of the only feature to the other. @param {Telling} t
 * @returns {Worded[]} */
function answersAlong(t) {
  const { at } = t;
  const order = upTo(at.n).sort((i, j) => at.points[i] - at.points[j]);
  const answers = order.map((i) => at.predicted[i]);
  const along = answers.filter((answer, i) => !i || answer !== answers[i - 1]);
  if (along.length < 2 || along.length > FEW_NAMES) return [];
  return [t.told(THREAD, sayWords("along", { feature: t.input(0), names: t.names(along) }))];
}

/** On which side of their line two classes are that meet in the window.
 * @param {Telling} t @returns {Worded[]} */
function pairsTold(t) {
  const { at } = t, touching = touchingClasses(at);
  if (!touching.length || touching.length > MOST_PAIRS) return [];
  /** @type {Map<number, string[]>} */ const byClass = new Map();
  for (const [one, other] of touching) {
    const { weights, units } = at.last;
    const [axis, sign] = at.steepest((i) => weights[i * units + one] - weights[i * units + other]);
    if (!sign) continue;
    const up = sign > 0;
    const key = axis === 0 ? up ? "right_of" : "left_of" : up ? "above" : "below";
    byClass.set(one, [...byClass.get(one) ?? [], sayWords(key, { name: t.name(other) })]);
  }
  const pairs = [...byClass].map(([one, sides]) =>
    sayWords("lies", { name: t.name(one), sides: joined(sides) })
  );
  return pairs.length ? [t.told(THREAD, sayWords("across", { pairs: pairs.join("; ") }))] : [];
}

/** What moves each output most. @param {Telling} t @returns {Worded[]} */
function outputsTold(t) {
  const { at } = t;
  return (at.k <= FEW_NAMES ? upTo(at.k) : []).flatMap((label) => {
    const by = at.movedBy(0, label, MOST_MOVERS);
    if (!by.length) return [];
    const words = sayWords("output_moved", { name: t.name(label), moved: t.moved(by) });
    const most = at.d > MOST_MOVERS ? movingMost(by) : "";
    return [t.told(HELPS, words + most, [{ class: label }])];
  });
}
