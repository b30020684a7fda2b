// @ts-check
/** Another data set, with the settings that it begins with. */

import { OWN_DATA } from "./dataset.js";

/** @import { Page } from "./page.js" */

/** @param {Page} page @param {string} name */
export function chooseSet({ state, hello, dataset }, name) {
  if (name === OWN_DATA) return;
  const known = (/** @type {string} */ one) => hello.datasets.find((set) => set.name === one);
  const set = known(name), own = known(state.dataset)?.hidden;
  const { units, before } = unitsFor(state.networkShape, own, set?.hidden, dataset.unitsBefore);
  dataset.unitsBefore = before;
  dataset.changeDataset({
    dataset: name,
    n: set?.n ?? state.n,
    classes: set?.classes ?? state.classes,
    noise: set?.noise ?? state.noise,
    sample: 0,
    standardize: "auto",
    networkShape: units,
  });
}

/**
 * The units that a set begins with: its own where there are fewer, and behind it those of before.
 * @param {number[]} now
 * @param {number[] | undefined} last the own units of the set before
 * @param {number[] | undefined} own
 * @param {number[] | null} before what there was before the last set's own
 * @returns {{units: number[], before: number[] | null}}
 */
export function unitsFor(now, last, own, before) {
  const units = before && last?.join() === now.join() ? before : now;
  const few = own && (units.length === 0 || Math.min(...units) < own[0]);
  return few ? { units: own, before: units } : { units, before: null };
}
