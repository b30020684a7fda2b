// @ts-check
/** A network, a recipe and points as the numbers that the compiled kernel works on. Pure. */

import { ACTIVATION_CODES, LAYOUT, OPTIMIZER_CODES, THRESHOLDS } from "./layout.js";

/** @import { Activation } from "../pure/scene.d.ts" */

/** @typedef {{inputs: number, units: number, activation: Activation}} Dense */

/**
 * All settings of a training, with the names of Python's Recipe.
 * @typedef {object} Recipe
 * @property {number[]} hidden
 * @property {Activation} activation
 * @property {keyof typeof OPTIMIZER_CODES} optimizer
 * @property {number} learning_rate
 * @property {number} batch_size
 * @property {number} epochs
 * @property {number} l1
 * @property {number} l2
 * @property {number} seed
 * @property {boolean | "auto"} standardize
 * @property {"balanced" | number[] | null} class_weight
 */

/** Python's defaults of what the page's recipe has not. */
const MOMENTUM = 0, BETA_1 = 0.9, BETA_2 = 0.999, RHO = 0.9, EPSILON = 1e-7, DECAY = 0.004;
const SLOPE_BELOW = 0.2; // leaky_relu's

/** `count` rounded up to whole vectors. @param {number} count */
export function paddedTo(count, vector = LAYOUT.WIDTH) {
  return Math.ceil(count / vector) * vector;
}

/** @param {number} features @param {Recipe} recipe @param {number} classes @returns {Dense[]} */
export function shapeOf(features, recipe, classes) {
  const sizes = [features, ...recipe.hidden, classes];
  return sizes.slice(1).map((units, i) => ({
    inputs: sizes[i],
    units,
    activation: i < recipe.hidden.length ? recipe.activation : "linear",
  }));
}

/** @param {Dense[]} shape */
export function countOf(shape) {
  return shape.reduce((sum, { inputs, units }) => sum + (inputs + 1) * units, 0);
}

/** The length of a point's row. @param {Dense[]} shape @param {boolean} weighted */
function pitchOf(shape, weighted) {
  return paddedTo(shape[0].inputs + 1 + (weighted ? 1 : 0), LAYOUT.QUAD);
}

/** How many numbers the loop needs for what it works out on the way.
 * @param {Dense[]} shape @param {number} stride @param {boolean} narrow */
function scratchOf(shape, stride, narrow) {
  if (narrow) return paddedTo(countOf(shape)) * LAYOUT.HALF;
  return Math.max(
    ...shape.map(({ inputs, units }) => (stride + inputs) * paddedTo(units) + inputs * stride),
  );
}

/**
 * Every whole number that the kernel needs; those of one call are 0.
 * @param {Dense[]} shape
 * @param {Recipe} recipe
 * @param {number} points
 * @param {boolean} weighted
 */
export function wholeNumbers(shape, recipe, points, weighted) {
  const { NARROW } = THRESHOLDS, count = countOf(shape), pitch = pitchOf(shape, weighted);
  const largest = Math.max(...shape.map(({ inputs, units }) => inputs * units));
  const narrow = count <= 4 * NARROW && largest <= NARROW;
  const stride = Math.min(LAYOUT.CHUNK, paddedTo(Math.min(recipe.batch_size, points)));
  const values = new Array(LAYOUT.NUMBERS).fill(0);
  values[LAYOUT.LAYERS] = shape.length;
  values[LAYOUT.PADDED] = paddedTo(count);
  values[LAYOUT.PARAMETERS] = count;
  values[LAYOUT.STRIDE] = stride;
  values[LAYOUT.OUTPUTS] = pitch + shape.reduce((sum, { units }) => sum + units, 0);
  values[LAYOUT.SCRATCH] = scratchOf(shape, stride, narrow);
  values[LAYOUT.PITCH] = pitch;
  values[LAYOUT.IS_NARROW] = Number(narrow);
  values[LAYOUT.POINTS] = points;
  values[LAYOUT.BATCH] = recipe.batch_size;
  values[LAYOUT.OPTIMIZER] = OPTIMIZER_CODES[recipe.optimizer];
  values[LAYOUT.BLOCKS] = 1;
  values[LAYOUT.TEAM] = 1;
  values[LAYOUT.PENALISED] = Number(recipe.l1 > 0 || recipe.l2 > 0);
  values[LAYOUT.WEIGHTED] = Number(weighted);
  return values;
}

/** The recipe's real numbers, then every layer's. @param {Recipe} recipe @param {number} layers */
export function realNumbers(recipe, layers) {
  const values = new Array(LAYOUT.SETTINGS).fill(1); // the powers of the betas begin with 1
  values[LAYOUT.RATE] = recipe.learning_rate;
  values[LAYOUT.MOMENTUM] = MOMENTUM;
  values[LAYOUT.BETA_1] = BETA_1;
  values[LAYOUT.BETA_2] = BETA_2;
  values[LAYOUT.RHO] = RHO;
  values[LAYOUT.EPSILON] = EPSILON;
  values[LAYOUT.DECAY] = DECAY;
  values[LAYOUT.LOSS_MIN] = -Infinity;
  values[LAYOUT.LOSS_MAX] = values[LAYOUT.LOSS_MAX_0] = Infinity;
  values[LAYOUT.EDGE] = 0;
  for (const of of [SLOPE_BELOW, recipe.l1, recipe.l2]) {
    for (let i = 0; i < layers; i++) values.push(of);
  }
  return values;
}

/** A row for each layer. @param {Dense[]} shape @param {number} stride @param {boolean} weighted */
export function layerTable(shape, stride, weighted) {
  const values = [];
  let parameter = 0, source = 0, target = pitchOf(shape, weighted);
  for (const { inputs, units, activation } of shape) {
    const row = new Array(LAYOUT.COLUMNS).fill(0);
    row[LAYOUT.INPUTS] = inputs;
    row[LAYOUT.UNITS] = units;
    row[LAYOUT.ACTIVATION] = ACTIVATION_CODES[activation];
    row[LAYOUT.WEIGHTS] = parameter;
    row[LAYOUT.BIAS] = parameter + inputs * units;
    row[LAYOUT.SOURCE] = source * stride;
    row[LAYOUT.TARGET] = target * stride;
    values.push(...row);
    parameter += (inputs + 1) * units;
    source = target;
    target += units;
  }
  return values;
}

/**
 * Put points into their rows: features, class, weight where points have some.
 * @param {Float32Array} rows zeros
 * @param {ArrayLike<number>} points (n, features) row by row
 * @param {ArrayLike<number>} labels
 * @param {ArrayLike<number> | null} weights
 */
export function putPoints(rows, points, labels, weights) {
  const n = labels.length, pitch = rows.length / n, features = points.length / n;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < features; k++) rows[i * pitch + k] = points[i * features + k];
    rows[i * pitch + features] = labels[i];
    if (weights) rows[i * pitch + features + 1] = weights[i];
  }
}

/** How many numbers the loop works with beside its vectors. @param {number[]} whole */
export function workspaceOf(whole) {
  return 2 * whole[LAYOUT.OUTPUTS] * whole[LAYOUT.STRIDE] + whole[LAYOUT.SCRATCH] +
    whole[LAYOUT.STRIDE] + whole[LAYOUT.PADDED];
}

/** About how long an epoch takes, in products of a point and a weight.
 * @param {number} points @param {number} batch @param {number} parameters */
export function epochCost(points, batch, parameters) {
  return points * parameters + Math.ceil(points / batch) * (150 + 4 * parameters);
}
