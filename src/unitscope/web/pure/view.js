// @ts-check
/** What the panels show of one network and its data, computed once for a picture. Pure. */

import { decisionGeometry } from "./geometry.js";
import { classesOf, forwardPass, onPlane, parameterCount, softmaxRows } from "./network.js";
import { meansOf, networkOn, placesOn } from "./plane.js";

/** @import { Data } from "./data.js" */
/** @import { Geometry } from "./geometry.js" */
/** @import { Network, Pass } from "./network.js" */
/** @import { Plane } from "./plane.js" */
/** @import { Window } from "./scene.d.ts" */

/** Grid points times parameters of one picture: what a screen frame has room for. */
const WORK_OF_A_PICTURE = 1.5e6;
const FINEST = 80, COARSEST = 24;

/**
 * Points along one side of the grid that maps are computed on.
 * @param {number} parameters
 */
export function gridSide(parameters) {
  return Math.max(
    COARSEST,
    Math.min(FINEST, Math.floor(Math.sqrt(WORK_OF_A_PICTURE / Math.max(1, parameters)))),
  );
}

/**
 * The points of a square grid over a window, row by row from the top.
 * @param {Window} window
 * @param {number} side
 */
export function gridOver(window, side) {
  const known = gridsKnown.get(window);
  if (known?.side === side) return known.points;
  const [[x0, x1], [y0, y1]] = window, points = new Float64Array(2 * side * side);
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at += 2) {
      points[at] = x0 + (x1 - x0) * column / (side - 1);
      points[at + 1] = y1 - (y1 - y0) * row / (side - 1);
    }
  }
  gridsKnown.set(window, { side, points });
  return points;
}

/**
 * The grid of a window that is shown again and again.
 * @type {WeakMap<object, {side: number, points: Float64Array}>}
 */
const gridsKnown = new WeakMap();

/** @typedef {ReturnType<typeof mapsOf>} Maps */

/**
 * A network as a function over a window of its two inputs.
 * @param {Network} plane a network of two inputs
 * @param {Window} window
 */
export function mapsOf(plane, window) {
  const side = gridSide(parameterCount(2, plane.layers));
  const passes = forwardPass(plane, gridOver(window, side), side * side);
  const classes = plane.layers[plane.layers.length - 1].units;
  const logits = passes[passes.length - 1].z;
  return { side, passes, logits, winners: classesOf(logits, side * side, classes), classes };
}

/**
 * The window of two columns of rows of numbers, with room around them.
 * @param {ArrayLike<number>} rows
 * @param {number} width numbers in a row
 * @param {[number, number]} axes
 * @param {number} [room] share of the range added on each side; the default is Python's
 * @returns {Window}
 */
export function windowAround(rows, width, axes, room = 0.08) {
  return [rangeOf(rows, width, axes[0], room), rangeOf(rows, width, axes[1], room)];
}

/**
 * The window of the points on a plane; of one feature, a row for each class.
 * @param {Plane} plane @param {Data} data @param {number} [room]
 * @returns {Window}
 */
export function windowOn(plane, data, room) {
  const [across, up] = windowAround(placesOn(plane, data), 2, [0, 1], room);
  return [across, data.features === 1 ? [-0.6, data.classNames.length - 0.4] : up];
}

/**
 * @param {ArrayLike<number>} rows
 * @param {number} width
 * @param {number} axis
 * @param {number} room
 * @returns {[number, number]}
 */
function rangeOf(rows, width, axis, room) {
  let low = Infinity, high = -Infinity;
  for (let at = axis; at < rows.length; at += width) {
    low = Math.min(low, rows[at]);
    high = Math.max(high, rows[at]);
  }
  if (!(low <= high)) return [-1, 1];
  const margin = high > low ? room * (high - low) : Math.max(1, Math.abs(low) * room);
  return [low - margin, high + margin];
}

/**
 * `layer` and `pair`: the hidden layer and its two units of the hidden space; null: those that
 * differ most, where those of the space `before` do not any more.
 * @typedef {object} Shown
 * @property {Network} network
 * @property {Data} data
 * @property {Plane} plane
 * @property {Window} window
 * @property {number} layer
 * @property {[number | null, number | null]} pair
 * @property {SpaceBefore | null} [before]
 * @property {Float64Array} [points] the data's at another moment
 * @property {boolean} [coarse] few regions are cut exactly: for a picture that moves
 */

/** @typedef {ReturnType<typeof viewOf>} View */

const COARSE = 400; // regions

/**
 * What takes long of a view, without what is computed when it is looked at: numbers alone, which a
 * worker can send.
 * @typedef {object} Heavy
 * @property {Maps} maps
 * @property {Pass[]} passes
 * @property {Geometry} geometry
 * @property {Geometry | null} hidden
 * @property {number} agreeing
 */

/** Done elsewhere than in the page's own thread. @param {Shown} shown @returns {Heavy} */
export function heavyOf(shown) {
  const view = viewOf(shown), { maps, passes, geometry, agreeing } = view;
  return { maps, passes, geometry, hidden: view.hidden?.geometry ?? null, agreeing };
}

/**
 * Everything that the panels show of a network at one moment.
 * @param {Shown} shown @param {Heavy | null} [done] what is computed already
 */
export function viewOf(shown, done = null) {
  const { network, data, plane, window, layer, pair, before = null, coarse = false } = shown;
  const points = shown.points ?? data.points;
  const n = data.labels.length, classes = network.layers[network.layers.length - 1].units;
  const seen = networkOn(network, plane), maps = done?.maps ?? mapsOf(seen, window);
  const passes = done?.passes ?? forwardPass(network, points, n);
  const logits = passes[passes.length - 1].z;
  /** @type {Float64Array | null} */
  let grid = null;
  const predicted = classesOf(logits, n, classes), places = placesOn(plane, { ...data, points });
  let agreeing = done?.agreeing ?? null;
  return {
    network,
    data,
    points,
    plane,
    places,
    window,
    classes,
    passes,
    logits,
    probabilities: softmaxRows(logits, n, classes),
    predicted,
    maps,
    /** How many points stand on the ground of their prediction. */
    get agreeing() {
      if (agreeing === null) {
        const passes = forwardPass(seen, places, n);
        const ground = classesOf(passes[passes.length - 1].z, n, classes);
        agreeing = ground.filter((label, i) => label === predicted[i]).length;
      }
      return agreeing;
    },
    /** Probabilities over the map's grid, for some of the pictures. */
    get probabilityGrid() {
      return grid ??= softmaxRows(maps.logits, maps.side ** 2, classes);
    },
    geometry: done?.geometry ?? decisionGeometry(seen, window, maps, coarse ? COARSE : undefined),
    hidden: layer < network.layers.length - 1
      ? hiddenSpace({ network, passes, layer, pair, before, coarse, done: done?.hidden ?? null })
      : null,
  };
}

/** @typedef {ReturnType<typeof hiddenSpace>} HiddenSpace */

/**
 * The space of two units of a hidden layer: the points there, and what later layers make of it.
 * @typedef {{layer: number, units: number, axes: [number, number]}} SpaceBefore
 * @param {Pick<Shown, "network" | "layer" | "pair"> &
 *   {passes: Pass[], before: SpaceBefore | null, coarse: boolean, done: Geometry | null}} shown
 */
function hiddenSpace({ network, passes, layer, pair, before, coarse, done }) {
  const units = network.layers[layer].units, outputs = passes[layer].a;
  const [across, up] = pair;
  /** @type {[number, number]} */
  const axes = across !== null && up !== null
    ? [Math.min(across, units - 1), Math.min(up, units - 1)]
    : livelyUnits(outputs, units, before?.layer === layer ? before : null);
  const window = windowAround(outputs, units, axes);
  const later = { features: units, layers: network.layers.slice(layer + 1) };
  const at = meansOf({ points: outputs }, units);
  const plane = units === 1 ? null : onPlane(later, axes[0], axes[1], at);
  /** @type {Maps | null} */
  let maps = null;
  let geometry = done;
  return {
    layer,
    axes,
    window,
    units,
    outputs,
    held: units > 2 ? at : null,
    get maps() { // for one output alone: rarely looked at
      return plane && (maps ??= mapsOf(plane, window));
    },
    get geometry() { // which is further down: not looked at while it is away
      const most = coarse ? COARSE : undefined;
      return plane && (geometry ??= decisionGeometry(plane, window, null, most));
    },
  };
}

/**
 * The two units whose outputs differ most over the points, in their order; those shown before as
 * long as both differ.
 * @param {ArrayLike<number>} outputs
 * @param {number} units
 * @param {{units: number, axes: [number, number]} | null} before
 * @returns {[number, number]}
 */
export function livelyUnits(outputs, units, before) {
  if (units < 3) return [0, units - 1];
  const spread = Array.from({ length: units }, (_, j) => {
    let low = Infinity, high = -Infinity;
    for (let at = j; at < outputs.length; at += units) {
      low = Math.min(low, outputs[at]);
      high = Math.max(high, outputs[at]);
    }
    return high - low;
  });
  if (before && before.units === units && before.axes.every((unit) => spread[unit] > 0)) {
    return before.axes;
  }
  const [first, second] = [...spread.keys()].sort((i, j) => spread[j] - spread[i]);
  return [Math.min(first, second), Math.max(first, second)];
}

/**
 * The largest size of a unit's values over the window: what a scale must reach.
 * @param {ArrayLike<number>} values
 * @param {number} offset
 * @param {number} stride
 */
export function largestSize(values, offset, stride) {
  let top = 0;
  for (let at = offset; at < values.length; at += stride) {
    const size = Math.abs(values[at]);
    if (size > top) top = size;
  }
  return top;
}

/**
 * Places that several points share (to a thousandth of the window): [index of one, how many].
 * @param {ArrayLike<number>} rows
 * @param {number} width
 * @param {[number, number]} axes
 * @param {Window} window
 * @returns {Map<number, number[]>} one point of each crowded place, and all the points there
 */
export function crowdsOf(rows, width, axes, window) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  const scale = axes.map((_, k) => 1000 / (window[k][1] - window[k][0] || 1));
  for (let i = 0; i * width < rows.length; i++) {
    const key = axes.map((axis, k) => Math.round(rows[i * width + axis] * scale[k])).join();
    const there = places.get(key);
    if (there) there.push(i);
    else places.set(key, [i]);
  }
  return new Map(
    [...places.values()].filter((there) => there.length > 1).map((there) => [there[0], there]),
  );
}
