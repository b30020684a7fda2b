// @ts-check
/** The network's shape: how many units its layers have, and how many layers there are. */

/** @import { Page } from "./page.js" */

/** @param {Page} page @param {number} layer @param {number} by */
export function changeUnits(page, layer, by) {
  const shape = [...page.state.networkShape], units = shape[layer] + by;
  const most = page.hello.limits.units;
  if (units < 1 || units > most) {
    return page.refused(`units must be 1 to ${most} a layer. Got ${units} instead.`);
  }
  shape[layer] = units;
  page.selection.pinnedUnit = null;
  page.change({ networkShape: shape });
}

/** @param {Page} page @param {number} by */
export function changeLayers(page, by) {
  const shape = [...page.state.networkShape], most = page.hello.limits.hidden_layers;
  if (by > 0) shape.push(shape.at(-1) ?? 2);
  else shape.pop();
  if (shape.length > most) {
    return page.refused(`hidden layers must be at most ${most}. Got ${shape.length} instead.`);
  }
  page.selection.pinnedUnit = null;
  page.change({ networkShape: shape });
}
