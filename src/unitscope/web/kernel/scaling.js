// @ts-check
/** Standardizing, as Python's Scaling: of points, and of a first layer's weights. Pure. */

const UNLIKE = 10, NO_SPREAD = 1e-12, LEAST = 1e-290, ROUNDING = 16 * Number.EPSILON;

/** @typedef {{mean: Float64Array, deviation: Float64Array, varies: boolean[]}} Spread */

/**
 * Where the numbers of each feature lie.
 * @param {ArrayLike<number>} points (n, features) row by row
 * @param {number} features
 * @returns {Spread}
 */
export function spreadOf(points, features) {
  const n = points.length / features;
  const mean = new Float64Array(features), deviation = new Float64Array(features);
  const largest = new Float64Array(features);
  for (let at = 0; at < points.length; at++) {
    mean[at % features] += points[at];
    largest[at % features] = Math.max(largest[at % features], Math.abs(points[at]));
  }
  for (let k = 0; k < features; k++) mean[k] /= n;
  for (let at = 0; at < points.length; at++) {
    deviation[at % features] += (points[at] - mean[at % features]) ** 2;
  }
  for (let k = 0; k < features; k++) deviation[k] = Math.sqrt(deviation[k] / n);
  const varies = [...deviation].map((one, k) => one > Math.max(NO_SPREAD * largest[k], LEAST));
  return { mean, deviation, varies };
}

/** Whether features differ much in size, or are far from 0 or from 1. @param {Spread} spread */
export function areUnlike({ mean, deviation, varies }) {
  const those = [...varies.keys()].filter((k) => varies[k]);
  if (!those.length) return false;
  const sizes = those.map((k) => deviation[k]);
  const least = Math.min(...sizes), largest = Math.max(...sizes);
  return largest > UNLIKE || least < 1 / UNLIKE || largest > UNLIKE * least ||
    those.some((k) => Math.abs(mean[k]) > UNLIKE * deviation[k]);
}

/** The scale of a feature that does not vary is 1. @param {Spread} spread @param {number} k */
const scaleOf = ({ deviation, varies }, k) => varies[k] ? deviation[k] : 1;

/** @param {Spread} spread @param {ArrayLike<number>} points */
export function standardizedPoints(spread, points) {
  const features = spread.mean.length;
  return Float64Array.from(
    points,
    (value, at) => (value - spread.mean[at % features]) / scaleOf(spread, at % features),
  );
}

/**
 * Make of parameters for standardized points those for points in their own units, in place.
 * @param {Spread} spread
 * @param {Float64Array} row
 * @param {number} units of the first layer
 */
export function foldScale(spread, row, units) {
  const features = spread.mean.length, bias = features * units;
  for (let k = 0; k < features; k++) {
    for (let j = 0; j < units; j++) {
      row[k * units + j] /= scaleOf(spread, k);
      row[bias + j] -= spread.mean[k] * row[k * units + j];
    }
  }
}

/**
 * The way back; a bias that is nothing but rounding is 0.
 * @param {Spread} spread
 * @param {Float64Array} row
 * @param {number} units
 */
export function unfoldScale(spread, row, units) {
  const features = spread.mean.length, bias = features * units;
  for (let j = 0; j < units; j++) {
    let parts = Math.abs(row[bias + j]);
    for (let k = 0; k < features; k++) {
      const part = spread.mean[k] * row[k * units + j];
      parts += Math.abs(part);
      row[bias + j] += part;
      row[k * units + j] *= scaleOf(spread, k);
    }
    if (Math.abs(row[bias + j]) <= ROUNDING * parts) row[bias + j] = 0;
  }
}
