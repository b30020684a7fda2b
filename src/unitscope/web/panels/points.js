// @ts-check
/** Points on a chart: class by marker and colour, test points hollow, wrong ones ringed. */

import { crowdsOf } from "../pure/view.js";

/** @import { Page } from "../page/page.js" */
/** @import { Look } from "../pure/colors.js" */
/** @import { View } from "../pure/view.js" */
/** @import { Chart } from "./canvas.js" */

export const REACH = 16; // CSS pixels around a point where it is pointed at

/**
 * Where points are: `width` numbers each in `rows`, of which a chart shows the two of `axes`.
 * @typedef {{rows: ArrayLike<number>, width: number, axes: [number, number]}} Places
 */

/**
 * @param {Chart} chart
 * @param {Page} page
 * @param {View} view
 * @param {Places} where
 * @param {{wrong?: boolean, counts?: boolean}} [marks] ring wrong ones; count those at one place
 */
export function drawPoints(chart, page, view, where, { wrong = false, counts = false } = {}) {
  const { data, look } = page, { rows, width, axes } = where, n = data.labels.length;
  const size = n > 2000 ? 2 : n > 400 ? 3 : chart.plotWidth < 220 ? 3.4 : 4.6;
  const chosen = page.selection.chosenPoints(view.predicted);
  for (let i = 0; i < n; i++) {
    const test = data.heldOut && data.heldOut[i];
    if (test && !page.state.showTestData) continue;
    const x = rows[i * width + axes[0]], y = rows[i * width + axes[1]], label = data.labels[i];
    const color = look.classes[label];
    chart.context.globalAlpha = chosen && !chosen.has(i) ? 0.25 : 1;
    chart.marker(x, y, look.markers[label], size, {
      fill: test ? look.background : color,
      edge: test ? color : look.halo,
      width: test ? 1.8 : 0.8,
    });
    if (wrong && view.predicted[i] !== label) chart.ring(x, y, size + 3, look.ring, 1.4);
  }
  chart.context.globalAlpha = 1;
  if (counts) drawCounts(chart, look, where);
  drawLit(chart, page, view, where, size);
}

/** @param {Chart} chart @param {Look} look @param {Places} where */
function drawCounts(chart, look, { rows, width, axes }) {
  const crowds = [...crowdsOf(rows, width, axes, chart.window).values()].filter((there) =>
    there.length > 2
  );
  for (const there of crowds.sort((a, b) => b.length - a.length).slice(0, 4)) {
    const x = chart.toX(rows[there[0] * width + axes[0]]),
      y = chart.toY(rows[there[0] * width + axes[1]]);
    chart.plate(`×${there.length}`, x + 20, y - 12, look);
  }
}

/**
 * The point that the page tells of.
 * @param {Chart} chart @param {Page} page @param {View} view @param {Places} where
 * @param {number} size
 */
function drawLit(chart, page, view, { rows, width, axes }, size) {
  const { data, look } = page, i = page.selection.pointShown(view);
  const x = rows[i * width + axes[0]], y = rows[i * width + axes[1]];
  chart.ring(x, y, size + 6, look.background, 4);
  chart.ring(x, y, size + 6, look.text, 2.2);
  chart.marker(x, y, look.markers[data.labels[i]], size + 1.5, {
    fill: look.classes[data.labels[i]],
    edge: look.halo,
    width: 1,
  });
}

/**
 * The point nearest to a pointer, at most `reach` CSS pixels away.
 * @param {Chart} chart
 * @param {Page} page
 * @param {{clientX: number, clientY: number}} event
 * @param {Places} where
 * @param {number} [reach] CSS pixels
 * @returns {number | null}
 */
export function pointUnder(chart, page, event, { rows, width, axes }, reach = REACH) {
  const [x, y] = chart.at(event), [unitX, unitY] = chart.unitsOfPixel;
  let best = null, least = reach;
  for (let i = 0; i < page.data.labels.length; i++) {
    if (page.data.heldOut && page.data.heldOut[i] && !page.state.showTestData) continue;
    const distance = Math.hypot(
      (rows[i * width + axes[0]] - x) / unitX,
      (rows[i * width + axes[1]] - y) / unitY,
    );
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}
