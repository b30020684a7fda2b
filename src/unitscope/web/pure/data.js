// @ts-check
/** Labelled points, from and to messages; splits, and points put in or taken out. Pure. */

import { decodeBytes, decodeFloats, encodeBytes, encodeFloats } from "./codec.js";

/** @import { DataScene, Window } from "./scene.d.ts" */

/**
 * Points (n, features) row by row; `heldOut` has a 1 for each test point.
 * @typedef {object} Data
 * @property {number} features
 * @property {Float64Array} points
 * @property {Uint8Array} labels
 * @property {string[]} classNames
 * @property {string[]} featureNames
 * @property {Uint8Array | null} heldOut
 * @property {number} [sampleOf] how many there are, where these are a sample
 * @property {boolean} [fixedScale] whether their scale is part of what they are
 * @property {boolean} [edited] a sample that is no longer as it was drawn
 */

/** @param {DataScene} wire @returns {Data} */
export function dataFromWire(wire) {
  return {
    features: wire.features,
    points: Float64Array.from(decodeFloats(wire.points)),
    labels: decodeBytes(wire.labels),
    classNames: wire.class_names,
    featureNames: wire.feature_names,
    heldOut: wire.held_out ? decodeBytes(wire.held_out) : null,
    ...(wire.sample_of && { sampleOf: wire.sample_of }),
    ...(wire.fixed_scale && { fixedScale: true }),
  };
}

/** @param {Data} data @returns {DataScene} */
export function dataToWire(data) {
  return {
    features: data.features,
    points: encodeFloats(data.points),
    labels: encodeBytes(data.labels),
    class_names: data.classNames,
    feature_names: data.featureNames,
    held_out: data.heldOut && encodeBytes(data.heldOut),
    ...(data.sampleOf && !data.edited && { sample_of: data.sampleOf }),
    ...(data.fixedScale && { fixed_scale: true }),
  };
}

/** A whole number as the words write it: 2,000. @param {number} count */
export const counted = (count) => count.toLocaleString("en");

/** How many points are shown, and of how many. @param {Data} data */
export function countWords({ labels, sampleOf, edited }) {
  const shown = counted(labels.length);
  if (!sampleOf) return `${shown} points`;
  return edited
    ? `${shown} points, changed by hand, from a sample of ${counted(sampleOf)}`
    : `${shown} of ${counted(sampleOf)} points, drawn with seed 0, are shown`;
}

/**
 * How many points are right, and of how many: of those trained on, or of the test points.
 * @param {Data} data
 * @param {ArrayLike<number>} predicted
 * @param {boolean} test
 * @returns {[number, number]}
 */
export function rightOf({ labels, heldOut }, predicted, test) {
  let right = 0, all = 0;
  for (let i = 0; i < labels.length; i++) {
    if (test !== !!heldOut?.[i]) continue;
    all++;
    if (predicted[i] === labels[i]) right++;
  }
  return [right, all];
}

/**
 * A point's name: points trained on and test points are counted by themselves, as Python has them
 * in `run.data` and `run.validation.data`.
 * @param {Pick<Data, "heldOut">} data
 * @param {number} point
 */
export function pointName({ heldOut }, point) {
  if (!heldOut) return `Point ${point}`;
  const before = heldOut.subarray(0, point).reduce((sum, one) => sum + (one ? 1 : 0), 0);
  return heldOut[point] ? `Test point ${before}` : `Point ${point - before}`;
}

/**
 * Which points are held out as test points: a share of them, the same for the same seed.
 * @param {number} n
 * @param {number} share 0..1
 * @param {number} seed
 * @returns {Uint8Array | null}
 */
export function heldOutOf(n, share, seed) {
  const count = Math.min(n - 1, Math.round(n * share));
  if (count < 1) return null;
  const order = Array.from({ length: n }, (_, i) => i), mask = new Uint8Array(n);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (const i of order.slice(0, count)) mask[i] = 1;
  return mask;
}

/**
 * Data with points put in, moved or taken out; the data given stays as it is.
 * @param {Data} data
 * @param {number[]} rows the numbers of the points kept
 * @param {{x: ArrayLike<number>, label: number}} [added]
 * @returns {Data}
 */
export function withPoints(data, rows, added) {
  const d = data.features, n = rows.length + (added ? 1 : 0);
  const points = new Float64Array(n * d),
    labels = new Uint8Array(n),
    held = data.heldOut && new Uint8Array(n);
  rows.forEach((row, i) => {
    points.set(data.points.subarray(row * d, (row + 1) * d), i * d);
    labels[i] = data.labels[row];
    if (held && data.heldOut) held[i] = data.heldOut[row];
  });
  if (added) {
    points.set(added.x, rows.length * d);
    labels[rows.length] = added.label;
  }
  return { ...data, points, labels, heldOut: held };
}

/**
 * The two features of most spread, in their order, where there are more than two.
 * @param {Data} data
 * @returns {[number, number] | null}
 */
export function widestAxes({ features, points }) {
  if (features < 3) return null;
  const n = points.length / features,
    spread = Array.from({ length: features }, (_, j) => {
      let sum = 0, squares = 0;
      for (let at = j; at < points.length; at += features) {
        sum += points[at];
        squares += points[at] * points[at];
      }
      return squares / n - (sum / n) ** 2;
    });
  const [a, b] = [...spread.keys()].sort((i, j) => spread[j] - spread[i]);
  return [Math.min(a, b), Math.max(a, b)];
}

/** A name for one class more. @param {string[]} names */
export function freeName(names) {
  let k = names.length;
  while (names.includes(`c${k}`)) k++;
  return `c${k}`;
}

/**
 * Twelve points more, of the last class, around the emptiest place of a window.
 * @param {Data} data
 * @param {Window} window
 * @param {{rows: ArrayLike<number>}} where the points are in the window, two numbers each
 * @param {(x: number, y: number) => number[]} featuresAt of a place in the window
 * @returns {Data}
 */
export function withCluster(data, window, where, featuresAt) {
  const [[x0, x1], [y0, y1]] = window,
    [x, y] = emptiestPlace(where.rows, window),
    label = data.classNames.length - 1;
  let grown = data;
  for (let k = 0; k < 12; k++) {
    const radius = 0.035 * Math.sqrt((k + 0.5) / 12), turn = k * 2.399963;
    const place = featuresAt(
      x + radius * Math.cos(turn) * (x1 - x0),
      y + radius * Math.sin(turn) * (y1 - y0),
    );
    grown = withPoints(grown, [...grown.labels.keys()], { x: place, label });
  }
  return grown;
}

/** @param {ArrayLike<number>} places two numbers each @param {Window} window */
function emptiestPlace(places, [[x0, x1], [y0, y1]]) {
  let best = [x0, y0], widest = -1;
  for (let a = 1; a < 10; a++) {
    for (let b = 1; b < 10; b++) {
      const x = x0 + a / 10 * (x1 - x0), y = y0 + b / 10 * (y1 - y0);
      let near = Infinity;
      for (let at = 0; at < places.length; at += 2) {
        const across = (places[at] - x) / (x1 - x0), up = (places[at + 1] - y) / (y1 - y0);
        near = Math.min(near, Math.hypot(across, up));
      }
      const room = Math.min(near, a / 10, 1 - a / 10, b / 10, 1 - b / 10);
      if (room > widest) [widest, best] = [room, [x, y]];
    }
  }
  return best;
}
