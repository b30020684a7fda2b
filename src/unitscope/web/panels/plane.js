// @ts-check
/** The data: what they are, with their controls; a picture of the points alone, to be exported. */

import { apart, element, percentage, setText, shortNumber } from "./elements.js";
import { Chart } from "./canvas.js";
import { dataControls } from "./controls.js";
import { chartPicture, exportedPicture } from "./pictures.js";
import { givenData } from "./given.js";
import { pointName } from "../pure/data.js";
import { drawPoints } from "./points.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */

const SIDE = 480; // CSS pixels of the picture

/** @param {Page} page @returns {Panel} */
export function dataPanel(page) {
  const controls = dataControls(page), given = givenData(page);
  const title = element("h2", {}, "Data");
  const node = element(
    "section",
    { class: "panel", "aria-label": "Data" },
    element("header", {}, title),
    given.node,
    controls.node,
    ...controls.files,
  );

  function update() {
    setText(title, page.dataset.table?.name ?? "Data");
    controls.update();
    given.update();
  }
  function picture() {
    const chart = new Chart({}, { axes: true });
    chart.fit(SIDE, SIDE);
    const drawn = chartPicture(chart, page, (view) => {
      if (!chart.begin(view.window, page.look)) return;
      chart.clip();
      drawPoints(chart, page, view, page.dataset.where());
      chart.unclip();
      chart.axes(view.plane.names, page.look, view.data.features === 1);
    });
    chart.close();
    return drawn;
  }
  return {
    node,
    update,
    exported: exportedPicture("Data", "data", picture),
  };
}

/** @param {Page} page @param {View} view @param {number} point */
export function pointWords(page, view, point) {
  const { data } = page,
    x = view.plane.names.slice(0, data.features).map((name, k) => {
      const value = shortNumber(view.places[2 * point + k]);
      return view.plane.axes ? `${apart(name)} ${value}` : `${name} = ${value}`;
    });
  const guess = view.predicted[point], p = view.probabilities[point * view.classes + guess];
  return [
    `${pointName(data, point)}, ${apart(data.classNames[data.labels[point]])}: `,
    `${x.join(", ")}; predicted ${apart(data.classNames[guess])} (${percentage(p)}).`,
  ];
}
