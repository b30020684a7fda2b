// @ts-check
/** Points of any set as text for a link: packed by the browser's own compression. */

import { decodeBytes, encodeBytes } from "../pure/codec.js";

/** @import { Data } from "../pure/data.js" */
/** @import { Limits } from "../pure/scene.d.ts" */

export const LONGEST_DATA = 30000; // characters of a link that points may take
const TEST = 128; // beside the label of a test point
const DATA_RULE = "data must be those of a link from this page. Got others instead.";

/** @param {Uint8Array<ArrayBuffer>} bytes @param {CompressionStream | DecompressionStream} through
 * @param {number} most bytes that may come out @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function passed(bytes, through, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(through).getReader();
  /** @type {Uint8Array[]} */ const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new RangeError(`data must be at most ${most} bytes. Got more instead.`);
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** All points with their classes and names. @param {Data} data @returns {Promise<string>} */
export async function dataToText(data) {
  const { features, points, labels, heldOut, classNames, featureNames } = data, n = labels.length;
  const head = new TextEncoder().encode(JSON.stringify({
    features,
    classes: classNames,
    names: featureNames,
    held: !!heldOut,
    ...(data.sampleOf && !data.edited && { sampleOf: data.sampleOf }),
    ...(data.fixedScale && { fixedScale: true }),
  }));
  const bytes = new Uint8Array(4 + head.length + n + 4 * n * features);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  bytes.set(labels.map((label, i) => heldOut?.[i] ? label | TEST : label), 4 + head.length);
  // Feature by feature, and of all numbers first the highest bytes: so they are alike.
  const floats = new DataView(new ArrayBuffer(4)), from = 4 + head.length + n, all = n * features;
  for (let k = 0; k < all; k++) {
    floats.setFloat32(0, points[(k % n) * features + Math.floor(k / n)]);
    for (let b = 0; b < 4; b++) bytes[from + b * all + k] = floats.getUint8(b);
  }
  const packed = await passed(bytes, new CompressionStream("deflate-raw"), Infinity);
  return encodeBytes(packed).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/**
 * @param {string} text @param {Limits} limits
 * @returns {Promise<Data>} throws a RangeError where the text holds no points within the limits
 */
export async function dataFromText(text, limits) {
  try {
    const packed = decodeBytes(text.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = await passed(
      new Uint8Array(packed),
      new DecompressionStream("deflate-raw"),
      limits.message,
    );
    return dataFromBytes(bytes, limits);
  } catch (problem) {
    throw problem instanceof RangeError && problem.message.startsWith("data must")
      ? problem
      : new RangeError(DATA_RULE);
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {Limits} limits @returns {Data} */
function dataFromBytes(bytes, limits) {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + length)),
  );
  const { features, classes, names, held, sampleOf, fixedScale } = head;
  const n = (bytes.length - 4 - length) / (1 + 4 * features), from = 4 + length + n;
  const whole = (
    /** @type {unknown} */ value,
    /** @type {number} */ least,
    /** @type {number} */ most,
  ) => typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
  const words = (/** @type {unknown} */ list) =>
    Array.isArray(list) && list.every((one) => typeof one === "string" && one.length <= 200) &&
    new Set(list).size === list.length;
  if (
    !whole(features, 1, limits.features) || !whole(n, 2, limits.points) || !words(classes) ||
    !words(names) || !whole(classes.length, 2, limits.classes) || names.length !== features
  ) throw new RangeError(DATA_RULE);
  const marks = bytes.slice(4 + length, from), labels = marks.map((mark) => mark & ~TEST);
  const heldOut = held === true ? marks.map((mark) => mark & TEST ? 1 : 0) : null;
  const floats = new DataView(new ArrayBuffer(4)), all = n * features;
  const points = new Float64Array(all);
  for (let k = 0; k < all; k++) {
    for (let b = 0; b < 4; b++) floats.setUint8(b, bytes[from + b * all + k]);
    points[(k % n) * features + Math.floor(k / n)] = floats.getFloat32(0);
  }
  if (
    labels.some((label) => label >= classes.length) || heldOut?.every(Boolean) ||
    (!heldOut && marks.some((mark) => mark & TEST)) || !points.every(Number.isFinite)
  ) throw new RangeError(DATA_RULE);
  return {
    features,
    points,
    labels,
    classNames: classes,
    featureNames: names,
    heldOut,
    ...(whole(sampleOf, n + 1, 1e9) && { sampleOf }),
    ...(fixedScale === true && { fixedScale: true }),
  };
}
