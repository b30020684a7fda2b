// @ts-check
/** A training's request, checked as Python checks it, and what it costs. Pure. */

import { ACTIVATION_CODES, OPTIMIZER_CODES } from "./layout.js";
import { countOf, epochCost, shapeOf } from "./packing.js";
import { decodeBytes, decodeFloats } from "../pure/codec.js";

/** @import { Limits } from "../pure/scene.d.ts" */
/** @import { Dense, Recipe } from "./packing.js" */

/** What is refused, in words. */
export class Refused extends Error {}

const LONGEST = 80; // characters of a value in a message
const TOLD = 200; // characters of a name

/** @param {unknown} value */
function seen(value) {
  const text = value === undefined || value === null
    ? "None"
    : typeof value === "boolean"
    ? (value ? "True" : "False")
    : typeof value === "string"
    ? `'${value.slice(0, 2 * LONGEST)}'`
    : typeof value === "number"
    ? String(value)
    : JSON.stringify(value).slice(0, 2 * LONGEST);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** @param {string} name @param {string} rule @param {string} got @returns {never} */
function refuse(name, rule, got, remedy = "") {
  throw new Refused(`${name} must be ${rule}. Got ${got} instead. ${remedy}`.trim());
}

/** @param {string} name @param {unknown} value @param {number} least @param {number} most */
export function wholeIn(name, value, least, most) {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  return refuse(name, `a whole number from ${least} to ${most}`, seen(value));
}

/**
 * @param {string} name @param {unknown} value @param {string} rule
 * @param {(number: number) => boolean} holds
 */
export function realThat(name, value, rule, holds) {
  if (typeof value === "number" && Number.isFinite(value) && holds(value)) return value;
  return refuse(name, rule, seen(value));
}

const positive = "a finite number above 0", notNegative = "a finite number of at least 0";

/**
 * @param {string} name @param {unknown} value @param {Record<string, unknown>} table
 * @param {string} [listed]
 */
function oneOf(name, value, table, listed = Object.keys(table).join(", ")) {
  if (typeof value === "string" && Object.hasOwn(table, value)) return value;
  return refuse(name, `one of ${listed}`, seen(value));
}

/** @param {string} name @param {unknown} value @returns {Record<string, unknown>} */
function objectOf(name, value) {
  if (typeof value === "object" && value && !Array.isArray(value)) {
    return /** @type {Record<string, unknown>} */ (value);
  }
  return refuse(name, "an object", seen(value));
}

/** @param {string} name @param {unknown} text @param {number | null} count @param {number} most */
function bytesOf(name, text, count, most = 0) {
  const rule = count === null
    ? `base64 text of at most ${most} bytes`
    : `base64 text of ${count} bytes`;
  if (typeof text !== "string") return refuse(name, rule, seen(text));
  if (text.length > 4 * Math.ceil((count ?? most) / 3)) {
    return refuse(name, rule, `${text.length} characters`);
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) {
    return refuse(name, rule, seen(text));
  }
  const bytes = decodeBytes(text);
  return count === null || bytes.length === count
    ? bytes
    : refuse(name, rule, `${bytes.length} bytes`);
}

/** @param {string} name @param {unknown} text @param {number} count */
export function floatsOf(name, text, count) {
  bytesOf(name, text, 4 * count);
  const values = decodeFloats(/** @type {string} */ (text));
  return values.every(Number.isFinite) ? values : refuse(name, "finite numbers", "one that is not");
}

/** @param {string} name @param {unknown} value @param {number} least @param {number} most */
function namesOf(name, value, least, most) {
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    const got = Array.isArray(value) ? `${value.length} names` : typeof value;
    return refuse(name, `a list of ${least} to ${most} names`, got);
  }
  for (const each of value) {
    if (typeof each !== "string" || each.length > TOLD) {
      refuse(name, `texts of at most ${TOLD} characters`, seen(each));
    }
  }
  return /** @type {string[]} */ (value);
}

/**
 * Points that were checked, those trained on and those held out;
 * @typedef {object} Checked
 * @property {number} features
 * @property {number} classes
 * @property {Float32Array} points
 * @property {Uint8Array} labels
 * @property {Uint8Array | null} heldOut null where none is
 * @property {boolean} fixedScale
 */

/** @param {unknown} value @param {Limits} limits @returns {Checked} */
export function checkedData(value, limits) {
  const scene = objectOf("data", value);
  const features = wholeIn("features", scene.features, 1, limits.features);
  const classes = namesOf("class_names", scene.class_names, 2, limits.classes).length;
  namesOf("feature_names", scene.feature_names, features, features);
  const labels = bytesOf("labels", scene.labels, null, limits.points), n = labels.length;
  if (n < 2 || n > limits.points) refuse("points", `2 to ${limits.points}`, String(n));
  const top = Math.max(...labels);
  if (top >= classes) refuse("labels", `below ${classes}, the number of classes`, String(top));
  const points = floatsOf("points", scene.points, n * features);
  const held = scene.held_out ?? null, mask = held === null ? null : bytesOf("held_out", held, n);
  if (mask?.every(Boolean)) {
    refuse("held_out", "not all points: at least one is for training", "all of them");
  }
  const fixedScale = scene.fixed_scale ?? false;
  if (typeof fixedScale !== "boolean") refuse("fixed_scale", "True or False", seen(fixedScale));
  const heldOut = mask?.some(Boolean) ? mask : null;
  return { features, classes, points, labels, heldOut, fixedScale: fixedScale === true };
}

/** Python's defaults. @type {Recipe} */
export const DEFAULTS = {
  hidden: [2],
  activation: "relu",
  optimizer: "adam",
  learning_rate: 0.01,
  batch_size: 32,
  epochs: 200,
  l1: 0,
  l2: 0,
  seed: 0,
  standardize: "auto",
  class_weight: null,
};

/** @param {unknown} weight @param {Limits} limits @param {number} classes */
function checkWeight(weight, { classes: most }, classes) {
  if (weight === null || weight === "balanced") return;
  const rule = `"balanced", or a list of 1 to ${most} numbers`;
  if (!Array.isArray(weight) || !weight.length || weight.length > most) {
    return refuse("class_weight", rule, Array.isArray(weight) ? "list" : typeof weight);
  }
  weight.forEach((one, k) => realThat(`class_weight[${k}]`, one, notNegative, (x) => x >= 0));
  if (weight.length > classes) {
    refuse("class_weight", `a list of at most ${classes} numbers`, `${weight.length} of them`);
  }
}

/**
 * @param {unknown} value
 * @param {Limits} limits
 * @param {number} classes
 * @returns {Recipe}
 */
export function checkedRecipe(value, limits, classes) {
  const scene = objectOf("recipe", value);
  const unknown = Object.keys(scene).filter((name) => !Object.hasOwn(DEFAULTS, name)).sort();
  if (unknown.length) refuse("recipe", "of known settings", seen(unknown[0]));
  const recipe = { ...DEFAULTS, ...scene }, { hidden, standardize } = recipe;
  if (!Array.isArray(hidden) || hidden.length > limits.hidden_layers) {
    refuse("hidden", `a list of at most ${limits.hidden_layers} layers`, seen(hidden));
  }
  for (const units of hidden) wholeIn("hidden", units, 1, limits.units);
  wholeIn("epochs", recipe.epochs, 1, limits.epochs);
  wholeIn("batch_size", recipe.batch_size, 1, limits.points);
  oneOf("activation", recipe.activation, { ...ACTIVATION_CODES });
  oneOf("optimizer", recipe.optimizer, OPTIMIZER_CODES);
  if (typeof standardize !== "boolean" && standardize !== "auto") {
    refuse("standardize", 'True, False or "auto"', seen(standardize));
  }
  wholeIn("seed", recipe.seed, 0, Number.MAX_SAFE_INTEGER);
  realThat("learning_rate", recipe.learning_rate, positive, (x) => x > 0);
  realThat("l1", recipe.l1, notNegative, (x) => x >= 0);
  realThat("l2", recipe.l2, notNegative, (x) => x >= 0);
  checkWeight(recipe.class_weight, limits, classes);
  return recipe;
}

/**
 * Refuse what would take too long, or too much memory.
 * @param {Checked} data @param {Recipe} recipe @param {Limits} limits @param {number} [seeds]
 */
export function checkWork(data, recipe, limits, seeds) {
  const parameters = countOf(shapeOf(data.features, recipe, data.classes));
  const work = data.labels.length * recipe.epochs * parameters * (seeds ?? 1);
  if (work > limits.work) {
    refuse(
      "points x epochs x parameters",
      `at most ${limits.work.toLocaleString("en")}`,
      work.toExponential(1),
      "Use fewer points, epochs or units.",
    );
  }
  const [rows, name] = seeds ? [seeds, "seeds"] : [recipe.epochs, "epochs"];
  if (rows * parameters > limits.weights) {
    const rule = `at most ${limits.weights.toLocaleString("en")}`;
    refuse(`${name} x parameters`, rule, String(rows * parameters), `Use fewer ${name} or units.`);
  }
}

// What each epoch takes beside its training, in products: to measure the accuracy, an activation of
// each unit at each point; to keep and decode its weights, each of them; and some for itself.
const OF_UNIT = 15, OF_KEPT = 15, OF_EPOCH = 700;

/**
 * What a request costs, weighed as on the server: in products of a point and a weight.
 * @param {number} points @param {Dense[]} shape @param {Recipe} recipe
 * @param {{seeds?: number, patience?: number | null}} [more]
 */
export function costOfTraining(points, shape, { epochs, batch_size }, { seeds, patience } = {}) {
  const parameters = countOf(shape), epoch = epochCost(points, batch_size, parameters);
  if (seeds) return epochs * seeds * epoch;
  const units = shape.reduce((sum, layer) => sum + layer.units, 0);
  const measured = OF_UNIT * points * units + OF_KEPT * parameters + OF_EPOCH;
  return epochs * ((patience ? 2 : 1) * epoch + measured);
}
