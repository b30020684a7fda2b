// @ts-check
/**
 * Random numbers with the same bits as NumPy's: what Python draws its toys from. Pure.
 *
 * Normal numbers by the ziggurat of Marsaglia and Tsang, 2000, of 256 layers, in NumPy's order of
 * bits; its table is computed here.
 */

import { bitsOf, fractionOf } from "../kernel/random.js";

const LAYER_COUNT = 256, STEPS = 2 ** 52; // of the 52 bits that say where in a layer
const TAIL_FROM = 3.6541528853610088; // where the tail begins
const LAYER_AREA = 0.0049286732339746551; // of each layer

/** @param {number} x */
const height = (x) => Math.exp(-0.5 * x * x);

/** Of each layer: its width by a bit, below which bits all of it is under the curve, its height. */
function layersOfZiggurat() {
  const wide = new Float64Array(LAYER_COUNT), under = new Float64Array(LAYER_COUNT);
  const high = new Float64Array(LAYER_COUNT), foot = LAYER_AREA / height(TAIL_FROM);
  let x = TAIL_FROM;
  [wide[0], under[0], high[0]] = [foot / STEPS, Math.floor(TAIL_FROM / foot * STEPS), 1];
  for (let k = LAYER_COUNT - 1; k > 0; k--) {
    const next = k > 1 ? Math.sqrt(-2 * Math.log(LAYER_AREA / x + height(x))) : 0;
    [wide[k], under[k], high[k]] = [x / STEPS, Math.floor(next / x * STEPS), height(x)];
    x = next;
  }
  return { wide, under, high };
}

/** @type {ReturnType<typeof layersOfZiggurat> | null} */
let ziggurat = null; // when it is first asked for

/** `numpy.random.default_rng(seed)`. */
export class Draws {
  /** @param {number} seed */
  constructor(seed) {
    this.bits = bitsOf(seed);
    this.half = -1; // of bits drawn, the upper half that is not used yet
  }

  /** From 0 to 1. */
  share() {
    return fractionOf(this.bits());
  }

  /** Of mean 0 and standard deviation 1. */
  normal() {
    const { wide, under, high } = ziggurat ??= layersOfZiggurat();
    for (;;) {
      const bits = this.bits(), layer = Number(bits & 255n), minus = bits >> 8n & 1n;
      const place = Number(bits >> 9n & 0xfffffffffffffn), x = place * wide[layer];
      if (place < under[layer]) return minus ? -x : x;
      if (layer === 0) return this.tail(bits >> 17n & 1n);
      const y = high[layer] + (high[layer - 1] - high[layer]) * this.share();
      if (y < height(x)) return minus ? -x : x;
    }
  }

  /** Beyond the edge. @param {bigint} minus */
  tail(minus) {
    for (;;) {
      const x = -Math.log1p(-this.share()) / TAIL_FROM, y = -Math.log1p(-this.share());
      if (2 * y > x * x) return minus ? -(TAIL_FROM + x) : TAIL_FROM + x;
    }
  }

  /** 32 bits: of 64 the lower, then the upper ones. */
  word() {
    const { half } = this;
    this.half = -1;
    if (half >= 0) return half;
    const bits = this.bits();
    this.half = Number(bits >> 32n);
    return Number(bits & 0xffffffffn);
  }

  /** The numbers from 0 to below n in any order. @param {number} n */
  order(n) {
    return shuffled(n, () => this.word());
  }
}

const TWISTED = 624, TWISTED_WITH = 397; // of a Mersenne twister

/** `numpy.random.RandomState(seed)`, which the course's data are drawn with. */
export class OldDraws {
  /** @param {number} seed below 2^32 */
  constructor(seed) {
    this.words = new Uint32Array(TWISTED);
    this.at = TWISTED;
    /** Of two normal numbers, the other. @type {number | null} */ this.other = null;
    let word = seed >>> 0;
    for (let k = 0; k < TWISTED; k++) {
      this.words[k] = word;
      word = (Math.imul(1812433253, word ^ word >>> 30) + k + 1) >>> 0;
    }
  }

  /** 32 bits, by Matsumoto and Nishimura, 1998. */
  word() {
    const { words } = this;
    if (this.at === TWISTED) {
      for (let k = 0; k < TWISTED; k++) {
        const both = words[k] & 0x80000000 | words[(k + 1) % TWISTED] & 0x7fffffff;
        words[k] = words[(k + TWISTED_WITH) % TWISTED] ^ both >>> 1 ^ (both & 1 ? 0x9908b0df : 0);
      }
      this.at = 0;
    }
    let word = words[this.at++];
    word ^= word >>> 11;
    word ^= word << 7 & 0x9d2c5680;
    word ^= word << 15 & 0xefc60000;
    return (word ^ word >>> 18) >>> 0;
  }

  /** From 0 to 1. */
  share() {
    const upper = this.word() >>> 5, lower = this.word() >>> 6;
    return (upper * 2 ** 26 + lower) / 2 ** 53;
  }

  /** Of mean 0 and standard deviation 1, by Marsaglia's polar method. */
  normal() {
    const { other } = this;
    this.other = null;
    if (other !== null) return other;
    for (;;) {
      const x = 2 * this.share() - 1, y = 2 * this.share() - 1, square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const length = Math.sqrt(-2 * Math.log(square) / square);
      this.other = length * x;
      return length * y;
    }
  }

  /** The numbers from 0 to below n in any order. @param {number} n */
  order(n) {
    return shuffled(n, () => this.word());
  }
}

/** @param {number} n @param {() => number} word 32 bits */
function shuffled(n, word) {
  const order = Array.from({ length: n }, (_, k) => k);
  for (let k = n - 1; k > 0; k--) {
    const mask = 2 ** (32 - Math.clz32(k)) - 1;
    let other = k + 1;
    while (other > k) other = (word() & mask) >>> 0;
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}
