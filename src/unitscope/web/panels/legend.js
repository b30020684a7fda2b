// @ts-check
/** Legends of the main map: what each colour means, with numbers where colour is a scale. */

import { colorBetween, cssColor } from "../pure/colors.js";
import { cutName, element, shortNumber } from "./elements.js";
import { markerPicture } from "./canvas.js";

/**
 * Put the legend of what the main map shows into `node`; rebuilt only when it changes.
 * @param {HTMLElement} node @param {any} page @param {any} view @param {[number, number] | null} [unit]
 */
export function drawLegend(node, page, view, unit = null) {
  const { look, state, shownClass, data } = page, last = view.network.layers.length - 1;
  const signed = unit || (state.view === "logit" && shownClass >= 0);
  const top = signed
    ? page.scaleOf(view, unit ? unit[0] : last, unit ? unit[1] : shownClass)
    : state.view === "logit"
    ? page.gapTop
    : 1;
  const key = JSON.stringify([
    look.name,
    unit,
    state.view,
    shownClass,
    top,
    data.classNames,
    page.scaleWords(),
  ]);
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  if (signed) {
    node.replaceChildren(
      scaleBar([look.signed[0], look.signed[1], look.signed[2]], [-top, 0, top]),
      element(
        "span",
        {},
        `${unit && unit[0] < last ? "output of the unit" : "logit"}, ${page.scaleWords()}`,
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
      ...data.classNames.map((/** @type {string} */ name, /** @type {number} */ k) =>
        element("span", { class: "key", title: name }, markerPicture(look, k), cutName(name))
      ),
      element("span", { class: "muted" }, words[/** @type {"hard"} */ (state.view)]),
    );
  }
}

/**
 * @param {import("../pure/colors.js").Color[]} colors @param {number[]} values
 */
function scaleBar(colors, values) {
  const steps = 64,
    canvas = element("canvas", { width: steps, height: 1, class: "bar", "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
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
