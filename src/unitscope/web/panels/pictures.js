// @ts-check
/** Pictures of panels as files: SVG drawn anew by a panel's own code, PNG made of that. */

import { element, penOf, svgElement } from "./elements.js";
import { SvgPen } from "./svgpen.js";

/** @import { Page } from "../page/page.js" */
/** @import { View } from "../pure/view.js" */
/** @import { Chart } from "./canvas.js" */

const PNG_SCALE = 2;
const FONT = "system-ui, sans-serif";

/**
 * What one chart shows, as a group of SVG.
 * @param {Chart} chart
 * @param {() => void} draw draws it again
 */
export function drawnAsSvg(chart, draw) {
  const { context, away } = chart, pen = new SvgPen(context);
  Object.assign(chart, { context: pen, away: false });
  try {
    draw();
  } finally {
    Object.assign(chart, { context, away });
  }
  return pen.node;
}

/**
 * A whole document.
 * @param {number} width
 * @param {number} height
 * @param {string} background
 * @param {...Node} children
 * @returns {SVGSVGElement}
 */
export function svgDocument(width, height, background, ...children) {
  return svgElement(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      "font-family": FONT,
    },
    svgElement("rect", { width, height, fill: background }),
    ...children,
  );
}

/**
 * One chart as a document.
 * @param {Chart} chart
 * @param {Page} page
 * @param {(view: View) => void} update draws the chart
 */
export function chartPicture(chart, { look, view }, update) {
  const drawn = drawnAsSvg(chart, () => view && update(view));
  return svgDocument(chart.width, chart.height, look.background, drawn);
}

/**
 * Words in a picture.
 * @param {string} words
 * @param {number} x
 * @param {number} y the middle
 * @param {string} fill
 * @param {{size?: number, weight?: number, anchor?: string}} [how]
 */
export function svgWords(words, x, y, fill, { size = 12, weight = 400, anchor = "middle" } = {}) {
  return svgElement("text", {
    x,
    y,
    fill,
    "font-size": size,
    "font-weight": weight,
    "text-anchor": anchor,
    "dominant-baseline": "central",
  }, words);
}

/** @param {SVGSVGElement} svg */
export const svgText = (svg) => `${new XMLSerializer().serializeToString(svg)}\n`;

/**
 * The picture as PNG, twice the size on the screen.
 * @param {SVGSVGElement} svg
 * @returns {Promise<Blob>}
 */
export async function pngOf(svg) {
  const { width, height } = svg.viewBox.baseVal, image = new Image();
  image.src = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  try {
    await image.decode();
    const canvas = element("canvas", {
      width: Math.round(width * PNG_SCALE),
      height: Math.round(height * PNG_SCALE),
    });
    penOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (/** @type {Blob | null} */ blob) =>
          blob
            ? resolve(blob)
            : reject(new Error("The picture must be small enough for this browser.")),
        "image/png",
      )
    );
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** @typedef {{kind: string, name: string, make: () => Blob | Promise<Blob>}} ExportedFile */
/**
 * A panel's files for the export dialog.
 * @typedef {{words: string, files: ExportedFile[]}} Exported
 */

/**
 * A picture as PNG and as SVG.
 * @param {string} words
 * @param {string} name of the files
 * @param {() => SVGSVGElement} make
 * @returns {Exported}
 */
export function exportedPicture(words, name, make) {
  return {
    words,
    files: [
      { kind: "PNG", name: `${name}.png`, make: () => pngOf(make()) },
      {
        kind: "SVG",
        name: `${name}.svg`,
        make: () => new Blob([svgText(make())], { type: "image/svg+xml" }),
      },
    ],
  };
}
