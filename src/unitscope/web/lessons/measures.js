// @ts-check
/** What lessons measure on the page: for their goals, and as numbers in their words. */

import { rightOf } from "../pure/data.js";
import { offUnits } from "../panels/links.js";
import { cutName, element, percentage, shortNumber } from "../panels/elements.js";
import { markerPicture } from "../panels/markers.js";

/** @import { Page } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */
/** @import { Goal, Want } from "./lesson.js" */

/**
 * A measure's value on the page; `places` are the numbers behind its name.
 * @typedef {(page: Page, view: View, places: number[]) => number | string | boolean | null} Measure
 */
/** What was there when a step began.
 * @typedef {{points: Float64Array, values: Value[]}} Beginning */
/** @typedef {ReturnType<Measure>} Value */

/** @param {View} view @param {number} layer */
const layerOf = (view, layer) => view.network.layers[layer - 1];
/** @param {ArrayLike<number>} rows @param {number} at */
const numberAt = (rows, at) => at >= 0 && at < rows.length ? rows[at] : null;

/** What the map shows, as the page calls it. */
const VIEWS = { hard: "classes", probability: "probability", logit: "logits" };

/** How many numbers follow each name, and what it is.
 * @type {Record<string, [number, Measure]>} */
const MEASURES = {
  right: [0, ({ data }, view) => rightOf(data, view.predicted, false)[0]],
  wrong: [0, ({ data }, view) => {
    const [right, all] = rightOf(data, view.predicted, false);
    return all - right;
  }],
  points: [0, ({ data }, view) => rightOf(data, view.predicted, false)[1]],
  "test right": [0, ({ data }, view) => rightOf(data, view.predicted, true)[0]],
  "test wrong": [0, ({ data }, view) => {
    const [right, all] = rightOf(data, view.predicted, true);
    return all - right;
  }],
  "test points": [0, ({ data }, view) => rightOf(data, view.predicted, true)[1]],
  classes: [0, (_page, view) => view.classes],
  features: [0, ({ data }) => data.features],
  units: [
    0,
    (_page, { network }) => network.layers.slice(0, -1).reduce((sum, { units }) => sum + units, 0),
  ],
  layers: [0, (_page, { network }) => network.layers.length - 1],
  "off units": [
    0,
    (_page, view) =>
      view.network.layers.slice(0, -1).reduce((sum, _, k) => sum + offUnits(view, k).size, 0),
  ],
  regions: [0, (_page, { geometry }) => geometry.exact ? geometry.regions : null],
  epoch: [0, ({ playback }) => playback.epoch],
  epochs: [0, ({ run }) => run.loss.length],
  loss: [0, ({ run, playback }) => numberAt(run.loss, playback.epoch - 1)],
  seed: [0, ({ run }) => run.course ? null : run.recipe.seed ?? null],
  start: [0, ({ run }) => run.course ? "the lab's own" : `seed ${run.recipe.seed}`],
  starts: [0, ({ seeds }) => seeds.shown && !seeds.stale ? seeds.shown.accuracy.length : 0],
  "starts right": [
    0,
    ({ seeds }) =>
      seeds.shown && !seeds.stale ? [...seeds.shown.accuracy].filter((one) => one === 1).length : 0,
  ],
  "set": [0, ({ dataset }) => dataset.name],
  activation: [0, ({ run }) => run.recipe.activation ?? null],
  "learning rate": [0, ({ run }) => run.recipe.learning_rate ?? null],
  l2: [0, ({ run }) => run.recipe.l2 ?? null],
  view: [0, ({ state }) => VIEWS[state.view]],
  "chosen point": [0, ({ selection }) => selection.pinnedPoint],
  "chosen unit": [
    0,
    ({ selection: { pinnedUnit: unit } }) => unit ? `${unit[0] + 1} ${unit[1]}` : "",
  ],
  "chosen probability": [0, ({ selection: { pinnedPoint: i } }, view) => {
    const { classes, probabilities } = view;
    return i === null ? null : Math.max(...probabilities.subarray(i * classes, (i + 1) * classes));
  }],
  weight: [3, (_page, view, [layer, i, j]) => {
    const found = layerOf(view, layer);
    return found && i < found.inputs && j < found.units ? found.weights[i * found.units + j] : null;
  }],
  bias: [2, (_page, view, [layer, j]) => numberAt(layerOf(view, layer)?.bias ?? [], j)],
  on: [3, ({ data }, view, [layer, j, k]) => {
    const found = layerOf(view, layer);
    if (!found || j >= found.units) return null;
    const { a } = view.passes[layer - 1];
    return data.labels.filter((label, i) => label === k && a[i * found.units + j] > 0).length;
  }],
  "points of": [1, ({ data }, _view, [k]) => data.labels.filter((label) => label === k).length],
  "right of": [
    1,
    ({ data }, view, [k]) =>
      data.labels.filter((label, i) => label === k && view.predicted[i] === k).length,
  ],
  answer: [3, (_page, view, [i, layer, j]) => {
    const units = layerOf(view, layer)?.units ?? 0;
    return j < units ? numberAt(view.passes[layer - 1].a, i * units + j) : null;
  }],
  logit: [
    2,
    (_page, { logits, classes }, [i, k]) => k < classes ? numberAt(logits, i * classes + k) : null,
  ],
  probability: [
    2,
    (_page, { probabilities, classes }, [i, k]) =>
      k < classes ? numberAt(probabilities, i * classes + k) : null,
  ],
  feature: [
    2,
    ({ data }, _view, [i, j]) =>
      j < data.features ? numberAt(data.points, i * data.features + j) : null,
  ],
};
const AGAINST_START = ["points moved", "points added"]; // measured from where the step began
const SPOKEN_NAMES = ["unit", "class", "name"]; // in words alone
const NUMBERS_OF = { unit: 2, class: 1, name: 1 };

/** A name and the numbers behind it. @param {string} text @returns {[string, number[]]} */
function partsOfMeasure(text) {
  const found = /^([a-z0-9]*[a-z][a-z0-9]*(?: [a-z]+)*)((?: \d{1,5})*)$/.exec(text);
  if (!found) return ["", []];
  return [found[1], found[2].split(" ").filter(Boolean).map(Number)];
}

/** Whether there is such a measure. @param {string} text @param {boolean} [inWords] names too */
export function isMeasure(text, inWords = false) {
  const [name, places] = partsOfMeasure(text);
  if (AGAINST_START.includes(name)) return !inWords && places.length === 0;
  if (inWords && SPOKEN_NAMES.includes(name)) {
    return places.length === NUMBERS_OF[/** @type {keyof NUMBERS_OF} */ (name)];
  }
  return Object.hasOwn(MEASURES, name) && MEASURES[name][0] === places.length;
}

/** @param {Page} page @param {View} view @param {string} text @returns {Value} */
function valueOf(page, view, text) {
  const [name, places] = partsOfMeasure(text);
  return MEASURES[name][1](page, view, places);
}

/** What a goal is measured against. @param {Page} page @param {View} view @param {Goal | null} goal
 * @returns {Beginning} */
export function beginningOfStep(page, view, goal) {
  return {
    points: page.data.points.slice(),
    values: (goal?.reach ?? []).map(([name]) =>
      AGAINST_START.includes(name) ? 0 : valueOf(page, view, name)
    ),
  };
}

/**
 * What of a goal is not reached yet, in words; "" where all is.
 * @param {Page} page @param {View} view @param {Goal} goal @param {Beginning} begun
 */
export function missingOf(page, view, goal, begun) {
  for (const [k, [name, want]] of goal.reach.entries()) {
    const value = AGAINST_START.includes(name)
      ? againstStart(page, name, begun)
      : valueOf(page, view, name);
    if (!fitsWant(value, want, begun.values[k])) {
      const now = value === null || value === "" ? "none" : wordsFor(name, value);
      const [rule, wanted] = want;
      return rule === "changed" || rule === "not"
        ? `${name}: still ${now}`
        : `${name}: ${now}, to be ${rule === "equals" ? "" : `${rule.replace("_", " ")} `}${
          wordsFor(name, /** @type {number | string} */ (wanted))
        }`;
    }
  }
  return "";
}

/** Points moved or added since the step began. @param {Page} page @param {string} name
 * @param {Beginning} begun */
function againstStart({ data }, name, { points }) {
  const d = data.features, more = (data.points.length - points.length) / d;
  if (name === "points added") return more;
  if (more !== 0) return 0;
  let moved = 0;
  for (let i = 0; i < points.length; i += d) {
    for (let j = 0; j < d; j++) {
      if (points[i + j] === data.points[i + j]) continue;
      moved++;
      break;
    }
  }
  return moved;
}

/** @param {Value} value @param {Want} want @param {Value} before */
function fitsWant(value, [rule, wanted], before) {
  if (rule === "changed") return value !== before;
  if (rule === "equals") return value === wanted;
  if (rule === "not") return value !== wanted;
  if (typeof value !== "number") return false;
  return rule === "at_least" ? value >= Number(wanted) : value <= Number(wanted);
}

/** @param {string} text the measure @param {number | string | boolean} value */
function wordsFor(text, value) {
  if (typeof value !== "number") return String(value);
  const [name] = partsOfMeasure(text);
  if (name.endsWith("probability")) return percentage(value);
  return Number.isInteger(value) ? String(value).replace("-", "−") : shortNumber(value);
}

/**
 * Words with their measures as the page has them now, classes behind their markers, and units that
 * light up when they are pointed at.
 * @param {Page} page @param {View} view @param {string} words
 * @returns {(string | Node)[]}
 */
export function spoken(page, view, words) {
  return words.split(/(\{[^}]*\})/).map((part, k, all) => {
    if (!part.startsWith("{")) return part;
    const text = part.slice(1, -1), [name, places] = partsOfMeasure(text);
    if (name === "unit") return unitWord(page, places[0], places[1], /^$|[.:] $/.test(all[k - 1]));
    if (name === "class") return classWord(page, places[0]);
    if (name === "name") return page.data.featureNames[places[0]] ?? "–";
    const value = valueOf(page, view, text);
    return value === null ? "–" : wordsFor(text, value);
  });
}

/** @param {Page} page @param {number} layer from 1 @param {number} j
 * @param {boolean} first of a sentence */
function unitWord(page, layer, j, first) {
  const said = page.unitName(layer - 1, j), light = () => page.selection.hoverUnit([layer - 1, j]);
  const dark = () => page.selection.hoverUnit(null);
  return element("span", {
    class: "about",
    tabindex: "0",
    onpointerenter: light,
    onpointerleave: dark,
    onfocus: light,
    onblur: dark,
  }, first ? said[0].toUpperCase() + said.slice(1) : said);
}

/** @param {Page} page @param {number} k */
function classWord({ data, look }, k) {
  const name = data.classNames[k];
  if (name === undefined) return "–";
  return element("span", { class: "named" }, markerPicture(look, k), cutName(name));
}
