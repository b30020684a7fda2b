// @ts-check
/** The input plane: the data alone, as the network gets it, to be moved, added and erased. */

import { element, setText } from "./elements.js";
import { Chart } from "./canvas.js";
import { editable } from "./editing.js";
import { chartPicture, exportedPicture } from "./pictures.js";
import { drawPoints } from "./points.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */

const KEYS_OF_POINTS = "Keys: full stop and comma choose a point, arrows move it, " +
  "digits relabel it, Delete erases it, Enter adds one.";

/** @param {Page} page @returns {Panel} */
export function dataPanel(page) {
  const chart = new Chart({ class: "plane", id: "data", tabindex: "0", role: "application" }, {
    axes: true,
  });
  const note = element("p", { class: "note" });
  const node = element(
    "section",
    { class: "panel", "aria-label": "Data" },
    element("header", {}, element("h2", {}, "Data")),
    chart.canvas,
    note,
  );
  const where = () => ({
    rows: page.data.points,
    width: page.data.features,
    axes: page.dataset.axes,
  });
  editable(chart, page, where);

  /** @param {View} view */
  function update(view) {
    const { data, look } = page, n = data.labels.length;
    chart.canvas.setAttribute(
      "aria-label",
      `The data: ${n} points of ${data.classNames.length} classes. ${KEYS_OF_POINTS}`,
    );
    if (chart.begin(view.window, look)) {
      chart.clip();
      drawPoints(chart, page, view, where());
      chart.unclip();
      chart.axes(page.dataset.axisNames(), look);
    }
    const held = data.heldOut
      ? `, ${[...data.heldOut].filter(Boolean).length} of them for testing (hollow)`
      : "";
    const point = page.selection.litPoint();
    setText(note, point === null ? `${n} points${held}.` : pointWords(page, view, point));
  }
  return {
    node,
    update,
    exported: exportedPicture(
      "Data",
      "data",
      () => chartPicture(chart, page, update),
    ),
  };
}

/** @param {Page} page @param {View} view @param {number} point */
function pointWords(page, view, point) {
  const { data } = page,
    x = page.dataset.axes.map((axis) => {
      const value = data.points[point * data.features + axis];
      return `${data.featureNames[axis]} ${Number(value.toPrecision(3))}`;
    });
  const guess = view.predicted[point], p = view.probabilities[point * view.classes + guess];
  return `Point ${point}, ${data.classNames[data.labels[point]]}: ${x.join(", ")}; predicted ${
    data.classNames[guess]
  } (${(100 * p).toFixed(1)}%).`;
}
