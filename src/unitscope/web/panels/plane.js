// @ts-check
/** The input plane: the data alone, as the network gets it. Points are moved, added and erased here too. */

import { element, setText } from "./elements.js";
import { Chart } from "./canvas.js";
import { editable } from "./editing.js";
import { chartPicture, exportedPicture } from "./pictures.js";
import { drawPoints } from "./points.js";

/** @param {any} page @returns {import("../page/page.js").Panel} */
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
  editable(
    chart,
    page,
    () => ({ rows: page.data.points, width: page.data.features, axes: page.axes }),
  );

  /** @param {any} view */
  function update(view) {
    const { data, look } = page, n = data.labels.length;
    chart.canvas.setAttribute(
      "aria-label",
      `The data: ${n} points of ${data.classNames.length} classes. Keys: full stop and comma choose a point, arrows move it, digits relabel it, Delete erases it, Enter adds one.`,
    );
    if (chart.begin(view.window, look)) {
      chart.clip();
      drawPoints(chart, page, { rows: data.points, width: data.features, axes: page.axes });
      chart.unclip();
      chart.axes(page.axisNames(), look);
    }
    const held = data.heldOut
      ? `, ${[...data.heldOut].filter(Boolean).length} of them for testing (hollow)`
      : "";
    const point = page.litPoint();
    setText(note, point === null ? `${n} points${held}.` : pointWords(page, view, point));
  }
  return {
    node,
    update,
    exported: exportedPicture(
      "Data",
      "data",
      () => chartPicture(chart, page.look, () => update(page.view)),
    ),
  };
}

/** @param {any} page @param {any} view @param {number} point */
function pointWords(page, view, point) {
  const { data } = page,
    x = page.axes.map((/** @type {number} */ axis) =>
      `${data.featureNames[axis]} ${
        Number(data.points[point * data.features + axis].toPrecision(3))
      }`
    );
  return `Point ${point}, ${data.classNames[data.labels[point]]}: ${x.join(", ")}; predicted ${
    data.classNames[view.predicted[point]]
  } (${(100 * view.probabilities[point * view.classes + view.predicted[point]]).toFixed(1)}%).`;
}
