// @ts-check
/** Where two divisions of one window into classes differ. Pure. */

import { areaOf, cutAtZero } from "./polygons.js";

/** @import { Cell } from "./polygons.js" */

const COLUMNS = 32; // that the cells of one side are sorted into, so that few are met
const LEAST = 1e-9; // of a cell's area: below, two cells only touch

/** A convex polygon of class `label` to the one side, and `other` to the other.
 * @typedef {{polygon: number[], label: number, other: number, area: number}} Piece */

/**
 * The pieces of the window to which two divisions give different classes.
 * @param {Cell[]} cells convex, of the one
 * @param {Cell[]} others convex, of the other
 * @param {[number, number]} range of x
 * @returns {Piece[]}
 */
export function differences(cells, others, [low, high]) {
  const columns = sorted(others, low, high), found = [];
  let met = 0;
  const seen = new Int32Array(others.length);
  for (const { polygon, label } of cells) {
    met++;
    const box = boxOf(polygon), area = areaOf(polygon);
    for (let c = columnOf(box[0], low, high); c <= columnOf(box[1], low, high); c++) {
      for (const { cell, box: beside, number } of columns[c]) {
        if (seen[number] === met) continue;
        seen[number] = met;
        if (cell.label === label || !boxesMeet(box, beside)) continue;
        const shared = shareOf(polygon, cell.polygon), size = shared ? areaOf(shared) : 0;
        if (shared && size > LEAST * area) {
          found.push({ polygon: shared, label, other: cell.label, area: size });
        }
      }
    }
  }
  return found;
}

/** @typedef {[number, number, number, number]} Around */

/** @param {Cell[]} cells @param {number} low @param {number} high */
function sorted(cells, low, high) {
  /** @type {{cell: Cell, box: Around, number: number}[][]} */
  const columns = Array.from({ length: COLUMNS }, () => []);
  cells.forEach((cell, number) => {
    const box = boxOf(cell.polygon);
    for (let c = columnOf(box[0], low, high); c <= columnOf(box[1], low, high); c++) {
      columns[c].push({ cell, box, number });
    }
  });
  return columns;
}

/** @param {number} x @param {number} low @param {number} high */
const columnOf = (x, low, high) =>
  Math.max(0, Math.min(COLUMNS - 1, Math.floor(COLUMNS * (x - low) / (high - low))));

/** @param {number[]} polygon @returns {Around} */
function boxOf(polygon) {
  /** @type {Around} */
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < polygon.length; i += 2) {
    box[0] = Math.min(box[0], polygon[i]);
    box[1] = Math.max(box[1], polygon[i]);
    box[2] = Math.min(box[2], polygon[i + 1]);
    box[3] = Math.max(box[3], polygon[i + 1]);
  }
  return box;
}

/** @param {Around} one @param {Around} other */
const boxesMeet = (one, other) =>
  one[0] < other[1] && other[0] < one[1] && one[2] < other[3] && other[2] < one[3];

/**
 * What two convex polygons share: the one, cut along the other's edges.
 * @param {number[]} polygon
 * @param {number[]} by
 * @returns {number[] | null}
 */
function shareOf(polygon, by) {
  const turn = Math.sign(turningOf(by));
  /** @type {number[] | null} */
  let left = polygon;
  for (let i = 0; left && i < by.length; i += 2) {
    const x = by[i], y = by[i + 1], next = (i + 2) % by.length;
    const dx = by[next] - x, dy = by[next + 1] - y, inside = [];
    for (let k = 0; k < left.length; k += 2) {
      inside.push(turn * (dx * (left[k + 1] - y) - dy * (left[k] - x)));
    }
    left = cutAtZero(left, inside, null)[0];
  }
  return left;
}

/** Twice the area, above 0 where the corners go round to the left. @param {number[]} polygon */
function turningOf(polygon) {
  let twice = 0;
  for (let i = 0, before = polygon.length - 2; i < polygon.length; before = i, i += 2) {
    twice += polygon[before] * polygon[i + 1] - polygon[i] * polygon[before + 1];
  }
  return twice;
}
