// @ts-check
/** The formulas and sums that panels print; numbers on screen recompute what is shown. */

import { shortNumber } from "./elements.js";

/** @import { Page } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */

/**
 * "z = 0.389 x0 − 3.47 x1 + 1.97", and where the unit is on.
 * @param {Page} page @param {View} view @param {number} layer @param {number} j
 */
export function unitFormula(page, view, layer, j) {
  const { weights, bias, inputs, units, activation } = view.network.layers[layer];
  const names = layer === 0
    ? page.data.featureNames
    : Array.from({ length: inputs }, (_, i) => `a${layer}_${i}`);
  const terms = Array.from({ length: inputs }, (_, i) => [weights[i * units + j], names[i]]);
  const shown = terms.slice(0, 8).map(([weight, name], k) =>
    signedTerm(Number(weight), String(name), k === 0)
  );
  const more = terms.length > 8 ? ` + … (${terms.length - 8} more)` : "";
  const z = `z = ${shown.join(" ")}${more} ${signedTerm(bias[j], "", false)}`;
  return activation === "linear"
    ? `${z}.`
    : `${z}; a = ${activation}(z).${
      activation === "relu"
        ? " The line is z = 0; on its coloured side the unit is on."
        : " The line is z = 0."
    }`;
}

/** @param {number} value @param {string} name @param {boolean} first */
function signedTerm(value, name, first) {
  const size = shortNumber(Math.abs(value)), times = name ? `${size} ${name}` : size;
  if (first) return value < 0 ? `−${times}` : times;
  return `${value < 0 ? "−" : "+"} ${times}`;
}

/**
 * Words, cut where a canvas has no room for them.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} words
 * @param {number} room CSS pixels
 */
export function cutToFit(pen, words, room) {
  if (pen.measureText(words).width <= room) return words;
  let cut = words;
  while (cut.length > 1 && pen.measureText(`${cut}…`).width > room) cut = cut.slice(0, -1);
  return `${cut}…`;
}
