// @ts-check
/** The network shown beside one that was kept: stripes where they differ, and words. */

import { counted } from "../pure/data.js";
import { checkbox, percentage } from "./elements.js";

/** @import { Page } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */
/** @import { Chart } from "./canvas.js" */

const STRIPES = 5; // CSS pixels from one to the next
const NAMED = 6; // points

/** Keeps the network shown, to see others beside it. @param {Page} page */
export function compareBox(page) {
  const { node, box } = checkbox("compare", () => page.comparison.toggle(), "compare");
  node.title = "Keep this network; the map then shows where another one gives another class";
  return { node, update: () => void (box.checked = !!page.comparison.kept) };
}

/** Stripes in the kept network's colours where it differs. @param {Chart} chart
 * @param {Page} page @param {View} view */
export function drawDifferences(chart, page, view) {
  const found = page.comparison.of(view), { look } = page, pen = chart.context;
  if (!found) return;
  chart.clip();
  for (const k of new Set(found.pieces.map(({ label }) => label))) {
    pen.save();
    pen.beginPath();
    for (const { polygon, label } of found.pieces) if (label === k) trace(chart, polygon);
    pen.clip();
    pen.beginPath();
    const { left, top, plotWidth: wide, plotHeight: high } = chart;
    for (let x = -high; x < wide; x += STRIPES) {
      pen.moveTo(left + x, top + high);
      pen.lineTo(left + x + high, top);
    }
    pen.strokeStyle = look.classes[k];
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.restore();
  }
  chart.segments(found.boundary, look.text, 1.4, [2, 4]);
  chart.unclip();
}

/** @param {Chart} chart @param {number[]} polygon */
function trace(chart, polygon) {
  for (let i = 0; i < polygon.length; i += 2) {
    const x = chart.toX(polygon[i]), y = chart.toY(polygon[i + 1]);
    if (i) chart.context.lineTo(x, y);
    else chart.context.moveTo(x, y);
  }
  chart.context.closePath();
}

/** What there is to say of both, "" where nothing is kept. @param {Page} page @param {View} view */
export function wordsOfComparison(page, view) {
  const { kept } = page.comparison, found = page.comparison.of(view);
  if (!kept) return "";
  if (!found) return `Kept: ${kept.name}, which takes other data than these.`;
  const { points, share } = found, n = view.data.labels.length;
  const some = points.slice(0, NAMED).join(", "), more = points.length - NAMED;
  const which = some && `: ${some}${more > 0 ? ` and ${counted(more)} more` : ""}`;
  const second = kept === page.comparison.given ? page.comparison.second : null;
  const where = `${found.exact ? "" : "about "}${percentage(share)} of the window and ` +
    `${counted(points.length)} of ${counted(n)} points`;
  return second === null
    ? `Striped: ${where} differ from ${kept.name}${which}.`
    : `Striped: ${second}, shown, differs from ${kept.name} on ${where}${which}.`;
}
