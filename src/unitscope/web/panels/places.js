// @ts-check
/** Where the map's names go: of regions in their class, off the points; of units at lines. */

/** @import { Page } from "../page/page.js" */
/** @import { Window } from "../pure/scene.d.ts" */
/** @import { View } from "../pure/view.js" */
/** @import { Box, Chart } from "./canvas.js" */
/** @import { Places } from "./points.js" */

const CANDIDATES = 20; // along one side of the window
const STAYS = 0.6; // a name stays where it has this share of the best place's room

/**
 * @param {Chart} chart @param {View} view
 * @param {Places} points
 * @param {string[]} names of the classes
 * @param {Map<number, [number, number]>} before where the names were
 * @param {boolean} hurried whether those that fit need no better place
 * @returns {Map<number, [number, number]>} class to data coordinates, where there is room
 */
export function roomyPlaces(chart, view, { rows, width, axes }, names, before, hurried) {
  const { side, winners } = view.maps,
    [[x0, x1], [y0, y1]] = view.window,
    high = 10 / chart.plotHeight;
  /** @param {number} u 0..1 across @param {number} v 0..1 down */
  const classAt = (u, v) =>
    u < 0 || v < 0 || u > 1 || v > 1
      ? -1
      : winners[Math.round(v * (side - 1)) * side + Math.round(u * (side - 1))];
  /**
   * Distance in pixels to the nearest point, or -1 where the name's plate would leave the class.
   * @param {number} u
   * @param {number} v
   * @param {number} label
   */
  const roomAt = (u, v, label) => {
    const wide = (4 + 3.6 * names[label].length) / chart.plotWidth;
    for (const [du, dv] of [[0, 0], [wide, high], [-wide, high], [wide, -high], [-wide, -high]]) {
      if (classAt(u + du, v + dv) !== label) return -1;
    }
    let least = 60;
    for (let at = 0; at < rows.length; at += width) {
      const across = Math.max(0, Math.abs((rows[at + axes[0]] - x0) / (x1 - x0) - u) - wide) *
        chart.plotWidth;
      const down = Math.max(0, Math.abs((y1 - rows[at + axes[1]]) / (y1 - y0) - v) - high) *
        chart.plotHeight;
      if (across < least && down < least) least = Math.min(least, Math.hypot(across, down));
    }
    return least;
  };
  const oldRoom = (/** @type {number} */ label) => {
    const old = before.get(label);
    return old ? roomAt((old[0] - x0) / (x1 - x0), (y1 - old[1]) / (y1 - y0), label) : -1;
  };
  if (hurried && before.size && names.every((_, label) => oldRoom(label) >= 0)) return before;
  /** @type {Map<number, [number, number, number]>} */
  const best = new Map();
  for (let a = 1; a < CANDIDATES; a++) {
    for (let b = 1; b < CANDIDATES; b++) {
      const u = a / CANDIDATES,
        v = b / CANDIDATES,
        label = classAt(u, v),
        room = roomAt(u, v, label);
      if (room >= 0 && room > (best.get(label)?.[2] ?? -1)) best.set(label, [u, v, room]);
    }
  }
  return new Map([...best].map(([label, [u, v, room]]) => {
    const old = before.get(label), kept = oldRoom(label);
    return [
      label,
      old && kept >= 0 && kept >= STAYS * room ? old : [x0 + u * (x1 - x0), y1 - v * (y1 - y0)],
    ];
  }));
}

const NAMED_LINES = 8;

/**
 * Each unit's name at an end of its line, off all other names; none where no end has room.
 * @param {Chart} chart @param {Page} page @param {View} view
 * @param {Box[]} taken by other names
 */
export function nameUnitLines(chart, page, view, taken) {
  const lines = view.geometry.unitLines.slice(0, -1), boxes = [...taken];
  if (lines.flat().length > NAMED_LINES) return;
  lines.forEach((units, layer) =>
    units.forEach((segments, j) => {
      const name = lines.length > 1 ? page.unitName(layer, j) : `unit ${j}`;
      const free = endsOf(view.window, segments)
        .map(([x, y]) => chart.besides(name, chart.toX(x), chart.toY(y)))
        .find((box) => !boxes.some((other) => areMeeting(box, other)));
      if (!free) return;
      boxes.push(free);
      chart.words(name, free, page.look);
    })
  );
}

/** @param {Box} one @param {Box} other */
const areMeeting = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom &&
  other.top < one.bottom;

/**
 * The ends of a line's segments, those farthest to the right and down first.
 * @param {Window} window @param {ArrayLike<number>} segments
 */
function endsOf([[x0, x1], [y0, y1]], segments) {
  const far = (/** @type {[number, number]} */ [x, y]) =>
    (x - x0) / (x1 - x0) - (y - y0) / (y1 - y0);
  return Array.from(
    { length: segments.length / 2 },
    (_, k) => /** @type {[number, number]} */ ([segments[2 * k], segments[2 * k + 1]]),
  ).sort((one, other) => far(other) - far(one));
}
