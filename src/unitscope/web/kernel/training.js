// @ts-check
/** One training by the compiled loop, in pieces: every epoch's weights, loss and accuracy. Pure. */

import { LAYOUT } from "./layout.js";
import { Measuring, penaltyOf } from "./measuring.js";
import {
  countOf,
  epochCost,
  layerTable,
  putPoints,
  realNumbers,
  wholeNumbers,
  workspaceOf,
} from "./packing.js";
import { foldScale, standardizedPoints } from "./scaling.js";

/** @import { Kernel } from "./machine.js" */
/** @import { Dense, Recipe } from "./packing.js" */
/** @import { Spread } from "./scaling.js" */

/** @typedef {{points: ArrayLike<number>, labels: Uint8Array}} Points row by row */

/**
 * What is trained and how, checked. `order`: rows of points, one for each epoch, or the key that
 * they are drawn from; `scale`: of features that are standardized; `start`: for points as they are
 * then.
 * @typedef {object} Task
 * @property {Dense[]} shape
 * @property {Recipe} recipe
 * @property {Points} fitted
 * @property {Points | null} test
 * @property {number | null} patience
 * @property {ArrayLike<number> | null} weights of the points
 * @property {Spread | null} scale
 * @property {ArrayLike<number>} start
 * @property {ArrayLike<number> | number} order
 */

/**
 * A row of weights before the first and after each epoch, for points in their own units.
 * @typedef {object} Trained
 * @property {Float32Array} weights
 * @property {Float64Array} loss
 * @property {Float64Array} accuracy
 * @property {number[]} testLoss
 * @property {number[]} testAccuracy
 * @property {number} epochs those that are kept
 * @property {boolean} finite false where the next epoch's loss or weights are not
 */

const PIECE = 4e7; // products between two looks: some hundredths of a second

/** @param {number[]} values */
const toLong = (values) => values.map(BigInt);

/** Follows a training on its test points: when it stops, and which epoch is the best. */
class Watching {
  /** @param {Task} task @param {Points} test */
  constructor({ shape, recipe, patience, scale }, { points, labels }) {
    this.recipe = recipe;
    this.patience = patience;
    this.measuring = new Measuring(
      shape,
      scale ? standardizedPoints(scale, points) : points,
      labels,
    );
    /** @type {number[]} */ this.losses = [];
    /** @type {number[]} */ this.accuracies = [];
    this.best = 0; // counted from 1
  }

  /** Look at the weights after the next epoch: whether it is the last.
   * @param {Float32Array} record @param {number} at */
  stops(record, at) {
    const { measuring, losses } = this;
    this.accuracies.push(measuring.accuracy(record, at));
    const loss = measuring.loss() + penaltyOf(measuring.shape, this.recipe, record, at);
    losses.push(loss);
    if (!this.best || loss < losses[this.best - 1]) this.best = losses.length;
    return this.patience !== null && losses.length - this.best >= this.patience;
  }
}

/** What the loop works on, laid out for pieces of so many epochs.
 * @param {Kernel} kernel @param {Task} task @param {number} size @param {number[]} whole */
function laidOutLoop(kernel, { shape, recipe, fitted, weights, scale, start }, size, whole) {
  const n = fitted.labels.length, count = countOf(shape), { POINTS, PITCH } = LAYOUT;
  const table = layerTable(shape, whole[LAYOUT.STRIDE], weights !== null);
  const settings = realNumbers(recipe, shape.length), padded = whole[LAYOUT.PADDED];
  const arrays = kernel.lay({
    numbers: [BigInt64Array, whole.length],
    settings: [Float64Array, settings.length],
    table: [BigInt64Array, table.length],
    X: [Float32Array, whole[POINTS] * whole[PITCH]],
    order: [Int32Array, (size + 1) * n + LAYOUT.CHUNK],
    vectors: [Float32Array, 3 * padded],
    work: [Float32Array, workspaceOf(whole)],
    record: [Float32Array, size * count],
    loss: [Float64Array, size],
    counts: [BigInt64Array, size + 2],
    drawing: [BigInt64Array, 5],
  });
  arrays.settings.set(settings);
  arrays.table.set(toLong(table));
  putPoints(
    arrays.X,
    scale ? standardizedPoints(scale, fitted.points) : fitted.points,
    fitted.labels,
    weights,
  );
  arrays.vectors.set(start);
  return arrays;
}

/**
 * Train; between its pieces it gives how many epochs are done.
 * @param {Kernel} kernel
 * @param {Task} task
 * @returns {Generator<number, Trained, void>}
 */
export function* trainedInPieces(kernel, task) {
  const { shape, recipe, fitted, test, order } = task, { epochs } = recipe;
  const n = fitted.labels.length, count = countOf(shape);
  const whole = wholeNumbers(shape, recipe, n, task.weights !== null);
  const cost = epochCost(n, recipe.batch_size, count);
  const size = Math.min(epochs, Math.max(1, Math.floor(PIECE / cost)));
  const arrays = laidOutLoop(kernel, task, size, whole);
  const { numbers, settings, table, X, vectors, work, record, loss, counts, drawing } = arrays;
  const kept = new Keeping(task, arrays.vectors.subarray(0, count));
  const watching = test && new Watching(task, test);
  const steps = Math.ceil(n / recipe.batch_size);
  let done = 0, finite = true, stopped = false;
  while (done < epochs && finite && !stopped) {
    const now = Math.min(size, epochs - done);
    if (typeof order === "number") {
      drawing.set(toLong([n, now, 0, done, order]));
      kernel.run("shuffles", drawing, drawing, arrays.order);
    } else {
      for (let at = 0; at < now * n; at++) arrays.order[at] = order[done * n + at];
      arrays.order.fill(0, now * n);
    }
    whole[LAYOUT.EPOCHS] = now;
    whole[LAYOUT.STEP] = done * steps;
    numbers.set(toLong(whole));
    counts.fill(0n);
    const sound = kernel.run(
      "loop",
      ...[numbers, settings, table, X, arrays.order, vectors, work, record, loss, counts],
    );
    finite = sound === now;
    for (let epoch = 0; epoch < sound && !stopped; epoch++) {
      kept.take(record, epoch * count, loss[epoch]);
      if (watching) stopped = watching.stops(record, epoch * count);
    }
    done += sound;
    if (finite && done < epochs && !stopped) yield done;
  }
  const whether = finite || stopped;
  const best = watching && task.patience !== null && whether ? watching.best : kept.epochs;
  return kept.trained(best, watching, whether);
}

/** The rows of a training that are kept, and how many points each gets right. */
class Keeping {
  /** @param {Task} task @param {Float32Array} start */
  constructor({ shape, recipe, fitted, scale }, start) {
    this.shape = shape;
    this.scale = scale;
    this.count = start.length;
    this.measuring = new Measuring(shape, fitted.points, fitted.labels);
    this.weights = new Float32Array((recipe.epochs + 1) * this.count);
    this.loss = new Float64Array(recipe.epochs);
    this.accuracy = new Float64Array(recipe.epochs);
    this.epochs = 0;
    this.put(start, 0, 0);
  }

  /** A row in the points' own units, as number so and so of those kept.
   * @param {Float32Array} record @param {number} at @param {number} row */
  put(record, at, row) {
    const { scale, count } = this, there = record.subarray(at, at + count);
    if (!scale) {
      this.weights.set(there, row * count);
      return there;
    }
    const folded = Float64Array.from(there);
    foldScale(scale, folded, this.shape[0].units);
    this.weights.set(folded, row * count);
    return folded;
  }

  /** @param {Float32Array} record @param {number} at @param {number} loss */
  take(record, at, loss) {
    const row = this.put(record, at, this.epochs + 1);
    this.accuracy[this.epochs] = this.measuring.accuracy(row, 0);
    this.loss[this.epochs++] = loss;
  }

  /**
   * @param {number} epochs
   * @param {Watching | null} watching
   * @param {boolean} finite
   * @returns {Trained}
   */
  trained(epochs, watching, finite) {
    return {
      weights: this.weights.subarray(0, (epochs + 1) * this.count),
      loss: this.loss.subarray(0, epochs),
      accuracy: this.accuracy.subarray(0, epochs),
      testLoss: watching?.losses ?? [],
      testAccuracy: watching?.accuracies ?? [],
      epochs,
      finite,
    };
  }
}
