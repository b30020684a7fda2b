// @ts-check
/** Loss and accuracy by epoch, with the slider that goes through the epochs. */

import { element, percentage, setText, shortNumber } from "./elements.js";
import { scaleTop } from "../pure/ticks.js";
import { Chart } from "./canvas.js";
import { chartPicture, exportedPicture } from "./pictures.js";

/** @import { Page, Panel } from "../page/page.js" */

/** @param {Page} page @returns {Panel} */
export function curvesPanel(page) {
  const lossKey = element("span", { class: "curve-key" }, "loss"),
    accuracyKey = element("span", { class: "curve-key" }, "accuracy");
  const chart = new Chart({ class: "curves", "aria-hidden": "true" }, { axes: true, right: 46 });
  const slider = element("input", {
    type: "range",
    id: "epoch",
    min: 0,
    max: 200,
    value: 200,
    "aria-label": "Epoch",
    oninput: () => page.playback.showEpoch(Number(slider.value)),
  });
  const keys = element("span", { class: "legend" }, lossKey, accuracyKey);
  const numbers = element("p", { class: "note", id: "numbers" });
  const node = element(
    "section",
    { class: "panel", "aria-label": "Loss and accuracy" },
    element("header", {}, element("h2", {}, "Loss and accuracy"), keys),
    chart.canvas,
    slider,
    numbers,
  );
  const scrub = (/** @type {PointerEvent} */ event) =>
    page.playback.showEpoch(Math.round(chart.at(event)[0]));
  chart.canvas.addEventListener("pointerdown", (event) => {
    chart.canvas.setPointerCapture(event.pointerId);
    scrub(event);
  });
  chart.canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) scrub(event);
  });

  function update() {
    const { run, look } = page, { epoch } = page.playback, epochs = run.loss.length;
    slider.max = String(epochs);
    if (Number(slider.value) !== epoch) slider.value = String(epoch);
    slider.setAttribute("aria-valuetext", `epoch ${epoch} of ${epochs}`);
    let top = 0;
    for (const loss of [...run.loss, ...(run.testLoss ?? [])]) {
      if (Number.isFinite(loss)) top = Math.max(top, loss);
    }
    top = scaleTop(top);
    if (chart.begin([[0, Math.max(1, epochs)], [0, top]], look)) {
      chart.clip();
      drawCurve(chart, run.loss, 1, look.curves[0]);
      drawCurve(chart, run.accuracy, top, look.curves[1]);
      if (run.testLoss) drawCurve(chart, run.testLoss, 1, look.curves[0], [4, 3]);
      if (run.testAccuracy) drawCurve(chart, run.testAccuracy, top, look.curves[1], [4, 3]);
      chart.segments([epoch, 0, epoch, top], look.text, 1.2);
      chart.unclip();
      chart.axes(["epoch", "loss"], look);
      chart.axisOnTheRight([[0, "0%"], [top / 2, "50%"], [top, "100%"]], "accuracy", look);
    }
    setText(numbers, numbersOf(page));
    lossKey.style.borderColor = look.curves[0];
    accuracyKey.style.borderColor = look.curves[1];
    setText(accuracyKey, run.testLoss ? "accuracy (dashed: test)" : "accuracy");
  }

  return {
    node,
    update,
    exported: exportedPicture(
      "Loss and accuracy",
      "curves",
      () => chartPicture(chart, page, update),
    ),
  };
}

/**
 * @param {Chart} chart
 * @param {ArrayLike<number>} values of every epoch
 * @param {number} scale
 * @param {string} color
 * @param {number[]} [dash]
 */
function drawCurve(chart, values, scale, color, dash = []) {
  const pen = chart.context, stride = Math.max(1, Math.floor(values.length / 1500));
  pen.beginPath();
  for (let i = 0; i < values.length; i += stride) {
    pen.lineTo(chart.toX(i + 1), chart.toY(values[i] * scale));
  }
  pen.strokeStyle = color;
  pen.lineWidth = 1.8;
  pen.setLineDash(dash);
  pen.stroke();
  pen.setLineDash([]);
}

/** The numbers of the epoch shown, in words. @param {Page} page */
export function numbersOf(page) {
  const { run } = page, { epoch } = page.playback;
  if (run.stopped) return run.stopped;
  if (page.playback.edited) {
    return "Weights changed by hand: the curves are those of the training before.";
  }
  if (epoch === 0) return "Epoch 0: the start, before any training.";
  const test = run.testLoss && run.testAccuracy
    ? `; test loss ${shortNumber(run.testLoss[epoch - 1])}, test accuracy ${
      percentage(run.testAccuracy[epoch - 1])
    }`
    : "";
  const kept = run.epochs.length <= run.loss.length
    ? ` Weights of ${run.epochs.length} of ${
      run.loss.length + 1
    } epochs are kept: the pictures are of epoch ${run.epochs[page.playback.rowOf(epoch)]}.`
    : "";
  return `Epoch ${epoch}: loss ${shortNumber(run.loss[epoch - 1])}, accuracy ${
    percentage(run.accuracy[epoch - 1])
  }${test}.${kept}`;
}
