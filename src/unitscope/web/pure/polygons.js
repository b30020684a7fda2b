// @ts-check
/** Convex polygons (x, y, x, y ...) cut where a value is 0 and where two classes tie. Pure. */

const TINY = 1e-12; // of the largest value at a polygon's corners: below, a corner lies on the line

/** @typedef {{polygon: number[], label: number}} Cell */
/** What cells are added to; `boundary` has segments x0, y0, x1, y1, each between two classes.
 * @typedef {{cells: Cell[], boundary: number[], boundaryClasses: number[]}} Cells */

/**
 * Cut a convex polygon where a function that is affine on it is 0.
 * @param {number[]} polygon
 * @param {number[]} values at its corners
 * @param {number[] | null} line gets the cut as a segment
 * @returns {[number[] | null, number[] | null]} the part above 0 and the part below; where it is 0
 *   everywhere, below
 */
export function cutAtZero(polygon, values, line) {
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

/**
 * Every class's value at every corner: (corners, classes).
 * @param {number[]} polygon
 * @param {Float64Array} maps
 * @param {number} classes
 */
export function cornerValues(polygon, maps, classes) {
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
 * @param {Cells} found
 * @param {number[]} polygon
 * @param {Float64Array} values (corners, classes)
 * @param {number} classes
 */
export function addCells(found, polygon, values, classes) {
  const corners = polygon.length / 2;
  const able = [];
  for (let k = 0; k < classes; k++) if (!beaten(values, corners, classes, k)) able.push(k);
  if (able.length === 1) return void found.cells.push({ polygon, label: able[0] });
  for (const own of able) {
    // Corners with the values of the classes: x, y, then values; new corners are interpolated, so
    // no map is needed.
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

/**
 * Whether another class is above `k` at every corner; of equal ones the first counts as above.
 * @param {Float64Array} values
 * @param {number} corners
 * @param {number} classes
 * @param {number} k
 */
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

/**
 * @typedef {{x: number, y: number, v: Float64Array, edge: number}} Corner `edge`: the class behind
 *   the edge that starts here, or -1
 */

/**
 * The part of a convex polygon where class `own` is at least `other`.
 * @param {Corner[]} shape
 * @param {number} own
 * @param {number} other
 * @returns {Corner[]}
 */
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

/** @param {ArrayLike<number>} polygon */
export function areaOf(polygon) {
  let twice = 0;
  for (let i = 0, before = polygon.length - 2; i < polygon.length; before = i, i += 2) {
    twice += polygon[before] * polygon[i + 1] - polygon[i] * polygon[before + 1];
  }
  return Math.abs(twice) / 2;
}
