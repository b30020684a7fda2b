// @ts-check
/** Legends of the main map: what each colour means, with numbers where colour is a scale. */

import { colorBetween, cssColor } from "../pure/colors.js";
import { cutName, element, penOf, shortNumber } from "./elements.js";

/** @import { Page } from "../page/page.js" */
/** @import { UnitPlace } from "../page/selection.js" */
/** @import { Color } from "../pure/colors.js" */
/** @import { View } from "../pure/view.js" */

/**
 * Put the legend of what the main map shows into `node`; rebuilt only when it changes.
 * @param {HTMLElement} node
 * @param {Page} page
 * @param {View} view
 * @param {{unit?: UnitPlace | null, gapTop?: number}} [shown] the unit enlarged; the gap to the
 *   second logit that full colour stands for
 */
export function drawLegend(node, page, view, { unit = null, gapTop = 1 } = {}) {
  const { look, state, data } = page, { shownClass } = page.selection;
  const last = view.network.layers.length - 1;
  const signed = unit || (state.view === "logit" && shownClass >= 0);
  const top = signed
    ? page.scales.of(view, unit ? unit[0] : last, unit ? unit[1] : shownClass)
    : state.view === "logit"
    ? gapTop
    : 1;
  const key = JSON.stringify([
    look.name,
    unit,
    state.view,
    shownClass,
    top,
    data.classNames,
    page.scales.words(),
  ]);
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  if (signed) {
    const rising = unit && unit[0] < last && isRising(view.network.layers[unit[0]].activation);
    const outputs = !unit || unit[0] === last;
    node.replaceChildren(
      rising
        ? scaleBar([look.signed[1], look.signed[2]], [0, top])
        : scaleBar([look.signed[0], look.signed[1], look.signed[2]], [-top, 0, top], outputs),
      unit ? "" : `logit, ${page.scales.words()}`,
    );
  } else if (state.view !== "hard" && shownClass >= 0) {
    node.replaceChildren(
      scaleBar([look.backgroundColor, look.classColors[shownClass]], [0, 1]),
      element("span", {}, `probability of ${cutName(data.classNames[shownClass])}`),
    );
  } else {
    const words = {
      hard: "",
      probability: "stronger colour: more probable",
      logit: `stronger colour: larger gap to the second logit (to ${shortNumber(top)})`,
    };
    node.replaceChildren(words[state.view]);
  }
}

/** Whether an activation's values are never below 0. @param {string} activation */
export const isRising = (activation) => ["relu", "sigmoid"].includes(activation);

/**
 * @param {Color[]} colors @param {number[]} values
 * @param {boolean} [root] by the square root of the size
 */
function scaleBar(colors, values, root = false) {
  const steps = 64,
    canvas = element("canvas", { width: steps, height: 1, "aria-hidden": "true" });
  const pen = penOf(canvas);
  for (let i = 0; i < steps; i++) {
    const plain = i / (steps - 1) * (colors.length - 1),
      size = Math.abs(plain - 1),
      at = root ? 1 + Math.sign(plain - 1) * Math.sqrt(size) : plain,
      low = Math.min(colors.length - 2, Math.floor(at));
    pen.fillStyle = cssColor(colorBetween(colors[low], colors[low + 1], at - low));
    pen.fillRect(i, 0, 1, 1);
  }
  return element(
    "span",
    { class: "scale" },
    element("span", {}, shortNumber(values[0])),
    canvas,
    element("span", {}, shortNumber(values.at(-1) ?? 1)),
  );
}
