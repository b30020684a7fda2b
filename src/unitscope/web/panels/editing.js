// @ts-check
/** Pointer and keyboard on a chart of the data: point at, drag, add, erase, relabel. */

import { pointUnder } from "./points.js";

/** @import { Page } from "../page/page.js" */
/** @import { Chart } from "./canvas.js" */
/** @import { Places } from "./points.js" */

const MOVED = 3; // CSS pixels: a press that moves less is a click
const FINGER = 26; // CSS pixels around a point that a finger takes it by
const STROKE = 14; // CSS pixels between two points of a stroke
const KEY_STEP = 0.01; // of the window, an arrow key

/**
 * On a point, or on none; `moving`: a drag, or a stroke that adds.
 * @typedef {{point: number | null, x: number, y: number, moving: boolean}} Press
 */

/**
 * @param {Chart} chart
 * @param {Page} page
 * @param {() => Places} where
 */
export function editable(chart, page, where) {
  const { canvas } = chart;
  /** @type {Press | null} */
  let press = null;

  let touched = false; // whether a finger is on the point that an earlier touch chose
  // A finger scrolls the page, except from a point that it chose, or with the tool that adds.
  canvas.addEventListener("touchstart", (event) => {
    if (event.touches.length > 1 || page.readOnly || !page.view) return;
    if (page.dataset.tool === "add" || touched) event.preventDefault();
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
    if (page.readOnly) return page.selection.choosePoint(point);
    touched = point !== null && point === page.selection.pinnedPoint; // "touchstart" comes later
    const erase = page.dataset.tool === "erase" || event.shiftKey;
    if (point !== null && erase) return page.dataset.erasePoint(point);
    if (point !== null && page.dataset.tool === "relabel") {
      return page.dataset.relabelPoint(point, page.dataset.chosenClass);
    }
    if (point !== null && event.pointerType === "touch" && !touched) {
      return page.selection.choosePoint(point); // the next touch drags it
    }
    press = { point, x: event.clientX, y: event.clientY, moving: false };
    if (point !== null || page.dataset.tool === "add") canvas.setPointerCapture(event.pointerId);
    if (point !== null) page.selection.choosePoint(point);
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", (event) => {
    if (press && press.point === null && page.dataset.tool === "add") {
      return stroke(chart, page, press, event);
    }
    if (!press || press.point === null) {
      canvas.style.cursor = page.dataset.tool === "add" ? "crosshair" : "default";
      const near = page.view ? pointUnder(chart, page, event, where()) : null;
      if (near !== null && !page.readOnly) canvas.style.cursor = "grab";
      return page.selection.hoverPoint(near);
    }
    if (!press.moving && Math.hypot(event.clientX - press.x, event.clientY - press.y) < MOVED) {
      return;
    }
    if (!press.moving) page.dataset.beginDrag();
    press.moving = true;
    canvas.style.cursor = "grabbing";
    page.dataset.dragPoint(press.point, ...insideWindow(chart, event));
  });
  const release = (/** @type {PointerEvent} */ event) => {
    if (press && press.moving) page.dataset.endDrag();
    else if (press && press.point === null && event.type === "pointerup") {
      if (page.dataset.tool === "add") page.dataset.addPoint(...insideWindow(chart, event));
      else page.selection.choosePoint(null);
    }
    press = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => page.selection.hoverPoint(null));
  canvas.addEventListener("contextmenu", (event) => {
    const point = pointUnder(chart, page, event, where());
    if (point === null) return;
    event.preventDefault();
    if (!page.readOnly) page.dataset.erasePoint(point);
  });
  canvas.addEventListener("keydown", (event) => pressKey(chart, page, event));
}

/**
 * Add points along the pointer's way.
 * @param {Chart} chart
 * @param {Page} page
 * @param {Press} from
 * @param {PointerEvent} event
 */
function stroke(chart, page, from, event) {
  if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < STROKE) return;
  const start = { clientX: from.x, clientY: from.y };
  if (!from.moving) page.dataset.strokePoint(...insideWindow(chart, start));
  Object.assign(from, { x: event.clientX, y: event.clientY, moving: true });
  page.dataset.strokePoint(...insideWindow(chart, event));
}

/**
 * @param {Chart} chart
 * @param {{clientX: number, clientY: number}} event
 * @returns {[number, number]}
 */
function insideWindow(chart, event) {
  const [x, y] = chart.at(event), [[x0, x1], [y0, y1]] = chart.window;
  return [Math.min(x1, Math.max(x0, x)), Math.min(y1, Math.max(y0, y))];
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {Chart} chart @param {Page} page @param {KeyboardEvent} event */
function pressKey(chart, page, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const n = page.data.labels.length, chosen = page.selection.pinnedPoint;
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
    const { rows } = page.dataset.where();
    page.dataset.beginDrag();
    page.dataset.dragPoint(
      chosen,
      rows[2 * chosen] + dx * step * (x1 - x0),
      rows[2 * chosen + 1] + dy * step * (y1 - y0),
    );
    page.dataset.endDrag();
  } else if (event.key === "." || event.key === ",") {
    taken();
    page.selection.choosePoint(
      chosen === null ? 0 : (chosen + (event.key === "." ? 1 : n - 1)) % n,
    );
  } else if ((event.key === "Delete" || event.key === "Backspace") && chosen !== null) {
    taken();
    page.dataset.erasePoint(chosen);
  } else if (
    /^[0-9]$/.test(event.key) && chosen !== null && Number(event.key) < page.data.classNames.length
  ) {
    taken();
    page.dataset.relabelPoint(chosen, Number(event.key));
  } else if (event.key === "Enter" && !event.shiftKey) { // with Shift, it runs a notebook's cell
    taken();
    page.dataset.addPoint((x0 + x1) / 2, (y0 + y1) / 2);
  } else if (event.key === "Escape") {
    page.selection.choosePoint(null);
  }
}
