// @ts-check
/** The space of two units of a hidden layer: the points as the layer sees them, and what the later layers make of it. */

import { paintSigned } from "../pure/colors.js";
import { choice, element, setOptions, setText } from "./elements.js";
import { Chart } from "./canvas.js";
import { chartPicture, exportedPicture } from "./pictures.js";
import { drawPoints, pointUnder } from "./points.js";

/** @param {any} page @returns {import("../page/page.js").Panel} */
export function hiddenPanel(page) {
  const chart = new Chart({
    class: "plane",
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
    chart.canvas,
    note,
  );
  const where = () =>
    page.view && page.view.hidden &&
    { rows: page.view.hidden.outputs, width: page.view.hidden.units, axes: page.view.hidden.axes };
  chart.canvas.addEventListener(
    "pointermove",
    (event) => page.hoverPoint(where() ? pointUnder(chart, page, event, where()) : null),
  );
  chart.canvas.addEventListener("pointerleave", () => page.hoverPoint(null));
  chart.canvas.addEventListener(
    "click",
    (event) => page.choosePoint(where() ? pointUnder(chart, page, event, where(), 20) : null),
  );

  /** @param {any} view */
  function update(view) {
    const { hidden } = view, { look, data } = page, layers = view.network.layers.length - 1;
    node.hidden = !hidden;
    if (!hidden) return;
    setOptions(
      layer,
      Array.from({ length: layers }, (_, l) => [String(l), `Layer ${l + 1}`]),
      String(hidden.layer),
    );
    layer.hidden = layers < 2;
    for (
      const [select, at] of /** @type {[HTMLSelectElement, number][]} */ ([[across, 0], [up, 1]])
    ) {
      setOptions(
        select,
        Array.from({ length: hidden.units }, (_, j) => [String(j), `Unit ${j}`]),
        String(hidden.axes[at]),
      );
      select.hidden = hidden.units < 3;
    }
    setOptions(shown, [
      ["-1", "Winner"],
      ...data.classNames.map((
        /** @type {string} */ name,
        /** @type {number} */ k,
      ) => [String(k), `Logit ${name}`]),
    ], String(page.hiddenOutput));
    setText(note, noteOf(hidden));
    if (!chart.begin(hidden.window, look)) return;
    if (hidden.geometry) drawBackground(view);
    drawPoints(chart, page, {
      rows: hidden.outputs,
      width: hidden.units,
      axes: hidden.axes,
      predicted: view.predicted,
      counts: true,
    });
    chart.axes([
      `a[${hidden.layer + 1}]_${hidden.axes[0]}`,
      `a[${hidden.layer + 1}]_${hidden.axes[1]}`,
    ], look);
  }

  /** @param {any} hidden */
  function noteOf({ held, units }) {
    if (held) {
      return "The outputs of two units. Background: what the later layers answer, the layer's other units held at their medians.";
    }
    return units === 1
      ? "The layer has one unit: both axes show it."
      : "The outputs of the layer's two units: what the later layers see. Background: what they answer.";
  }

  /** @param {any} view */
  function drawBackground(view) {
    const { hidden } = view, { look } = page, k = page.hiddenOutput;
    if (k < 0) {
      chart.clip();
      for (const cell of hidden.geometry.cells) {
        chart.polygon(cell.polygon, look.tintOf[cell.label]);
      }
      chart.segments(hidden.geometry.boundary, look.line, 1.6);
      chart.unclip();
      return;
    }
    const image = new ImageData(hidden.maps.side, hidden.maps.side);
    paintSigned(
      hidden.maps.logits,
      k,
      view.classes,
      page.scaleOf(view, view.network.layers.length - 1, k),
      look,
      image.data,
    );
    chart.image(image);
  }
  return {
    node,
    update,
    exported: exportedPicture(
      "Hidden space",
      "hidden-space",
      () => chartPicture(chart, page.look, () => update(page.view)),
    ),
  };
}
