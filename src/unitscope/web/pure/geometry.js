// @ts-check
/**
 * Decision regions, decision boundary and units' zero lines of a network of two inputs. Pure.
 *
 * Where every activation is piecewise linear they are exact: convex polygons are cut by one unit
 * after the other, each carrying its own affine map, and at last by the ties of the logits. Else
 * the network is taken as affine on the triangles of a grid.
 */

import { forwardPass } from "./network.js";
import { addCells, cornerValues, cutAtZero } from "./polygons.js";

/** @import { Layer, Network } from "./network.js" */
/** @import { Cell } from "./polygons.js" */
/** @import { Window } from "./scene.d.ts" */

/**
 * Slopes below and above zero of the activations that are piecewise linear.
 * @type {Record<string, (slope: number) => [number, number]>}
 */
const PIECEWISE = {
  linear: () => [1, 1],
  relu: () => [0, 1],
  leaky_relu: (slope) => [slope, 1],
  abs: () => [-1, 1],
};

const MOST_REGIONS = 3000;
const COARSE_SIDE = 64;

/**
 * `boundary` and each of `unitLines[layer][unit]`: segments x0, y0, x1, y1.
 * @typedef {object} Geometry
 * @property {boolean} exact
 * @property {number} regions
 * @property {number} side of the grid, where it is not exact
 * @property {Cell[]} cells
 * @property {number[]} boundary
 * @property {number[]} boundaryClasses two for each segment
 * @property {number[][][]} unitLines
 */
/** Values over a window, rows from the top, for networks that are not cut exactly.
 * @typedef {{side: number, passes: {z: ArrayLike<number>}[]}} Grid */

/**
 * @param {Network} network of two inputs
 * @param {Window} window
 * @param {Grid | null} [grid]
 * @param {number} [most] regions that are cut exactly
 * @returns {Geometry}
 */
export function decisionGeometry(network, window, grid = null, most = MOST_REGIONS) {
  const last = network.layers.length - 1;
  const piecewise = network.layers.every((layer, l) => l === last || layer.activation in PIECEWISE);
  return (piecewise && exactGeometry(network, window, most)) ||
    sampledGeometry(network, window, grid);
}

/** @param {Network} network @returns {Geometry} */
function emptyGeometry(network) {
  return {
    exact: true,
    regions: 0,
    side: 0,
    cells: [],
    boundary: [],
    boundaryClasses: [],
    unitLines: network.layers.map((layer) => Array.from({ length: layer.units }, () => [])),
  };
}

/**
 * @param {Network} network
 * @param {Window} window
 * @param {number} most
 * @returns {Geometry | null} null when there are more regions
 */
function exactGeometry(network, [[x0, x1], [y0, y1]], most) {
  const found = emptyGeometry(network), last = network.layers.length - 1;
  /**
   * `maps`: a, b, c of every input of the layer, which is a x + b y + c.
   * @type {{polygon: number[], maps: Float64Array}[]}
   */
  let pieces = [{
    polygon: [x0, y0, x1, y0, x1, y1, x0, y1],
    maps: Float64Array.of(1, 0, 0, 0, 1, 0),
  }];
  for (let l = 0; l <= last; l++) {
    const layer = network.layers[l],
      [below, above] = l === last ? [1, 1] : PIECEWISE[layer.activation](layer.slope);
    const next = [];
    for (const piece of pieces) {
      const z = composed(layer, piece.maps);
      let parts = [{ polygon: piece.polygon, maps: z }];
      for (let j = 0; j < layer.units; j++) {
        parts = cutByUnit(parts, z, j, below, above, found.unitLines[l][j]);
        if (next.length + parts.length > most) return null;
      }
      next.push(...parts);
      if (next.length > most) return null;
    }
    pieces = next;
  }
  found.regions = pieces.length;
  const classes = network.layers[last].units;
  for (const { polygon, maps } of pieces) {
    addCells(found, polygon, cornerValues(polygon, maps, classes), classes);
  }
  return found;
}

/**
 * The affine maps of a layer's pre-activations.
 * @param {Layer} layer
 * @param {Float64Array} maps
 * @returns {Float64Array}
 */
function composed({ inputs, units, weights, bias }, maps) {
  const z = new Float64Array(3 * units);
  for (let j = 0; j < units; j++) {
    let a = 0, b = 0, c = bias[j];
    for (let i = 0; i < inputs; i++) {
      const w = weights[i * units + j];
      a += w * maps[3 * i];
      b += w * maps[3 * i + 1];
      c += w * maps[3 * i + 2];
    }
    z.set([a, b, c], 3 * j);
  }
  return z;
}

/**
 * @param {{polygon: number[], maps: Float64Array}[]} parts
 * @param {Float64Array} z
 * @param {number} j
 * @param {number} below
 * @param {number} above
 * @param {number[]} line
 */
function cutByUnit(parts, z, j, below, above, line) {
  const made = [];
  for (const part of parts) {
    const values = valuesAt(part.polygon, z[3 * j], z[3 * j + 1], z[3 * j + 2]);
    const [over, under] = cutAtZero(part.polygon, values, line);
    if (below === above) {
      made.push(part); // nothing bends here: only the line is wanted
      continue;
    }
    if (over) {
      made.push({ polygon: over, maps: above === 1 ? part.maps : scaledUnit(part.maps, j, above) });
    }
    if (under) made.push({ polygon: under, maps: scaledUnit(part.maps, j, below) });
  }
  return made;
}

/** @param {Float64Array} maps @param {number} j @param {number} slope */
function scaledUnit(maps, j, slope) {
  const made = maps.slice();
  for (let k = 3 * j; k < 3 * j + 3; k++) made[k] *= slope;
  return made;
}

/** @param {number[]} polygon @param {number} a @param {number} b @param {number} c */
function valuesAt(polygon, a, b, c) {
  const values = new Array(polygon.length / 2);
  for (let i = 0; i < values.length; i++) {
    values[i] = a * polygon[2 * i] + b * polygon[2 * i + 1] + c;
  }
  return values;
}

/**
 * @param {Network} network
 * @param {Window} window
 * @param {Grid | null} grid
 * @returns {Geometry}
 */
function sampledGeometry(network, window, grid) {
  const side = grid ? grid.side : COARSE_SIDE,
    found = { ...emptyGeometry(network), exact: false, side };
  const [[x0, x1], [y0, y1]] = window;
  const xs = Array.from({ length: side }, (_, i) => x0 + (x1 - x0) * i / (side - 1)),
    ys = Array.from({ length: side }, (_, i) => y1 - (y1 - y0) * i / (side - 1));
  const passes = grid
    ? grid.passes
    : forwardPass(network, ys.flatMap((y) => xs.flatMap((x) => [x, y])), side * side);
  network.layers.forEach(({ units }, l) => {
    for (let j = 0; j < units; j++) {
      contour(passes[l].z, j, units, side, xs, ys, found.unitLines[l][j]);
    }
  });
  const classes = network.layers.at(-1)?.units ?? 1, logits = passes[passes.length - 1].z;
  sampledCells(found, logits, classes, side, xs, ys);
  return found;
}

/**
 * Where one column of values is 0, on the triangles of a grid.
 * @param {ArrayLike<number>} z
 * @param {number} j
 * @param {number} units
 * @param {number} side
 * @param {number[]} xs
 * @param {number[]} ys
 * @param {number[]} line
 */
function contour(z, j, units, side, xs, ys, line) {
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const at = (row * side + column) * units + j,
        a = z[at],
        b = z[at + units],
        c = z[at + side * units],
        d = z[at + (side + 1) * units];
      if ((a > 0) === (b > 0) && (b > 0) === (c > 0) && (c > 0) === (d > 0)) continue;
      const left = xs[column], right = xs[column + 1], top = ys[row], bottom = ys[row + 1];
      cutAtZero([left, top, right, top, left, bottom], [a, b, c], line);
      cutAtZero([right, bottom, left, bottom, right, top], [d, c, b], line);
    }
  }
}

/**
 * @param {Geometry} found
 * @param {ArrayLike<number>} logits
 * @param {number} classes
 * @param {number} side
 * @param {number[]} xs
 * @param {number[]} ys
 */
function sampledCells(found, logits, classes, side, xs, ys) {
  const winner = (/** @type {number} */ point) => {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (logits[point * classes + k] > logits[point * classes + best]) best = k;
    }
    return best;
  };
  const winners = Array.from({ length: side * side }, (_, point) => winner(point));
  const row3 = (/** @type {number[]} */ points) =>
    Float64Array.from(
      points.flatMap((point) =>
        Array.from({ length: classes }, (_, k) => logits[point * classes + k])
      ),
    );
  for (let row = 0; row + 1 < side; row++) {
    let start = 0;
    for (let column = 0; column + 1 < side; column++) {
      const a = row * side + column, b = a + 1, c = a + side, d = c + 1, label = winners[a];
      const pure = winners[b] === label && winners[c] === label && winners[d] === label;
      const goesOn = pure && column + 2 < side && winners[b + 1] === label &&
        winners[d + 1] === label;
      if (pure && goesOn) continue;
      if (pure) {
        found.cells.push({
          polygon: [
            xs[start],
            ys[row],
            xs[column + 1],
            ys[row],
            xs[column + 1],
            ys[row + 1],
            xs[start],
            ys[row + 1],
          ],
          label,
        });
      } else {
        addCells(
          found,
          [xs[column], ys[row], xs[column + 1], ys[row], xs[column], ys[row + 1]],
          row3([a, b, c]),
          classes,
        );
        addCells(
          found,
          [xs[column + 1], ys[row + 1], xs[column], ys[row + 1], xs[column + 1], ys[row]],
          row3([d, c, b]),
          classes,
        );
      }
      start = column + 1;
    }
  }
}
