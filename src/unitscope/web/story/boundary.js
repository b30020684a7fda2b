// @ts-check
/** How near points are to another class's region: of networks of two inputs. Pure. */

import { decisionGeometry } from "../pure/geometry.js";
import { classesOf, forwardPass } from "../pure/network.js";
import { NOISE_SHARE } from "./measures.js";
import { meshBorder } from "./mesh.js";

/** @import { Network } from "../pure/network.js" */
/** @import { Window } from "../pure/scene.d.ts" */
/** @import { Measured } from "./measures.js" */

const MOST_REGIONS_TOLD = 20_000; // with more, a story would take too long
const STRAIGHT_KINDS = ["linear", "relu", "leaky_relu", "abs"];
const BEYOND = 1.1; // of the way to a mesh's border: there is the class behind it
const TINIEST = 2.2250738585072014e-308;
const SAME_PLACE = 1e-12; // squared distances that differ by this share belong to one place

/** @typedef {{segments: number[], classes: number[], exact: boolean}} Border */

/** The window around the points. @param {Measured} at @returns {Window} */
function windowAroundAll({ points, window }) {
  if (window) return window;
  /** @type {(axis: number) => [number, number]} */
  const side = (axis) => {
    let low = Infinity, high = -Infinity;
    for (let i = axis; i < points.length; i += 2) {
      low = Math.min(low, points[i]);
      high = Math.max(high, points[i]);
    }
    const span = high - low, extent = Math.max(Math.abs(low), Math.abs(high), 1);
    const room = span > 1e-9 * extent ? 0.08 * span : 0.5 * extent;
    return [low - room, high + room];
  };
  return [side(0), side(1)];
}

/** Where two classes meet in the window; null where that is not known.
 * @param {Measured} at @param {Window} window @returns {Border | null} */
function borderOf(at, window) {
  const { network, d, k, last } = at;
  if (d !== 2 || k < 2) return null;
  if (!network.layers.every(({ activation }) => STRAIGHT_KINDS.includes(activation))) {
    return meshBorder(at, window);
  }
  const bent = last.activation !== "linear";
  const weights = Float64Array.from({ length: k * k }, (_, i) => i % (k + 1) ? 0 : 1);
  /** @type {Network} */
  const whole = !bent ? network : {
    features: 2,
    layers: [...network.layers, {
      ...last,
      activation: "linear",
      inputs: k,
      weights,
      bias: new Float64Array(k),
    }],
  };
  const found = decisionGeometry(whole, window, null, MOST_REGIONS_TOLD);
  if (!found.exact) return null;
  return { segments: found.boundary, classes: found.boundaryClasses, exact: true };
}

/** The pairs of classes that share some boundary in the window, in their order.
 * @param {Measured} at @returns {[number, number][]} */
export function touchingClasses(at) {
  const border = borderOf(at, windowAroundAll(at)), found = new Set();
  if (!border) return [];
  for (let i = 0; i < border.classes.length; i += 2) {
    const [one, other] = [border.classes[i], border.classes[i + 1]];
    found.add(Math.min(one, other) * at.k + Math.max(one, other));
  }
  return [...found].sort((one, two) => one - two).map((
    pair,
  ) => [Math.floor(pair / at.k), pair % at.k]);
}

/**
 * Of the right points, the one nearest to another class's region in the window: how near, that
 * class, and whether nothing outside the window can be nearer.
 * @param {Measured} at
 */
export function closestRegion(at) {
  if (at.d !== 2 || !at.good) return null;
  const window = windowAroundAll(at), border = borderOf(at, window);
  if (!border?.segments.length) return null;
  let point = -1,
    near = { distance: Infinity, behind: -1, x: 0, y: 0 },
    room = Infinity,
    extent = 0;
  for (let i = 0; i < at.n; i++) {
    const x = at.points[2 * i], y = at.points[2 * i + 1];
    extent = Math.max(extent, Math.abs(x), Math.abs(y));
    if (!at.isRight(i)) continue;
    const [[left, right], [bottom, top]] = window;
    room = Math.min(room, x - left, right - x, y - bottom, top - y);
    const found = nearestSegment(border, x, y, at.predicted[i]);
    if (found.distance < near.distance) [point, near] = [i, found];
  }
  const { behind } = near;
  if (!border.exact && !isBehind(at, point, near)) return null;
  const distance = near.distance > NOISE_SHARE * extent ? near.distance : 0;
  return { point, distance, behind, certain: distance <= room, exact: border.exact };
}

/**
 * Whether a class is just behind the border of a mesh.
 * @param {Measured} at @param {number} point @param {{behind: number, x: number, y: number}} near
 */
function isBehind({ network, points, k }, point, { behind, x, y }) {
  const fromX = points[2 * point], fromY = points[2 * point + 1];
  const beyond = [fromX + BEYOND * (x - fromX), fromY + BEYOND * (y - fromY)];
  return classesOf(forwardPass(network, beyond, 1)[network.layers.length - 1].a, 1, k)[0] ===
    behind;
}

/**
 * How far a place of a class is from the border, and the class behind it: of a segment of its own,
 * where there is one as near.
 * @param {Border} border @param {number} x @param {number} y @param {number} label
 */
function nearestSegment({ segments, classes }, x, y, label) {
  let own = Infinity, ownNumber = -1, least = Infinity, leastNumber = -1;
  for (let s = 0; 4 * s < segments.length; s++) {
    const startX = segments[4 * s], startY = segments[4 * s + 1];
    const alongX = segments[4 * s + 2] - startX, alongY = segments[4 * s + 3] - startY;
    const length = Math.max(alongX * alongX + alongY * alongY, TINIEST);
    const share = ((x - startX) * alongX + (y - startY) * alongY) / length;
    const part = Math.min(Math.max(share, 0), 1);
    const awayX = x - startX - part * alongX, awayY = y - startY - part * alongY;
    const square = awayX * awayX + awayY * awayY;
    if (square < least) [least, leastNumber] = [square, s];
    if (square < own && (classes[2 * s] === label || classes[2 * s + 1] === label)) {
      [own, ownNumber] = [square, s];
    }
  }
  const mine = own <= least * (1 + SAME_PLACE), s = mine ? ownNumber : leastNumber;
  const [one, other] = [classes[2 * s], classes[2 * s + 1]];
  const [startX, startY, endX, endY] = segments.slice(4 * s, 4 * s + 4);
  const alongX = endX - startX, alongY = endY - startY;
  const share = ((x - startX) * alongX + (y - startY) * alongY) /
    Math.max(alongX * alongX + alongY * alongY, TINIEST);
  const part = Math.min(Math.max(share, 0), 1);
  return {
    distance: Math.sqrt(mine ? own : least),
    behind: one === label ? other : one,
    x: startX + part * alongX,
    y: startY + part * alongY,
  };
}
