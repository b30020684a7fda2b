// @ts-check
/** Pointer and keyboard on a chart of the data: point at, drag, add, erase, relabel. */

import { pointUnder } from "./points.js";

const MOVED = 3; // CSS pixels: a press that moves less is a click
const FINGER = 26; // CSS pixels around a point that a finger takes it by
const STROKE = 14; // CSS pixels between two points of a stroke
const KEY_STEP = 0.01; // of the window, an arrow key

/**
 * @param {import("./canvas.js").Chart} chart
 * @param {any} page
 * @param {() => {rows: any, width: number, axes: [number, number]}} where
 */
export function editable(chart, page, where) {
  const { canvas } = chart;
  /** @type {{point: number | null, x: number, y: number, moving: boolean} | null} `moving`: a drag, or a stroke that adds */
  let press = null;

  // A finger scrolls the page, except from a point or with the tool that adds.
  canvas.addEventListener("touchstart", (event) => {
    if (event.touches.length > 1 || page.readOnly || !page.view) return;
    if (
      page.tool === "add" || pointUnder(chart, page, event.touches[0], where(), FINGER) !== null
    ) event.preventDefault();
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || !page.view) return;
    const point = pointUnder(
      chart,
      page,
      event,
      where(),
      event.pointerType === "touch" ? FINGER : undefined,
    );
    if (page.readOnly) return page.choosePoint(point);
    const erase = page.tool === "erase" || event.shiftKey;
    if (point !== null && erase) return page.erasePoint(point);
    if (point !== null && page.tool === "relabel") {
      return page.relabelPoint(point, page.chosenClass);
    }
    press = { point, x: event.clientX, y: event.clientY, moving: false };
    if (point !== null || page.tool === "add") canvas.setPointerCapture(event.pointerId);
    if (point !== null) page.choosePoint(point);
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", (event) => {
    if (press && press.point === null && page.tool === "add") return stroke(press, event);
    if (!press || press.point === null) {
      canvas.style.cursor = page.tool === "add" ? "crosshair" : "default";
      const near = page.view ? pointUnder(chart, page, event, where()) : null;
      if (near !== null && !page.readOnly) canvas.style.cursor = "grab";
      return page.hoverPoint(near);
    }
    if (!press.moving && Math.hypot(event.clientX - press.x, event.clientY - press.y) < MOVED) {
      return;
    }
    if (!press.moving) page.beginDrag();
    press.moving = true;
    canvas.style.cursor = "grabbing";
    page.dragPoint(press.point, ...insideWindow(chart, event));
  });
  /** Add points along the pointer's way. @param {{x: number, y: number, moving: boolean}} from @param {PointerEvent} event */
  const stroke = (from, event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < STROKE) return;
    if (!from.moving) {
      page.strokePoint(...insideWindow(chart, { clientX: from.x, clientY: from.y }));
    }
    Object.assign(from, { x: event.clientX, y: event.clientY, moving: true });
    page.strokePoint(...insideWindow(chart, event));
  };
  const release = (/** @type {PointerEvent} */ event) => {
    if (press && press.moving) page.endDrag();
    else if (press && press.point === null && event.type === "pointerup") {
      if (page.tool === "add") page.addPoint(...insideWindow(chart, event));
      else page.choosePoint(null);
    }
    press = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => page.hoverPoint(null));
  canvas.addEventListener("contextmenu", (event) => {
    const point = pointUnder(chart, page, event, where());
    if (point === null) return;
    event.preventDefault();
    if (!page.readOnly) page.erasePoint(point);
  });
  canvas.addEventListener("keydown", (event) => pressKey(chart, page, event));
}

/** @param {import("./canvas.js").Chart} chart @param {{clientX: number, clientY: number}} event @returns {[number, number]} */
function insideWindow(chart, event) {
  const [x, y] = chart.at(event), [[x0, x1], [y0, y1]] = chart.window;
  return [Math.min(x1, Math.max(x0, x)), Math.min(y1, Math.max(y0, y))];
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {import("./canvas.js").Chart} chart @param {any} page @param {KeyboardEvent} event */
function pressKey(chart, page, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const n = page.data.labels.length, chosen = page.pinnedPoint;
  const [[x0, x1], [y0, y1]] = chart.window;
  const taken = () => {
    event.preventDefault();
    event.stopPropagation();
  };
  const choosing = event.key === "." || event.key === "," || event.key === "Escape";
  if (page.readOnly && !choosing) return;
  if (event.key in ARROWS && chosen !== null) {
    taken();
    const [dx, dy] = ARROWS[event.key], step = KEY_STEP * (event.shiftKey ? 5 : 1);
    const d = page.data.features, [i, j] = page.axes;
    page.beginDrag();
    page.dragPoint(
      chosen,
      page.data.points[chosen * d + i] + dx * step * (x1 - x0),
      page.data.points[chosen * d + j] + dy * step * (y1 - y0),
    );
    page.endDrag();
  } else if (event.key === "." || event.key === ",") {
    taken();
    page.choosePoint(chosen === null ? 0 : (chosen + (event.key === "." ? 1 : n - 1)) % n);
  } else if ((event.key === "Delete" || event.key === "Backspace") && chosen !== null) {
    taken();
    page.erasePoint(chosen);
  } else if (
    /^[0-9]$/.test(event.key) && chosen !== null && Number(event.key) < page.data.classNames.length
  ) {
    taken();
    page.relabelPoint(chosen, Number(event.key));
  } else if (event.key === "Enter" && !event.shiftKey) { // with Shift, it runs a notebook's cell
    taken();
    page.addPoint((x0 + x1) / 2, (y0 + y1) / 2);
  } else if (event.key === "Escape") {
    page.choosePoint(null);
  }
}
