// @ts-check
/** The answers to requests that a browser can give by itself, as the server would. Pure. */

import {
  checkedData,
  checkedRecipe,
  checkWork,
  costOfTraining,
  floatsOf,
  Refused,
  wholeIn,
} from "./checks.js";
import { trainedFromSeeds } from "./lockstep.js";
import { countOf, shapeOf } from "./packing.js";
import { glorotStart, keyOf } from "./random.js";
import { areUnlike, spreadOf, unfoldScale } from "./scaling.js";
import { trainedInPieces } from "./training.js";
import { encodeFloats } from "../pure/codec.js";

/** @import * as scene from "../pure/scene.d.ts" */
/** @import { Checked } from "./checks.js" */
/** @import { Kernel } from "./machine.js" */
/** @import { Recipe } from "./packing.js" */
/** @import { Points, Task, Trained } from "./training.js" */

/** @typedef {Omit<scene.TrainRequest, "id">} Training */
/** @typedef {Omit<scene.SeedsRequest, "id">} SeedsTraining */
/** @typedef {Omit<scene.Trained, "id"> | Omit<scene.SeedsTrained, "id"> | {kind: "refused",
 *   message: string}} Reply */
/**
 * The course lab's own start: weights, and rows of the order of its points.
 * @typedef {{weights: Float32Array, order: Uint8Array}} Course
 */
/** @typedef {{limits: scene.Limits, course: Course | null}} Given */

const KEPT_BYTES = 4 * 2 ** 20; // of the weights in one run; above, epochs are thinned evenly
const SLOPE_OF_LEAKS = 0.2;

/**
 * What a request costs in products; Infinity where a browser can't answer it by itself: more than
 * two features, whose plane Python finds, words of the result, or seeds that stop early.
 * @param {{kind: string} & Record<string, unknown>} request
 * @param {scene.Limits} limits
 */
export function costHere(request, limits) {
  try {
    const train = request.kind === "train";
    if (!train && request.kind !== "seeds" || request.explain === true) return Infinity;
    if (!train && request.early_stopping) return Infinity;
    const data = checkedData(request.data, limits);
    if (data.features > 2) return Infinity;
    const recipe = checkedRecipe(request.recipe, limits, data.classes);
    const seeds = train ? undefined : Number(request.seeds ?? 64);
    return costOfTraining(
      data.labels.length,
      shapeOf(data.features, recipe, data.classes),
      recipe,
      { seeds, patience: /** @type {number | null} */ (request.early_stopping ?? null) },
    );
  } catch (problem) {
    if (problem instanceof Refused) return Infinity; // the server says so
    throw problem;
  }
}

/** @param {Checked} data @param {boolean} test @returns {Points} */
function pointsOf({ points, labels, features, heldOut }, test) {
  if (!heldOut) return { points: Float64Array.from(points), labels };
  const rows = [...labels.keys()].filter((i) => Boolean(heldOut[i]) === test);
  const found = new Float64Array(rows.length * features);
  rows.forEach((row, i) =>
    found.set(points.subarray(row * features, (row + 1) * features), i * features)
  );
  return { points: found, labels: Uint8Array.from(rows, (row) => labels[row]) };
}

/** @param {Recipe} recipe @param {Points} fitted @param {number} classes */
function weightsOfEach({ class_weight }, { labels }, classes) {
  if (class_weight === null) return null;
  const found = new Float64Array(classes).fill(1);
  if (class_weight !== "balanced") {
    found.set(class_weight);
    return found;
  }
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]++;
  const there = counts.filter((count) => count > 0).length;
  return found.map((one, k) => counts[k] ? labels.length / (there * counts[k]) : one);
}

/** @param {Checked} data @param {Recipe} recipe @returns {Task} */
function taskOf(data, recipe) {
  const shape = shapeOf(data.features, recipe, data.classes), fitted = pointsOf(data, false);
  const spread = spreadOf(fitted.points, data.features);
  const wanted = recipe.standardize === "auto"
    ? !data.fixedScale && areUnlike(spread)
    : recipe.standardize;
  const each = weightsOfEach(recipe, fitted, data.classes);
  return {
    shape,
    recipe,
    fitted,
    test: data.heldOut && pointsOf(data, true),
    patience: null,
    weights: each && Float64Array.from(fitted.labels, (label) => each[label]),
    scale: wanted ? spread : null,
    start: [],
    order: keyOf(recipe.seed),
  };
}

/** Whether the course lab's start fits. @param {Task} task */
export function fitsTheCourse({ shape, recipe, fitted }) {
  return fitted.labels.length === 100 && recipe.batch_size === 32 && recipe.epochs <= 200 &&
    recipe.activation === "relu" &&
    shape.map(({ inputs, units }) => `${inputs}-${units}`).join() === "2-2,2-4";
}

/**
 * @param {Training} request
 * @param {Given} given
 * @returns {{task: Task, data: Checked, course: boolean}}
 */
export function trainingOf(request, { limits, course }) {
  const data = checkedData(request.data, limits);
  const recipe = checkedRecipe(request.recipe, limits, data.classes);
  checkWork(data, recipe, limits);
  const task = taskOf(data, recipe), given = request.start ?? null;
  const fits = request.course === true && given === null && fitsTheCourse(task) ? course : null;
  const patience = request.early_stopping ?? null;
  if (patience !== null) {
    task.patience = wholeIn("early_stopping", patience, 1, limits.epochs);
    if (!task.test) {
      throw new Refused(
        `early_stopping must be given with points held out. Got ${patience} instead. ` +
          "Hold some out.",
      );
    }
  }
  if (fits) Object.assign(task, { start: fits.weights, order: fits.order });
  else if (given !== null) task.start = floatsOf("start", given, countOf(task.shape));
  else {
    const sizes = [data.features, ...task.shape.map(({ units }) => units)];
    task.start = glorotStart(sizes, recipe.seed);
  }
  if (task.scale && (fits || given !== null)) { // they are for points in their own units
    const start = Float64Array.from(task.start);
    unfoldScale(task.scale, start, task.shape[0].units);
    task.start = start;
  }
  return { task, data, course: fits !== null };
}

/** @param {Task} task @returns {scene.LayerScene[]} */
function layersToWire({ shape }) {
  return shape.map(({ units, activation }) => ({
    units,
    activation,
    negative_slope: SLOPE_OF_LEAKS,
  }));
}

/** As NumPy rounds. @param {number} value */
function roundedToEven(value) {
  const below = Math.floor(value), rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2) ? below + 1 : below;
}

/** At most so many of 0..epochs, evenly spaced. @param {number} epochs @param {number} most */
export function keptEpochs(epochs, most) {
  if (epochs < most) return Array.from({ length: epochs + 1 }, (_, k) => k);
  const step = epochs / (most - 1);
  const places = Array.from({ length: most }, (_, k) => roundedToEven(k * step));
  places[most - 1] = epochs;
  return [...new Set(places)];
}

/** A number in three digits or so, as Python's %g has it. @param {number} value */
function inShort(value, digits = 6) {
  const [mantissa, power] = value.toExponential(digits - 1).split("e").map(Number);
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)));
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Why a training ended before its last epoch. @param {Task} task @param {Trained} trained */
function whyStopped({ recipe, fitted, scale }, { epochs }) {
  const largest = fitted.points.length
    ? Array.from(fitted.points).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    : 0;
  const cause = largest > 100 && !scale
    ? `The points reach ${inShort(largest, 3)}; large inputs make large steps: try ` +
      "standardize=True, or data.standardized()."
    : `The likely cause is a learning rate of ${inShort(recipe.learning_rate)}: try ` +
      `${inShort(recipe.learning_rate / 10)}.`;
  return "The loss must stay finite. Got a loss or weight that is not finite in epoch " +
    `${epochs + 1} instead. ${cause}`;
}

/**
 * Train as a request asks; between the pieces it gives how many epochs are done.
 * @param {Kernel} kernel
 * @param {Training} request
 * @param {Given} given
 * @returns {Generator<[number, number], Reply, void>}
 */
export function* answerToTraining(kernel, request, given) {
  const { task, data, course } = trainingOf(request, given), { shape, recipe, scale } = task;
  const work = trainedInPieces(kernel, task);
  let step = work.next();
  for (; !step.done; step = work.next()) yield [step.value, recipe.epochs];
  const trained = step.value, { weights, epochs } = trained, count = countOf(shape);
  const kept = keptEpochs(epochs, Math.max(2, Math.floor(KEPT_BYTES / (4 * count))));
  const rows = new Float32Array(kept.length * count);
  kept.forEach((row, k) => rows.set(weights.subarray(row * count, (row + 1) * count), k * count));
  const each = weightsOfEach({ ...recipe }, task.fitted, data.classes);
  const asNeeded = !data.fixedScale && areUnlike(spreadOf(task.fitted.points, data.features));
  return {
    kind: "trained",
    run: {
      features: data.features,
      layers: layersToWire(task),
      epochs: kept,
      weights: encodeFloats(rows),
      loss: encodeFloats(trained.loss),
      accuracy: encodeFloats(trained.accuracy),
      test_loss: task.test && encodeFloats(trained.testLoss),
      test_accuracy: task.test && encodeFloats(trained.testAccuracy),
      recipe: {
        ...recipe,
        standardize: asNeeded === (scale !== null) ? "auto" : scale !== null,
        class_weight: recipe.class_weight === "balanced" ? "balanced" : each && [...each],
      },
      course,
      stopped: trained.finite ? null : whyStopped(task, trained),
      early_stopping: task.patience,
      standardized: scale !== null,
      plane: null,
    },
  };
}

/**
 * Train from many seeds as a request asks; between the pieces it gives how many are done.
 * @param {Kernel} kernel
 * @param {SeedsTraining} request
 * @param {Given} given
 * @returns {Generator<[number, number], Reply, void>}
 */
export function* answerToSeeds(kernel, request, { limits }) {
  const data = checkedData(request.data, limits);
  const recipe = checkedRecipe(request.recipe, limits, data.classes);
  const seeds = wholeIn("seeds", request.seeds ?? 64, 1, limits.seeds);
  const first = wholeIn("first", request.first ?? 0, 0, 2 ** 31 - 1 - seeds);
  checkWork(data, recipe, limits, seeds);
  const task = taskOf(data, recipe);
  const work = trainedFromSeeds(
    kernel,
    task,
    Array.from({ length: seeds }, (_, k) => first + k),
  );
  let step = work.next();
  for (; !step.done; step = work.next()) yield [step.value, seeds];
  const { weights, loss, accuracy } = step.value;
  return {
    kind: "seeds",
    first,
    layers: layersToWire(task),
    weights: encodeFloats(weights),
    loss: encodeFloats(loss),
    accuracy: encodeFloats(accuracy),
  };
}
