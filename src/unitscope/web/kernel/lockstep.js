// @ts-check
/** The same training from many seeds, 16 at a time in the lanes of vectors. Pure. */

import { LAYOUT, THRESHOLDS } from "./layout.js";
import { countOf, epochCost, layerTable, putPoints, realNumbers, wholeNumbers } from "./packing.js";
import { glorotStart, keyOf } from "./random.js";
import { foldScale, standardizedPoints } from "./scaling.js";
import { trainedInPieces } from "./training.js";

/** @import { Kernel } from "./machine.js" */
/** @import { Task } from "./training.js" */

/** Of each seed the last weights, loss and accuracy.
 * @typedef {{weights: Float32Array, loss: Float32Array, accuracy: Float32Array}} OfSeeds */

const PIECE_OF_BLOCK = 1e8; // products of all runs between two looks

/**
 * Train from each seed; between the pieces it gives how many seeds are done.
 * @param {Kernel} kernel
 * @param {Task} task whose start and order are not read; without patience
 * @param {number[]} seeds
 * @returns {Generator<number, OfSeeds, void>}
 */
export function* trainedFromSeeds(kernel, task, seeds) {
  const count = countOf(task.shape);
  const found = {
    weights: new Float32Array(seeds.length * count),
    loss: new Float32Array(seeds.length),
    accuracy: new Float32Array(seeds.length),
  };
  if (count > THRESHOLDS.MOST_IN_LOCKSTEP) yield* oneByOne(kernel, task, seeds, found);
  else {
    for (let begin = 0; begin < seeds.length; begin += LAYOUT.GROUP) {
      yield* oneBlock(kernel, task, seeds.slice(begin, begin + LAYOUT.GROUP), begin, found);
    }
  }
  return found;
}

/** @param {Task} task @param {number} seed */
export const startFromSeed = ({ shape }, seed) =>
  glorotStart([shape[0].inputs, ...shape.map(({ units }) => units)], seed);

/**
 * @param {Kernel} kernel
 * @param {Task} task
 * @param {number[]} seeds
 * @param {OfSeeds} found
 * @returns {Generator<number, void, void>}
 */
function* oneByOne(kernel, task, seeds, found) {
  const count = countOf(task.shape);
  for (const [row, seed] of seeds.entries()) {
    const own = { ...task, test: null, start: startFromSeed(task, seed), order: keyOf(seed) };
    const work = trainedInPieces(kernel, own);
    let step = work.next();
    for (; !step.done; step = work.next()) yield row;
    const { weights, loss, accuracy, epochs, finite } = step.value;
    const last = weights.subarray(epochs * count);
    found.weights.set(finite ? last : new Float32Array(count).fill(NaN), row * count);
    found.loss[row] = finite ? loss[epochs - 1] : NaN;
    found.accuracy[row] = finite ? accuracy[epochs - 1] : NaN;
  }
}

/**
 * A block of seeds; spare lanes repeat the last one.
 * @param {Kernel} kernel
 * @param {Task} task
 * @param {number[]} seeds
 * @param {number} first its place among all
 * @param {OfSeeds} found
 * @returns {Generator<number, void, void>}
 */
function* oneBlock(kernel, task, seeds, first, found) {
  const { shape, recipe, fitted, weights, scale } = task, { GROUP, LOCKSTEP_ROW } = LAYOUT;
  const n = fitted.labels.length, count = countOf(shape), weighted = weights !== null;
  const whole = wholeNumbers(shape, recipe, n, weighted);
  const cost = epochCost(n, recipe.batch_size, count) * GROUP;
  const size = Math.min(recipe.epochs, Math.max(1, Math.floor(PIECE_OF_BLOCK / cost)));
  const table = layerTable(shape, LOCKSTEP_ROW, weighted);
  const settings = realNumbers(recipe, shape.length);
  const arrays = kernel.lay({
    numbers: [BigInt64Array, whole.length],
    settings: [Float64Array, settings.length],
    table: [BigInt64Array, table.length],
    X: [Float32Array, n * whole[LAYOUT.PITCH]],
    keys: [Uint32Array, GROUP],
    order: [Int32Array, 2 * n * GROUP],
    P: [Float32Array, count * GROUP],
    first: [Float32Array, count * GROUP],
    second: [Float32Array, count * GROUP],
    work: [Float32Array, 2 * whole[LAYOUT.OUTPUTS] * LOCKSTEP_ROW + count * GROUP],
    loss: [Float32Array, size * GROUP],
    right: [Float32Array, size * GROUP],
  });
  arrays.settings.set(settings);
  arrays.table.set(table.map(BigInt));
  const points = scale ? standardizedPoints(scale, fitted.points) : fitted.points;
  putPoints(arrays.X, points, fitted.labels, weights);
  for (let lane = 0; lane < GROUP; lane++) {
    const seed = seeds[Math.min(lane, seeds.length - 1)];
    arrays.keys[lane] = keyOf(seed);
    startFromSeed(task, seed).forEach((value, k) => arrays.P[k * GROUP + lane] = value);
  }
  /** Lanes. @type {Set<number>} */ const diverged = new Set();
  let done = 0, now = 0;
  while (done < recipe.epochs) {
    if (done) yield first;
    now = Math.min(size, recipe.epochs - done);
    whole[LAYOUT.EPOCHS] = now;
    whole[LAYOUT.STEP] = done * Math.ceil(n / recipe.batch_size);
    arrays.numbers.set(whole.map(BigInt));
    kernel.run("lockstep", ...Object.values(arrays));
    for (let i = 0; i < now * GROUP; i++) {
      if (!Number.isFinite(arrays.loss[i])) diverged.add(i % GROUP);
    }
    done += now;
  }
  for (const lane of seeds.keys()) {
    const row = Float64Array.from({ length: count }, (_, k) => arrays.P[k * GROUP + lane]);
    const at = (now - 1) * GROUP + lane;
    const finite = !diverged.has(lane) && row.every(Number.isFinite);
    if (scale) foldScale(scale, row, shape[0].units);
    found.weights.set(finite ? row : row.fill(NaN), (first + lane) * count);
    found.loss[first + lane] = finite ? arrays.loss[at] : NaN;
    found.accuracy[first + lane] = finite ? arrays.right[at] / n : NaN;
  }
  yield first + seeds.length;
}
