// @ts-check
/** Round numbers: the ends of scales, and ticks with their text. Pure. */

/**
 * A round number at least as large as `value`: 1, 2 or 5 times a power of ten.
 * @param {number} value
 */
export function roundAbove(value) {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * (1 - 1e-12)) ??
    10 * power;
}

/**
 * The end of a scale: a number of two digits at least as large as `value`, nearer to it than
 * `roundAbove`.
 * @param {number} value
 */
export function scaleTop(value) {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) =>
    step >= value * (1 - 1e-12)
  ) ?? 10 * power;
}

/**
 * A tick as text, with the decimals that tell it from its neighbours.
 * @param {number} tick
 * @param {number} low
 * @param {number} high
 */
export function tickText(tick, low, high) {
  const step = roundAbove((high - low) / 5),
    decimals = Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)));
  if (step >= 1000 && Math.abs(tick) >= 1e4 && Math.abs(tick) < 1e7) {
    return `${tick / 1000}k`.replace("-", "−");
  }
  if (Math.abs(tick) >= 1e6 || (step < 1e-6 && tick !== 0)) {
    const short = tick.toExponential(2).replace(/\.?0+(?=e)/, "");
    return short.replace("e+", "e").replaceAll("-", "−");
  }
  return tick.toFixed(decimals).replace(/^-0(\.0*)?$/, "0").replace("-", "−");
}

/**
 * Three to six round numbers inside [low, high].
 * @param {number} low
 * @param {number} high
 * @returns {number[]}
 */
export function roundTicks(low, high) {
  const step = roundAbove((high - low) / 5);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9 && ticks.length < 12; k++) {
    ticks.push(k * step);
  }
  return ticks;
}
