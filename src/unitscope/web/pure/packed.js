// @ts-check
/** Points and weights as text for the address. Pure. */

import { decodeBytes, encodeBytes } from "../pure/codec.js";

/** @import { Data } from "../pure/data.js" */

const LONGEST_POINTS = 6000; // characters of an address that points may take, and weights again

/** Base64 that an address takes as it is. @param {Uint8Array} bytes */
const toAddress = (bytes) =>
  encodeBytes(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** @param {string} text @returns {Uint8Array} throws where the text is no base64 */
const fromAddress = (text) => decodeBytes(text.replace(/-/g, "+").replace(/_/g, "/"));

const HELD = 128; // beside the label of a test point

/**
 * Points of two features with their labels as text for the address, or "" where they are too many.
 * @param {Pick<Data, "features" | "points" | "labels" | "heldOut">} data
 */
export function pointsToText({ features, points, labels, heldOut }) {
  if (features !== 2) return "";
  const floats = Float32Array.from(points), bytes = new Uint8Array(labels.length * 9);
  bytes.set(labels.map((label, i) => heldOut && heldOut[i] ? label | HELD : label));
  bytes.set(new Uint8Array(floats.buffer), labels.length);
  const text = toAddress(bytes);
  return text.length > LONGEST_POINTS ? "" : text;
}

/**
 * @param {string} text
 * @param {number} classes the most that there may be
 * @returns {Pick<Data, "points" | "labels" | "heldOut"> | null} null where the text holds no points
 */
export function pointsFromText(text, classes) {
  try {
    const bytes = fromAddress(text), n = bytes.length / 9;
    if (!Number.isInteger(n) || n < 2) return null;
    const marks = bytes.slice(0, n),
      labels = marks.map((mark) => mark & ~HELD),
      held = marks.map((mark) => mark & HELD ? 1 : 0);
    const points = Float64Array.from(new Float32Array(bytes.slice(n).buffer));
    if (
      labels.some((label) => label >= classes) || held.every(Boolean) ||
      points.some((value) => !Number.isFinite(value))
    ) return null;
    return { points, labels, heldOut: held.some(Boolean) ? held : null };
  } catch {
    return null;
  }
}

/**
 * Weights changed by hand as text for the address, or "" where they are too many.
 * @param {Float32Array} weights
 */
export function weightsToText(weights) {
  const text = toAddress(new Uint8Array(weights.slice().buffer));
  return text.length > LONGEST_POINTS ? "" : text;
}

/**
 * @param {string} text
 * @param {number} count
 * @returns {Float32Array | null} null where the text does not hold `count` finite numbers
 */
export function weightsFromText(text, count) {
  try {
    const weights = new Float32Array(fromAddress(text).slice().buffer);
    return weights.length === count && weights.every(Number.isFinite) ? weights : null;
  } catch {
    return null;
  }
}
