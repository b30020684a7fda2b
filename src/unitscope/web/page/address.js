// @ts-check
/** The page and its address: all that a link shows again. */

import { parameterCount } from "../pure/network.js";
import {
  hashFromState,
  pointsFromText,
  pointsToText,
  stateFromHash,
  weightsFromText,
  weightsToText,
} from "./state.js";

/** Which hidden layer is shown as a space, and the two units that span it; null: those that differ most. @typedef {{layer: number, across: number | null, up: number | null}} HiddenPlace */

/**
 * What shows the page again, without its "#".
 * @param {import("./page.js").Page} page
 * @returns {{hash: string, whole: boolean}} not `whole`: there was no room for the user's own points or weights
 */
export function hashOf(page) {
  const { data, run } = page,
    own = page.edits || !!page.table,
    points = own ? pointsToText(data) : "",
    weights = page.edited ? weightsToText(page.edited) : "";
  const { layer, across, up } = page.hidden,
    hidden = [layer, across ?? -1, up ?? -1, page.hiddenOutput];
  const hash = hashFromState({
    ...page.state,
    course: page.course || !page.fitsCourse(),
    epoch: page.epoch < (run?.loss.length ?? 0) ? page.epoch : null,
    point: page.pinnedPoint,
    unit: page.pinnedUnit,
    hidden: hidden.join() === "0,-1,-1,-1" ? null : hidden,
    viewClass: page.shownClass,
    lines: page.marks.lines,
    points,
    weights,
    names: points && JSON.stringify(data.classNames),
    features: points && JSON.stringify(data.featureNames),
  });
  return { hash, whole: (!own || points !== "") && (!page.edited || weights !== "") };
}

/** Bring the page to what an address says. @param {import("./page.js").Page} page @param {string} hash */
export function takeAddress(page, hash) {
  const { state, notices } = stateFromHash(hash),
    own = state.points && pointsFromText(state.points);
  page.state = { ...state, points: "", names: "", features: "", weights: "" };
  page.course = state.course;
  page.followTheme?.();
  for (const name of state.hide) {
    document.getElementById(name)?.closest("label, button")?.setAttribute("hidden", "");
  }
  if (state.points && !own) {
    notices.push("points must be those of a link from this page. Got others instead.");
  }
  page.afterTraining = () => {
    showAgain(page, state);
    if (notices.length) page.say(notices.join(" "), true);
  };
  if (!own) return page.changeDataset({});
  const most = Math.max(...own.labels) + 1,
    classNames = namesFrom(state.names, Math.max(2, most), 20, "c"),
    featureNames = namesFrom(state.features, 2, 2, "x");
  page.takeData({
    features: 2,
    points: own.points,
    labels: own.labels,
    classNames,
    featureNames,
    heldOut: own.heldOut,
  });
  page.table = null;
  page.edits = true;
  page.train();
}

/** What is looked at, once its network is there. @param {import("./page.js").Page} page @param {any} state */
function showAgain(page, state) {
  const { data, run } = page,
    count = parameterCount(run.features, run.layers),
    weights = state.weights && weightsFromText(state.weights, count);
  const units = (/** @type {number} */ layer) => run.layers[layer]?.units ?? 0;
  page.showEpoch(state.epoch ?? run.loss.length);
  page.choosePoint(state.point !== null && state.point < data.labels.length ? state.point : null);
  page.pinnedUnit =
    state.unit && state.unit[0] >= 0 && state.unit[1] >= 0 && state.unit[1] < units(state.unit[0])
      ? state.unit
      : null;
  page.shownClass = Math.min(state.viewClass, data.classNames.length - 1);
  page.marks.lines = state.lines;
  const [layer, across, up, output] = state.hidden ?? [0, -1, -1, -1],
    chosen = Math.min(across, up) >= 0;
  if (
    layer >= 0 && layer < Math.max(1, run.layers.length - 1) &&
    Math.max(across, up) < Math.max(2, units(layer)) && output < data.classNames.length
  ) {
    page.hidden = { layer, across: chosen ? across : null, up: chosen ? up : null };
    page.hiddenOutput = output;
  }
  if (weights) page.takeWeights(weights);
}

/** @param {string} text a list of names as JSON @param {number} least @param {number} most @param {string} letter of the names that it lacks @returns {string[]} */
function namesFrom(text, least, most, letter) {
  /** @type {string[]} */
  let names = [];
  try {
    const given = JSON.parse(text);
    if (
      Array.isArray(given) && given.length <= most &&
      given.every((name) => typeof name === "string" && name.length <= 200)
    ) names = given;
  } catch { /* the default names do */ }
  while (names.length < least) names.push(`${letter}${names.length}`);
  return names;
}
