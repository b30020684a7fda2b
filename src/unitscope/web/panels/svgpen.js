// @ts-check
/** A pen that a Chart draws with as on a canvas, and that writes SVG: only the calls it makes. */

import { svgElement } from "./elements.js";

/** @import { Attributes } from "./elements.js" */

const SAVED = /** @type {const} */ ([
  "fillStyle",
  "strokeStyle",
  "lineWidth",
  "lineCap",
  "font",
  "textAlign",
  "textBaseline",
  "globalAlpha",
  "dash",
  "transform",
  "clipped",
]);
const ANCHORS =
  /** @type {Record<string, string>} */ ({ left: "start", center: "middle", right: "end" });
const BASELINES =
  /** @type {Record<string, string>} */ ({ top: "hanging", middle: "central", alphabetic: "auto" });

let clips = 0; // names of clip paths, one for each in the document

export class SvgPen {
  /** @param {CanvasRenderingContext2D} ruler measures text */
  constructor(ruler) {
    this.ruler = ruler;
    this.node = svgElement("g");
    this.fillStyle = this.strokeStyle = "#000000";
    this.lineWidth = this.globalAlpha = 1;
    this.lineCap = "butt";
    this.font = "10px sans-serif";
    this.textAlign = "left";
    this.textBaseline = "alphabetic";
    this.imageSmoothingEnabled = true;
    /** @type {number[]} */ this.dash = [];
    this.transform = "";
    this.clipped = "";
    this.path = "";
    /** @type {any[]} */ this.saved = [];
  }

  save() {
    this.saved.push(Object.fromEntries(SAVED.map((name) => [name, this[name]])));
  }
  restore() {
    Object.assign(this, this.saved.pop());
  }
  setTransform() {
    this.transform = "";
  } // pixels of the screen: SVG has its own
  /** @param {number} x @param {number} y */
  translate(x, y) {
    this.transform += `translate(${round(x)} ${round(y)})`;
  }
  /** @param {number} angle */
  rotate(angle) {
    this.transform += `rotate(${round(angle * 180 / Math.PI)})`;
  }
  /** @param {number[]} dash */
  setLineDash(dash) {
    this.dash = dash;
  }

  beginPath() {
    this.path = "";
  }
  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.path += `M${round(x)} ${round(y)}`;
  }
  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${round(x)} ${round(y)}`;
  }
  closePath() {
    this.path += "Z";
  }
  /** @param {number} x @param {number} y @param {number} wide @param {number} high */
  rect(x, y, wide, high) {
    this.path += `M${round(x)} ${round(y)}h${round(wide)}v${round(high)}h${round(-wide)}Z`;
  }
  /**
   * A whole circle: charts draw no other arcs.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   */
  arc(x, y, radius) {
    const r = round(radius);
    this.path += `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${
      round(2 * radius)
    } 0a${r} ${r} 0 1 0 ${round(-2 * radius)} 0Z`;
  }

  clip() {
    const id = `clip${++clips}`;
    this.node.append(svgElement("clipPath", { id }, svgElement("path", { d: this.path })));
    this.clipped = `url(#${id})`;
  }

  fill() {
    this.add("path", { d: this.path, ...this.filled() });
  }
  stroke() {
    this.add("path", { d: this.path, ...this.stroked() });
  }
  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    this.add("rect", {
      x: round(x),
      y: round(y),
      width: round(width),
      height: round(height),
      ...this.filled(),
    });
  }
  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  strokeRect(x, y, width, height) {
    this.add("rect", {
      x: round(x),
      y: round(y),
      width: round(width),
      height: round(height),
      ...this.stroked(),
    });
  }

  /** @param {string} words */
  measureText(words) {
    this.ruler.font = this.font;
    return this.ruler.measureText(words);
  }

  /** @param {string} words @param {number} x @param {number} y */
  fillText(words, x, y) {
    this.text(words, x, y, this.filled());
  }
  /** @param {string} words @param {number} x @param {number} y */
  strokeText(words, x, y) {
    this.text(words, x, y, this.stroked());
  }

  /** @param {string} words @param {number} x @param {number} y @param {Attributes} paint */
  text(words, x, y, paint) {
    // As attributes: the page's policy allows no style in an element.
    const [, weight, size, family] =
      /** @type {string[]} */ (/^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font));
    this.add("text", {
      x: round(x),
      y: round(y),
      ...paint,
      "font-size": size,
      "font-family": family,
      ...(weight ? { "font-weight": weight } : {}),
      "text-anchor": ANCHORS[this.textAlign] ?? "start",
      "dominant-baseline": BASELINES[this.textBaseline] ?? "auto",
    }, words);
  }

  /**
   * @param {HTMLCanvasElement} picture
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  drawImage(picture, x, y, width, height) {
    this.add("image", {
      x: round(x),
      y: round(y),
      width: round(width),
      height: round(height),
      preserveAspectRatio: "none",
      href: picture.toDataURL(),
    });
  }

  filled() {
    return { fill: this.fillStyle, ...this.faded() };
  }
  stroked() {
    return {
      fill: "none",
      stroke: this.strokeStyle,
      "stroke-width": this.lineWidth,
      ...(this.lineCap === "butt" ? {} : { "stroke-linecap": this.lineCap }),
      ...(this.dash.length ? { "stroke-dasharray": this.dash.join(" ") } : {}),
      ...this.faded(),
    };
  }
  /** @returns {Attributes} */
  faded() {
    return this.globalAlpha < 1 ? { opacity: this.globalAlpha } : {};
  }

  /**
   * @param {keyof SVGElementTagNameMap} tag
   * @param {Attributes} attributes
   * @param {...string} words
   */
  add(tag, attributes, ...words) {
    const made = svgElement(tag, {
      ...attributes,
      ...(this.transform ? { transform: this.transform } : {}),
    }, ...words);
    this.node.append(this.clipped ? svgElement("g", { "clip-path": this.clipped }, made) : made);
  }
}

/** @param {number} value */
const round = (value) => Math.round(100 * value) / 100;
