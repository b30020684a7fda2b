// @ts-check
/** Colours as [red, green, blue] bytes, their mixtures, and the scales that paint maps. Pure. */

/** @import { ThemeScene } from "./scene.d.ts" */

/** @typedef {[number, number, number]} Color */
/** @typedef {ReturnType<typeof lookOf>} Look */

/**
 * @param {string} hex "#rrggbb"
 * @returns {Color}
 */
export function colorFrom(hex) {
  const part = (/** @type {number} */ at) => parseInt(hex.slice(at, at + 2), 16) || 0;
  return [part(1), part(3), part(5)];
}

/**
 * The colour `share` (0..1) of the way from one to another, each channel on its own.
 * @param {Color} start
 * @param {Color} end
 * @param {number} share
 * @returns {Color}
 */
export function colorBetween(start, end, share) {
  return [
    start[0] + share * (end[0] - start[0]),
    start[1] + share * (end[1] - start[1]),
    start[2] + share * (end[2] - start[2]),
  ];
}

/**
 * @param {Color} color
 * @returns {string}
 */
export function cssColor(color) {
  return `rgb(${color.map((part) => Math.round(part)).join(" ")})`;
}

/**
 * The look of the page from the theme that Python sends.
 * @param {ThemeScene} themes the `theme` of the hello message
 * @param {string} name "light" or "dark"
 */
export function lookOf(themes, name) {
  const theme = themes[name === "dark" ? "dark" : "light"];
  const background = colorFrom(theme.background);
  const classColors = themes.class_colors.map(colorFrom);
  return {
    ...theme,
    classes: themes.class_colors,
    markers: themes.class_markers,
    classColors,
    tints: classColors.map((color) => cssColor(colorBetween(background, color, theme.tint))),
    backgroundColor: background,
    signed: /** @type {[Color, Color, Color]} */ (
      [theme.negative, theme.zero, theme.positive].map(colorFrom)
    ),
  };
}

/**
 * Paint signed values: orange below 0, blue above, `top` and beyond in full colour; by the square
 * root of the size where `root`, so that small values show their sign, too.
 * @param {ArrayLike<number>} values
 * @param {number} offset where the first value is
 * @param {number} stride from one value to the next
 * @param {number} top
 * @param {Look} look
 * @param {Uint8ClampedArray} pixels RGBA, one for each value
 * @param {boolean} [root]
 */
export function paintSigned(values, offset, stride, top, look, pixels, root = false) {
  const [negative, zero, positive] = look.signed;
  const scale = top > 0 ? 1 / top : 0;
  for (let i = 0, at = 0; at < pixels.length; i++, at += 4) {
    const value = values[offset + i * stride] * scale;
    const end = value < 0 ? negative : positive;
    const size = Math.min(1, Math.abs(value)) || 0, share = root ? Math.sqrt(size) : size;
    pixels[at] = zero[0] + share * (end[0] - zero[0]);
    pixels[at + 1] = zero[1] + share * (end[1] - zero[1]);
    pixels[at + 2] = zero[2] + share * (end[2] - zero[2]);
    pixels[at + 3] = 255;
  }
}

/**
 * Paint values 0..top from the background to one colour.
 * @param {ArrayLike<number>} values
 * @param {number} offset
 * @param {number} stride
 * @param {number} top
 * @param {Color} from
 * @param {Color} to
 * @param {Uint8ClampedArray} pixels
 */
export function paintRising(values, offset, stride, top, from, to, pixels) {
  for (let i = 0, at = 0; at < pixels.length; i++, at += 4) {
    const share = Math.max(0, Math.min(1, values[offset + i * stride] / top)) || 0;
    pixels[at] = from[0] + share * (to[0] - from[0]);
    pixels[at + 1] = from[1] + share * (to[1] - from[1]);
    pixels[at + 2] = from[2] + share * (to[2] - from[2]);
    pixels[at + 3] = 255;
  }
}

/**
 * Paint the class of the largest of each row, stronger where `strength` is nearer 1.
 * @param {ArrayLike<number>} classes the class of each pixel
 * @param {(pixel: number) => number} strength 0..1
 * @param {Look} look
 * @param {Uint8ClampedArray} pixels
 */
export function paintClasses(classes, strength, look, pixels) {
  const from = look.backgroundColor;
  for (let i = 0, at = 0; at < pixels.length; i++, at += 4) {
    const to = look.classColors[classes[i]];
    const share = look.tint * 2 * strength(i);
    pixels[at] = from[0] + share * (to[0] - from[0]);
    pixels[at + 1] = from[1] + share * (to[1] - from[1]);
    pixels[at + 2] = from[2] + share * (to[2] - from[2]);
    pixels[at + 3] = 255;
  }
}
