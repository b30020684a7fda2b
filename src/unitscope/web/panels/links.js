// @ts-check
/** The links between units: width by the size of the weight, colour by its sign. */

import { setText, shortNumber, svgElement } from "./elements.js";

/** @import { Page } from "../page/page.js" */
/** @import { UnitPlace } from "../page/selection.js" */
/** @import { Pass } from "../pure/network.js" */
/** @import { View } from "../pure/view.js" */

const LINKS_SHOWN = 400; // between two layers: of more, the strongest
const STRONGEST = 160;

/** @typedef {{left: number, right: number, y: number}} End where links begin or end */
/**
 * @typedef {{wide: number, high: number, columns: End[][]}} LinkEnds of the ends, column by column
 */
/**
 * @typedef {{d: string, weight: number, layer: number, i: number, j: number, width: number}} Link
 */

/** Whether only the strongest links are shown. @param {View} view */
export const areThinned = ({ network: { layers } }) =>
  layers.some(({ inputs, units }) => inputs * units > LINKS_SHOWN);

/** The hidden units that give 0 at every point. @param {View} view @param {number} layer */
export function offUnits({ network, passes }, layer) {
  const known = offKnown.get(passes[layer]);
  if (known) return known;
  const { units, activation } = network.layers[layer], { a } = passes[layer];
  const off = new Set(activation === "relu" ? Array.from({ length: units }, (_, j) => j) : []);
  for (let at = 0; at < a.length && off.size; at++) if (a[at] > 0) off.delete(at % units);
  offKnown.set(passes[layer], off);
  return off;
}

/** @type {WeakMap<Pass, Set<number>>} */
const offKnown = new WeakMap();

/** @param {ArrayLike<number>} weights */
function weightSizes(weights) {
  const sizes = new Float64Array(weights.length);
  for (let k = 0; k < sizes.length; k++) sizes[k] = Math.abs(weights[k]);
  return sizes;
}

/**
 * The links into a layer: all, or where these are too many, the strongest or the unit's pointed at.
 * @param {View} view
 * @param {number} layer
 * @param {UnitPlace | null} lit
 * @param {End[]} from
 * @param {End[]} to
 * @returns {Link[]}
 */
function linksOf({ network }, layer, lit, from, to) {
  const { weights, units } = network.layers[layer], sizes = weightSizes(weights);
  const many = sizes.length > LINKS_SHOWN, sorted = many ? sizes.slice().sort() : sizes;
  const top = many ? sorted[sorted.length - 1] : sizes.reduce((a, b) => Math.max(a, b), 0);
  const least = many ? sorted[sorted.length - STRONGEST] : 0;
  const near = many && lit && (lit[0] === layer || lit[0] === layer - 1) ? lit : null;
  /** @type {Link[]} */
  const found = [];
  for (let i = 0; i < from.length; i++) {
    for (let j = 0; j < to.length; j++) {
      const at = i * units + j, weight = weights[at];
      const shown = near ? (near[0] === layer ? j : i) === near[1] : sizes[at] >= least;
      if (!shown) continue;
      const d = curveOf(from[i].right, from[i].y, to[j].left, to[j].y);
      const width = top ? 0.4 + (many ? 2.2 : 4.6) * sizes[at] / top : 0.4;
      found.push({ d, weight, layer, i, j, width });
    }
  }
  return found;
}

/** @param {Page} page @param {View} view @param {SVGSVGElement} links @param {LinkEnds} places */
export function drawLinks(page, view, links, { wide, high, columns }) {
  if (links.getAttribute("viewBox") !== `0 0 ${wide} ${high}`) {
    links.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    links.setAttribute("width", String(wide));
    links.setAttribute("height", String(high));
  }
  const off = view.network.layers.slice(0, -1).map((_, layer) => offUnits(view, layer));
  const lit = page.selection.litUnit(view),
    paths = columns.slice(1).flatMap((ends, layer) =>
      linksOf(view, layer, lit, columns[layer], ends)
    );
  while (links.childElementCount > paths.length) links.lastChild?.remove();
  while (links.childElementCount < paths.length) links.append(linkElement(page));
  const all = [...links.children];
  paths.forEach((path, k) => {
    const made = all[k], color = path.weight < 0 ? page.look.negative : page.look.positive;
    const dead = path.layer > 0 && off[path.layer - 1].has(path.i);
    const stroke = dead ? page.look.muted : color, width = path.width.toFixed(2);
    const before = linkOf.get(made);
    if (before?.d !== path.d) made.setAttribute("d", path.d);
    if (before?.stroke !== stroke) {
      made.setAttribute("stroke", stroke);
      made.setAttribute("stroke-dasharray", dead ? "2 4" : "none");
    }
    if (before?.width !== width) made.setAttribute("stroke-width", width);
    linkOf.set(made, { ...path, stroke, width });
  });
}

/** From the right of a place to the left of another. @type {(...ends: number[]) => string} */
function curveOf(...ends) {
  const [x0, y0, x1, y1] = ends.map((end) => end.toFixed(1)),
    middle = ((ends[0] + ends[2]) / 2).toFixed(1);
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
}

/** What each path shows.
 * @type {WeakMap<Element, Omit<Link, "width"> & {stroke: string, width: string}>} */
const linkOf = new WeakMap();

/** @param {Page} page */
function linkElement(page) {
  const title = svgElement("title"),
    made = svgElement("path", {
      fill: "none",
      onpointerenter: () => {
        const weight = linkOf.get(made)?.weight ?? 0;
        setText(title, `weight ${shortNumber(weight)}: choose to change it`);
      },
      onclick: () => {
        const link = linkOf.get(made);
        if (link) page.selection.chooseUnit([link.layer, link.j], link.i);
      },
    }, title);
  return made;
}
