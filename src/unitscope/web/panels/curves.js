// @ts-check
/** Loss and accuracy by epoch, with the slider that goes through the epochs. */

import { counted } from "../pure/data.js";
import { element, setText } from "./elements.js";
import { lossAndAccuracy, numbersOf } from "./epoch.js";
import { transportOf } from "./bar.js";
import { Chart } from "./canvas.js";
import { chartPicture, exportedPicture } from "./pictures.js";

/** @import { Page, Panel } from "../page/page.js" */

/** @param {Page} page @returns {Panel} */
export function curvesPanel(page) {
  const transport = transportOf(page), readout = readoutOf(page);
  const chart = new Chart({ "aria-hidden": "true" }, {
    room: { left: 7, bottom: 23, top: 4, right: 7 }, // the slider's thumb goes from end to end
  });
  const slider = element("input", {
    type: "range",
    id: "epoch",
    min: 0,
    max: 200,
    value: 200,
    "aria-label": "Epoch",
    oninput: () => page.playback.showEpoch(Number(slider.value)),
  });
  const node = element(
    "section",
    { class: "panel playing", "aria-label": "Loss and accuracy" },
    transport.node,
    element(
      "div",
      { id: "numbers" },
      readout.node,
      element("div", { class: "curve" }, chart.canvas, slider),
      readout.note,
    ),
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
    const trained = Math.max(epochs, run.testLoss?.length ?? 0);
    slider.max = String(epochs);
    if (Number(slider.value) !== epoch) slider.value = String(epoch);
    slider.setAttribute("aria-valuetext", `epoch ${counted(epoch)} of ${counted(epochs)}`);
    let top = 0;
    for (const loss of [...run.loss, ...(run.testLoss ?? [])]) {
      if (Number.isFinite(loss)) top = Math.max(top, loss);
    }
    if (chart.begin([[0, Math.max(1, trained)], [0, 1.04]], look)) {
      chart.segments([0, 0, trained, 0], look.grid, 1);
      drawCurve(chart, run.loss, 1 / (top || 1), look.curves[0]);
      drawCurve(chart, run.accuracy, 1, look.curves[1]);
      if (run.testLoss) drawCurve(chart, run.testLoss, 1 / (top || 1), look.curves[0], [4, 3]);
      if (run.testAccuracy) drawCurve(chart, run.testAccuracy, 1, look.curves[1], [4, 3]);
      chart.segments([epoch, 0, epoch, 1.04], look.text, 1.5);
      chart.ticksAcross(look, 9);
    }
    transport.update();
    readout.update();
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

/** The epoch shown, and its numbers. @param {Page} page */
function readoutOf(page) {
  const epochCount = element("output", { id: "epoch-count" }),
    last = element("small"),
    note = element("p", { class: "note" }),
    lamps = [element("span", { class: "lamp" }), element("span", { class: "lamp" })];
  const node = element(
    "div",
    { class: "readout" },
    element("span", { class: "epoch" }, "Epoch ", epochCount, " ", last),
    ...lamps,
  );

  function update() {
    node.classList.toggle("two", !!page.run.testLoss);
    setText(epochCount, counted(page.playback.epoch));
    setText(last, `of ${counted(page.run.loss.length)}`);
    const words = lossAndAccuracy(page);
    lamps.forEach((lamp, k) => {
      setText(lamp, words[k]);
      lamp.style.setProperty("--lamp", page.look.curves[k]);
    });
    setText(note, numbersOf(page));
  }
  return { node, note, update };
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
