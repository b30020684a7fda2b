// @ts-check
/** A run from outside, shown with its data and settings. */

import { decodeBytes } from "../pure/codec.js";
import { dataFromWire } from "../pure/data.js";

/** @import { FirstScene } from "../pure/scene.d.ts" */
/** @import { Page } from "./page.js" */
/** @import { State } from "./state.js" */

/**
 * The settings that a run was trained with; of a model trained elsewhere, those of a training here.
 * @param {Page} page
 * @param {FirstScene} first
 * @returns {Partial<State>}
 */
export function settingsOf({ hello }, { run: { recipe: own, early_stopping, read_as }, data }) {
  const start = { epochs: hello.recipe.epochs, standardize: hello.recipe.standardize };
  const recipe = read_as === undefined ? own : { ...own, ...start };
  const held = decodeBytes(data.held_out ?? ""),
    share = held.length ? held.filter((one) => one !== 0).length / held.length : 0;
  return {
    networkShape: recipe.hidden,
    activation: recipe.activation,
    optimizer: recipe.optimizer,
    learningRate: recipe.learning_rate,
    batchSize: recipe.batch_size,
    epochs: recipe.epochs,
    l1: recipe.l1,
    l2: recipe.l2,
    seed: recipe.seed,
    standardize: scalingOf(recipe.standardize, data.fixed_scale),
    classWeight: String(recipe.class_weight ?? ""),
    earlyStopping: early_stopping ?? null,
    percTrainData: Math.round(100 * (1 - share)),
  };
}

/**
 * As the control has it: of points whose scale is part of them, "auto" scales none either.
 * @param {boolean | "auto" | undefined} standardize
 * @param {boolean | undefined} fixed
 * @returns {State["standardize"]}
 */
function scalingOf(standardize, fixed) {
  if (standardize === true) return "true";
  return standardize === false && !fixed ? "false" : "auto";
}

/**
 * Show a run from outside, with its data and settings; what was asked before is dropped.
 * @param {Page} page
 * @param {FirstScene} first
 */
export function showRun(page, first) {
  page.requests.forget();
  page.waiting.clear();
  Object.assign(page, { course: first.run.course, trainedHere: false });
  page.seeds.busy = false;
  Object.assign(page.state, settingsOf(page, first));
  page.elsewhere.take(first);
  page.dataset.takeData(dataFromWire(first.data));
  page.takeRun(first.run, first.claims);
}
