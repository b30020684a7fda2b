// @ts-check
/** The page and its address: all that a link shows again. */

import { pointsFromText, pointsToText, weightsFromText, weightsToText } from "../pure/packed.js";
import { hashFromState, stateFromHash } from "./state.js";

/** @import { Page } from "./page.js" */
/** @import { Data } from "../pure/data.js" */
/** @import { State } from "./state.js" */

/**
 * The hidden layer shown as a space, and the two units that span it; null: those that differ most.
 * @typedef {{layer: number, across: number | null, up: number | null}} HiddenPlace
 */

/**
 * What shows the page again, without its "#".
 * @param {Page} page
 * @returns {{hash: string, whole: boolean}} not `whole`: there was no room for the user's own
 *   points or weights
 */
export function hashOf(page) {
  const { data, run, playback, dataset, selection } = page,
    own = dataset.edited || !!dataset.table,
    points = own ? pointsToText(data) : "",
    weights = playback.edited ? weightsToText(playback.edited) : "";
  const { layer, across, up } = page.hidden,
    hidden = [layer, across ?? -1, up ?? -1, page.hiddenOutput];
  const hash = hashFromState({
    ...page.state,
    course: page.course || !page.fitsCourse(),
    epoch: playback.epoch < run.loss.length ? playback.epoch : null,
    point: selection.pinnedPoint,
    unit: selection.pinnedUnit,
    hidden: hidden.join() === "0,-1,-1,-1" ? null : hidden,
    viewClass: selection.shownClass,
    lines: selection.unitLines,
    points,
    weights,
    fixedScale: points !== "" && !!data.fixedScale,
    names: points && JSON.stringify(data.classNames),
    features: points && JSON.stringify(data.featureNames),
  }, page.hello);
  return { hash, whole: (!own || points !== "") && (!playback.edited || weights !== "") };
}

/**
 * Bring the page to what an address says.
 * @param {Page} page @param {string} hash @param {() => void} [then] called when it is there
 * @param {Data | null} [data] points that the address has beside its state
 */
export function takeAddress(page, hash, then, data = null) {
  const { state, notices } = stateFromHash(hash, page.hello),
    own = state.points ? pointsFromText(state.points, page.hello.limits.classes) : null;
  page.state = { ...state, points: "", names: "", features: "", weights: "", fixedScale: false };
  page.course = state.course;
  page.followTheme?.();
  if (state.points && !own) {
    notices.push("points must be those of a link from this page. Got others instead.");
  }
  page.afterTraining = () => {
    showAgain(page, state);
    if (notices.length) page.say(notices.join(" "), true);
    then?.();
  };
  if (data) return showOwn(page, data);
  if (!own) return page.dataset.changeDataset({});
  const most = Math.max(...own.labels) + 1;
  showOwn(page, {
    ...own,
    features: 2,
    fixedScale: state.fixedScale,
    classNames: namesFrom(state.names, Math.max(2, most), page.hello.limits.classes, "c"),
    featureNames: namesFrom(state.features, 2, 2, "x"),
  });
}

/** Points that came with an address. @param {Page} page @param {Data} data */
function showOwn(page, data) {
  page.dataset.takeData(data);
  page.dataset.table = null;
  page.dataset.edited = true;
  page.train();
}

/** What is looked at, once its network is there. @param {Page} page @param {State} state */
function showAgain(page, state) {
  const { data, run, selection, playback } = page,
    weights = state.weights ? weightsFromText(state.weights, run.parameters) : null;
  const units = (/** @type {number} */ layer) => run.layers[layer]?.units ?? 0;
  playback.showEpoch(state.epoch ?? run.loss.length);
  const { point } = state;
  selection.choosePoint(point !== null && point < data.labels.length ? point : null);
  const [unitLayer, j] = state.unit ?? [-1, -1];
  selection.pinnedUnit = unitLayer >= 0 && j >= 0 && j < units(unitLayer) ? [unitLayer, j] : null;
  selection.shownClass = Math.min(state.viewClass, data.classNames.length - 1);
  selection.unitLines = state.lines;
  const [layer, across, up, output] = state.hidden ?? [0, -1, -1, -1],
    chosen = Math.min(across, up) >= 0;
  if (
    layer >= 0 && layer < Math.max(1, run.layers.length - 1) &&
    Math.max(across, up) < Math.max(2, units(layer)) && output < data.classNames.length
  ) {
    page.hidden = { layer, across: chosen ? across : null, up: chosen ? up : null };
    page.hiddenOutput = output;
  }
  if (weights) playback.takeWeights(weights);
}

/**
 * @param {string} text a list of names as JSON
 * @param {number} least
 * @param {number} most
 * @param {string} letter of the names that it lacks
 * @returns {string[]}
 */
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
