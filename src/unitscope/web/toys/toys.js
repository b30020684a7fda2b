// @ts-check
/** The toys that are drawn, point for point as Python's `us.datasets` draws them. Pure. */

import { realThat, Refused, wholeIn } from "../kernel/checks.js";
import { Draws, OldDraws } from "./draws.js";

/** @import { Data } from "../pure/data.js" */
/** @import { Limits } from "../pure/scene.d.ts" */

/** `n`: points. @typedef {{n: number, classes: number, noise: number, seed: number}} Drawing */
/** @typedef {[number, number]} Place */

const HALF_WIDTH = 6,
  GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5)),
  MOST_DRAWN = 20,
  MOST_NOISE = 100;
/** @type {Place[]} */
const CENTERS = [[-5, 2], [-2, -2], [1, 2], [5, -2]]; // of the lab

/**
 * Evenly spaced numbers.
 * @param {number} from @param {number} to @param {number} count @param {boolean} [end] whether the
 *   last is `to`
 */
function spaced(from, to, count, end = true) {
  const step = (to - from) / Math.max(1, end ? count - 1 : count);
  return Array.from(
    { length: count },
    (_, i) => end && i && i === count - 1 ? to : i * step + from,
  );
}

/** The points of each class: the first ones get what is left over. @param {Drawing} settings */
function sizesOfClasses({ n, classes }) {
  const each = Math.floor(n / classes), left = n % classes;
  return Array.from({ length: classes }, (_, k) => each + (k < left ? 1 : 0));
}

/** @param {number} length @param {number} angle @returns {Place} */
const turned = (length, angle) => [length * Math.cos(angle), length * Math.sin(angle)];

/** Where the points of each class are, before noise.
 * @type {Record<string, (settings: Drawing, draws: Draws) => Place[][]>} */
const GROUPS = {
  blobs: (settings) =>
    sizesOfClasses(settings).map((size, k) => {
      const length = HALF_WIDTH * Math.sqrt((k + 0.5) / settings.classes);
      return Array.from({ length: size }, () => turned(length, k * GOLDEN_ANGLE));
    }),
  moons: (settings) => {
    const [upper, lower] = sizesOfClasses(settings).map((size) => spaced(0, Math.PI, size));
    return [
      upper.map((t) => [4 * (Math.cos(t) - 0.5), 4 * (Math.sin(t) - 0.25)]),
      lower.map((t) => [4 * (0.5 - Math.cos(t)), 4 * (0.25 - Math.sin(t))]),
    ];
  },
  circles: (settings) =>
    sizesOfClasses(settings).map((size, k) =>
      spaced(0, 2 * Math.PI, size, false).map((t) =>
        turned(HALF_WIDTH * (k + 1) / settings.classes, t)
      )
    ),
  spirals: (settings) =>
    sizesOfClasses(settings).map((size, k) =>
      spaced(0.1, 1, size).map((along) =>
        turned(HALF_WIDTH * along, 2 * Math.PI * (along + k / settings.classes))
      )
    ),
  xor: (settings, draws) =>
    sizesOfClasses(settings).map((size, k) =>
      Array.from({ length: size }, (_, i) => {
        const sign = i % 2 ? -1 : 1, x = HALF_WIDTH * draws.share(), y = HALF_WIDTH * draws.share();
        return k ? [-sign * x, sign * y] : [sign * x, sign * y];
      })
    ),
};
const TWO_CLASSES = ["moons", "xor"]; // whatever is asked for

/** @param {string} name */
export const isDrawn = (name) => name === "lab" || Object.hasOwn(GROUPS, name);

/**
 * The points of a toy.
 * @param {Record<string, unknown> & {name: string}} request settings that it does not have are
 *   ignored
 * @param {Limits} limits
 * @returns {Data}
 */
export function drawnToy({ name, ...asked }, limits) {
  const two = TWO_CLASSES.includes(name);
  const classes = two ? 2 : wholeIn("classes", asked.classes ?? 4, 2, MOST_DRAWN);
  const settings = {
    n: wholeIn("n", asked.n ?? 100, 2, limits.points),
    classes,
    noise: realThat(
      "noise",
      asked.noise ?? 1,
      `a number from 0 to ${MOST_NOISE}`,
      (noise) => noise >= 0 && noise <= MOST_NOISE,
    ),
    seed: wholeIn("seed", asked.seed ?? 0, 0, Number.MAX_SAFE_INTEGER),
  };
  if (name === "lab") return labDrawn(settings);
  if (settings.n < classes) {
    throw new Refused(
      `n must be a whole number of at least ${classes}. Got ${settings.n} instead.`,
    );
  }
  const draws = new Draws(settings.seed), groups = GROUPS[name](settings, draws);
  const places = groups.flat().map((place) =>
    place.map((value) => value + settings.noise * draws.normal())
  );
  const labels = groups.flatMap((group, k) => group.map(() => k));
  return dataOf(places, labels, draws.order(places.length));
}

/** @param {Drawing} settings */
function labDrawn({ noise, seed }) {
  const draws = new OldDraws((30 + seed % 2 ** 32) % 2 ** 32);
  const labels = Array.from({ length: 100 }, (_, i) => Math.floor(i / 25));
  const places = labels.map((k) => CENTERS[k].map((value) => value + noise * draws.normal()));
  return dataOf(places, labels, draws.order(100));
}

/** @param {number[][]} places @param {number[]} labels @param {number[]} order @returns {Data} */
function dataOf(places, labels, order) {
  const classes = labels[labels.length - 1] + 1;
  return {
    features: 2,
    points: Float64Array.from(order.flatMap((i) => places[i])),
    labels: Uint8Array.from(order, (i) => labels[i]),
    classNames: Array.from({ length: classes }, (_, k) => `c${k}`),
    featureNames: ["x0", "x1"],
    heldOut: null,
    fixedScale: true,
  };
}
