// @ts-check
/** What the story states of a network on its points, measured as Python measures it. Pure. */

import { classesOf, forwardPass } from "../pure/network.js";

/** @import { Network, Pass } from "../pure/network.js" */
/** @import { Window } from "../pure/scene.d.ts" */

export const NOISE_SHARE = 1e-9; // of the largest value: less is rounding
const MOSTLY = 0.75; // of a class's points, that a unit has on one side for the class to be there
const SAME_DIRECTION = 1 - 1e-9; // the cosine of the angle between parallel weights
const STRAIGHT = ["linear", "relu", "leaky_relu", "abs"];

/**
 * The training that ended with the network: its losses, an epoch each, and its network after each
 * epoch, where all are kept. `elsewhere`: another program's; `otherLoss`: than the cross-entropy.
 * @typedef {object} TrainingTold
 * @property {number} epochs
 * @property {number} planned
 * @property {boolean} diverged
 * @property {ArrayLike<number>} loss
 * @property {((epoch: number) => Network) | null} at
 * @property {boolean} standardized
 * @property {boolean} elsewhere
 * @property {boolean} otherLoss
 */
/**
 * A network, the points trained on, (n, features) row by row, and their labels.
 * @typedef {object} Subject
 * @property {Network} network
 * @property {ArrayLike<number>} points
 * @property {ArrayLike<number>} labels
 * @property {string[]} classNames
 * @property {string[]} featureNames
 * @property {Window | null} window that distances are of; null for the points' own
 * @property {TrainingTold | null} run
 * @property {number[]} [rows] where the points are among those that the page shows
 */

/** @param {ArrayLike<number>} values @param {number} offset @param {number} stride */
function spanOf(values, offset, stride) {
  let low = Infinity, high = -Infinity;
  for (let at = offset; at < values.length; at += stride) {
    if (values[at] < low) low = values[at];
    if (values[at] > high) high = values[at];
  }
  return { low, high, span: high - low, size: Math.max(-low, high) };
}

/** The standard deviation of a column, and its largest size.
 * @param {ArrayLike<number>} values @param {number} offset @param {number} stride */
export function deviationOf(values, offset, stride) {
  const n = values.length / stride;
  let sum = 0, squares = 0;
  for (let at = offset; at < values.length; at += stride) sum += values[at];
  for (let at = offset; at < values.length; at += stride) squares += (values[at] - sum / n) ** 2;
  return { deviation: Math.sqrt(squares / n), size: spanOf(values, offset, stride).size };
}

/** @param {ArrayLike<number>} values */
export function placeOfMost(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Whole numbers from 0. @param {number} count */
export function upTo(count) {
  return Array.from({ length: count }, (_, i) => i);
}

/** A network on its points, evaluated once. */
export class Measured {
  /** @param {Subject} subject */
  constructor({ network, points, labels, run, window }) {
    const last = network.layers[network.layers.length - 1];
    this.network = network;
    this.points = points;
    this.labels = labels;
    this.run = run;
    this.window = window;
    this.n = labels.length;
    this.d = network.features;
    this.k = last.units;
    this.hidden = network.layers.length - 1;
    this.first = network.layers[0];
    this.last = last;
    /** @type {Pass[]} */
    this.passes = forwardPass(network, points, this.n);
    this.logits = this.passes[this.hidden].a;
    /** @type {Uint8Array} */
    this.predicted = classesOf(this.logits, this.n, this.k);
    this.largest = spanOf(this.logits, 0, 1).size;
    this.noise = NOISE_SHARE * this.largest;
    this.sizes = this.perClass(() => true);
    this.occupied = upTo(this.k).filter((k) => this.sizes[k] > 0);
    this.good = 0;
    for (let i = 0; i < this.n; i++) if (this.isRight(i)) this.good++;
    /** @type {Map<number, Int32Array>} */
    this.counted = new Map();
  }

  /** @param {number} i */
  isRight(i) {
    return this.predicted[i] === this.labels[i];
  }

  /** How many points of each class are chosen. @param {(point: number) => boolean} chosen */
  perClass(chosen) {
    const counts = new Array(this.k).fill(0);
    for (let i = 0; i < this.n; i++) if (chosen(i)) counts[this.labels[i]]++;
    return counts;
  }

  /** @param {number} layer */
  unitsOf(layer) {
    return this.network.layers[layer].units;
  }

  /** At how many points of each class each unit is on, (units, k). @param {number} layer */
  onCounts(layer) {
    const known = this.counted.get(layer);
    if (known) return known;
    const units = this.unitsOf(layer), { z } = this.passes[layer];
    const counts = new Int32Array(units * this.k);
    for (let i = 0; i < this.n; i++) {
      for (let u = 0; u < units; u++) {
        if (z[i * units + u] > 0) counts[u * this.k + this.labels[i]]++;
      }
    }
    this.counted.set(layer, counts);
    return counts;
  }

  /** Of each class. @param {number} layer @param {number} unit */
  onOf(layer, unit) {
    return Array.from(this.onCounts(layer).subarray(unit * this.k, (unit + 1) * this.k));
  }

  /** @param {number} layer @param {number} unit */
  onAt(layer, unit) {
    return this.onOf(layer, unit).reduce((sum, one) => sum + one, 0);
  }

  /** For every class: 1 mostly on, -1 mostly off, 0 cut through.
   * @param {number} layer @param {number} unit */
  role(layer, unit) {
    return this.onOf(layer, unit).map((on, k) => {
      if (!this.sizes[k]) return -1;
      return on >= MOSTLY * this.sizes[k] ? 1 : on <= (1 - MOSTLY) * this.sizes[k] ? -1 : 0;
    });
  }

  /** @param {number} layer */
  roles(layer) {
    return upTo(this.unitsOf(layer)).map((unit) => this.role(layer, unit));
  }

  /** How many units cut through a class. @param {number} layer */
  cutting(layer) {
    return this.roles(layer).filter((role) => role.includes(0)).length;
  }

  /** Units that are on at no point. @param {number} layer */
  silent(layer) {
    return upTo(this.unitsOf(layer)).filter((unit) => !this.onAt(layer, unit));
  }

  /** How many units do not give the same everywhere. @param {number} layer */
  varying(layer) {
    const { a } = this.passes[layer], units = this.unitsOf(layer);
    const least = NOISE_SHARE * spanOf(a, 0, 1).size;
    return upTo(units).filter((unit) => spanOf(a, unit, units).span > least).length;
  }

  /** The input that moves a sum most over the points, and its weight's sign.
   * @param {(input: number) => number} weightOf @returns {[number, number]} */
  steepest(weightOf) {
    const weights = upTo(this.d).map(weightOf);
    const change = weights.map((w, i) => Math.abs(w) * spanOf(this.points, i, this.d).span);
    const axis = placeOfMost(change);
    return change[axis] > 0 ? [axis, Math.sign(weights[axis])] : [-1, 0];
  }

  /** @param {number} unit */
  leaning(unit) {
    return this.steepest((i) => this.first.weights[i * this.first.units + unit]);
  }

  /** How many units of the first layer have a line. */
  withALine() {
    return upTo(this.first.units).filter((unit) => this.leaning(unit)[1] !== 0).length;
  }

  /**
   * The inputs of a layer that move one of its sums most, with the signs of their weights.
   * @param {number} layer @param {number} unit @param {number} most
   * @returns {[number, number][]}
   */
  movedBy(layer, unit, most) {
    const { inputs, units, weights } = this.network.layers[layer];
    const below = layer ? this.passes[layer - 1].a : this.points;
    const strength = upTo(inputs).map((i) => {
      const { deviation, size } = deviationOf(below, i, inputs);
      return Math.abs(weights[i * units + unit]) *
        (deviation <= NOISE_SHARE * size ? 0 : deviation);
    });
    return upTo(inputs).sort((i, j) => strength[j] - strength[i]).slice(0, most)
      .filter((i) => strength[i] > 0).map((i) => [i, weights[i * units + unit] > 0 ? 1 : -1]);
  }

  /** How many features are not constant. */
  moving() {
    return upTo(this.d).filter((i) => {
      const { deviation, size } = deviationOf(this.points, i, this.d);
      return deviation > NOISE_SHARE * size;
    }).length;
  }

  /** The first earlier unit of the first layer of which a unit is a positive multiple, or -1.
   * @param {number} unit */
  parallel(unit) {
    const { inputs, units, weights, bias } = this.first;
    const row = (/** @type {number} */ u) => [
      ...upTo(inputs).map((i) => weights[i * units + u]),
      bias[u],
    ];
    const dot = (/** @type {number[]} */ one, /** @type {number[]} */ two) =>
      one.reduce((sum, value, i) => sum + value * two[i], 0);
    const mine = row(unit), length = Math.sqrt(dot(mine, mine));
    if (!length) return -1;
    return upTo(unit).findIndex((u) => {
      const theirs = row(u), before = Math.sqrt(dot(theirs, theirs));
      return before > 0 && dot(theirs, mine) >= SAME_DIRECTION * before * length;
    });
  }

  /** The units that are on together at most points of a class, and how many points that is.
   * @param {number} layer @param {number} label @returns {{pattern: number[], count: number}} */
  code(layer, label) {
    const units = this.unitsOf(layer), { z } = this.passes[layer];
    /** @type {Map<string, {pattern: number[], count: number}>} */ const found = new Map();
    for (let i = 0; i < this.n; i++) {
      if (this.labels[i] !== label) continue;
      const pattern = upTo(units).filter((u) => z[i * units + u] > 0), key = pattern.join();
      const known = found.get(key);
      if (known) known.count++;
      else found.set(key, { pattern, count: 1 });
    }
    return [...found.values()].sort((one, two) =>
      two.count - one.count || compareLists(one.pattern, two.pattern)
    )[0];
  }

  /** The unit whose sides part two classes best, and how many of each it has on.
   * @param {number} layer @param {number} one @param {number} other */
  bestCut(layer, one, other) {
    const counts = upTo(this.unitsOf(layer)).map((unit) => this.onOf(layer, unit));
    const unit = placeOfMost(
      counts.map((on) => Math.abs(on[one] / this.sizes[one] - on[other] / this.sizes[other])),
    );
    return { unit, counts: [counts[unit][one], counts[unit][other]] };
  }

  /** The unit that singles out one class best. @param {number} layer */
  keenest(layer) {
    const scores = this.roles(layer).flatMap((_, unit) => {
      const on = this.onOf(layer, unit), all = this.onAt(layer, unit);
      return on.map((count, k) =>
        count / Math.max(this.sizes[k], 1) -
        (all - count) / Math.max(this.n - Math.max(this.sizes[k], 1), 1)
      );
    });
    const best = placeOfMost(scores), unit = Math.floor(best / this.k), label = best % this.k;
    const mine = this.onOf(layer, unit)[label];
    return { unit, label, mine, others: this.onAt(layer, unit) - mine };
  }
}

/** As Python orders tuples. @param {ArrayLike<number>} one @param {ArrayLike<number>} two */
export function compareLists(one, two) {
  for (let i = 0; i < Math.min(one.length, two.length); i++) {
    if (one[i] !== two[i]) return one[i] - two[i];
  }
  return one.length - two.length;
}

/**
 * Which points share their place in a layer's space: a number for each, in the order of places.
 * Outputs that only rounding makes equal, at the ends of a smooth unit's range, do not count.
 * @param {Measured} at
 * @param {number} layer
 * @returns {number[]}
 */
export function placesShared(at, layer) {
  const { a, z } = at.passes[layer], units = at.unitsOf(layer);
  const names = at.network.layers.slice(0, layer + 1).map(({ activation }) => activation);
  const rows = upTo(at.n).map((i) => Array.from(a.subarray(i * units, (i + 1) * units)));
  if (names.every((name) => STRAIGHT.includes(name))) return placeNumbers(rows);
  const below = layer
    ? placesShared(at, layer - 1)
    : placeNumbers(upTo(at.n).map((i) => upTo(at.d).map((f) => at.points[i * at.d + f])));
  rows.forEach((row, i) => {
    const off = names[layer] === "relu" &&
      z.subarray(i * units, (i + 1) * units).every((value) => value <= 0);
    row.push(off ? -1 : below[i]);
  });
  return placeNumbers(rows);
}

/** A number for each row, the same for equal ones, in their order. @param {number[][]} rows */
function placeNumbers(rows) {
  const order = upTo(rows.length).sort((i, j) => compareLists(rows[i], rows[j]));
  const numbers = new Array(rows.length).fill(0);
  for (let place = 1; place < order.length; place++) {
    const same = compareLists(rows[order[place]], rows[order[place - 1]]) === 0;
    numbers[order[place]] = numbers[order[place - 1]] + (same ? 0 : 1);
  }
  return numbers;
}
