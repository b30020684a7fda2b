// @ts-check
/**
 * The setup of the page in one table, and its form in the address: names as in the TensorFlow
 * playground where they match. Pure.
 */

/** @import { GreetingScene, RecipeScene } from "../pure/scene.d.ts" */

/**
 * `read` throws where the text is no value.
 * @template T
 * @typedef {{start: T, read: (text: string) => T, write?: (value: T) => string}} Setting
 */

/** A number that would do instead of one beyond the limits. */
class Beyond extends RangeError {
  /** @param {string} message @param {number} fit */
  constructor(message, fit) {
    super(message);
    this.fit = fit;
  }
}

/** @param {number} start @param {number} low @param {number} high @returns {Setting<number>} */
const numberSetting = (start, low, high) => ({
  start,
  read: (text) => {
    const value = numberFrom(text, low, high), fit = Math.min(high, Math.max(low, value));
    if (fit !== value) throw new Beyond(`must be from ${low} to ${high}`, fit);
    return value;
  },
});

/** @param {number} start @param {number} low @param {number} high @returns {Setting<number>} */
const wholeSetting = (start, low, high) => ({
  start,
  read: (text) => {
    const value = numberFrom(text, low, high),
      fit = Math.min(high, Math.max(low, Math.round(value)));
    if (fit !== value) throw new Beyond(`must be a whole number from ${low} to ${high}`, fit);
    return value;
  },
});

/** @param {string} text @param {number} low @param {number} high */
function numberFrom(text, low, high) {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new RangeError(`must be a number from ${low} to ${high}`);
}

/**
 * @template {string} Name
 * @param {Name} start
 * @param {readonly Name[]} names
 * @returns {Setting<Name>}
 */
const nameSetting = (start, names) => ({
  start,
  read: (text) => {
    const known = names.find((name) => name === text);
    if (known === undefined) throw new RangeError(`must be one of ${names.join(", ")}`);
    return known;
  },
});

/** @param {boolean} start @returns {Setting<boolean>} */
const switchSetting = (start) => ({
  start,
  read: (text) => {
    if (text !== "true" && text !== "false") throw new RangeError("must be true or false");
    return text === "true";
  },
});

/**
 * @param {number[]} start
 * @param {number} layers
 * @param {number} most units
 * @returns {Setting<number[]>}
 */
const shapeSetting = (start, layers, most) => ({
  start,
  read: (text) => {
    const shape = text === "" ? [] : text.split(",").map(Number);
    const fits = (/** @type {number} */ units) =>
      Number.isInteger(units) && units >= 1 && units <= most;
    if (shape.length > layers || !shape.every(fits)) {
      throw new RangeError(`must be at most ${layers} whole numbers from 1 to ${most}`);
    }
    return shape;
  },
  write: (shape) => shape.join(","),
});

/** @type {Setting<number | null>} */
const optionalNumber = {
  start: null,
  read: (text) => {
    if (!/^\d{1,4}$/.test(text)) throw new RangeError("must be a whole number");
    return Number(text);
  },
};

/**
 * Some whole numbers, such as a unit's layer and number.
 * @param {number} count
 * @returns {Setting<number[] | null>}
 */
const placeSetting = (count) => ({
  start: null,
  read: (text) => {
    const place = text.split(",").map(Number);
    const fits = (/** @type {number} */ part) => Number.isInteger(part) && part >= -1 && part <= 99;
    if (place.length !== count || !place.every(fits)) {
      throw new RangeError(`must be ${count} whole numbers`);
    }
    return place;
  },
});

/** @param {number} most epochs @returns {Setting<number | null>} */
const patienceSetting = (most) => ({ start: null, read: wholeSetting(1, 1, most).read });

/** "balanced", a number for each class, or nothing. @type {Setting<string>} */
const classWeightSetting = {
  start: "",
  read: (text) => {
    const fits = (/** @type {string} */ one) => /^\d{1,9}(\.\d{1,20})?(e-?\d{1,2})?$/.test(one);
    if (text !== "" && text !== "balanced" && !text.split(",").every(fits)) {
      throw new RangeError("must be balanced, or a number for each class");
    }
    return text;
  },
};

/**
 * The weights of classes as they are sent; those of other classes than there are do not count.
 * @param {string} text a setting's value
 * @param {number} classes
 * @returns {"balanced" | number[] | null}
 */
export function weightsOfClasses(text, classes) {
  if (text === "" || text === "balanced") return text || null;
  const weights = text.split(",").map(Number);
  return weights.length === classes ? weights : null;
}

/** @type {Setting<string>} */
const plainText = { start: "", read: (text) => text };

/** @param {number} most letters @returns {Setting<string>} */
const shortText = (most) => ({
  start: "",
  read: (text) => {
    if (text.length > most) throw new RangeError(`must be at most ${most} letters`);
    return text;
  },
});

/** @typedef {"limits" | "datasets" | "activations" | "optimizers" | "recipe" | "course"} Offers */
/**
 * What the settings may be and what they start with, as Python says it in its greeting.
 * @typedef {Pick<GreetingScene, Offers>} Offered
 */

/** Every setting in its order. @param {Offered} offered */
function settingsFor({ limits, datasets, activations, optimizers, recipe, course }) {
  const start = /** @type {Required<RecipeScene>} */ (recipe); // Python sends all of it
  return {
    dataset: nameSetting("lab", datasets.map(({ name }) => name)),
    n: wholeSetting(course.points, 2, limits.points),
    classes: wholeSetting(course.classes, 2, limits.classes),
    noise: numberSetting(1, 0, 100),
    sample: wholeSetting(0, 0, 2 ** 31 - 1),
    networkShape: shapeSetting(start.hidden, limits.hidden_layers, limits.units),
    activation: nameSetting(start.activation, activations),
    optimizer: nameSetting(start.optimizer, optimizers),
    learningRate: numberSetting(start.learning_rate, 1e-7, 10),
    batchSize: wholeSetting(start.batch_size, 1, limits.points),
    epochs: wholeSetting(start.epochs, 1, limits.epochs),
    l1: numberSetting(start.l1, 0, 10),
    l2: numberSetting(start.l2, 0, 10),
    seed: wholeSetting(start.seed, 0, 2 ** 31 - 1),
    standardize: nameSetting("auto", /** @type {const} */ (["auto", "true", "false"])),
    classWeight: classWeightSetting,
    earlyStopping: patienceSetting(limits.epochs),
    course: switchSetting(true),
    percTrainData: wholeSetting(100, 10, 100),
    showTestData: switchSetting(true),
    view: nameSetting("hard", /** @type {const} */ (["hard", "probability", "logit"])),
    scale: nameSetting("shared", /** @type {const} */ (["shared", "unit"])),
    theme: nameSetting("auto", /** @type {const} */ (["auto", "light", "dark"])),
    epoch: optionalNumber,
    point: optionalNumber,
    unit: placeSetting(2),
    hidden: placeSetting(4),
    viewClass: wholeSetting(-1, -1, limits.classes - 1),
    lines: switchSetting(true),
    fixedScale: switchSetting(false),
    points: plainText,
    names: plainText,
    features: plainText,
    weights: plainText,
    question: shortText(300),
    answer: shortText(500),
  };
}

/** @typedef {ReturnType<typeof settingsFor>} Settings */
/**
 * Every setting's value; `hide`: controls that an address takes away.
 * @typedef {{[Name in keyof Settings]: ReturnType<Settings[Name]["read"]>} & {hide: string[]}}
 *   State
 */

/** @param {Offered} offered @returns {State} */
export function initialState(offered) {
  const settings = Object.entries(settingsFor(offered)),
    start = settings.map(([name, { start }]) => [name, Array.isArray(start) ? [...start] : start]);
  return { ...Object.fromEntries(start), hide: [] };
}

/**
 * @param {string} hash with or without its "#"
 * @param {Offered} offered
 * @returns {{state: State, notices: string[], unknown: string[]}} what was changed to fit is told
 *   in `notices`; `unknown` names are passed over
 */
export function stateFromHash(hash, offered) {
  const state = initialState(offered), notices = [];
  /** @type {string[]} */
  const unknown = [];
  /** @type {Record<string, Setting<any>>} */
  const settings = settingsFor(offered);
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (name.endsWith("_hide") && text === "true") state.hide.push(name.slice(0, -5));
    else if (name === "discretize") state.view = text === "true" ? "hard" : "probability";
    else if (Object.hasOwn(settings, name)) {
      try {
        Object.assign(state, { [name]: settings[name].read(text) });
      } catch (problem) {
        if (!(problem instanceof RangeError)) throw problem;
        if (problem instanceof Beyond) Object.assign(state, { [name]: problem.fit });
        notices.push(`${name} ${problem.message}. Got ${text.slice(0, 40)} instead.`);
      }
    } else unknown.push(name);
  }
  return { state, notices, unknown };
}

/**
 * What differs from the start, as "name=value&...".
 * @param {State} state
 * @param {Offered} offered
 * @returns {string}
 */
export function hashFromState(state, offered) {
  const parts = new URLSearchParams();
  /** @type {Record<string, any>} */
  const values = state;
  /** @type {[string, Setting<any>][]} */
  const settings = Object.entries(settingsFor(offered));
  for (const [name, { start, write = String }] of settings) {
    const value = values[name] ?? null;
    if (value !== null && write(value) !== write(start)) parts.set(name, write(value));
  }
  for (const name of state.hide) parts.set(`${name}_hide`, "true");
  return parts.toString();
}
