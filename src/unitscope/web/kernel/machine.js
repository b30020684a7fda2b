// @ts-check
/** The compiled kernel in WebAssembly: which module this browser takes, and its memory. Pure. */

const LINE = 64; // bytes of a cache line: no vector lies on two
const PAGE = 65536; // bytes by which memory grows

/** A function of one instruction each: a splat of SIMD, and a multiply-add of relaxed SIMD. */
const HEAD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
const SPLAT = [65, 0, 253, 15];
const PLAIN = [...HEAD, 10, 8, 1, 6, 0, ...SPLAT, 11];
const RELAXED = [...HEAD, 10, 19, 1, 17, 0, ...SPLAT, ...SPLAT, ...SPLAT, 253, 133, 2, 11];

export const NO_KERNEL =
  "This browser has no WebAssembly with SIMD, so that it cannot train by itself.";

/**
 * Which module a browser takes; null where it takes none.
 * @param {Pick<typeof WebAssembly, "validate"> | undefined} [assembly]
 * @returns {"relaxed" | "plain" | null}
 */
export function kindOfModule(assembly = globalThis.WebAssembly) {
  if (!assembly?.validate(Uint8Array.from(PLAIN))) return null;
  return assembly.validate(Uint8Array.from(RELAXED)) ? "relaxed" : "plain";
}

/**
 * A kind of array and how many numbers it has.
 * @typedef {[Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor |
 *   Uint32ArrayConstructor | BigInt64ArrayConstructor, number]} Wanted
 */
/** @typedef {(...addresses: number[]) => bigint} Compiled */
/** @typedef {"loop" | "lockstep" | "shuffles"} CodeName */

export class Kernel {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    const { exports } = new WebAssembly.Instance(module, {
      env: { pow: Math.pow, sched_yield: () => 0 },
    });
    this.exports = exports;
    this.memory = /** @type {WebAssembly.Memory} */ (exports.memory);
    this.begin = Number(/** @type {WebAssembly.Global} */ (exports.__heap_base).value);
  }

  /** What its memory takes: it grows, and only a new Kernel is small again. */
  get bytes() {
    return this.memory.buffer.byteLength;
  }

  /**
   * Arrays of zeros in its memory, one behind the other; those laid before are none any more.
   * @template {Record<string, Wanted>} W
   * @param {W} wanted
   * @returns {{[K in keyof W]: InstanceType<W[K][0]>}}
   */
  lay(wanted) {
    let end = this.begin;
    const places = Object.entries(wanted).map(([name, [Kind, count]]) => {
      const at = Math.ceil(end / LINE) * LINE;
      end = at + Kind.BYTES_PER_ELEMENT * count;
      return /** @type {const} */ ([name, Kind, at, count]);
    });
    const missing = end - this.bytes;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    const { buffer } = this.memory;
    new Uint8Array(buffer, this.begin, end - this.begin).fill(0);
    return /** @type {{[K in keyof W]: InstanceType<W[K][0]>}} */ (Object.fromEntries(
      places.map(([name, Kind, at, count]) => [name, new Kind(buffer, at, count)]),
    ));
  }

  /**
   * Run a code on arrays that were laid.
   * @param {CodeName} name
   * @param {ArrayBufferView[]} arrays
   */
  run(name, ...arrays) {
    const code = /** @type {Compiled} */ (this.exports[name]);
    return Number(code(...arrays.map((array) => array.byteOffset)));
  }
}
