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
