// @ts-check
/** The markers of classes: their shapes, and as small pictures for chips and legends. */

import { element, penOf } from "./elements.js";

/** @import { Look } from "../pure/colors.js" */

/**
 * Corners of the markers that are polygons, on a circle of radius 1; y downwards.
 * @type {Record<string, number[][]>}
 */
const MARKER_CORNERS = {
  s: [[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]],
  "^": [[0, -1.1], [1, 0.8], [-1, 0.8]],
  v: [[0, 1.1], [1, -0.8], [-1, -0.8]],
  "<": [[-1.1, 0], [0.8, -1], [0.8, 1]],
  ">": [[1.1, 0], [-0.8, -1], [-0.8, 1]],
  D: [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]],
  P: plusCorners(0),
  X: plusCorners(Math.PI / 4),
  p: roundCorners(5),
  h: roundCorners(6),
};

/** @param {number} turn */
function plusCorners(turn) {
  const flat = [
    [-0.38, -1.1],
    [0.38, -1.1],
    [0.38, -0.38],
    [1.1, -0.38],
    [1.1, 0.38],
    [0.38, 0.38],
    [0.38, 1.1],
    [-0.38, 1.1],
    [-0.38, 0.38],
    [-1.1, 0.38],
    [-1.1, -0.38],
    [-0.38, -0.38],
  ];
  return flat.map((
    [x, y],
  ) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]);
}

/** @param {number} count */
function roundCorners(count) {
  return Array.from(
    { length: count },
    (_, k) => [1.05 * Math.sin(2 * Math.PI * k / count), -1.05 * Math.cos(2 * Math.PI * k / count)],
  );
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {string} marker
 * @param {number} size
 */
export function traceMarker(pen, x, y, marker, size) {
  pen.beginPath();
  const corners = MARKER_CORNERS[marker];
  if (!corners) {
    pen.arc(x, y, size, 0, 2 * Math.PI);
    return;
  }
  for (const [dx, dy] of corners) pen.lineTo(x + dx * size, y + dy * size);
  pen.closePath();
}

/** @typedef {{fill?: string | null, edge: string, width?: number}} Paint no fill: hollow */

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {string} marker
 * @param {number} size
 * @param {Paint} paint
 */
export function paintMarker(pen, x, y, marker, size, { fill = null, edge, width = 1 }) {
  traceMarker(pen, x, y, marker, size);
  if (fill) {
    pen.fillStyle = fill;
    pen.fill();
  }
  pen.strokeStyle = edge;
  pen.lineWidth = width;
  pen.stroke();
}

const MOST_STAMPS = 500;
/** @type {Map<string, HTMLCanvasElement>} */
const stamps = new Map();

/**
 * A marker drawn once, to be put down for each point.
 * @param {string} marker
 * @param {number} size
 * @param {Paint} paint
 * @param {number} scale device pixels of a CSS pixel
 */
export function stampOf(marker, size, paint, scale) {
  const key = JSON.stringify([marker, size, paint, scale]), known = stamps.get(key);
  if (known) return known;
  const half = Math.ceil((1.6 * size + 2) * scale);
  const stamp = element("canvas", { width: 2 * half, height: 2 * half }), pen = penOf(stamp);
  pen.scale(scale, scale);
  paintMarker(pen, half / scale, half / scale, marker, size, paint);
  if (stamps.size >= MOST_STAMPS) stamps.clear(); // sizes and themes of before
  stamps.set(key, stamp);
  return stamp;
}

/**
 * A class's marker as a small picture for chips and legends.
 * @param {Look} look
 * @param {number} index
 * @returns {HTMLCanvasElement}
 */
export function markerPicture(look, index) {
  const scale = 2,
    canvas = element("canvas", {
      width: 16 * scale,
      height: 16 * scale,
      class: "marker",
      "aria-hidden": "true",
    });
  const pen = penOf(canvas);
  pen.scale(scale, scale);
  traceMarker(pen, 8, 8, look.markers[index], 5.5);
  pen.fillStyle = look.classes[index];
  pen.fill();
  pen.strokeStyle = look.text;
  pen.lineWidth = 0.6;
  pen.stroke();
  return canvas;
}
