// @ts-check
/** Initial weights and the keys of shuffles, with the same bits as Python. Pure. */

const WORD = 0xffffffffn, LONG_WORD = 0xffffffffffffffffn, HUGE = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const POOL = 4; // words of a seed's pool

/** NumPy's hash of words, whose constant moves on at every one. @param {number} constant */
function hashing(constant, multiplier = 0x931e8875) {
  return (/** @type {number} */ word) => {
    const mixed = word ^ constant;
    constant = Math.imul(constant, multiplier);
    const found = Math.imul(mixed, constant);
    return found ^ found >>> 16;
  };
}

/** @param {number} x @param {number} y */
function mixedWords(x, y) {
  const found = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
  return found ^ found >>> 16;
}

/** A seed's lower 32 bits, the next ones, ... @param {number} seed */
function wordsOf(seed) {
  const words = [];
  for (let rest = BigInt(seed); rest || !words.length; rest >>= 32n) {
    words.push(Number(rest & WORD));
  }
  return words;
}

/** NumPy's `SeedSequence(seed).generate_state(8)`. @param {number} seed */
function stateOf(seed) {
  const words = wordsOf(seed), hash = hashing(0x43b0d7e5);
  const pool = Array.from({ length: POOL }, (_, i) => hash(words[i] ?? 0));
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) {
      if (from !== to) pool[to] = mixedWords(pool[to], hash(pool[from]));
    }
  }
  for (const word of words.slice(POOL)) {
    for (let to = 0; to < POOL; to++) pool[to] = mixedWords(pool[to], hash(word));
  }
  const last = hashing(0x8b51f9dd, 0x58f38ded);
  return Array.from({ length: 2 * POOL }, (_, i) => BigInt(last(pool[i % POOL]) >>> 0));
}

/**
 * The 64 bits that `numpy.random.default_rng(seed)` draws next, again and again: PCG64.
 * @param {number} seed
 * @returns {() => bigint}
 */
export function bitsOf(seed) {
  const w = stateOf(seed);
  const start = w[1] << 96n | w[0] << 64n | w[3] << 32n | w[2],
    stream = w[5] << 96n | w[4] << 64n | w[7] << 32n | w[6];
  const step = (stream << 1n | 1n) & HUGE;
  let state = ((step + start) * MULTIPLIER + step) & HUGE;
  return () => {
    state = (state * MULTIPLIER + step) & HUGE;
    const folded = state >> 64n ^ state & LONG_WORD, turn = state >> 122n;
    return (folded >> turn | folded << (64n - turn)) & LONG_WORD;
  };
}

/** Its `random()`: 53 of these bits, in 0..1. @param {bigint} bits */
export const fractionOf = (bits) => Number(bits >> 11n) / 2 ** 53;

/**
 * Glorot uniform weights and zero biases, as Python's `glorot_starts` draws them.
 * @param {number[]} sizes inputs, hidden widths, classes
 * @param {number} seed
 */
export function glorotStart(sizes, seed) {
  const draw = bitsOf(seed), parts = [];
  for (let i = 1; i < sizes.length; i++) {
    const inputs = sizes[i - 1], units = sizes[i], limit = Math.sqrt(6 / (inputs + units));
    for (let k = 0; k < inputs * units; k++) parts.push(fractionOf(draw()) * (2 * limit) - limit);
    for (let k = 0; k < units; k++) parts.push(0);
  }
  return Float64Array.from(parts);
}

/** The 32 bits that a seed's shuffles are drawn from. @param {number} seed */
export function keyOf(seed) {
  let key = 1;
  for (const word of wordsOf(seed)) {
    key ^= word;
    key = Math.imul(key ^ key >>> 16, 0x7feb352d);
    key = Math.imul(key ^ key >>> 15, 0x846ca68b);
    key ^= key >>> 16;
  }
  return key >>> 0;
}
