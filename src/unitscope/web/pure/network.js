// @ts-check
/** A dense network's forward pass, as Python's Network computes it. Pure; everything in float64. */

/** @import { Activation, LayerScene } from "./scene.d.ts" */

/** @typedef {ArrayLike<number> & {[i: number]: number}} Numbers that can be changed */
/**
 * `weights` is (inputs, units) row by row; `slope` is leaky_relu's below zero.
 * @typedef {object} Layer
 * @property {number} inputs
 * @property {number} units
 * @property {Activation} activation
 * @property {number} slope
 * @property {Numbers} weights
 * @property {Numbers} bias
 */
/** @typedef {{features: number, layers: Layer[]}} Network */
/** Pre-activations and outputs of a layer, (n, units) row by row.
 * @typedef {{z: Float64Array, a: Float64Array}} Pass */

const SLOPE = 0.2; // of leaky_relu below zero, where a layer does not say it

/** @param {number} features @param {{units: number}[]} layers */
export function parameterCount(features, layers) {
  let inputs = features, count = 0;
  for (const { units } of layers) {
    count += (inputs + 1) * units;
    inputs = units;
  }
  return count;
}

/**
 * A network over a vector of parameters: each layer's weights row by row, then its bias.
 * @param {number} features
 * @param {LayerScene[]} layers
 * @param {Float32Array} vector
 * @param {number} [offset]
 * @returns {Network}
 */
export function networkFrom(features, layers, vector, offset = 0) {
  let inputs = features, at = offset;
  return {
    features,
    layers: layers.map(({ units, activation, negative_slope: slope = SLOPE }) => {
      const weights = vector.subarray(at, at += inputs * units),
        bias = vector.subarray(at, at += units);
      const layer = { inputs, units, activation, slope, weights, bias };
      inputs = units;
      return layer;
    }),
  };
}

/**
 * The error function to about 1e-15: a series near 0, a continued fraction beyond.
 * @param {number} x
 * @returns {number}
 */
export function erf(x) {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = size, sum = size;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= -size * size / n;
      sum += term / (2 * n + 1);
      if (n > 200) break;
    }
    return Math.sign(x) * 2 / Math.sqrt(Math.PI) * sum;
  }
  let tail = 0;
  for (let n = 60; n > 0; n--) tail = n / 2 / (size + tail);
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + tail));
}

/** @param {number} z */
const logistic = (z) => 0.5 * (1 + Math.tanh(0.5 * z));

/** Keras's definitions. @type {Record<Activation, (z: number, slope: number) => number>} */
export const ACTIVATIONS = {
  linear: (z) => z,
  relu: (z) => (z > 0 ? z : 0),
  leaky_relu: (z, slope) => (z > 0 ? z : slope * z),
  tanh: (z) => Math.tanh(z),
  sigmoid: logistic,
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  gelu: (z) => 0.5 * z * (1 + erf(z / Math.SQRT2)),
  silu: (z) => z * logistic(z),
  abs: (z) => Math.abs(z),
};

/**
 * Pre-activations and outputs of every layer, each (n, units) row by row.
 * @param {Network} network
 * @param {ArrayLike<number>} points (n, features) row by row
 * @param {number} n
 * @returns {Pass[]}
 */
export function forwardPass(network, points, n) {
  let from = points;
  return network.layers.map((layer) => {
    const { inputs, units, weights, bias, activation, slope } = layer,
      z = new Float64Array(n * units);
    for (let point = 0; point < n; point++) {
      const row = point * units, source = point * inputs;
      for (let j = 0; j < units; j++) z[row + j] = bias[j];
      for (let i = 0; i < inputs; i++) {
        const value = from[source + i], w = i * units;
        for (let j = 0; j < units; j++) z[row + j] += value * weights[w + j];
      }
    }
    let a = z;
    if (activation !== "linear") {
      a = new Float64Array(z.length);
      const act = ACTIVATIONS[activation];
      if (activation === "relu") {
        for (let at = 0; at < z.length; at++) {
          a[at] = z[at] > 0 ? z[at] : 0; // no call for each of the commonest
        }
      } else for (let at = 0; at < z.length; at++) a[at] = act(z[at], slope);
    }
    from = a;
    return { z, a };
  });
}

/**
 * @param {ArrayLike<number>} logits (n, classes)
 * @param {number} n
 * @param {number} classes
 * @returns {Float64Array}
 */
export function softmaxRows(logits, n, classes) {
  const shares = new Float64Array(n * classes);
  for (let at = 0; at < n * classes; at += classes) {
    let largest = -Infinity, sum = 0;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[at + k]);
    for (let k = 0; k < classes; k++) sum += shares[at + k] = Math.exp(logits[at + k] - largest);
    for (let k = 0; k < classes; k++) shares[at + k] /= sum;
  }
  return shares;
}

/**
 * The class of the largest logit of each row; of equal ones the first.
 * @param {ArrayLike<number>} logits
 * @param {number} n
 * @param {number} classes
 * @returns {Uint8Array}
 */
export function classesOf(logits, n, classes) {
  const winners = new Uint8Array(n);
  for (let i = 0, at = 0; i < n; i++, at += classes) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[at + k] > logits[at + best]) best = k;
    winners[i] = best;
  }
  return winners;
}

/**
 * The network of two of its inputs, the others held.
 * @param {Network} network
 * @param {number} i
 * @param {number} j the same as i where there is only one input
 * @param {ArrayLike<number>} at the value of every input
 * @returns {Network}
 */
export function onPlane(network, i, j, at) {
  const [first, ...later] = network.layers, { units } = first;
  const weights = new Float64Array(2 * units), bias = Float64Array.from(first.bias);
  for (let u = 0; u < units; u++) {
    weights[u] = first.weights[i * units + u];
    weights[units + u] = i === j ? 0 : first.weights[j * units + u];
    for (let other = 0; other < network.features; other++) {
      if (other !== i && other !== j) bias[u] += at[other] * first.weights[other * units + u];
    }
  }
  return { features: 2, layers: [{ ...first, inputs: 2, weights, bias }, ...later] };
}
