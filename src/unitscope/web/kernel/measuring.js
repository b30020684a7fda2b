// @ts-check
/** How many points a network gets right, and its loss, for many rows of weights. Pure. */

import { ACTIVATIONS } from "../pure/network.js";

/** @import { Dense } from "./packing.js" */

export class Measuring {
  /**
   * @param {Dense[]} shape
   * @param {ArrayLike<number>} points (n, features) row by row
   * @param {ArrayLike<number>} labels
   */
  constructor(shape, points, labels) {
    this.shape = shape;
    this.points = points;
    this.labels = labels;
    const units = shape.map((layer) => layer.units);
    /** @type {Float64Array[]} */
    this.outputs = units.map((count) => new Float64Array(count * labels.length));
  }

  /**
   * The logits, (n, classes) row by row, of the parameters that begin at a place.
   * @param {ArrayLike<number>} weights
   * @param {number} at
   */
  logits(weights, at) {
    let from = this.points;
    this.shape.forEach(({ inputs, units, activation }, index) => {
      const out = this.outputs[index], bias = at + inputs * units;
      for (let row = 0, source = 0; row < out.length; row += units, source += inputs) {
        for (let j = 0; j < units; j++) {
          let z = weights[bias + j];
          for (let i = 0; i < inputs; i++) z += from[source + i] * weights[at + i * units + j];
          out[row + j] = z;
        }
      }
      if (activation === "relu") {
        for (let k = 0; k < out.length; k++) if (!(out[k] > 0)) out[k] = 0;
      } else if (activation !== "linear") {
        const act = ACTIVATIONS[activation];
        for (let k = 0; k < out.length; k++) out[k] = act(out[k], 0.2);
      }
      at += (inputs + 1) * units;
      from = out;
    });
    return this.outputs[this.outputs.length - 1];
  }

  /**
   * The share of the points that is right; of equal logits the first wins.
   * @param {ArrayLike<number>} weights
   * @param {number} at
   */
  accuracy(weights, at) {
    const logits = this.logits(weights, at), n = this.labels.length, classes = logits.length / n;
    let right = 0;
    for (let i = 0, row = 0; i < n; i++, row += classes) {
      let best = 0;
      for (let k = 1; k < classes; k++) if (logits[row + k] > logits[row + best]) best = k;
      if (best === this.labels[i]) right++;
    }
    return right / n;
  }

  /** The mean cross-entropy at the logits computed last. */
  loss() {
    const logits = this.outputs[this.outputs.length - 1];
    const n = this.labels.length, classes = logits.length / n;
    let whole = 0;
    for (let i = 0, row = 0; i < n; i++, row += classes) {
      let largest = -Infinity, sum = 0;
      for (let k = 0; k < classes; k++) largest = Math.max(largest, logits[row + k]);
      for (let k = 0; k < classes; k++) sum += Math.exp(logits[row + k] - largest);
      whole += largest - logits[row + this.labels[i]] + Math.log(sum);
    }
    return whole / n;
  }
}

/**
 * What a recipe's penalties add to the loss of the parameters that begin at a place.
 * @param {Dense[]} shape
 * @param {{l1: number, l2: number}} recipe
 * @param {ArrayLike<number>} weights
 * @param {number} at
 */
export function penaltyOf(shape, { l1, l2 }, weights, at) {
  let found = 0;
  if (!l1 && !l2) return found;
  for (const { inputs, units } of shape) {
    for (let k = at; k < at + inputs * units; k++) {
      found += l1 * Math.abs(weights[k]) + l2 * weights[k] ** 2;
    }
    at += (inputs + 1) * units;
  }
  return found;
}
