// @ts-check
/** The network's key: what colours, and the lines between units, stand for. */

import { choice, element, setText, shortNumber } from "./elements.js";
import { isRising } from "./legend.js";
import { areThinned } from "./links.js";

/** @import { Page } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */

/** What colours and widths mean. @param {Page} page */
export function keyRow(page) {
  const units = element("span"), outputs = element("span"), weights = element("span");
  const scale = choice(
    [["shared", "one scale"], ["unit", "own scales"]],
    page.state.scale,
    (value) => page.show({ scale: value }),
    { "aria-label": "Colour scale of the units", id: "scale" },
  );
  const node = element(
    "div",
    { class: "key-row" },
    units,
    outputs,
    scale,
    element("span", {}, element("i", { class: "ramp" }), weights),
  );
  let key = "";

  /** @param {View} view */
  function update(view) {
    const last = view.network.layers.length - 1, own = page.state.scale === "unit";
    setText(weights, areThinned(view) ? "largest weights" : "weights, − and +");
    if (scale.value !== page.state.scale) scale.value = page.state.scale;
    const top = (/** @type {number} */ layer) =>
      own ? "most" : shortNumber(page.scales.of(view, layer, 0));
    const rising = isRising(view.network.layers[0].activation);
    const [unit, output] = [last ? top(0) : "", top(last)], now = `${unit} ${output} ${rising}`;
    if (now === key) return;
    key = now;
    units.hidden = !last;
    fillKey(units, `units: ${rising ? "0" : `−${unit}`}`, unit, rising);
    fillKey(outputs, `outputs: −${output}`, output, false, true);
  }
  return { node, update };
}

/**
 * @param {HTMLElement} key @param {string} low @param {string} high
 * @param {boolean} half from 0 on @param {boolean} [root] by the square root of the size
 */
function fillKey(key, low, high, half, root = false) {
  const shape = half ? "ramp half" : root ? "ramp root" : "ramp";
  key.replaceChildren(low, element("i", { class: shape }), high);
}
