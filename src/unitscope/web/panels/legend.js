// @ts-check
/** Legends of the main map: what each colour means, with numbers where colour is a scale. */

import { colorBetween, cssColor } from "../pure/colors.js";
import { cutName, element, penOf, shortNumber } from "./elements.js";
import { markerPicture } from "./markers.js";

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
    node.replaceChildren(
      scaleBar([look.signed[0], look.signed[1], look.signed[2]], [-top, 0, top]),
      element(
        "span",
        {},
        `${unit && unit[0] < last ? "output of the unit" : "logit"}, ${page.scales.words()}`,
      ),
    );
  } else if (state.view !== "hard" && shownClass >= 0) {
    node.replaceChildren(
      scaleBar([look.backgroundColor, look.classColors[shownClass]], [0, 1]),
      element("span", {}, `probability of ${cutName(data.classNames[shownClass])}`),
    );
  } else {
    const words = {
      hard: "predicted class",
      probability: "stronger colour: more probable",
      logit: `stronger colour: larger gap to the second logit (to ${shortNumber(top)})`,
    };
    node.replaceChildren(
      ...data.classNames.map((name, k) =>
        element("span", { class: "key", title: name }, markerPicture(look, k), cutName(name))
      ),
      element("span", { class: "muted" }, words[state.view]),
    );
  }
}

/**
 * @param {Color[]} colors @param {number[]} values
 */
function scaleBar(colors, values) {
  const steps = 64,
    canvas = element("canvas", { width: steps, height: 1, class: "bar", "aria-hidden": "true" });
  const pen = penOf(canvas);
  for (let i = 0; i < steps; i++) {
    const at = i / (steps - 1) * (colors.length - 1),
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
