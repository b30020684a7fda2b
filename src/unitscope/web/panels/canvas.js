// @ts-check
/** A canvas in data coordinates: rasters, polygons, lines, markers, axes. It knows no network. */

import { roundTicks, tickText } from "../pure/ticks.js";
import { element, penOf } from "./elements.js";
import { paintMarker, stampOf } from "./markers.js";
import { cutToFit } from "./words.js";

/** @import { Look } from "../pure/colors.js" */
/** @import { Window } from "../pure/scene.d.ts" */
/** @import { Attributes } from "./elements.js" */

/** One for all words on a canvas: to set another makes the browser style the page first. */
const CHART_FONT = "12px system-ui, sans-serif";

/** Room for tick labels and axis names, in CSS pixels. */
const AXIS_ROOM = { left: 48, bottom: 30, top: 6, right: 6 };
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box CSS pixels */
const NO_ROOM = { left: 0, bottom: 0, top: 0, right: 0 };

/**
 * Told of the charts' sizes as they change: to ask the page for one while it is being changed would
 * lay it out anew.
 * @type {WeakMap<Element, Chart>} */
const chartOf = new WeakMap();
const chartSizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    chartOf.get(target)?.fit(contentRect.width, contentRect.height);
  }
});

/** Told which charts are near the screen: the others are not drawn. */
const chartsSeen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) chartOf.get(target)?.see(isIntersecting);
}, { rootMargin: "200px" });

/**
 * A canvas that maps data coordinates to pixels; y grows upwards. Sends "chartfit" upwards when it
 * is to be drawn anew.
 */
export class Chart {
  /**
   * @param {Attributes} attributes of the canvas
   * @param {{axes?: boolean, room?: typeof NO_ROOM}} [options] `room`: around the plot
   */
  constructor(attributes, { axes = false, room = axes ? AXIS_ROOM : NO_ROOM } = {}) {
    this.canvas = element("canvas", attributes);
    this.context = penOf(this.canvas);
    this.room = room;
    /** @type {Window} */
    this.window = [[0, 1], [0, 1]];
    this.width = 0;
    this.height = 0;
    this.zoom = 1;
    this.raster = document.createElement("canvas");
    this.rasterPen = penOf(this.raster);
    this.across = this.up = [0, 1]; // pixels of data coordinates: where 0 is, and of one unit
    chartOf.set(this.canvas, this);
    chartSizes.observe(this.canvas);
    this.away = false; // from the screen
    chartsSeen.observe(this.canvas);
  }

  /** @param {boolean} near the screen */
  see(near) {
    const comes = this.away && near;
    this.away = !near;
    if (comes) this.canvas.dispatchEvent(new CustomEvent("chartfit", { bubbles: true }));
  }

  /**
   * Take the size that the page gives the canvas, in CSS pixels; on a large screen, where all
   * words are larger, what is called a CSS pixel here is more.
   * @param {number} width
   * @param {number} height
   */
  fit(width, height) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.zoom = Math.max(1, rem / 16);
    this.width = Math.round(width / this.zoom);
    this.height = Math.round(height / this.zoom);
    this.canvas.dispatchEvent(new CustomEvent("chartfit", { bubbles: true }));
  }

  /** The canvas is taken off the page. */
  close() {
    chartSizes.unobserve(this.canvas);
    chartsSeen.unobserve(this.canvas);
  }

  /**
   * Start a picture: give the canvas pixels for its place on the page and clear it.
   * @param {Window} window
   * @param {Look} look
   * @returns {boolean} whether there is anything to draw on
   */
  begin(window, look) {
    const { width, height } = this;
    if (!width || !height || this.away) return false;
    const scale = Math.min(3, (globalThis.devicePixelRatio || 1) * this.zoom);
    const wide = Math.round(width * scale), high = Math.round(height * scale);
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
    }
    this.take(window);
    this.context.setTransform(wide / width, 0, 0, high / height, 0, 0);
    this.context.lineJoin = "miter"; // whatever was drawn last
    this.context.lineCap = "butt";
    this.context.fillStyle = look.background;
    this.context.fillRect(0, 0, width, height);
    return true;
  }

  /** Show these data coordinates. @param {Window} window */
  take(window) {
    const [[x0, x1], [y0, y1]] = window;
    const wide = this.plotWidth / (x1 - x0), high = this.plotHeight / (y1 - y0);
    this.window = window;
    this.across = [this.left - x0 * wide, wide];
    this.up = [this.top + y1 * high, -high];
  }

  get left() {
    return this.room.left;
  }
  get top() {
    return this.room.top;
  }
  get plotWidth() {
    return Math.max(1, this.width - this.room.left - this.room.right);
  }
  get plotHeight() {
    return Math.max(1, this.height - this.room.top - this.room.bottom);
  }

  /** @param {number} x */
  toX(x) {
    return this.across[0] + x * this.across[1];
  }
  /** @param {number} y */
  toY(y) {
    return this.up[0] + y * this.up[1];
  }

  /**
   * Data coordinates of a pointer's event, right under scrolling and zooming.
   * @param {{clientX: number, clientY: number}} event
   * @returns {[number, number]}
   */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left) * (this.width / box.width) - this.left;
    const y = (event.clientY - box.top) * (this.height / box.height) - this.top;
    const [[x0, x1], [y0, y1]] = this.window;
    return [x0 + x / this.plotWidth * (x1 - x0), y1 - y / this.plotHeight * (y1 - y0)];
  }

  /** Data units of one CSS pixel, across and up. */
  get unitsOfPixel() {
    return [
      (this.window[0][1] - this.window[0][0]) / this.plotWidth,
      (this.window[1][1] - this.window[1][0]) / this.plotHeight,
    ];
  }

  /** Keep what follows inside the plot; ends with `unclip`. */
  clip() {
    this.context.save();
    this.context.beginPath();
    this.context.rect(this.left, this.top, this.plotWidth, this.plotHeight);
    this.context.clip();
  }

  unclip() {
    this.context.restore();
  }

  /**
   * Spread a square of RGBA pixels, first row on top, over the plot.
   * @param {ImageData} image
   */
  image(image) {
    if (this.raster.width !== image.width || this.raster.height !== image.height) {
      this.raster.width = image.width;
      this.raster.height = image.height;
    }
    this.rasterPen.putImageData(image, 0, 0);
    this.context.imageSmoothingEnabled = true;
    // The grid's first and last points lie on the window's edges: the middles of the outermost
    // pixels do.
    const wide = this.plotWidth / (image.width - 1), high = this.plotHeight / (image.height - 1);
    this.clip();
    this.context.drawImage(
      this.raster,
      this.left - wide / 2,
      this.top - high / 2,
      image.width * wide,
      image.height * high,
    );
    this.unclip();
  }

  /**
   * Fill polygons x, y, x, y ...; a thin edge of their colour closes the gaps to their neighbours.
   * @param {ArrayLike<number>[]} polygons
   * @param {string} color
   */
  polygons(polygons, color) {
    const pen = this.context, { across: [left, wide], up: [top, high] } = this;
    pen.beginPath();
    for (const corners of polygons) {
      pen.moveTo(left + wide * corners[0], top + high * corners[1]);
      for (let i = 2; i < corners.length; i += 2) {
        pen.lineTo(left + wide * corners[i], top + high * corners[i + 1]);
      }
      pen.closePath();
    }
    pen.fillStyle = color;
    pen.fill();
    pen.strokeStyle = color;
    pen.lineWidth = 0.7;
    pen.stroke();
  }

  /**
   * Draw segments x0, y0, x1, y1 ...
   * @param {ArrayLike<number>} segments
   * @param {string} color
   * @param {number} width CSS pixels
   * @param {number[]} [dash]
   */
  segments(segments, color, width, dash = []) {
    const pen = this.context, { across: [left, wide], up: [top, high] } = this;
    pen.beginPath();
    for (let i = 0; i < segments.length; i += 4) {
      pen.moveTo(left + wide * segments[i], top + high * segments[i + 1]);
      pen.lineTo(left + wide * segments[i + 2], top + high * segments[i + 3]);
    }
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.lineCap = "round";
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
  }

  /**
   * A class's marker.
   * @param {number} x
   * @param {number} y
   * @param {string} marker Matplotlib's name
   * @param {number} size radius in CSS pixels
   * @param {{fill?: string | null, edge: string, width?: number}} paint no fill: hollow
   */
  marker(x, y, marker, size, { fill = null, edge, width = 1 }) {
    const pen = this.context, paint = { fill, edge, width };
    if (!(pen instanceof CanvasRenderingContext2D)) { // a picture in lines, to be exported
      return paintMarker(pen, this.toX(x), this.toY(y), marker, size, paint);
    }
    const { a: scale } = pen.getTransform();
    const stamp = stampOf(marker, size, paint, scale), half = stamp.width / 2;
    const left = Math.round(this.toX(x) * scale) - half,
      top = Math.round(this.toY(y) * scale) - half;
    pen.drawImage(stamp, left / scale, top / scale, stamp.width / scale, stamp.width / scale);
  }

  /**
   * A circle around a place.
   * @param {number} x
   * @param {number} y
   * @param {number} radius CSS pixels
   * @param {string} color
   * @param {number} width
   */
  ring(x, y, radius, color, width) {
    const pen = this.context;
    pen.beginPath();
    pen.arc(this.toX(x), this.toY(y), radius, 0, 2 * Math.PI);
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.stroke();
  }

  /**
   * Where words on a plate are, kept inside the plot.
   * @param {string} words
   * @param {number} x CSS pixels, the middle
   * @param {number} y
   * @returns {Box}
   */
  around(words, x, y) {
    const pen = this.context, wide = (pen.font = CHART_FONT, pen.measureText(words).width + 8);
    const left = Math.max(
      this.left + 1,
      Math.min(x - wide / 2, this.left + this.plotWidth - wide - 1),
    );
    const middle = Math.max(this.top + 10, Math.min(y, this.top + this.plotHeight - 10));
    return { left, right: left + wide, top: middle - 9, bottom: middle + 9 };
  }

  /**
   * Words on a plate, kept inside the plot.
   * @param {string} words
   * @param {number} x CSS pixels
   * @param {number} y
   * @param {Look} look
   */
  plate(words, x, y, look) {
    const pen = this.context, { left, right, top } = this.around(words, x, y);
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.globalAlpha = 0.86;
    pen.fillStyle = look.background;
    pen.fillRect(left, top, right - left, 18);
    pen.globalAlpha = 1;
    pen.fillStyle = look.text;
    pen.fillText(words, left + 4, top + 9.5);
  }

  /**
   * Where small words beside a place are, kept inside the plot.
   * @param {string} words
   * @param {number} x CSS pixels
   * @param {number} y
   * @returns {Box}
   */
  besides(words, x, y) {
    const pen = this.context, wide = (pen.font = CHART_FONT, pen.measureText(words).width);
    const right = this.left + this.plotWidth - 6, bottom = this.top + this.plotHeight - 9;
    const left = Math.max(this.left + 6, Math.min(x - wide - 8, right - wide));
    const middle = Math.max(this.top + 9, Math.min(y + 12, bottom));
    return { left, right: left + wide, top: middle - 9, bottom: middle + 9 };
  }

  /** Small words on a halo. @param {string} words @param {Box} box @param {Look} look */
  words(words, { left, top, bottom }, look) {
    const pen = this.context, middle = (top + bottom) / 2;
    pen.font = CHART_FONT;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = look.background;
    pen.globalAlpha = 0.8;
    pen.strokeText(words, left, middle);
    pen.globalAlpha = 1;
    pen.fillStyle = look.text;
    pen.fillText(words, left, middle);
  }

  /**
   * The frame, round ticks and the names of both axes; no ticks upwards where classes have rows.
   * @param {[string, string]} names
   * @param {Look} look
   * @param {boolean} [inRows]
   */
  axes([nameX, nameY], look, inRows = false) {
    const pen = this.context, bottom = this.top + this.plotHeight;
    pen.strokeStyle = look.muted;
    pen.lineWidth = 1;
    pen.strokeRect(this.left + 0.5, this.top + 0.5, this.plotWidth - 1, this.plotHeight - 1);
    this.ticksAcross(look);
    pen.fillText(cutToFit(pen, nameX, this.plotWidth), this.left + this.plotWidth / 2, bottom + 16);
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const tick of inRows ? [] : roundTicks(...this.window[1])) {
      if (this.toY(tick) > this.top + 5 && this.toY(tick) < bottom - 3) {
        pen.fillText(tickText(tick, ...this.window[1]), this.left - 4, this.toY(tick));
      }
    }
    this.upwards(nameY, 7);
  }

  /** Round numbers below. @param {Look} look @param {number} [gap] CSS pixels */
  ticksAcross(look, gap = 3) {
    const pen = this.context, bottom = this.top + this.plotHeight;
    pen.fillStyle = look.muted;
    pen.font = CHART_FONT;
    pen.textBaseline = "top";
    for (const tick of roundTicks(...this.window[0])) {
      const x = this.toX(tick);
      pen.textAlign = x < 9 ? "left" : x > this.width - 12 ? "right" : "center";
      pen.fillText(tickText(tick, ...this.window[0]), x, bottom + gap);
    }
    pen.textAlign = "center";
  }

  /** Words along an axis that goes up. @param {string} name @param {number} x CSS pixels */
  upwards(name, x) {
    const pen = this.context;
    pen.save();
    pen.translate(x, this.top + this.plotHeight / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(cutToFit(pen, name, this.plotHeight), 0, 0);
    pen.restore();
  }
}
