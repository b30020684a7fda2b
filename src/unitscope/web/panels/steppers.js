// @ts-check
/** How many hidden layers there are and how many units in each, with buttons for more and less. */

import { element, iconButton, setText } from "./elements.js";
import { changeLayers, changeUnits } from "../page/shape.js";

/** @import { Page } from "../page/page.js" */

/** How many hidden layers there are. @param {Page} page */
export function layerStepper(page) {
  const count = element("span", { id: "layers-count" });
  const button = (
    /** @type {string} */ id,
    /** @type {string} */ words,
    /** @type {string} */ sign,
    /** @type {number} */ by,
  ) => iconButton(words, sign, () => changeLayers(page, by), { id, hidden: page.readOnly });
  const fewer = button("remove-layer", "Remove a hidden layer", "−", -1);
  const more = button("add-layer", "Add a hidden layer", "+", 1);
  const node = element(
    "div",
    { class: "column depth" },
    element("div", { class: "head" }, " ", element("span", { class: "count" }, fewer, count, more)),
  );
  const update = (/** @type {number} */ hidden) => {
    setText(count, `${hidden} hidden ${hidden === 1 ? "layer" : "layers"}`);
    fewer.disabled = !hidden;
    more.disabled = hidden >= page.hello.limits.hidden_layers;
  };
  return { node, update };
}

/** @param {Page} page @param {number} l @param {number} units */
export function unitStepper(page, l, units) {
  const word = element("span", { class: "word" }, units === 1 ? " unit" : " units");
  const words = element("span", {}, String(units), word);
  if (page.readOnly) return [words];
  return [
    iconButton(`Remove a unit of layer ${l + 1}`, "−", () => changeUnits(page, l, -1), {
      disabled: units <= 1,
    }),
    words,
    iconButton(`Add a unit to layer ${l + 1}`, "+", () => changeUnits(page, l, 1), {
      disabled: units >= page.hello.limits.units,
    }),
  ];
}
