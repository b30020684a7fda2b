// @ts-check
/** The data sets to choose from, as small pictures of themselves. */

import { decodeBytes } from "../pure/codec.js";
import { chooseSet } from "../page/sets.js";
import { element, penOf } from "./elements.js";

/** @import { Page } from "../page/page.js" */
/** @import { Look } from "../pure/colors.js" */
/** @import { OfferedScene } from "../pure/scene.d.ts" */

// CSS pixels of a picture, and around its points.
const PICTURE_WIDE = 62, PICTURE_HIGH = 46, ROOM = 7;

/** @param {Page} page */
export function setChoices(page) {
  const sets = page.hello.datasets.map((set) => {
    const canvas = element("canvas", {
      width: 2 * PICTURE_WIDE,
      height: 2 * PICTURE_HIGH,
      "aria-hidden": "true",
    });
    const button = element(
      "button",
      {
        type: "button",
        class: "set",
        "data-set": set.name,
        onclick: () => chooseSet(page, set.name),
      },
      canvas,
      element("span", {}, set.name),
    );
    return { set, canvas, button };
  });
  const node = element(
    "div",
    { class: "sets", role: "group", "aria-label": "Data set" },
    ...sets.map(({ button }) => button),
  );
  /** @type {Look | null} */
  let drawn = null;

  function update() {
    const chosen = page.dataset.table ? "" : page.state.dataset;
    for (const { set, canvas, button } of sets) {
      if (drawn !== page.look) drawSet(canvas, set, page.look);
      button.setAttribute("aria-pressed", String(set.name === chosen));
    }
    drawn = page.look;
  }
  return { node, update };
}

/** @param {HTMLCanvasElement} canvas @param {OfferedScene} set @param {Look} look */
function drawSet(canvas, { thumbnail }, look) {
  const pen = penOf(canvas), labels = decodeBytes(thumbnail.labels);
  const places = decodeBytes(thumbnail.places);
  pen.setTransform(2, 0, 0, 2, 0, 0);
  pen.clearRect(0, 0, PICTURE_WIDE, PICTURE_HIGH);
  labels.forEach((label, i) => {
    const x = ROOM + places[2 * i] / 255 * (PICTURE_WIDE - 2 * ROOM),
      y = PICTURE_HIGH - ROOM - places[2 * i + 1] / 255 * (PICTURE_HIGH - 2 * ROOM);
    pen.beginPath();
    pen.arc(x, y, 1.9, 0, 2 * Math.PI);
    pen.fillStyle = look.classes[label];
    pen.fill();
  });
}
