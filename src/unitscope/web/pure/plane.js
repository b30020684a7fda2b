// @ts-check
/** The plane that the maps show: the run's own, or that of two features. Pure. */

import { decodeFloats } from "./codec.js";

/** @import { Data } from "./data.js" */
/** @import { Network } from "./network.js" */
/** @import { PlaneScene } from "./scene.d.ts" */

/**
 * The points `origin + u * basis[0] + v * basis[1]`; `dual` (2, d) gives a point's coordinates.
 * `axes`: the two features that they are, where they are; `plain`: where there is nothing else.
 * @typedef {object} Plane
 * @property {number} features
 * @property {ArrayLike<number>} origin
 * @property {ArrayLike<number>} basis (2, d) row by row
 * @property {ArrayLike<number>} dual
 * @property {[string, string]} names
 * @property {string} words
 * @property {[number, number] | null} axes
 * @property {boolean} plain
 */

/** @param {PlaneScene | null | undefined} wire @returns {Plane | null} */
export function planeFromWire(wire) {
  if (!wire) return null;
  const origin = Float64Array.from(decodeFloats(wire.origin)), [across, up] = wire.names;
  return {
    features: origin.length,
    origin,
    basis: Float64Array.from(decodeFloats(wire.basis)),
    dual: Float64Array.from(decodeFloats(wire.dual)),
    names: [across, up],
    words: wire.words,
    axes: null,
    plain: false,
  };
}

/** Those of points that are shown again and again. @type {WeakMap<object, Plane>} */
const planesKnown = new WeakMap();

/**
 * The plane of two features, the others held at their mean; of one feature, its line, with a row
 * for each class.
 * @param {Data} data
 * @param {[number, number]} axes
 * @returns {Plane}
 */
export function axesPlane(data, [i, j]) {
  const known = planesKnown.get(data.points);
  if (known?.axes && known.axes[0] === i && known.axes[1] === j) return known;
  const { features: d, featureNames } = data, origin = Float64Array.from(meansOf(data, d));
  const basis = new Float64Array(2 * d), dual = new Float64Array(2 * d);
  origin[i] = origin[j] = 0;
  basis[i] = dual[i] = dual[d + j] = 1;
  if (i !== j) basis[d + j] = 1;
  const others = d - (i === j ? 1 : 2);
  /** @type {Plane} */
  const plane = {
    features: d,
    origin,
    basis,
    dual,
    names: [featureNames[i], d === 1 ? "a row for each class" : featureNames[j]],
    words: others === 1
      ? "the other feature held at its mean"
      : `the other ${others} features held at their mean`,
    axes: [i, j],
    plain: d === 1 || (d === 2 && i !== j),
  };
  planesKnown.set(data.points, plane);
  return plane;
}

/**
 * The mean of each of `width` columns.
 * @param {{points: ArrayLike<number>}} rows @param {number} width
 */
export function meansOf({ points }, width) {
  const sums = new Array(width).fill(0), n = points.length / width;
  for (let at = 0; at < points.length; at++) sums[at % width] += points[at] / n;
  return sums;
}

/**
 * @typedef {{plane: Plane, labels: Uint8Array, classes: number, places: Float64Array}} Placed
 * @type {WeakMap<object, Placed>}
 */
const placesKnown = new WeakMap();

/**
 * Where the points are on a plane, two numbers each; of one feature, in the row of their class.
 * @param {Plane} plane @param {Data} data
 */
export function placesOn(plane, data) {
  const { points, labels } = data, d = data.features, classes = data.classNames.length;
  const known = placesKnown.get(points);
  if (known?.plane === plane && known.labels === labels && known.classes === classes) {
    return known.places;
  }
  const n = labels.length, places = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    for (let f = 0; f < d; f++) {
      const away = points[k * d + f] - plane.origin[f];
      places[2 * k] += away * plane.dual[f];
      places[2 * k + 1] += away * plane.dual[d + f];
    }
    if (d === 1) places[2 * k + 1] = classes - 1 - labels[k];
  }
  placesKnown.set(points, { plane, labels, classes, places });
  return places;
}

/** The features of a place of a plane. @param {Plane} plane @param {number} x @param {number} y */
export function pointOn({ features: d, origin, basis }, x, y) {
  return Array.from({ length: d }, (_, f) => origin[f] + x * basis[f] + y * basis[d + f]);
}

/**
 * The points, of which one was moved to another place of a plane.
 * @param {Plane} plane @param {Data} data @param {number} point @param {[number, number]} place
 */
export function movedOn(plane, data, point, [x, y]) {
  const places = placesOn(plane, data), points = data.points.slice(), d = data.features;
  const across = x - places[2 * point], up = y - places[2 * point + 1];
  for (let f = 0; f < d; f++) {
    points[point * d + f] += across * plane.basis[f] + up * plane.basis[d + f];
  }
  if (plane.axes) { // to the last digit
    const [i, j] = plane.axes;
    points[point * d + i] = x;
    if (i !== j) points[point * d + j] = y;
  }
  return points;
}

/**
 * The network of a plane's two coordinates.
 * @param {Network} network
 * @param {Plane} plane
 * @returns {Network}
 */
export function networkOn(network, { features: d, origin, basis }) {
  const [first, ...later] = network.layers, { units } = first;
  const weights = new Float64Array(2 * units), bias = Float64Array.from(first.bias);
  for (let f = 0; f < d; f++) {
    for (let u = 0; u < units; u++) {
      const weight = first.weights[f * units + u];
      bias[u] += origin[f] * weight;
      weights[u] += basis[f] * weight;
      weights[units + u] += basis[d + f] * weight;
    }
  }
  return { features: 2, layers: [{ ...first, inputs: 2, weights, bias }, ...later] };
}
