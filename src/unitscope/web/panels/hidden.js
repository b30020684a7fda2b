// @ts-check
/** The space of two units of a hidden layer, and what the later layers make of it. */

import { paintSigned } from "../pure/colors.js";
import { choice, element, numbered, setOptions, setText } from "./elements.js";
import { Chart } from "./canvas.js";
import { chartPicture, exportedPicture } from "./pictures.js";
import { drawPoints, pointUnder, REACH } from "./points.js";
import { drawCells } from "./regions.js";

/** @import { Page, Panel } from "../page/page.js" */
/** @import { HiddenSpace, View } from "../pure/view.js" */

/** @param {Page} page @returns {Panel} */
export function hiddenPanel(page) {
  const chart = new Chart({
    id: "hidden-space",
    role: "img",
    "aria-label": "Data in the space of two hidden units",
  }, { axes: true });
  const layer = choice([], "0", (value) => page.showHidden({ layer: Number(value) }), {
    "aria-label": "Hidden layer",
  });
  const across = choice([], "0", (value) => page.showHidden({ across: Number(value) }), {
    "aria-label": "Unit across",
  });
  const up = choice([], "1", (value) => page.showHidden({ up: Number(value) }), {
    "aria-label": "Unit upwards",
  });
  const shown = choice([], "-1", (value) => page.showHidden({ output: Number(value) }), {
    "aria-label": "What the hidden space shows",
  });
  const note = element("p", { class: "note" });
  const node = element(
    "section",
    { class: "panel", "aria-label": "Hidden space" },
    element("header", {}, element("h2", {}, "Hidden space"), layer, across, up, shown),
    element("div", { class: "plane" }, chart.canvas),
    note,
  );
  const placesIn = (/** @type {HiddenSpace} */ { outputs, units, axes }) => (
    { rows: outputs, width: units, axes }
  );
  const under = (/** @type {MouseEvent} */ event, /** @type {number} */ reach) =>
    page.view?.hidden ? pointUnder(chart, page, event, placesIn(page.view.hidden), reach) : null;
  const { canvas } = chart, { selection } = page;
  canvas.addEventListener("pointermove", (event) => selection.hoverPoint(under(event, REACH)));
  canvas.addEventListener("pointerleave", () => selection.hoverPoint(null));
  canvas.addEventListener("click", (event) => selection.choosePoint(under(event, 20)));

  /** @param {View} view */
  function update(view) {
    const { hidden } = view, { look, data } = page, layers = view.network.layers.length - 1;
    node.hidden = !hidden;
    if (!hidden) return;
    setOptions(
      layer,
      numbered(Array.from({ length: layers }, (_, l) => `Layer ${l + 1}`)),
      String(hidden.layer),
    );
    layer.hidden = layers < 2;
    const units = numbered(Array.from({ length: hidden.units }, (_, j) => `unit ${j}`));
    [across, up].forEach((select, at) => {
      setOptions(select, units, String(hidden.axes[at]));
      select.hidden = hidden.units < 3;
    });
    const logits = numbered(data.classNames.map((name) => `Logit ${name}`));
    setOptions(shown, [["-1", "Winner"], ...logits], String(page.hiddenOutput));
    setText(note, noteOfHidden(hidden));
    if (!chart.begin(hidden.window, look)) return;
    drawBackground(chart, page, view, hidden);
    drawPoints(chart, page, view, placesIn(hidden), { wrong: true, counts: true });
    chart.axes([
      `a[${hidden.layer + 1}]_${hidden.axes[0]}`,
      `a[${hidden.layer + 1}]_${hidden.axes[1]}`,
    ], look);
  }

  return {
    node,
    update,
    exported: exportedPicture(
      "Hidden space",
      "hidden-space",
      () => chartPicture(chart, page, update),
    ),
  };
}

/** @param {HiddenSpace} hidden */
function noteOfHidden({ held, units }) {
  if (held) {
    return "The outputs of two units. Background: what the later layers answer, " +
      "the layer's other units held at their means.";
  }
  return units === 1
    ? "The layer has one unit: both axes show it."
    : "The outputs of the layer's two units: what the later layers see. " +
      "Background: what they answer.";
}

/**
 * What the later layers answer: the winner, or one logit.
 * @param {Chart} chart
 * @param {Page} page
 * @param {View} view
 * @param {HiddenSpace} hidden
 */
function drawBackground(chart, page, view, hidden) {
  const { look } = page, k = page.hiddenOutput, { geometry } = hidden;
  if (!geometry) return;
  if (k < 0) {
    chart.clip();
    drawCells(chart, geometry, look);
    chart.segments(geometry.boundary, look.line, 1.6);
    chart.unclip();
    return;
  }
  const { maps } = hidden;
  if (!maps) return;
  const image = new ImageData(maps.side, maps.side);
  paintSigned(
    maps.logits,
    k,
    view.classes,
    page.scales.of(view, view.network.layers.length - 1, k),
    look,
    image.data,
  );
  chart.image(image);
}
