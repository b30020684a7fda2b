// @ts-check
/** The setup of the page in one table, and its form in the address: names as in the TensorFlow playground where they match. Pure. */

import { decodeBytes, encodeBytes } from "../pure/codec.js";

/** @typedef {{start: any, read: (text: string) => any, write?: (value: any) => string}} Setting `read` throws where the text is no value */

/** @param {number} start @param {number} low @param {number} high @param {boolean} [whole] @returns {Setting} */
const numberSetting = (start, low, high, whole = true) => ({
  start,
  read: (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) {
      throw new RangeError(
        `must be a number from ${low} to ${high}`,
      );
    }
    const fit = Math.min(high, Math.max(low, whole ? Math.round(value) : value));
    if (fit !== value) {
      throw Object.assign(
        new RangeError(`must be ${whole ? "a whole number " : ""}from ${low} to ${high}`),
        { fit },
      );
    }
    return value;
  },
});

/** @param {string} start @param {string[]} names @returns {Setting} */
const nameSetting = (start, names) => ({
  start,
  read: (text) => {
    if (!names.includes(text)) throw new RangeError(`must be one of ${names.join(", ")}`);
    return text;
  },
});

/** @param {boolean} start @returns {Setting} */
const switchSetting = (start) => ({
  start,
  read: (text) => {
    if (text !== "true" && text !== "false") throw new RangeError("must be true or false");
    return text === "true";
  },
});

/** @type {Setting} */
const shapeSetting = {
  start: [2],
  read: (text) => {
    const shape = text === "" ? [] : text.split(",").map(Number);
    if (
      shape.length > 8 || shape.some((units) => !Number.isInteger(units) || units < 1 || units > 64)
    ) throw new RangeError("must be at most 8 whole numbers from 1 to 64");
    return shape;
  },
  write: (shape) => shape.join(","),
};

/** @type {Setting} */
const optionalNumber = {
  start: null,
  read: (text) => {
    if (!/^\d{1,4}$/.test(text)) throw new RangeError("must be a whole number");
    return Number(text);
  },
};

/** Some whole numbers, such as a unit's layer and number. @param {number} count @returns {Setting} */
const placeSetting = (count) => ({
  start: null,
  read: (text) => {
    const place = text.split(",").map(Number);
    if (
      place.length !== count ||
      place.some((part) => !Number.isInteger(part) || part < -1 || part > 99)
    ) throw new RangeError(`must be ${count} whole numbers`);
    return place;
  },
});

/** @type {Setting} */
const plainText = { start: "", read: (text) => text };

/** @type {Record<string, Setting>} */
const SETTINGS = {
  dataset: nameSetting("lab", [
    "lab",
    "blobs",
    "moons",
    "circles",
    "spirals",
    "xor",
    "iris",
    "wine",
    "digits",
  ]),
  n: numberSetting(100, 2, 10000),
  classes: numberSetting(4, 2, 20),
  noise: numberSetting(1, 0, 100, false),
  networkShape: shapeSetting,
  activation: nameSetting("relu", [
    "linear",
    "relu",
    "leaky_relu",
    "tanh",
    "sigmoid",
    "elu",
    "softplus",
    "gelu",
    "silu",
    "abs",
  ]),
  optimizer: plainText,
  learningRate: numberSetting(0.01, 1e-7, 10, false),
  batchSize: numberSetting(32, 1, 10000),
  epochs: numberSetting(200, 1, 5000),
  l1: numberSetting(0, 0, 10, false),
  l2: numberSetting(0, 0, 10, false),
  seed: numberSetting(0, 0, 2 ** 31 - 1),
  course: switchSetting(true),
  percTrainData: numberSetting(100, 10, 100),
  showTestData: switchSetting(true),
  standardize: switchSetting(false),
  view: nameSetting("hard", ["hard", "probability", "logit"]),
  scale: nameSetting("shared", ["shared", "unit"]),
  theme: nameSetting("auto", ["auto", "light", "dark"]),
  epoch: optionalNumber,
  point: optionalNumber,
  unit: placeSetting(2),
  hidden: placeSetting(4),
  viewClass: numberSetting(-1, -1, 19),
  lines: switchSetting(true),
  points: plainText,
  names: plainText,
  features: plainText,
  weights: plainText,
};

/** @returns {any} */
export function initialState() {
  const state = Object.fromEntries(
    Object.entries(SETTINGS).map((
      [name, { start }],
    ) => [name, Array.isArray(start) ? [...start] : start]),
  );
  return { ...state, optimizer: "adam", hide: [] };
}

/**
 * @param {string} hash with or without its "#"
 * @returns {{state: any, notices: string[]}} what was changed to fit is told in `notices`; unknown names are passed over
 */
export function stateFromHash(hash) {
  const state = initialState(), notices = [];
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (name.endsWith("_hide") && text === "true") state.hide.push(name.slice(0, -5));
    else if (name === "discretize") state.view = text === "true" ? "hard" : "probability";
    else if (Object.hasOwn(SETTINGS, name)) {
      try {
        state[name] = SETTINGS[name].read(text);
      } catch (problem) {
        const { message, fit } = /** @type {any} */ (problem);
        if (fit !== undefined) state[name] = fit;
        notices.push(`${name} ${message}. Got ${text.slice(0, 40)} instead.`);
      }
    }
  }
  return { state, notices };
}

/** What differs from the start, as "name=value&...". @param {any} state @returns {string} */
export function hashFromState(state) {
  const start = initialState(), parts = new URLSearchParams();
  for (const [name, { write }] of Object.entries(SETTINGS)) {
    const text = (/** @type {any} */ value) => (write ?? String)(value);
    if (
      state[name] !== null && state[name] !== undefined && text(state[name]) !== text(start[name])
    ) parts.set(name, text(state[name]));
  }
  for (const name of state.hide ?? []) parts.set(`${name}_hide`, "true");
  return parts.toString();
}

const LONGEST_POINTS = 6000; // characters of an address that points may take, and weights again

/** Base64 that an address takes as it is. @param {Uint8Array} bytes */
const toAddress = (bytes) =>
  encodeBytes(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** @param {string} text @returns {Uint8Array} throws where the text is no base64 */
const fromAddress = (text) => decodeBytes(text.replace(/-/g, "+").replace(/_/g, "/"));

const HELD = 128; // beside the label of a test point

/**
 * Points of two features with their labels as text for the address, or "" where they are too many.
 * @param {{features: number, points: ArrayLike<number>, labels: Uint8Array, heldOut: Uint8Array | null}} data
 */
export function pointsToText({ features, points, labels, heldOut }) {
  if (features !== 2) return "";
  const floats = Float32Array.from(points), bytes = new Uint8Array(labels.length * 9);
  bytes.set(labels.map((label, i) => heldOut && heldOut[i] ? label | HELD : label));
  bytes.set(new Uint8Array(floats.buffer), labels.length);
  const text = toAddress(bytes);
  return text.length > LONGEST_POINTS ? "" : text;
}

/** @param {string} text @returns {{points: Float64Array, labels: Uint8Array, heldOut: Uint8Array | null} | null} null where the text holds no points */
export function pointsFromText(text) {
  try {
    const bytes = fromAddress(text), n = bytes.length / 9;
    if (!Number.isInteger(n) || n < 2) return null;
    const marks = bytes.slice(0, n),
      labels = marks.map((mark) => mark & ~HELD),
      held = marks.map((mark) => mark & HELD ? 1 : 0);
    const points = Float64Array.from(new Float32Array(bytes.slice(n).buffer));
    if (
      labels.some((label) => label > 19) || points.some((value) => !Number.isFinite(value)) ||
      held.every(Boolean)
    ) return null;
    return { points, labels, heldOut: held.some(Boolean) ? held : null };
  } catch {
    return null;
  }
}

/** Weights changed by hand as text for the address, or "" where they are too many. @param {Float32Array} weights */
export function weightsToText(weights) {
  const text = toAddress(new Uint8Array(weights.slice().buffer));
  return text.length > LONGEST_POINTS ? "" : text;
}

/** @param {string} text @param {number} count @returns {Float32Array | null} null where the text does not hold `count` finite numbers */
export function weightsFromText(text, count) {
  try {
    const weights = new Float32Array(fromAddress(text).slice().buffer);
    return weights.length === count && weights.every(Number.isFinite) ? weights : null;
  } catch {
    return null;
  }
}
