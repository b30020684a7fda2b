// @ts-check
/**
 * Decision regions, the decision boundary and every unit's zero line of a network of two inputs. Pure.
 *
 * Where every activation is piecewise linear they are exact: convex polygons are cut by one unit after the other, each
 * carrying its own affine map, and at last by the ties of the logits. Else the network is taken as affine on the
 * triangles of a grid.
 */

import { forwardPass } from "./network.js";

/** Slopes below and above zero of the activations that are piecewise linear. @type {Record<string, (slope: number) => [number, number]>} */
const PIECEWISE = {
  linear: () => [1, 1],
  relu: () => [0, 1],
  leaky_relu: (slope) => [slope, 1],
  abs: () => [-1, 1],
};

const MOST_REGIONS = 3000;
const COARSE_SIDE = 64;
const TINY = 1e-12; // of the largest value at a polygon's corners: below, a corner lies on the line

/**
 * @typedef {{polygon: number[], label: number}} Cell
 * @typedef {{exact: boolean, regions: number, side: number, cells: Cell[], boundary: number[], boundaryClasses: number[], unitLines: number[][][]}} Geometry
 *   `boundary` and each of `unitLines[layer][unit]`: segments x0, y0, x1, y1
 */

/**
 * @param {import("./network.js").Network} network of two inputs
 * @param {[[number, number], [number, number]]} window
 * @param {{side: number, passes: {z: ArrayLike<number>}[]} | null} [grid] values over the window, rows from the top, for networks that are not cut exactly
 * @param {number} [most] regions that are cut exactly
 * @returns {Geometry}
 */
export function decisionGeometry(network, window, grid = null, most = MOST_REGIONS) {
  const last = network.layers.length - 1;
  const piecewise = network.layers.every((layer, l) => l === last || layer.activation in PIECEWISE);
  return (piecewise && exactGeometry(network, window, most)) ||
    sampledGeometry(network, window, grid);
}

/** @param {import("./network.js").Network} network @returns {Geometry} */
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

/** @param {import("./network.js").Network} network @param {[[number, number], [number, number]]} window @param {number} most @returns {Geometry | null} null when there are more regions */
function exactGeometry(network, [[x0, x1], [y0, y1]], most) {
  const found = emptyGeometry(network), last = network.layers.length - 1;
  /** @type {{polygon: number[], maps: Float64Array}[]} maps: a, b, c of every input of the layer: a x + b y + c */
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

/** The affine maps of a layer's pre-activations. @param {import("./network.js").Layer} layer @param {Float64Array} maps @returns {Float64Array} */
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

/** @param {{polygon: number[], maps: Float64Array}[]} parts @param {Float64Array} z @param {number} j @param {number} below @param {number} above @param {number[]} line */
function cutByUnit(parts, z, j, below, above, line) {
  const made = [];
  for (const part of parts) {
    const values = valuesAt(part.polygon, z[3 * j], z[3 * j + 1], z[3 * j + 2]);
    const [over, under] = split(part.polygon, values, line);
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
 * Cut a convex polygon where a function that is affine on it is 0.
 * @param {number[]} polygon @param {number[]} values at its corners @param {number[] | null} line gets the cut as a segment
 * @returns {[number[] | null, number[] | null]} the part above 0 and the part below; where it is 0 everywhere, below
 */
function split(polygon, values, line) {
  let top = 0, high = false, low = false;
  for (const value of values) top = Math.max(top, Math.abs(value));
  const near = TINY * top;
  for (const value of values) {
    if (value > near) high = true;
    else if (value < -near) low = true;
  }
  if (!high) return [null, polygon];
  if (!low) return [polygon, null];
  const over = [], under = [], ends = [];
  for (let i = 0, n = values.length; i < n; i++) {
    const next = (i + 1) % n,
      x = polygon[2 * i],
      y = polygon[2 * i + 1],
      value = values[i],
      after = values[next];
    if (value >= -near) over.push(x, y);
    if (value <= near) under.push(x, y);
    if (Math.abs(value) <= near) ends.push(x, y);
    else if (Math.abs(after) > near && value > 0 !== after > 0) {
      const share = value / (value - after),
        cutX = x + share * (polygon[2 * next] - x),
        cutY = y + share * (polygon[2 * next + 1] - y);
      over.push(cutX, cutY);
      under.push(cutX, cutY);
      ends.push(cutX, cutY);
    }
  }
  if (line && ends.length >= 4) line.push(ends[0], ends[1], ends[2], ends[3]);
  return [over.length >= 6 ? over : null, under.length >= 6 ? under : null];
}

/** Every class's value at every corner: (corners, classes). @param {number[]} polygon @param {Float64Array} maps @param {number} classes */
function cornerValues(polygon, maps, classes) {
  const corners = polygon.length / 2, values = new Float64Array(corners * classes);
  for (let i = 0; i < corners; i++) {
    for (let k = 0; k < classes; k++) {
      values[i * classes + k] = maps[3 * k] * polygon[2 * i] +
        maps[3 * k + 1] * polygon[2 * i + 1] + maps[3 * k + 2];
    }
  }
  return values;
}

/**
 * Cut a polygon, on which all logits are affine, into the cells of its classes.
 * @param {Geometry} found @param {number[]} polygon @param {Float64Array} values (corners, classes) @param {number} classes
 */
function addCells(found, polygon, values, classes) {
  const corners = polygon.length / 2;
  const able = [];
  for (let k = 0; k < classes; k++) if (!beaten(values, corners, classes, k)) able.push(k);
  if (able.length === 1) return void found.cells.push({ polygon, label: able[0] });
  for (const own of able) {
    // Corners with the values of the classes: x, y, then values; new corners are interpolated, so no map is needed.
    let shape = Array.from(
      { length: corners },
      (_, i) => ({
        x: polygon[2 * i],
        y: polygon[2 * i + 1],
        v: values.subarray(i * classes, (i + 1) * classes),
        edge: -1,
      }),
    );
    for (const other of able) {
      if (other === own) continue;
      shape = keptAbove(shape, own, other);
      if (shape.length < 3) break;
    }
    if (shape.length < 3) continue;
    found.cells.push({ polygon: shape.flatMap(({ x, y }) => [x, y]), label: own });
    shape.forEach((corner, i) => {
      if (corner.edge <= own) return; // each piece of boundary once, from its lower class
      const next = shape[(i + 1) % shape.length];
      found.boundary.push(corner.x, corner.y, next.x, next.y);
      found.boundaryClasses.push(own, corner.edge);
    });
  }
}

/** Whether another class is above `k` at every corner; of equal ones the first counts as above. @param {Float64Array} values @param {number} corners @param {number} classes @param {number} k */
function beaten(values, corners, classes, k) {
  for (let other = 0; other < classes; other++) {
    if (other === k) continue;
    let above = true;
    for (let i = 0; above && i < corners; i++) {
      const gap = values[i * classes + other] - values[i * classes + k];
      above = other < k ? gap >= 0 : gap > 0;
    }
    if (above) return true;
  }
  return false;
}

/** @typedef {{x: number, y: number, v: Float64Array, edge: number}} Corner `edge`: the class behind the edge that starts here, or -1 */

/** The part of a convex polygon where class `own` is at least `other`. @param {Corner[]} shape @param {number} own @param {number} other @returns {Corner[]} */
function keptAbove(shape, own, other) {
  const gaps = shape.map(({ v }) => v[own] - v[other]);
  let top = 0;
  for (const gap of gaps) top = Math.max(top, Math.abs(gap));
  const near = TINY * top;
  if (gaps.every((gap) => gap <= near)) return [];
  if (gaps.every((gap) => gap >= -near)) return shape;
  const kept = [];
  for (let i = 0; i < shape.length; i++) {
    const here = shape[i],
      next = shape[(i + 1) % shape.length],
      gap = gaps[i],
      after = gaps[(i + 1) % shape.length];
    if (gap > near) {
      kept.push(here);
      if (after < -near) kept.push({ ...between(here, next, gap / (gap - after)), edge: other });
    } else if (gap >= -near) {
      kept.push(after < -near ? { ...here, edge: other } : here);
    } else if (after > near) {
      kept.push({ ...between(here, next, gap / (gap - after)), edge: here.edge });
    }
  }
  return kept;
}

/** @param {Corner} from @param {Corner} to @param {number} share @returns {Corner} */
function between(from, to, share) {
  return {
    x: from.x + share * (to.x - from.x),
    y: from.y + share * (to.y - from.y),
    v: from.v.map((value, k) => value + share * (to.v[k] - value)),
    edge: -1,
  };
}

/** @param {import("./network.js").Network} network @param {[[number, number], [number, number]]} window @param {{side: number, passes: {z: ArrayLike<number>}[]} | null} grid @returns {Geometry} */
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

/** Where one column of values is 0, on the triangles of a grid. @param {ArrayLike<number>} z @param {number} j @param {number} units @param {number} side @param {number[]} xs @param {number[]} ys @param {number[]} line */
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
      split([left, top, right, top, left, bottom], [a, b, c], line);
      split([right, bottom, left, bottom, right, top], [d, c, b], line);
    }
  }
}

/** @param {Geometry} found @param {ArrayLike<number>} logits @param {number} classes @param {number} side @param {number[]} xs @param {number[]} ys */
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

/** @param {ArrayLike<number>} polygon */
export function areaOf(polygon) {
  let twice = 0;
  for (let i = 0, before = polygon.length - 2; i < polygon.length; before = i, i += 2) {
    twice += polygon[before] * polygon[i + 1] - polygon[i] * polygon[before + 1];
  }
  return Math.abs(twice) / 2;
}
