// @ts-check
/** A file that is too large to send: packed, and where that is not enough a sample of its lines. */

const SEED = 0;
const FIRST = 20; // lines that stay as they are: the header, and what is above it
const MOST_BYTES = 200e6;
const LINE_FEED = 10, QUOTE = 34;

/**
 * A file's content within a size.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} most bytes
 * @returns {Promise<{content: Uint8Array, more: number}>} `more`: lines that were left out.
 *   Rejects where nothing can be left out: of what is packed in another way than by gzip.
 */
export async function fitting(bytes, most) {
  if (bytes.length <= most) return { content: bytes, more: 0 };
  const size = `${(bytes.length / 1e6).toFixed(1)} MB`;
  if (bytes.length > MOST_BYTES) {
    throw new Error(`A file must be at most ${MOST_BYTES / 1e6} MB. Got ${size} instead.`);
  }
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b
    ? await through(bytes, new DecompressionStream("gzip"))
    : bytes;
  if (text.subarray(0, 1000).includes(0)) { // a workbook, a Parquet file, UTF-16
    const room = (Math.floor(most / 1e5) / 10).toFixed(1);
    const rule = `A file larger than ${room} MB must be text`;
    throw new Error(`${rule}. Got ${size} of another kind instead.`);
  }
  const ends = lineEnds(text);
  let share = 1;
  for (;;) {
    const { content, more } = drawn(text, ends, share),
      packed = await through(content, new CompressionStream("gzip"));
    if (packed.length <= most) return { content: packed, more };
    share *= 0.9 * most / packed.length;
  }
}

/**
 * Where each line ends that is not empty: a line feed between quotation marks ends none.
 * @param {Uint8Array} text
 */
export function lineEnds(text) {
  const ends = [];
  let quoted = false, start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === QUOTE) quoted = !quoted;
    else if (text[at] === LINE_FEED && !quoted) {
      if (at - start > 1) ends.push(at + 1);
      start = at + 1;
    }
  }
  if (text.length > start) ends.push(text.length);
  return ends;
}

/**
 * The first lines, and a share of the others, each of which is as likely.
 * @param {Uint8Array<ArrayBuffer>} text
 * @param {number[]} ends
 * @param {number} share
 */
export function drawn(text, ends, share) {
  if (share >= 1) return { content: text, more: 0 };
  const others = Math.max(0, ends.length - FIRST), wanted = Math.floor(others * share);
  const content = new Uint8Array(text.length);
  let length = 0, left = others, open = wanted, state = SEED;
  ends.forEach((end, line) => {
    if (line >= FIRST) {
      state = (state + 0x6d2b79f5) | 0;
      // As many as are wanted: each with the chance of those still to be drawn of those left.
      const taken = uniform(state) * left-- < open;
      if (!taken) return;
      open--;
    }
    const piece = text.subarray(line ? ends[line - 1] : 0, end);
    content.set(piece, length);
    length += piece.length;
  });
  return { content: content.subarray(0, length), more: others - wanted };
}

/** A number from 0 to 1 (mulberry32). @param {number} state */
function uniform(state) {
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** @typedef {CompressionStream | DecompressionStream} Stream */
/** @param {Uint8Array<ArrayBuffer>} bytes @param {Stream} stream */
async function through(bytes, stream) {
  const made = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(made).arrayBuffer());
}
